"""The SQL of reports: one function per statement."""

from city.reports.store.alike import list_alike
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
from city.reports.store.people import (
    count_sent_by,
    forget_sender,
    list_followed_by,
    list_sent_by,
    list_voices_by,
)
from city.reports.store.pins import count_pins, fold_pin_changes, rebuild_pins
from city.reports.store.public import PublicState, list_public_states
from city.reports.store.reports import (
    Followed,
    add_photos,
    add_report,
    find_by_case,
    find_by_ref,
    get_by_key,
    lock_by_case,
    set_progress,
)
from city.reports.store.requests import (
    list_changed_requests,
    list_found_requests,
    list_newest_requests,
    list_oldest_requests,
    list_requests_as_they_changed,
    list_requests_by_ref,
    list_requests_of_categories,
)
from city.reports.store.voices import (
    add_follower,
    add_voice,
    carry_over,
    list_followers,
    list_voices,
    remove_follower,
    remove_voice,
)

__all__ = [
    "Followed",
    "PublicState",
    "add_follower",
    "add_imported",
    "add_photos",
    "add_report",
    "add_voice",
    "carry_over",
    "count_pins",
    "count_sent_by",
    "find_by_case",
    "find_by_ref",
    "fold_pin_changes",
    "forget_sender",
    "get_by_key",
    "has_samples",
    "list_alike",
    "list_by_category",
    "list_by_unit",
    "list_by_ward",
    "list_changed_requests",
    "list_followed_by",
    "list_followers",
    "list_found",
    "list_found_requests",
    "list_mine",
    "list_near",
    "list_newest",
    "list_newest_requests",
    "list_oldest_requests",
    "list_public_states",
    "list_requests_as_they_changed",
    "list_requests_by_ref",
    "list_requests_of_categories",
    "list_sent_by",
    "list_voices",
    "list_voices_by",
    "list_waiting",
    "lock_by_case",
    "rebuild_pins",
    "refresh_statistics",
    "remove_follower",
    "remove_voice",
    "set_progress",
]
