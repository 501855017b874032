"""Trying a promise out: from this moment, so much working time, due when, and why."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Annotated, Any

from msgspec import Meta, Struct

from city.calendar.calendar import Calendar, Reason
from city.calendar.model import FIRST_DAY, LAST_DAY
from city.calendar.views import why
from city.web import Form, check, render_words

_DAY = timedelta(days=1)


class Unit(StrEnum):
    """What a promise is counted in."""

    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"


class Asked(Struct):
    """From which moment, in local time, and how much working time."""

    at: Annotated[str, Meta(max_length=40)]
    amount: Annotated[int, Meta(ge=0, le=10_000)]
    unit: Unit = Unit.DAYS


class Passed(Struct, frozen=True):
    """Days in a row that do not count, for one reason."""

    first: date
    last: date
    why: Any


def try_out(
    calendar: Calendar, query: Mapping[str, Any], now: datetime, language: str
) -> dict[str, Any]:
    """Return the form of a trial and, if one was asked for, what came out."""
    local = now.astimezone(calendar.zone)
    if "at" not in query:
        usual = {"at": f"{local:%Y-%m-%dT%H:%M}", "amount": "7", "unit": Unit.DAYS.value}
        return {"values": usual, "errors": {}, "found": None}
    asked, errors = check(Asked, query)
    form = Form(query, errors)
    moment = _moment(asked.at, calendar) if asked else None
    if asked is not None and moment is None:
        form.refuse("at", "Please give a day and a time between {first} and {last}.",
                    first=FIRST_DAY.year, last=LAST_DAY.year)  # fmt: skip
    found = _outcome(calendar, asked, moment, language) if asked and moment else None
    wrong = {name: render_words(language, says) for name, says in form.errors.items()}
    return {"values": form.values, "errors": wrong, "found": found}


def _moment(written: str, calendar: Calendar) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written).replace(tzinfo=calendar.zone)
    except ValueError:
        return None
    return moment if FIRST_DAY <= moment.date() <= LAST_DAY else None


def _outcome(calendar: Calendar, asked: Asked, moment: datetime, language: str) -> dict[str, Any]:
    if asked.unit is Unit.DAYS:
        begins = calendar.day_end_after(moment, 0).astimezone(calendar.zone).date()
        due = calendar.day_end_after(moment, asked.amount)
    else:
        minutes = asked.amount * (60 if asked.unit is Unit.HOURS else 1)
        # The moment before the first working minute is over lies on the first day that counts.
        first = calendar.add_minutes(moment, 1) - timedelta(minutes=1)
        begins = first.astimezone(calendar.zone).date()
        due = calendar.add_minutes(moment, minutes)
    end = due.astimezone(calendar.zone).date()
    return {
        "at": moment,
        "due": due,
        "begins": begins if begins != moment.date() else None,
        "passed": list(_passed(calendar, moment.date(), end, language)),
        "minutes": calendar.minutes_between(moment, due),
    }


def _passed(calendar: Calendar, first: date, last: date, language: str) -> Iterator[Passed]:
    days = (first + n * _DAY for n in range((last - first).days + 1))
    free = [day for day in days if not calendar.is_working_day(day)]

    def stretch(day: date) -> tuple[Any, ...]:
        reason = calendar.reason(day)
        # What lies between two weekends is no stretch of weekend.
        return reason, str(why(calendar, day, language)), day.toordinal() - free.index(day)

    for (reason, _, _), group in groupby(free, stretch):
        found = list(group)
        words = why(calendar, found[0], language)
        yield Passed(found[0], found[-1], words if reason is not Reason.FREE else None)
