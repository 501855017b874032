"""The words of the calendar: days on which the city works otherwise than usual."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from city.calendar.calendar import hours_like
from city.kernel import Event, Says, say
from city.settings import Intervals, Week

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
"""Between these days something can be declared, asked and shown."""
MOST_DAYS = 366
"""The most days that one decision or one file can change."""


class Kind(StrEnum):
    """What was said of a day."""

    OFF = "off"
    WORK = "work"
    USUAL = "usual"
    """Nothing any more: it is again what its weekday and the public holidays make of it."""


KINDS: dict[Kind, Says] = {
    Kind.OFF: say("Day off"),
    Kind.WORK: say("Working day"),
    Kind.USUAL: say("As usual again"),
}


class NewDay(Struct, frozen=True, kw_only=True):
    """A day to be declared off, or a working day.

    A working day has its own `intervals`, those of another weekday (`like`, 1 is Monday), or else
    the usual ones of its weekday. `note` is the reason people see, by language; `decree` names the
    paper that says so. `version` is that of the declaration it replaces, 0 if there is none.
    """

    date: date
    kind: Kind
    intervals: Intervals = ()
    like: Annotated[int, Meta(ge=1, le=7)] | None = None
    note: dict[str, str] = {}
    decree: str = ""
    version: int = 0

    def says_the_same(self, other: "NewDay") -> bool:
        """Return whether the other declares the same, whoever did and when."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in ("date", "kind", "intervals", "like", "note", "decree")
        )


class Day(NewDay, frozen=True, kw_only=True):
    """A day that was declared, by whom and when."""

    declared_by: UUID | None
    declared_name: str
    declared_at: datetime


class CalendarChanged(Event, frozen=True):
    """Working time is another one from the first of these days to the last."""

    first: date
    last: date


def hours_of(day: NewDay, week: Week) -> Intervals:
    """Return when the city works on a declared day; none if it is off."""
    if day.kind is Kind.OFF:
        return ()
    return day.intervals or hours_like(week, (day.like or day.date.isoweekday()) - 1)


def exceptions(days: Iterable[Day], week: Week) -> dict[date, Intervals]:
    """Return the declared days as a calendar takes them."""
    return {day.date: hours_of(day, week) for day in days}


def write_intervals(intervals: Intervals) -> str:
    """Return `07:30–11:30, 13:30–17:00`."""
    return ", ".join(f"{clock(start)}–{clock(end)}" for start, end in intervals)


def clock(minute: int) -> str:
    """Return a minute of the day as `HH:MM`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def note_in(note: Mapping[str, str], language: str) -> str:
    """Return a note in this language, or in whichever it was written."""
    return note.get(language) or next(iter(note.values()), "")
