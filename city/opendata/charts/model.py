"""The words of charts: what each shows, by what, and how it is drawn."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from city.cases import numbers
from city.kernel import Says, say

YEARS_BACK = 4
"""How many years before this one can be asked for."""


class Shape(StrEnum):
    """How a chart is drawn: rows with a bar each, columns over time, parts of a whole, a line."""

    BARS = "bars"
    COLUMNS = "columns"
    PARTS = "parts"
    LINE = "line"


class Unit(StrEnum):
    """What a chart counts in."""

    CASES = "cases"
    PERCENT = "percent"
    DAYS = "days"


class Series(Struct, frozen=True, kw_only=True):
    """One of the figures of a chart; `value` reads it from a row of numbers, None is a gap."""

    code: str
    name: Says
    value: Callable[[Any], float | None]


class Chart(Struct, frozen=True, kw_only=True):
    """A chart: the first of its series is what bars are ordered by."""

    code: str
    title: Says
    about: Says
    source: Literal["flow", "figures"]
    by: numbers.By
    shape: Shape
    unit: Unit
    series: tuple[Series, ...]
    also: tuple[Series, ...] = ()
    """What stands in the table only."""


class Asked(Struct, frozen=True, kw_only=True):
    """What somebody wants to see: a year, or the last twelve months; one category or one ward."""

    year: int | None = None
    category: str = ""
    ward: str = ""

    def query(self, **changes: Any) -> str:
        """Return the query of an address that asks for the same, with changes."""
        parts = {"year": self.year, "category": self.category, "ward": self.ward} | changes
        return "&".join(f"{name}={value}" for name, value in parts.items() if value)


class Point(Struct, frozen=True):
    """One row of a chart: what it is called, and a value for each series, None where none is."""

    key: str
    name: str
    values: tuple[float | None, ...]
    also: tuple[float | None, ...] = ()


def period_asked(asked: Asked, now: datetime, zone: ZoneInfo) -> numbers.Period:
    """Return the year as far as it has passed, or the last twelve months, this one included."""
    today = now.astimezone(zone).date()
    if asked.year:
        return numbers.period_of(
            now, zone, since=date(asked.year, 1, 1), until=date(asked.year, 12, 31)
        )
    first = (today.replace(day=1) - timedelta(days=334)).replace(day=1)
    return numbers.period_of(now, zone, since=first, until=today)


def months_of(period: numbers.Period, zone: ZoneInfo) -> list[str]:
    """Return every month that a period touches, as `2026-11`."""
    day = period.since.astimezone(zone).date().replace(day=1)
    last = (period.until - timedelta(microseconds=1)).astimezone(zone).date()
    months = []
    while day <= last:
        months.append(f"{day:%Y-%m}")
        day = (day + timedelta(days=31)).replace(day=1)
    return months


def _days(hours: float | None) -> float | None:
    return None if hours is None else round(hours / 24, 1)


RECEIVED = Series(code="received", name=say("Came in"), value=lambda row: row.received)
ANSWERED = Series(code="answered", name=say("Answered"), value=lambda row: row.answered)
FELL_DUE = Series(code="due", name=say("Fell due"), value=lambda row: row.due)
RATED = Series(code="rated", name=say("Rated"), value=lambda row: row.rated)
ON_TIME = Series(
    code="on_time_rate",
    name=say("On time, %"),
    value=lambda row: numbers.percent(row.on_time, row.due),
)
PROCESSED = Series(
    code="processed_rate",
    name=say("Processed, on time or not, %"),
    value=lambda row: numbers.percent(row.processed, row.due),
)
MEDIAN = Series(
    code="median_days", name=say("Half within, days"), value=lambda row: _days(row.median_hours)
)
SATISFIED = Series(code="satisfied", name=say("Satisfied"), value=lambda row: row.satisfied or None)
ACCEPTABLE = Series(
    code="acceptable",
    name=say("Acceptable"),
    value=lambda row: (row.content - row.satisfied) or None,
)
UNSATISFIED = Series(
    code="unsatisfied",
    name=say("Not satisfied"),
    value=lambda row: (row.rated - row.content) or None,
)

CHARTS: dict[str, Chart] = {
    chart.code: chart
    for chart in (
        Chart(
            code="months",
            title=say("Month by month: what came in, and what was answered"),
            about=say("Each month's cases, whatever became of them later."),
            source="flow",
            by=numbers.By.MONTH,
            shape=Shape.COLUMNS,
            unit=Unit.CASES,
            series=(RECEIVED, ANSWERED),
        ),
        Chart(
            code="categories",
            title=say("What people tell the city about"),
            about=say("How much came in, by what it is about."),
            source="flow",
            by=numbers.By.CATEGORY,
            shape=Shape.BARS,
            unit=Unit.CASES,
            series=(RECEIVED,),
            also=(ANSWERED,),
        ),
        Chart(
            code="wards",
            title=say("Where it comes from"),
            about=say("How much came in from each ward."),
            source="flow",
            by=numbers.By.WARD,
            shape=Shape.BARS,
            unit=Unit.CASES,
            series=(RECEIVED,),
            also=(ANSWERED,),
        ),
        Chart(
            code="on-time",
            title=say("Answered on time"),
            about=say("Of what fell due in each month, how much was answered by then."),
            source="figures",
            by=numbers.By.MONTH,
            shape=Shape.LINE,
            unit=Unit.PERCENT,
            series=(ON_TIME, PROCESSED),
            also=(FELL_DUE,),
        ),
        Chart(
            code="units",
            title=say("Which units answer on time"),
            about=say("Of what fell due, how much each unit answered by then."),
            source="figures",
            by=numbers.By.UNIT,
            shape=Shape.BARS,
            unit=Unit.PERCENT,
            series=(ON_TIME,),
            also=(PROCESSED, FELL_DUE),
        ),
        Chart(
            code="days",
            title=say("How long it takes"),
            about=say("Days within which half of what fell due was answered."),
            source="figures",
            by=numbers.By.CATEGORY,
            shape=Shape.BARS,
            unit=Unit.DAYS,
            series=(MEDIAN,),
            also=(FELL_DUE,),
        ),
        Chart(
            code="ratings",
            title=say("What people think of the answers"),
            about=say("Of what fell due in each month and was rated."),
            source="figures",
            by=numbers.By.MONTH,
            shape=Shape.PARTS,
            unit=Unit.CASES,
            series=(SATISFIED, ACCEPTABLE, UNSATISFIED),
            also=(RATED,),
        ),
    )
}
