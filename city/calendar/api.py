"""The calendar for programs: when the city works, and declaring days."""

from datetime import date, timedelta
from typing import Annotated

from litestar.params import Parameter
from msgspec import Meta, Struct

from city import settings
from city.calendar import actions, known
from city.calendar.calendar import Calendar, Reason
from city.calendar.model import FIRST_DAY, LAST_DAY, Kind, NewDay, clock
from city.calendar.public import public_days
from city.kernel import Invalid, Says, Work
from city.settings import WEEKDAYS, BadHours, read_intervals
from city.web import PUBLIC, check_json, get, post
from city.web import Request as WebRequest

Year = Annotated[int | None, Parameter(ge=FIRST_DAY.year, le=LAST_DAY.year)]


class Interval(Struct, frozen=True):
    """From (included) to (excluded), as `HH:MM` of local time; `24:00` is the end of a day."""

    start: str
    end: str


class CalendarDay(Struct, frozen=True):
    """A day: whether and when the city works, and why.

    `name` is that of the holiday, or the reason declared, by language. `version` is that of the
    declaration in force, 0 if there is none.
    """

    date: date
    working: bool
    reason: Reason
    intervals: list[Interval]
    name: dict[str, str]
    decree: str
    version: int


class CalendarYear(Struct, frozen=True):
    """A year: its days, how many of them are worked, and the hours of an ordinary week."""

    year: int
    time_zone: str
    working_days: int
    week: dict[str, list[Interval]]
    days: list[CalendarDay]


class DeclaredDay(Struct):
    """A day to be declared `off` or `work`, or taken back (`usual`).

    `hours` are as `07:30-11:30`; without them, or a weekday whose hours count (`like`, 1 is
    Monday), a working day has the usual ones. `note` is the reason by language. `version` is that
    of the declaration it replaces, 0 if there is none.
    """

    date: date
    kind: Kind
    hours: Annotated[list[str], Meta(max_length=20)] = []
    like: Annotated[int, Meta(ge=1, le=7)] | None = None
    note: dict[str, str] = {}
    decree: str = ""
    version: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0


@get("/api/v1/calendar", allow=PUBLIC)
async def show_year(work: Work, year: Year = None) -> CalendarYear:
    """Say when the city works in a year (this one by default), day by day."""
    calendar = await known.refresh(work)
    number = year or work.now.astimezone(calendar.zone).year
    first, last = date(number, 1, 1), date(number, 12, 31)
    days = list_days(calendar, first, last)
    return CalendarYear(
        number,
        calendar.zone.key,
        sum(day.working for day in days),
        {name: _written(calendar.week[n]) for n, name in enumerate(WEEKDAYS)},
        days,
    )


@post("/api/v1/calendar/days", allow="cases.manage", takes=[DeclaredDay])
async def declare_day(request: WebRequest, work: Work) -> CalendarDay:
    """Declare a day, and return it; refused with 409 where `version` is not in force any more."""
    given = await check_json(request, DeclaredDay)
    try:
        intervals = read_intervals(given.hours)
    except BadHours as error:
        raise Invalid({"hours": Says(error.text, error.params)}) from error
    day = NewDay(
        date=given.date,
        kind=given.kind,
        intervals=intervals,
        like=given.like,
        note={language: note.strip() for language, note in given.note.items() if note.strip()},
        decree=given.decree,
        version=given.version,
    )
    await actions.set_day(work, day)
    calendar = await known.refresh(work, anew=True)
    return list_days(calendar, day.date, day.date)[0]


def list_days(calendar: Calendar, first: date, last: date) -> list[CalendarDay]:
    """Return every day from the first to the last, both included."""
    declared = {day.date: day for day in known.declared()}
    names = {
        language: public_days(calendar.country, calendar.subdivision, first.year, language).free
        for language in settings.current().profile.languages
    }
    found = []
    for n in range((last - first).days + 1):
        day = first + timedelta(n)
        said = declared.get(day)
        hours = calendar.intervals(day)
        holiday = {language: free[day] for language, free in names.items() if day in free}
        found.append(
            CalendarDay(
                day,
                bool(hours),
                calendar.reason(day),
                _written(hours),
                said.note if said else holiday,
                said.decree if said else "",
                said.version if said else 0,
            )
        )
    return found


def _written(hours: settings.Intervals) -> list[Interval]:
    return [Interval(clock(start), clock(end)) for start, end in hours]


routes = [show_year, declare_day]
