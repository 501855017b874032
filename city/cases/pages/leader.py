"""What a leader asks: how much was done, how much of it in time, and who is late."""

from datetime import timedelta
from typing import Any

from city.cases import store
from city.cases.categories import known_categories
from city.cases.model import UnitFigures
from city.cases.pages.views import Reader, reader_of
from city.kernel import Work
from city.web import Request, Response, get, page

PERIODS = (7, 30, 90, 365)


@get(["/leader", "/desk/units"], allow="cases.view")
async def show_figures(
    request: Request[Any, Any, Any], work: Work, days: int = 30
) -> Response[Any]:
    """Show the city's and each unit's figures for what was due in the last days.

    A case counts as on time when its answer was published, or it was otherwise closed, by the
    time promised. What is still open past that time counts as not on time.
    """
    days = days if days in PERIODS else 30
    figures = await store.list_unit_figures(work, since=work.now - timedelta(days=days))
    reader = await reader_of(request, work, await known_categories(work))
    rows = [_row(reader, row) for row in figures]
    return page(
        request,
        "cases/leader.html",
        days=days,
        periods=PERIODS,
        total=_row(reader, _sum(figures)),
        rows=sorted(rows, key=lambda row: (-row["late_open"], row["on_time_share"], row["unit"])),
    )


routes = [show_figures]


def _sum(figures: list[UnitFigures]) -> UnitFigures:
    oldest = [row.oldest_due_at for row in figures if row.oldest_due_at]
    return UnitFigures(
        None,
        due=sum(row.due for row in figures),
        on_time=sum(row.on_time for row in figures),
        done=sum(row.done for row in figures),
        open=sum(row.open for row in figures),
        late_open=sum(row.late_open for row in figures),
        oldest_due_at=min(oldest, default=None),
    )


def _row(reader: Reader, row: UnitFigures) -> dict[str, Any]:
    return {
        "unit": reader.unit(row.unit_id, short=True),
        "unit_id": str(row.unit_id or ""),
        "due": row.due,
        "done": row.done,
        "on_time": row.on_time,
        "open": row.open,
        "late_open": row.late_open,
        "oldest_due_at": row.oldest_due_at,
        "done_share": _share(row.done, row.due),
        "on_time_share": _share(row.on_time, row.due),
    }


def _share(part: int, whole: int) -> float:
    """Return a percentage to one place, or 100 where nothing was due."""
    return round(100 * part / whole, 1) if whole else 100.0
