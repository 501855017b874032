"""What is asked of a list of service requests: its arguments read, and where its next page is."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from math import isfinite
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from city import settings
from city.integration.open311.formats import w3c
from city.integration.open311.model import MOST_METRES, MOST_REQUESTS, WINDOW, Fault, Faulty
from city.kernel import Problem, Says, read_ref, say
from city.reports import RequestFilters
from city.web import read_cursor

Arguments = Mapping[str, list[str]]

_NO_DATE = say("Please write it as 2026-01-31T08:00:00+07:00.")
_NO_STATUS = say("A status is open or closed.")
_NO_NUMBER = say("Please give a number.")
_NO_COUNT = say("Please give a whole number from {least} to {most}.")
_NO_BOX = say("A box is four numbers: west, south, east, north, in degrees.")
_NO_POINT = say("A place needs lat, long and radius (metres, at most {most}).", most=MOST_METRES)
_NO_ORDER = say("The order is one of {orders}.")
_NO_CURSOR = say("This is no cursor of ours.")
_BY_CHANGES = say("With updated_after or updated_before the order is one of changes.")
_BACKWARDS = say("This ends before it begins.")

_DATE = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)([Zz]|[+\- ]\d\d:?\d\d)?)?",
    re.ASCII,
)
_LEAP = re.compile(r"^(\d\d:\d\d):60")
_COUNT = re.compile(r"\d{1,6}", re.ASCII)
_ORDERS: Mapping[str, Any] = {
    "-requested_datetime": "newest",
    "requested_datetime": "oldest",
    "-updated_datetime": "changed_last",
    "updated_datetime": "changed_first",
}
_FOREVER = (datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))
_SECOND = timedelta(seconds=1)
_LISTS = ("service_code", "status")


class Listing(Struct, frozen=True, kw_only=True):
    """A list that is asked for.

    Of the given `refs` if any, whatever else is said. Beyond its last page the list goes on in
    `beyond`: the arguments of the next 90 days, where more than 90 were asked for.
    """

    refs: list[str] | None
    filters: RequestFilters
    page: int
    extended: bool
    beyond: Mapping[str, str]


def read_listing(given: Arguments, now: datetime) -> Listing:
    """Return what the arguments ask for; raise Faulty with everything that is wrong with them."""
    reading = _Reading(given)
    wanted = reading.words("service_request_id")
    refs = [read_ref(one) or "" for one in wanted] if wanted else None
    extended = reading.one("extensions").lower() in ("true", "1", "yes")
    order = reading.order()
    if order.startswith("changed"):
        since, until = reading.between("updated_after", "updated_before")
        sent = reading.between("start_date", "end_date")
        beyond: dict[str, str] = {}
    else:
        since, until, beyond = reading.days(now, oldest_first=order == "oldest")
        sent = _FOREVER
    most = reading.count("page_size", 1, MOST_REQUESTS, MOST_REQUESTS)
    page = reading.count("page", 1, 1000, 0)
    filters = RequestFilters(
        categories=reading.words("service_code"),
        state=reading.state(),
        since=since,
        until=until,
        sent_since=sent[0],
        sent_until=sent[1],
        box=reading.box(),
        near=reading.near(),
        q=reading.one("q")[:200],
        order=order,
        most=most,
        skip=max(0, page - 1) * most,
        cursor=reading.cursor(),
    )
    if reading.faults:
        raise Faulty(*reading.faults)
    if refs is not None:  # This overrides all other arguments, says the standard.
        none = RequestFilters(most=MOST_REQUESTS)
        return Listing(refs=refs, filters=none, page=0, extended=extended, beyond={})
    return Listing(refs=None, filters=filters, page=page, extended=extended, beyond=beyond)


def next_page(path: str, given: Arguments, listing: Listing, cursor: str | None) -> str | None:
    """Return the address of what follows, for a Link header; None if this was the end."""
    if cursor is None and not listing.beyond:
        return None
    kept = {
        name: ",".join(values) if name in _LISTS else values[-1]
        for name, values in given.items()
        if name not in ("cursor", "api_key")
    }
    if cursor is None:
        kept = {k: v for k, v in kept.items() if k != "page"} | dict(listing.beyond)
    elif listing.page:
        kept["page"] = str(listing.page + 1)
    else:
        kept["cursor"] = cursor
    return f"{settings.current().url}{path}?{urlencode(kept)}"


def read_moment(text: str) -> datetime | None:
    """Return a date, or a date and time, as the W3C note writes them; None if it is none.

    What has no zone is in the city's. A space is taken for the plus that an address lost. What was
    before 1900 was then, as far as anybody here knows.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    day, clock, zone = match.groups()
    if day.startswith("0000"):
        day = "0001" + day[4:]  # There is such a year in RFC 3339.
    try:
        moment = datetime.fromisoformat(day)
        if clock:
            hour = time.fromisoformat(_LEAP.sub(r"\1:59", clock[:15]))
            moment = datetime.combine(moment, hour)
        if zone is None:
            moment = moment.replace(tzinfo=settings.current().profile.zone)
        else:
            offset = datetime.strptime(_offset(zone), "%z").tzinfo
            moment = moment.replace(tzinfo=offset)
        moment = moment.astimezone(UTC)
    except OverflowError:
        return _FOREVER[0] if day < "5" else _FOREVER[1] - _SECOND
    except ValueError:
        return None
    return min(max(moment, _FOREVER[0]), _FOREVER[1] - _SECOND)


def read_number(text: str) -> float | None:
    """Return a number that could be degrees or metres; None if it is none."""
    try:
        number = float(text) if len(text) < 40 and "_" not in text else None
    except ValueError:
        return None
    return number if number is not None and isfinite(number) else None


def _offset(zone: str) -> str:
    return "+0000" if zone in "Zz" else zone.replace(" ", "+").replace(":", "")


class _Reading:
    """The arguments of one list, and what is wrong with them."""

    def __init__(self, given: Arguments) -> None:
        self.given = given
        self.faults: list[Fault] = []

    def one(self, name: str) -> str:
        return (self.given.get(name) or [""])[-1]

    def words(self, name: str) -> list[str]:
        """Return a list: given many times, separated by commas, or both."""
        words = (word.strip() for value in self.given.get(name, []) for word in value.split(","))
        return [word for word in words if word]

    def refuse(self, name: str, says: Says, **params: Any) -> None:
        self.faults.append(Fault(400, name, Says(says.text, {**says.params, **params})))

    def count(self, name: str, least: int, most: int, usual: int) -> int:
        text = self.one(name)
        if not text:
            return usual
        number = int(text) if _COUNT.fullmatch(text) else -1
        if least <= number <= most:
            return number
        self.refuse(name, _NO_COUNT, least=least, most=most)
        return usual

    def state(self) -> Any:
        asked = {word.lower() for word in self.words("status")}
        if not asked <= {"open", "closed"}:
            self.refuse("status", _NO_STATUS)
        return asked.pop() if len(asked) == 1 else ""

    def order(self) -> Any:
        changes = self.one("updated_after") or self.one("updated_before")
        asked = self.one("sort") or ("-updated_datetime" if changes else "-requested_datetime")
        order = _ORDERS.get(asked.lower())
        if order is None:
            self.refuse("sort", _NO_ORDER, orders=", ".join(_ORDERS))
            return "newest"
        by_changes = order.startswith("changed")
        if changes and not by_changes:
            self.refuse("sort", _BY_CHANGES)
        return order

    def moment(self, name: str) -> datetime | None:
        text = self.one(name)
        moment = read_moment(text) if text else None
        if text and moment is None:
            self.refuse(name, _NO_DATE)
        return moment

    def end(self, name: str) -> datetime | None:
        """Return the moment before which everything is wanted: what is shown has no fractions."""
        moment = self.moment(name)
        if moment is None:
            return None
        if len(self.one(name)) == len("2026-01-31"):
            return moment + timedelta(days=1)
        return moment + _SECOND

    def between(self, first: str, last: str) -> tuple[datetime, datetime]:
        """Return from when to when, for ever where nothing is said."""
        return self.moment(first) or _FOREVER[0], self.end(last) or _FOREVER[1]

    def days(
        self, now: datetime, *, oldest_first: bool
    ) -> tuple[datetime, datetime, dict[str, str]]:
        """Return from when to when, 90 days at most, and the arguments of the 90 that follow.

        Oldest first is our own order: it goes on through all of the time by its cursor.
        """
        start, end = self.moment("start_date"), self.end("end_date")
        if start is not None and end is not None and end <= start:
            self.refuse("end_date", _BACKWARDS)
            return start, end, {}
        latest = min(end, now) if end else now
        since = start or latest - WINDOW
        until = end or now + timedelta(days=1)  # What comes meanwhile belongs to it too.
        if oldest_first or latest - since <= WINDOW + _SECOND:
            return since, until, {}
        cut = (latest - WINDOW).replace(microsecond=0)
        return cut, until, {"end_date": w3c(cut - _SECOND)}

    def box(self) -> tuple[float, float, float, float] | None:
        text = self.one("bbox")
        if not text:
            return None
        sides = [read_number(side.strip()) for side in text.split(",")]
        west, south, east, north = sides if len(sides) == 4 else [None] * 4
        if west is None or south is None or east is None or north is None:
            self.refuse("bbox", _NO_BOX)
            return None
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            self.refuse("bbox", _NO_BOX)
            return None
        return west, south, east, north

    def near(self) -> tuple[float, float, float] | None:
        texts = [self.one(name) for name in ("lat", "long", "radius")]
        if not any(texts):
            return None
        latitude, longitude, metres = (read_number(text) for text in texts)
        if latitude is None or longitude is None or metres is None:
            self.refuse("lat", _NO_POINT)
            return None
        if not (abs(latitude) <= 90 and abs(longitude) <= 180 and 0 < metres <= MOST_METRES):
            self.refuse("lat", _NO_POINT)
            return None
        return latitude, longitude, metres

    def cursor(self) -> str:
        cursor = self.one("cursor")
        try:
            read_cursor(cursor)
        except Problem:
            self.refuse("cursor", _NO_CURSOR)
            return ""
        return cursor
