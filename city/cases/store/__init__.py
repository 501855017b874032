"""The SQL of cases: one function for each statement."""

from city.cases.store.cases import (
    add_case,
    get_case,
    get_case_by_ref,
    list_history,
    queue_at,
    scope_of,
    see_case,
    see_case_by_ref,
    set_case,
)
from city.cases.store.categories import (
    get_category,
    list_all_categories,
    list_categories,
    set_categories,
)
from city.cases.store.imports import add_imported, list_known
from city.cases.store.queues import count_queue, list_closed, list_open, list_unit_figures

__all__ = [
    "add_case",
    "add_imported",
    "count_queue",
    "get_case",
    "get_case_by_ref",
    "get_category",
    "list_all_categories",
    "list_categories",
    "list_closed",
    "list_history",
    "list_known",
    "list_open",
    "list_unit_figures",
    "queue_at",
    "scope_of",
    "see_case",
    "see_case_by_ref",
    "set_case",
    "set_categories",
]
