"""The city's numbers for programs: the same tables that everybody may see as pages."""

from datetime import date, datetime

from msgspec import Struct

from city.cases.numbers.model import By, Figures, period_of
from city.cases.numbers.views import public_figures
from city.kernel import Work
from city.settings import current
from city.web import PUBLIC, get


class NumbersRow(Struct, frozen=True, kw_only=True):
    """The figures of one unit, category, ward, month …; docs/reference/numbers.md defines each.

    `key` is a unit's id, a category's or ward's code, a month as `2026-11`, or null for cases
    that have none. Rates are parts of 1; null where there is nothing to be a part of. Times are
    hours of the clock.
    """

    key: str | None
    due: int
    on_time: int
    on_time_rate: float | None
    processed: int
    processed_rate: float | None
    median_hours: float | None
    p90_hours: float | None
    returned: int
    reopened: int
    reopened_rate: float | None
    rated: int
    satisfied: int
    satisfaction: float | None
    open: int
    waiting: int
    late: int


class Numbers(Struct, frozen=True, kw_only=True):
    """A table of figures of what fell due from `since` (included) to `until` (left out)."""

    by: By
    since: datetime
    until: datetime
    total: NumbersRow
    rows: list[NumbersRow]


@get("/api/v1/numbers", allow=PUBLIC)
async def show_numbers(
    work: Work, by: By = By.UNIT, since: date | None = None, until: date | None = None
) -> Numbers:
    """Return how much of what fell due was answered in time, and how fast.

    Days are those of the city and both are included; without them it is the last 30 days. What
    is `open`, `waiting` or `late` is so now. Counted at most once a minute.
    """
    period = period_of(work.now, current().profile.zone, since=since, until=until)
    table = await public_figures(work, by, period)
    return Numbers(
        by=by,
        since=period.since,
        until=period.until,
        total=_row(table.total),
        rows=[_row(one) for one in table.rows],
    )


routes = [show_numbers]


def _row(figures: Figures) -> NumbersRow:
    return NumbersRow(**{name: getattr(figures, name) for name in NumbersRow.__struct_fields__})
