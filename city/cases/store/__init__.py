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
    set_claim,
)
from city.cases.store.categories import (
    get_category,
    list_all_categories,
    list_categories,
    set_categories,
)
from city.cases.store.imports import add_imported, list_known
from city.cases.store.links import (
    Neighbour,
    add_link,
    count_open_parts,
    list_neighbours,
    remove_link,
)
from city.cases.store.queues import count_queue, list_closed, list_open
from city.cases.store.timers import (
    add_entries,
    find_next_wake,
    lock_open_after,
    set_clocks,
    take_due,
)

__all__ = [
    "Neighbour",
    "add_case",
    "add_entries",
    "add_imported",
    "add_link",
    "count_open_parts",
    "count_queue",
    "find_next_wake",
    "get_case",
    "get_case_by_ref",
    "get_category",
    "list_all_categories",
    "list_categories",
    "list_closed",
    "list_history",
    "list_known",
    "list_neighbours",
    "list_open",
    "lock_open_after",
    "queue_at",
    "remove_link",
    "scope_of",
    "see_case",
    "see_case_by_ref",
    "set_case",
    "set_categories",
    "set_claim",
    "set_clocks",
    "take_due",
]
