"""What the calendar does: declaring days off and working days, and taking that back."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from city import settings
from city.calendar import known, store
from city.calendar.model import (
    FIRST_DAY,
    LAST_DAY,
    MOST_DAYS,
    CalendarChanged,
    Day,
    Kind,
    NewDay,
)
from city.kernel import Conflict, Invalid, Says, Work, say

MOST_LETTERS = 300


async def set_day(work: Work, day: NewDay) -> None:
    """Declare a day off, or a working day. See `set_days`."""
    await set_days(work, [day])


async def set_days(work: Work, days: Sequence[NewDay]) -> None:
    """Declare these days, all or none, and announce CalendarChanged from the first to the last.

    Needs `cases.manage`, or to be the city itself. Raises Invalid for a day that cannot be, and
    Conflict where one is no longer as its `version` says. No days, no change.
    """
    if not work.actor.may("city.react"):
        work.actor.require("cases.manage")
    wrong = {name: says for day in days for name, says in faults_of(day).items()}
    dates = [day.date for day in days]
    if len(dates) > MOST_DAYS:
        wrong["date"] = say("Please declare at most {n} days at once.", n=MOST_DAYS)
    if len(set(dates)) < len(dates):
        wrong["date"] = say("A day can be declared only once.")
    if wrong:
        raise Invalid(wrong)
    if not days:
        return
    known.expect_change()
    done = await store.add_days(work, [_row(day) for day in days])
    if missed := sorted(set(dates) - set(done)):
        raise Conflict(
            "Somebody has declared {date} meanwhile. Nothing was changed; please look again.",
            date=f"{missed[0]:%d/%m/%Y}",
        )
    work.announce(CalendarChanged(first=min(dates), last=max(dates)))


async def remove_day(work: Work, day: date, version: int) -> None:
    """Take back what was declared of this day, if it is still this version.

    Needs `cases.manage`. Raises Conflict if it is not, or nothing is declared.
    """
    if version < 1:
        raise Invalid({"version": say("This number is not possible here.")})
    await set_day(work, NewDay(date=day, kind=Kind.USUAL, version=version))


def faults_of(day: NewDay) -> dict[str, Says]:
    """Return a sentence for each field of a declaration that cannot be."""
    faults: dict[str, Says] = {}
    if not FIRST_DAY <= day.date <= LAST_DAY:
        faults["date"] = say(
            "The calendar reaches from {first} to {last}.", first=FIRST_DAY.year, last=LAST_DAY.year
        )
    if day.kind is not Kind.WORK and (day.intervals or day.like):
        faults["hours"] = say("A day off has no hours.")
    elif day.intervals and day.like:
        faults["like"] = say("Please give hours, or a weekday whose hours count, not both.")
    elif any(
        not (0 <= start < end <= 1440) or start < before
        for (start, end), before in zip(
            day.intervals, (0, *(end for _, end in day.intervals)), strict=False
        )
    ):
        faults["hours"] = say("These hours overlap or end before they begin.")
    elif day.like and not settings.current().profile.week[day.like - 1]:
        faults["like"] = say("The city does not work on that weekday, so it has no hours.")
    if day.kind is not Kind.USUAL and not any(day.note.values()):
        faults["note"] = say("Please say why, so that people understand.")
    if day.note.keys() - set(settings.current().profile.languages):
        faults["note"] = say("This language is not spoken here.")
    if max(map(len, (*day.note.values(), day.decree))) > MOST_LETTERS:
        faults["note"] = say("Please write at most {most} characters.", most=MOST_LETTERS)
    return faults


def against(day: NewDay, present: Sequence[Day]) -> tuple[NewDay, Day | None]:
    """Return the declaration with the version it replaces, and what it replaces."""
    was = next((one for one in present if one.date == day.date), None)
    return msgspec.structs.replace(day, version=was.version if was else 0), was


def _row(day: NewDay) -> dict[str, Any]:
    return msgspec.to_builtins(day)
