"""Figures put into a reader's words, and those that everybody may see remembered for a minute."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from city.cases.numbers import charts
from city.cases.numbers.model import (
    WHY_WORDS,
    By,
    Figures,
    LateCase,
    LateGroup,
    Period,
    Table,
    Why,
    month_period,
    next_month,
    percent,
    period_of,
)
from city.cases.numbers.store import list_figures
from city.cases.pages.views import PROCESS_WORDS, Reader
from city.kernel import Work
from city.settings import current

PERIODS = (7, 30, 90, 365)
MOST_REMEMBERED = 64


class Asked(Struct, frozen=True, kw_only=True):
    """The period somebody asked for: so many days, a month, or two dates (both included)."""

    days: int = 0
    month: str = ""
    since: str = ""
    until: str = ""
    period: Period

    @property
    def query(self) -> str:
        """The query of an address that asks for the same."""
        if self.days:
            return f"days={self.days}"
        if self.month:
            return f"month={self.month}"
        return f"since={self.since}&until={self.until}"


def read_period(now: datetime, given: dict[str, str]) -> Asked:
    """Return the period that a page was asked for; what cannot be read is 30 days."""
    zone = current().profile.zone
    since, until = _date(given.get("since", "")), _date(given.get("until", ""))
    if since or until:
        period = period_of(now, zone, since=since, until=until)
        return Asked(
            since=since.isoformat() if since else period.since.astimezone(zone).date().isoformat(),
            until=until.isoformat() if until else period.until.astimezone(zone).date().isoformat(),
            period=period,
        )
    if month := given.get("month", ""):
        try:
            return Asked(month=month, period=month_period(now, zone, month))
        except ValueError:
            pass
    days = given.get("days", "")
    known = int(days) if days in {str(n) for n in PERIODS} else 30
    return Asked(days=known, period=period_of(now, zone, days=known))


_remembered: dict[tuple[By, Period, datetime], Table] = {}


async def public_figures(work: Work, by: By, period: Period) -> Table:
    """Return the figures of the whole city as they were within the last minute.

    Anybody may ask for these as often as they like, and counting a year of a large city takes a
    quarter of a second: each process counts the same table at most once a minute.
    """
    minute = work.now.replace(second=0, microsecond=0)
    period = Period(period.since, min(period.until, minute))
    key = (by, period, minute)
    found = _remembered.get(key)
    if found is None:
        found = await list_figures(work, by, period)
        while len(_remembered) >= MOST_REMEMBERED:
            _remembered.pop(next(iter(_remembered)), None)
        _remembered[key] = found
    return found


def forget() -> None:
    """Count anew at the next question; for tests, whose clock stands still."""
    _remembered.clear()


def row(name: str, figures: Figures) -> dict[str, Any]:
    """Return what templates show of a row. Rates are percentages."""
    return {
        "name": name,
        "key": figures.key or "",
        "due": figures.due,
        "on_time": figures.on_time,
        "on_time_rate": percent(figures.on_time, figures.due),
        "processed": figures.processed,
        "processed_rate": percent(figures.processed, figures.due),
        "median_hours": figures.median_hours,
        "p90_hours": figures.p90_hours,
        "rated": figures.rated,
        "satisfaction": percent(figures.content, figures.rated),
        "satisfied_rate": percent(figures.satisfied, figures.rated),
        "reopened_rate": percent(figures.reopened, figures.returned),
        "open": figures.open,
        "waiting": figures.waiting,
        "late": figures.late,
        "oldest_due_at": figures.oldest_due_at,
    }


def name_of(reader: Reader, by: By, key: str | None, *, short: bool = False) -> str:
    """Return the name of a row in the reader's language; nothing where it has none."""
    if not key:
        return ""
    if by is By.UNIT:
        return reader.unit(UUID(key), short=short) or key
    if by is By.CATEGORY:
        return reader.category(key)
    if by is By.WARD:
        return reader.ward(key) or key
    if by is By.PROCESS:
        return next((reader.say(w) for p, w in PROCESS_WORDS.items() if p == key), key)
    if by is By.MONTH:
        year, month = key.split("-")
        return f"{int(month)}/{year}"
    if by is By.WEEK:
        day = date.fromisoformat(key)
        return f"{day.day}/{day.month}"
    return key


def rows_of(reader: Reader, by: By, table: Table, *, short: bool = False) -> list[dict[str, Any]]:
    """Return the rows of a table in which anything fell due, as they are ordered there."""
    return [row(name_of(reader, by, one.key, short=short), one) for one in table.rows if one.due]


def league(reader: Reader, table: Table) -> list[dict[str, Any]]:
    """Return the units, those that keep their promises best on top; more cases weigh more."""
    rows = [one for one in rows_of(reader, By.UNIT, table, short=True) if one["name"]]
    return sorted(rows, key=lambda one: (-one["on_time_rate"], -one["due"], one["name"]))


def most_first(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with those on top of which most fell due."""
    return sorted(rows, key=lambda one: (-one["due"], one["name"]))


def over_time(reader: Reader, by: By, table: Table) -> dict[str, Any]:
    """Return months or weeks as a chart and as rows; one in which nothing fell due is a gap."""
    found = {one.key: one for one in table.rows if one.key}
    keys = _every(by, sorted(found)) if found else []
    values = [found.get(key) for key in keys]
    chart = charts.rate_lines(
        [name_of(reader, by, key) for key in keys],
        {
            "processed": [percent(v.processed, v.due) if v else None for v in values],
            "on_time": [percent(v.on_time, v.due) if v else None for v in values],
        },
    )
    return {"chart": chart, "rows": rows_of(reader, by, table)}


def late_table(reader: Reader, groups: Sequence[LateGroup]) -> dict[str, Any]:
    """Return units by steps: how many late cases each unit has at each, most late on top."""
    reasons = [why for why in Why if any(group.why is why for group in groups)]
    by_unit: dict[UUID | None, list[LateGroup]] = {}
    for group in groups:
        by_unit.setdefault(group.unit_id, []).append(group)
    rows = [_late_row(reader, unit, found, reasons) for unit, found in by_unit.items()]
    return {
        "reasons": [{"key": str(why), "words": reader.say(WHY_WORDS[why])} for why in reasons],
        "rows": sorted(rows, key=lambda one: (-one["late"], one["oldest_due_at"])),
        "total": _late_row(reader, None, groups, reasons) if groups else None,
    }


def _late_row(
    reader: Reader, unit: UUID | None, groups: Sequence[LateGroup], reasons: Sequence[Why]
) -> dict[str, Any]:
    return {
        "unit": reader.unit(unit, short=True),
        "key": str(unit or ""),
        "cells": [
            {"why": str(why), "n": sum(g.late for g in groups if g.why is why)} for why in reasons
        ],
        "late": sum(group.late for group in groups),
        "reopened": sum(group.reopened for group in groups),
        "escalated": sum(group.escalated for group in groups),
        "oldest_due_at": min(group.oldest_due_at for group in groups),
    }


def late_line(reader: Reader, case: LateCase, base: str) -> dict[str, Any]:
    """Return a line of what is late: what, where, who has it, which step, and since when."""
    entered = case.entered_at or (case.opened_at if case.status == "new" else None)
    return {
        "ref": case.ref,
        "href": f"{base}/{case.ref}",
        "summary": case.summary.split("\n", 1)[0],
        "private": case.private,
        "category": reader.category(case.category),
        "place": reader.place(case.ward, case.address),
        "unit": reader.unit(case.unit_id, short=True),
        "why": reader.say(WHY_WORDS[case.why]),
        "stood": reader.now - entered if entered else None,
        "step_late": case.step_is_late(reader.now),
        "left": reader.left(case.due_at, case.process),
        "due_at": case.due_at,
        "revisit_on": case.revisit_on,
        "reopened": case.reopened,
        "escalated": case.escalated,
    }


def _every(by: By, keys: list[str]) -> list[str]:
    """Return every month or week from the first to the last."""
    if by is By.WEEK:
        day, last = date.fromisoformat(keys[0]), date.fromisoformat(keys[-1])
        return [(day + timedelta(weeks=n)).isoformat() for n in range((last - day).days // 7 + 1)]
    first, every = date.fromisoformat(f"{keys[0]}-01"), []
    while (key := first.isoformat()[:7]) <= keys[-1]:
        every.append(key)
        first = next_month(first)
    return every


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
