"""What the pages show: a year as twelve small months, and declarations in words."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import babel.dates

from city.calendar import known
from city.calendar.calendar import Calendar, Reason
from city.calendar.model import (
    FIRST_DAY,
    KINDS,
    LAST_DAY,
    Day,
    Kind,
    hours_of,
    note_in,
    write_intervals,
)
from city.calendar.public import public_days
from city.calendar.sheets import Line

__all__ = ["MOST_IN_A_ROW", "change", "line", "why", "write_intervals", "year"]

MOST_IN_A_ROW = 31
"""The most days that one form declares."""


def year(
    calendar: Calendar, declared: Sequence[Day], number: int, today: date, language: str
) -> dict[str, Any]:
    """Return everything that the page says about a year."""
    first, last = date(number, 1, 1), date(number, 12, 31)
    every = [first + timedelta(n) for n in range((last - first).days + 1)]
    reasons = {day: calendar.reason(day) for day in every}
    names = public_days(calendar.country, calendar.subdivision, number, language).free
    return {
        "year": number,
        "earlier": number - 1 if number > FIRST_DAY.year else None,
        "later": number + 1 if number < LAST_DAY.year else None,
        "first_day": FIRST_DAY.isoformat(),
        "last_day": LAST_DAY.isoformat(),
        "this_month": today.month if today.year == number else None,
        "working_days": sum(calendar.is_working_day(day) for day in every),
        "weekdays": _weekdays(language, "short"),
        "months": [
            _month(calendar, number, month, today, reasons, language) for month in range(1, 13)
        ],
        "holidays": [
            {"date": day, "name": name, "kept": reasons[day] is Reason.HOLIDAY}
            for day, name in sorted(names.items())
        ],
        "moved": [day for day in every if reasons[day] is Reason.MOVED],
        "declared": [change(day, language) for day in declared if day.date.year == number],
        "week": _week(calendar, language),
        "likes": [
            {"value": str(n), "label": name}
            for n, name in enumerate(_weekdays(language, "wide"), 1)
            if calendar.week[n - 1]
        ],
    }


def why(calendar: Calendar, day: date, language: str) -> str:
    """Return what this day is called: the holiday, or the reason that was declared, if any."""
    reason = calendar.reason(day)
    if reason is Reason.HOLIDAY:
        return public_days(calendar.country, calendar.subdivision, day.year, language).free[day]
    if reason in (Reason.DECLARED_OFF, Reason.DECLARED_WORK):
        return next((note_in(d.note, language) for d in known.declared() if d.date == day), "")
    return ""


def change(day: Day, language: str) -> dict[str, Any]:
    """Return a declaration as a row of a list."""
    hours = hours_of(day, known.current().week) if day.kind is Kind.WORK else ()
    return {
        "date": day.date,
        "kind": day.kind.value,
        "says": KINDS[day.kind],
        "hours": write_intervals(hours),
        "note": note_in(day.note, language),
        "decree": day.decree,
        "version": day.version,
        "by": day.declared_name,
        "at": day.declared_at,
    }


def line(found: Line, language: str) -> dict[str, Any]:
    """Return a line of a file, and what would become of it."""
    day = found.day
    hours = hours_of(day, known.current().week) if day and not found.fault else ()
    return {
        "number": found.number,
        "written": found.written,
        "fault": found.fault,
        "date": day.date if day else None,
        "says": KINDS[day.kind] if day else None,
        "hours": write_intervals(hours),
        "note": note_in(day.note, language) if day else "",
        "new": found.is_new,
        "replaces": KINDS[found.was.kind] if found.was and found.is_new else None,
    }


def _month(
    calendar: Calendar,
    number: int,
    month: int,
    today: date,
    reasons: dict[date, Reason],
    language: str,
) -> dict[str, Any]:
    days = [day for day in reasons if day.month == month]
    cells: list[dict[str, Any] | None] = [None] * days[0].weekday()
    cells += [
        {
            "day": day.day,
            "date": day.isoformat(),
            "reason": reasons[day].value,
            "name": why(calendar, day, language),
            "today": day == today,
        }
        for day in days
    ]
    cells += [None] * (-len(cells) % 7)
    name = babel.dates.format_date(days[0], "LLLL", locale=language)
    return {
        "name": name[:1].upper() + name[1:],
        "working": sum(calendar.is_working_day(day) for day in days),
        "weeks": [cells[n : n + 7] for n in range(0, len(cells), 7)],
    }


def _weekdays(language: str, width: Any) -> list[str]:
    names = babel.dates.get_day_names(width, "stand-alone", locale=language)
    return [names[n] for n in range(7)]


def _week(calendar: Calendar, language: str) -> list[dict[str, str]]:
    """Return the hours of a week, with days that follow each other and are alike together."""
    names = _weekdays(language, "wide")
    rows: list[dict[str, Any]] = []
    for n, hours in enumerate(calendar.week):
        written = write_intervals(hours)
        if rows and rows[-1]["hours"] == written:
            rows[-1]["last"] = names[n]
        else:
            rows.append({"first": names[n], "last": "", "hours": written})
    return rows
