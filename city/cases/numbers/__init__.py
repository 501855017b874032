"""Numbers: how much the city answers, and how much of it by the time it promised.

All of them are counted from the rows of cases, never from a table of their own, and each is
defined once: in `numbers.model.Figures`. The same functions serve the pages, the API, the
sample city, an import and a replay.

    table = await numbers.list_figures(work, By.UNIT, period)
    table.total.on_time_rate, table.total.processed_rate  # Never one without the other.
"""

from city.cases.numbers.model import (
    FIRST_MOMENT,
    By,
    Figures,
    Flow,
    LateCase,
    LateGroup,
    Narrowed,
    Period,
    Table,
    Why,
    month_period,
    percent,
    period_of,
    why_late,
)
from city.cases.numbers.store import count_late, list_due, list_figures, list_flow

__all__ = [
    "FIRST_MOMENT",
    "By",
    "Figures",
    "Flow",
    "LateCase",
    "LateGroup",
    "Narrowed",
    "Period",
    "Table",
    "Why",
    "count_late",
    "list_due",
    "list_figures",
    "list_flow",
    "month_period",
    "percent",
    "period_of",
    "why_late",
]
