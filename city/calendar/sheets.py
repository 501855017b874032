"""Files of declared days: a table (CSV) or a calendar (iCalendar), read without taking effect.

A table has the columns date, kind, hours and note, in any order; decree and note_en (or another
language of the city) may follow. kind is `off` or `work`, or a day's name as in `like:mon`.

In a calendar an event of whole days is a day off, or a working day if its categories hold WORK.
An event with times is a working day with those hours; several on one day are its intervals.
"""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import msgspec
from msgspec import Struct

from city import settings
from city.calendar.actions import against, faults_of
from city.calendar.model import MOST_DAYS, Day, Kind, NewDay
from city.kernel import Problem, Says, say
from city.settings import WEEKDAYS, BadHours, read_intervals

MOST_BYTES = 60_000
_OFF = {"off", "nghi", "nghỉ", "holiday"}
_WORK = {"work", "working", "lam", "làm", "lam bu", "làm bù"}
_COLUMNS = {"date", "kind", "hours", "note", "decree"}


class Line(Struct):
    """One line of a table or one event of a calendar, and what would become of it."""

    number: int
    written: str
    day: NewDay | None = None
    was: Day | None = None
    fault: Says | None = None

    @property
    def is_new(self) -> bool:
        """Whether it would change anything."""
        return self.day is not None and not (self.was and self.was.says_the_same(self.day))


class Sheet(Struct):
    """What a file says; it can take effect when no line has a fault."""

    name: str
    lines: list[Line]

    @property
    def faults(self) -> int:
        """How many lines are wrong."""
        return sum(line.fault is not None for line in self.lines)

    @property
    def new(self) -> list[NewDay]:
        """The days that it would change, none while there are faults."""
        return [] if self.faults else [line.day for line in self.lines if line.day and line.is_new]


def read_sheet(name: str, content: bytes, present: Sequence[Day]) -> Sheet:
    """Return what a file says of which day, and what is wrong with it, line by line.

    `present` is what is declared so far. Raises Problem for a file that is neither a table nor a
    calendar, or is too long.
    """
    if len(content) > MOST_BYTES:
        raise Problem("The file is larger than {most} kB.", most=MOST_BYTES // 1000)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem("The file is not written in UTF-8. Please save it as such.") from error
    text = text.replace("\x00", "")
    is_calendar = text.lstrip()[:15].upper() == "BEGIN:VCALENDAR"
    lines = _read_calendar(text) if is_calendar else _read_table(text)
    if not lines:
        raise Problem("The file has no days in it.")
    if len(lines) > MOST_DAYS:
        raise Problem("Please declare at most {n} days at once.", n=MOST_DAYS)
    seen: dict[date, int] = {}
    for line in lines:
        if line.day is None:
            continue
        if line.fault is None:
            line.fault = next(iter(faults_of(line.day).values()), None)
        if line.fault is None and line.day.date in seen:
            line.fault = say("This day is in line {n} already.", n=seen[line.day.date])
        seen.setdefault(line.day.date, line.number)
        line.day, line.was = against(line.day, present)
    return Sheet(name, lines)


def read_hours(written: str) -> tuple[tuple[int, int], ...]:
    """Return the intervals of `07:30-11:30, 13:30-17:00`; raises BadHours."""
    return read_intervals(part for part in re.split(r"[,;\n]", written) if part.strip())


def read_date(written: str) -> date | None:
    """Return the date of `2026-05-02` or `2/5/2026`, or None."""
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(written.strip(), pattern).date()
        except ValueError:
            continue
    return None


def _read_table(text: str) -> list[Line]:
    first = text.split("\n", 1)[0]
    comma = ";" if first.count(";") > first.count(",") else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=comma, skipinitialspace=True)
    names = [(name or "").strip().lower() for name in rows.fieldnames or []]
    notes = {"note_" + language for language in settings.current().profile.languages}
    if not {"date", "kind"} <= set(names):
        raise Problem("The first line must name the columns: date,kind,hours,note")
    if unknown := sorted(set(names) - _COLUMNS - notes - {""}):
        raise Problem("There is no column “{name}”.", name=unknown[0][:60])
    rows.fieldnames = names
    lines = []
    try:
        for row in rows:
            # What stands in columns that have no name comes as a list.
            cells = {k: v.strip() for k, v in row.items() if k and isinstance(v, str)}
            if any(cells.values()):
                lines.append(_row_line(rows.line_num, cells))
    except csv.Error as error:
        raise Problem("The file cannot be read: {reason}", reason=str(error)) from error
    return lines


def _row_line(number: int, cells: dict[str, str]) -> Line:
    line = Line(number, ", ".join(value for value in cells.values() if value)[:200])
    day, kind = read_date(cells.get("date", "")), cells.get("kind", "").lower()
    like = _weekday(kind.removeprefix("like:")) if kind.startswith("like:") else None
    if day is None:
        line.fault = say("“{given}” is no date, such as 2026-05-02.", given=cells.get("date", ""))
    elif kind not in _OFF | _WORK and like is None:
        line.fault = say("“{given}” is neither off nor work.", given=kind[:60])
    else:
        try:
            line.day = NewDay(
                date=day,
                kind=Kind.OFF if kind in _OFF else Kind.WORK,
                intervals=read_hours(cells.get("hours", "")),
                like=like,
                note=_notes(cells),
                decree=cells.get("decree", ""),
            )
        except BadHours as error:
            line.fault = Says(error.text, error.params)
    return line


def _weekday(name: str) -> int | None:
    return WEEKDAYS.index(name) + 1 if name in WEEKDAYS else None


def _notes(cells: dict[str, str]) -> dict[str, str]:
    notes = {name[5:]: value for name, value in cells.items() if name[:5] == "note_" and value}
    if cells.get("note"):
        notes.setdefault(settings.current().profile.language, cells["note"])
    return notes


def _read_calendar(text: str) -> list[Line]:
    try:
        events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    except Exception as error:  # The package raises whatever its parsers do.
        raise Problem("The file cannot be read: {reason}", reason=str(error)[:200]) from error
    lines: list[Line] = []
    worked: dict[date, Line] = {}
    for number, event in enumerate(events, 1):
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        try:
            _add_event(lines, worked, number, event)
        except (BadHours, Problem) as error:
            says = error.says if isinstance(error, Problem) else Says(error.text, error.params)
            lines.append(Line(number, str(event.get("SUMMARY", ""))[:200], fault=says))
        except Exception:
            # An event may lack anything, or have it in any form.
            fault = say("This event cannot be understood.")
            lines.append(Line(number, str(event.get("SUMMARY", ""))[:200], fault=fault))
    return lines


def _add_event(lines: list[Line], worked: dict[date, Line], number: int, event: Any) -> None:
    summary = str(event.get("SUMMARY", "")).strip()
    if event.get("RRULE") or event.get("RDATE"):
        raise Problem("Events that repeat are not taken. Please write out each day.")
    start = event.decoded("DTSTART")
    end = event.decoded("DTEND", None)
    if isinstance(start, datetime):
        _add_hours(lines, worked, number, summary, start, end)
        return
    categories = {str(name).strip().upper() for name in _categories(event)}
    kind = Kind.WORK if "WORK" in categories else Kind.OFF
    days = (end - start).days if isinstance(end, date) else 1
    if not 1 <= days <= MOST_DAYS:
        raise Problem("This event ends before it begins, or lasts more than a year.")
    for n in range(days):
        day = NewDay(date=start + timedelta(n), kind=kind, note=_note(summary))
        lines.append(Line(number, f"{day.date} {summary}"[:200], day))


def _add_hours(
    lines: list[Line],
    worked: dict[date, Line],
    number: int,
    summary: str,
    start: datetime,
    end: datetime | None,
) -> None:
    zone = settings.current().profile.zone
    local, until = (
        moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
        for moment in (start, end or start)
    )
    minutes = until.hour * 60 + until.minute
    if until.date() == local.date() + timedelta(1) and minutes == 0:
        minutes = 1440
    elif until.date() != local.date():
        raise Problem("An event with times must end on the day on which it begins.")
    stretch = (local.hour * 60 + local.minute, minutes)
    if stretch[1] <= stretch[0]:
        raise Problem("This event ends before it begins, or lasts more than a year.")
    line = worked.get(local.date())
    if line is None or line.day is None:
        day = NewDay(date=local.date(), kind=Kind.WORK, intervals=(stretch,), note=_note(summary))
        line = worked[local.date()] = Line(number, f"{day.date} {summary}"[:200], day)
        lines.append(line)
        return
    intervals = tuple(sorted({*line.day.intervals, stretch}))
    line.day = msgspec.structs.replace(line.day, intervals=intervals)


def _categories(event: Any) -> list[Any]:
    given = event.get("CATEGORIES")
    if given is None:
        return []
    groups = given if isinstance(given, list) else [given]
    return [name for group in groups for name in getattr(group, "cats", [group])]


def _note(summary: str) -> dict[str, str]:
    return {settings.current().profile.language: summary} if summary else {}
