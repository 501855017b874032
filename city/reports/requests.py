"""Reports for programs that follow the city: by reference, by when they came, or when they changed.

Only what anybody may read; a private report is in none of these.
"""

from datetime import UTC, datetime
from math import cos, radians
from typing import Literal
from uuid import UUID

from msgspec import Struct

from city import places
from city.kernel import Work
from city.reports import store
from city.reports.model import STATE_GROUPS, State
from city.reports.search import METRES_PER_DEGREE, tsquery_of
from city.reports.store.requests import PublicReport, Wanted
from city.web import read_cursor, write_cursor

Order = Literal["newest", "oldest", "changed_last", "changed_first"]

_LAST = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=(1 << 128) - 1))
_FIRST = (datetime(1, 1, 2, tzinfo=UTC), UUID(int=0))


class RequestFilters(Struct, frozen=True, kw_only=True):
    """Which reports are wanted; whatever is empty narrows nothing.

    `since` (with it) and `until` (without it) are about when they were sent, or, in the orders of
    changes, when they last changed; there `sent_since` and `sent_until` say when they were sent.
    `box` is west, south, east, north and `near` latitude, longitude, metres, all in WGS84 degrees.
    `skip` so many, or begin after `cursor`.
    """

    categories: list[str] = []
    state: State = ""
    since: datetime = _FIRST[0]
    until: datetime = _LAST[0]
    sent_since: datetime = _FIRST[0]
    sent_until: datetime = _LAST[0]
    box: tuple[float, float, float, float] | None = None
    near: tuple[float, float, float] | None = None
    q: str = ""
    order: Order = "newest"
    most: int = 50
    skip: int = 0
    cursor: str = ""


async def list_requests(
    work: Work, filters: RequestFilters
) -> tuple[list[PublicReport], str | None]:
    """Return a page of reports that are not private, and the cursor of the next page if any.

    Anybody may call this. The orders of changes also give what was joined with another report or
    not taken on, which is in no public list; the others give the public list.
    """
    wanted = _wanted(filters)
    if filters.q and not wanted.tsquery:
        return [], None  # Nothing in it is a word.
    if filters.order == "changed_last":
        found = await store.list_changed_requests(work, wanted)
    elif filters.order == "changed_first":
        found = await store.list_requests_as_they_changed(work, wanted)
    elif filters.order == "oldest":
        found = await store.list_oldest_requests(work, wanted)
    elif wanted.tsquery:
        found = await store.list_found_requests(work, wanted)
    elif wanted.categories and not wanted.boxed:
        found = await store.list_requests_of_categories(work, wanted)
    else:
        found = await store.list_newest_requests(work, wanted)
    if len(found) <= filters.most:
        return found, None
    last = found[filters.most - 1]
    at = last.updated_at if filters.order.startswith("changed") else last.sent_at
    return found[: filters.most], write_cursor(at, last.id)


def _wanted(filters: RequestFilters) -> Wanted:
    upwards = filters.order in ("oldest", "changed_first")
    begin = read_cursor(filters.cursor) or (_FIRST if upwards else _LAST)
    # The one bound that every plan can begin at: of two, a plan for any values expects too little.
    begin = (
        max(begin, (filters.since, _FIRST[1]))
        if upwards
        else min(begin, (filters.until, _FIRST[1]))
    )
    west, south, east, north = filters.box or (-180.0, -90.0, 180.0, 90.0)
    latitude, longitude, metres = filters.near or (0.0, 0.0, 0.0)
    if filters.near:
        round_it = places.circle_box(latitude, longitude, metres)
        west, east = max(west, round_it.west), min(east, round_it.east)
        south, north = max(south, round_it.south), min(north, round_it.north)
    return Wanted(
        states=STATE_GROUPS[filters.state],
        categories=list(dict.fromkeys(filters.categories)),
        since=filters.since,
        until=filters.until,
        sent_since=filters.sent_since,
        sent_until=filters.sent_until,
        from_at=begin[0],
        from_id=begin[1],
        most=filters.most + 1,
        skip=filters.skip,
        tsquery=tsquery_of(filters.q),
        boxed=filters.box is not None or filters.near is not None,
        south=south,
        west=west,
        north=north,
        east=east,
        latitude=latitude,
        longitude=longitude,
        degrees=metres / METRES_PER_DEGREE,
        narrowing=cos(radians(latitude)),
    )
