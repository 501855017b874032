"""Which reports somebody wants to see: the filters of a list, and where its next page begins."""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import cos, floor, radians
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from city import places
from city.kernel import Work, read_ref
from city.reports import store
from city.reports.model import (
    LONGEST_RADIUS_METRES,
    STATE_GROUPS,
    Card,
    State,
    ref_word,
)
from city.reports.store.lists import Page
from city.web import read_cursor, words_in, write_cursor

PAGE = 20
METRES_PER_DEGREE = places.metres_between(0, 0, 1, 0)
_FIRST = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=(1 << 128) - 1))

_BELOW = 27
_SQUARE = 180 / 2**17
"""Degrees along a side of a square: cells of 35 of 62 bits, about 150 metres."""


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is narrowed to; whatever is empty narrows nothing.

    `latitude` and `longitude` (WGS84 degrees) with `radius` in metres, at most 5,000.
    """

    category: str = ""
    ward: str = ""
    state: State = ""
    unit: UUID | None = None
    q: str = ""
    latitude: float | None = None
    longitude: float | None = None
    radius: int = 500
    cursor: str = ""

    @property
    def near(self) -> tuple[float, float] | None:
        """The point around which reports are wanted, if it is one of the earth."""
        if self.latitude is None or self.longitude is None:
            return None
        # False for NaN as well. Near a pole a circle is as wide as the world, and no city is there.
        if not (abs(self.latitude) <= 85 and abs(self.longitude) <= 180):
            return None
        return self.latitude, self.longitude

    def query(self, **changed: str | None) -> str:
        """Return these filters as a query of an address, with some of them changed."""
        given = {k: v for k, v in msgspec.to_builtins(self).items() if k != "cursor"} | changed
        if not given.get("latitude"):
            given.pop("radius")
        return urlencode({k: v for k, v in given.items() if v not in (None, "")})


def read_filters(given: Mapping[str, str]) -> Filters:
    """Return the filters in the query of an address; what cannot be read is left out."""
    fields = {}
    for field in msgspec.structs.fields(Filters):
        value = given.get(field.name, "").strip()[:200]
        if value:
            try:
                fields[field.name] = msgspec.convert(value, field.type, strict=False)
            except msgspec.ValidationError:
                continue
    filters = Filters(**fields)
    radius = max(1, min(LONGEST_RADIUS_METRES, filters.radius))
    if filters.near is None:
        return msgspec.structs.replace(filters, latitude=None, longitude=None, radius=radius)
    return msgspec.structs.replace(filters, radius=radius)


async def find_reports(
    work: Work, filters: Filters, most: int = PAGE
) -> tuple[list[Card], str | None]:
    """Return a page of public reports, newest first, and the cursor of the next, in one statement.

    Words are found with or without diacritics; all of them must be there, the last one perhaps
    unfinished.
    """
    before_at, before_id = read_cursor(filters.cursor) or _FIRST
    page = Page(
        states=STATE_GROUPS[filters.state],
        category=filters.category,
        ward=filters.ward,
        unit_id=filters.unit,
        before_at=before_at,
        before_id=before_id,
        most=most + 1,
        tsquery=tsquery_of(filters.q),
    )
    if filters.near is not None:
        page = _around(page, filters.near, filters.radius)
    if page.tsquery:
        cards = await store.list_found(work, page)
    elif page.squares:
        cards = await store.list_near(work, page)
    elif page.ward:
        cards = await store.list_by_ward(work, page)
    elif page.unit_id:
        cards = await store.list_by_unit(work, page)
    elif page.category:
        cards = await store.list_by_category(work, page)
    else:
        cards = await store.list_newest(work, page)
    return cards[:most], cursor_after(cards, most)


async def find_mine(
    work: Work, reporter_id: UUID, cursor: str, most: int = PAGE
) -> tuple[list[Card], str | None]:
    """Return a page of what this person has sent, newest first, and the cursor of the next."""
    cards = await store.list_mine(work, reporter_id, *(read_cursor(cursor) or _FIRST), most + 1)
    return cards[:most], cursor_after(cards, most)


def cursor_after(cards: list[Card], most: int) -> str | None:
    """Return where the next page begins, or None if these were all."""
    if len(cards) <= most:
        return None
    last = cards[most - 1]
    return write_cursor(last.sent_at, last.id)


def tsquery_of(q: str) -> str:
    """Return a tsquery for what was typed; eight letters may be a reference as well as words."""
    words = words_in(q).split()[:8]
    all_of_them = " & ".join([*words[:-1], f"{words[-1]}:*"]) if words else ""
    ref = read_ref(q)
    return f"{ref_word(ref)} | {all_of_them}" if ref else all_of_them


def _around(page: Page, point: tuple[float, float], metres: int) -> Page:
    squares = squares_of(point, metres)
    return msgspec.structs.replace(
        page,
        squares=squares,
        latitude=point[0],
        longitude=point[1],
        degrees=metres / METRES_PER_DEGREE,
        narrowing=cos(radians(point[0])),
    )


def squares_of(point: tuple[float, float], metres: int) -> list[int]:
    """Return the squares that touch a circle; `reports.report.square` numbers them the same way."""
    box = places.circle_box(*point, metres)
    rows = range(floor((box.south + 90) / _SQUARE), floor((box.north + 90) / _SQUARE) + 1)
    columns = range(floor((box.west + 180) / _SQUARE), floor((box.east + 180) / _SQUARE) + 1)
    narrowing = cos(radians(point[0]))
    most = (metres / METRES_PER_DEGREE + 0.05 * _SQUARE) ** 2  # A little more, for the flat earth.
    found = []
    for row in rows:
        south = row * _SQUARE - 90
        up = max(0.0, south - point[0], point[0] - south - _SQUARE)
        for column in columns:
            west = column * _SQUARE - 180
            along = max(0.0, west - point[1], point[1] - west - _SQUARE) * narrowing
            if up * up + along * along <= most:
                middle = places.cell_of(
                    max(-90.0, min(south + _SQUARE / 2, 90.0)),
                    max(-180.0, min(west + _SQUARE / 2, 180.0)),
                )
                found.append(middle >> _BELOW)
    return found
