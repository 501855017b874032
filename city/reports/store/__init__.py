"""The SQL of reports: one function per statement."""

from city.reports.store.imports import add_imported, has_samples, refresh_statistics
from city.reports.store.lists import (
    list_by_category,
    list_by_unit,
    list_by_ward,
    list_found,
    list_mine,
    list_near,
    list_newest,
    list_waiting,
)
from city.reports.store.pins import count_pins, fold_pin_changes, rebuild_pins
from city.reports.store.reports import (
    add_report,
    find_by_case,
    find_by_ref,
    get_by_key,
    list_joined_reporters,
    lock_by_case,
    set_progress,
)

__all__ = [
    "add_imported",
    "add_report",
    "count_pins",
    "find_by_case",
    "find_by_ref",
    "fold_pin_changes",
    "get_by_key",
    "has_samples",
    "list_by_category",
    "list_by_unit",
    "list_by_ward",
    "list_found",
    "list_joined_reporters",
    "list_mine",
    "list_near",
    "list_newest",
    "list_waiting",
    "lock_by_case",
    "rebuild_pins",
    "refresh_statistics",
    "set_progress",
]
