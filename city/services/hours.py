"""When a function is open: written by people, read by people and by the clock.

always                              day and night
office                              the city's working calendar, holidays and all
mon-fri 07:30-11:30 13:30-17:00     one line for days with the same hours; t2-t6 and cn too
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from babel.dates import get_day_names
from msgspec import Struct

from city import calendar
from city.kernel import Says, say
from city.settings import WEEKDAYS, BadHours, Intervals, current, read_intervals

_DAYS = {name: number for number, name in enumerate(WEEKDAYS)} | {
    name: number for number, name in enumerate(("t2", "t3", "t4", "t5", "t6", "t7", "cn"))
}
_LOOK_AHEAD_DAYS = 14


class Opening(Struct, frozen=True, kw_only=True):
    """When it is open: now or not, what to say about now, and the week in words."""

    open: bool
    says: Says
    lines: list[tuple[str, str]]


def read_hours(lines: Sequence[str]) -> dict[int, Intervals] | None:
    """Return the hours of each weekday that has any, Monday being 0; None for always and office.

    Raises BadHours with a sentence that says which line is wrong.
    """
    if list(lines) in ([], ["always"], ["office"]):
        return None
    week: dict[int, Intervals] = {}
    for line in lines:
        days, *written = line.lower().replace("–", "-").split() or [""]
        first, _, last = days.partition("-")
        if first not in _DAYS or _DAYS.get(last or first, -1) < _DAYS[first]:
            raise BadHours("“{given}” begins with no day, such as mon-fri or t2-t6.", given=line)
        if not written:
            raise BadHours("“{given}” has no hours, such as 07:30-11:30.", given=line)
        intervals = read_intervals(written)
        for day in range(_DAYS[first], _DAYS[last or first] + 1):
            week[day] = intervals
    return week


def opening_of(lines: Sequence[str], now: datetime, language: str) -> Opening | None:
    """Return when this is open, seen from `now`; None if nobody said."""
    if not lines:
        return None
    if list(lines) == ["always"]:
        return Opening(open=True, says=say("Day and night"), lines=[])
    week = read_hours(lines)
    local = now.astimezone(current().profile.zone)
    minute = local.hour * 60 + local.minute
    for start, end in _on(local.date(), week):
        if start <= minute < end:
            says = say("Open now, until {time}", time=_clock(end))
            return Opening(open=True, says=says, lines=_in_words(week, language))
    return Opening(
        open=False, says=_next(local, minute, week, language), lines=_in_words(week, language)
    )


def _on(day: date, week: dict[int, Intervals] | None) -> Intervals:
    if week is None:
        return calendar.current().intervals(day)
    return week.get(day.weekday(), ())


def _next(local: datetime, minute: int, week: dict[int, Intervals] | None, language: str) -> Says:
    for ahead in range(_LOOK_AHEAD_DAYS + 1):
        day = local.date() + timedelta(days=ahead)
        starts = [start for start, _ in _on(day, week) if ahead or start > minute]
        if starts and not ahead:
            return say("Closed now, opens at {time}", time=_clock(starts[0]))
        if starts:
            name = get_day_names("wide", locale=language)[day.weekday()]
            when = f"{name} {day:%d/%m}"
            return say("Closed now, opens {day} at {time}", day=when, time=_clock(starts[0]))
    return say("Closed now")


def _in_words(week: dict[int, Intervals] | None, language: str) -> list[tuple[str, str]]:
    """Return the week as lines of days and hours; neighbours with the same hours share one."""
    if week is None:
        week = {n: hours for n, hours in enumerate(current().profile.week) if hours}
    names = get_day_names("wide", locale=language)
    runs: list[list[int]] = []
    for day in sorted(week):
        if runs and runs[-1][-1] == day - 1 and week[runs[-1][-1]] == week[day]:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [
        (
            names[run[0]] if len(run) == 1 else f"{names[run[0]]} – {names[run[-1]]}",
            ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in week[run[0]]),
        )
        for run in runs
    ]


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
