"""Pages of numbers: the city's for everybody, a unit's for its officers, the late for leaders."""

import csv
import io
from typing import Any
from uuid import UUID

from city import calendar, places
from city.cases.categories import known_categories
from city.cases.model import is_unit_officer
from city.cases.numbers import views
from city.cases.numbers.model import By, LateCase, LateGroup, Narrowed, Table, Why, period_of
from city.cases.numbers.store import count_late, list_due, list_figures
from city.cases.pages.views import Reader, reader_of
from city.cases.store import scope_of
from city.kernel import Work
from city.settings import current
from city.web import PUBLIC, Request, Response, get, page, read_cursor, write_cursor

SOON_MINUTES = 24 * 60
"""What is due within so many minutes of work is about to be late."""

TREND_DAYS = 84
MOST_LATE, MOST_SOON = 25, 20

COLUMNS = (
    "due",
    "on_time",
    "on_time_rate",
    "processed",
    "processed_rate",
    "median_hours",
    "p90_hours",
    "returned",
    "reopened",
    "rated",
    "content",
    "satisfied",
    "open",
    "waiting",
    "late",
)


@get("/numbers", allow=PUBLIC)
async def show_numbers(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show everybody how much the city answers and how much of it in time, whoever is to answer."""
    asked = views.read_period(work.now, dict(request.query_params))
    reader = await reader_of(request, work, await known_categories(work))
    tables = {
        by: await views.public_figures(work, by, asked.period)
        for by in (By.UNIT, By.CATEGORY, By.MONTH)
    }
    return page(
        request,
        "cases/numbers.html",
        asked=asked,
        periods=views.PERIODS,
        now=work.now,
        total=views.row("", tables[By.UNIT].total),
        units=views.league(reader, tables[By.UNIT]),
        categories=views.most_first(views.rows_of(reader, By.CATEGORY, tables[By.CATEGORY])),
        months=views.over_time(reader, By.MONTH, tables[By.MONTH]),
    )


@get("/numbers.csv", allow=PUBLIC)
async def download_numbers(
    request: Request[Any, Any, Any], work: Work, by: By = By.UNIT
) -> Response[bytes]:
    """Give a table of the public figures as CSV (UTF-8 with a byte order mark, as Excel wants)."""
    asked = views.read_period(work.now, dict(request.query_params))
    reader = await reader_of(request, work, await known_categories(work))
    table = await views.public_figures(work, by, asked.period)
    name = f"numbers-{by}-{asked.period.since:%Y%m%d}-{asked.period.until:%Y%m%d}.csv"
    return Response(
        _csv(reader, by, table),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


@get(["/leader", "/desk/units"], allow="cases.view")
async def show_leader(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show what is late and why, what is about to be, and how each unit keeps its promises.

    A unit's officer is shown that unit only.
    """
    narrowed = _narrowed(dict(request.query_params), scope_of(work.actor))
    return await _staff_page(request, work, narrowed, "cases/leader.html", "/desk/cases")


@get("/work/numbers", allow="cases.answer")
async def show_own(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show a unit's officers how their unit does, and what of theirs is late."""
    narrowed = _narrowed(dict(request.query_params), scope_of(work.actor) or work.actor.unit_id)
    return await _staff_page(request, work, narrowed, "cases/work_numbers.html", "/work")


routes = [show_numbers, download_numbers, show_leader, show_own]


async def _staff_page(
    request: Request[Any, Any, Any], work: Work, narrowed: Narrowed, template: str, base: str
) -> Response[Any]:
    given = dict(request.query_params)
    asked = views.read_period(work.now, given)
    groups = await count_late(work, narrowed)
    why = next((why for why in Why if why == given.get("why")), None)
    late = await _list_late(work, narrowed, groups, why, given.get("after", ""))
    soon = await list_due(
        work,
        since=work.now,
        before=calendar.current().add_minutes(work.now, SOON_MINUTES),
        narrowed=narrowed,
        limit=MOST_SOON,
    )
    units = await list_figures(work, By.UNIT, asked.period, narrowed)
    trend = period_of(asked.period.until, current().profile.zone, days=TREND_DAYS)
    weeks = await list_figures(work, By.WEEK, trend, narrowed)
    reader = await reader_of(request, work, await known_categories(work))
    return page(
        request,
        template,
        asked=asked,
        periods=views.PERIODS,
        why=str(why or ""),
        unit=str(narrowed.unit or ""),
        unit_name=reader.unit(narrowed.unit),
        ward=narrowed.ward or "",
        narrowed=_query(narrowed),
        unit_options=_unit_options(reader),
        ward_options=_ward_options(reader),
        own=is_unit_officer(work.actor),
        total=views.row("", units.total),
        units=views.league(reader, units),
        weeks=views.over_time(reader, By.WEEK, weeks),
        late_table=views.late_table(reader, groups),
        late=[views.late_line(reader, case, base) for case in late[:MOST_LATE]],
        later=_cursor(late),
        soon=[views.late_line(reader, case, base) for case in soon],
    )


def _narrowed(given: dict[str, str], only: UUID | None) -> Narrowed:
    try:
        unit = UUID(given.get("unit", ""))
    except ValueError:
        unit = None
    ward = given.get("ward", "")
    known = any(ward == one.code for one in places.list_wards())
    return Narrowed(unit=only or unit, ward=ward if known else None)


def _query(narrowed: Narrowed) -> str:
    parts = {"unit": narrowed.unit, "ward": narrowed.ward}
    return "".join(f"&{name}={value}" for name, value in parts.items() if value)


def _unit_options(reader: Reader) -> list[dict[str, str]]:
    options = [{"value": str(id), "label": reader.unit(id)} for id in reader.units]
    return sorted(options, key=lambda option: option["label"])


def _ward_options(reader: Reader) -> list[dict[str, str]]:
    return [{"value": one.code, "label": reader.named(one.name)} for one in places.list_wards()]


async def _list_late(
    work: Work, narrowed: Narrowed, groups: list[LateGroup], why: Why | None, after: str
) -> list[LateCase]:
    """Return what is late, the oldest first, and one more than is shown; none takes no statement.

    Of one reason: those that stand where any of the groups with this reason stands.
    """
    chosen = [group for group in groups if why in (None, group.why)]
    if not chosen:
        return []
    return await list_due(
        work,
        before=work.now,
        stands=[f"{group.status}/{group.state}" for group in chosen] if why else None,
        narrowed=narrowed,
        after=read_cursor(after),
        limit=MOST_LATE + 1,
    )


def _cursor(late: list[LateCase]) -> str:
    if len(late) <= MOST_LATE:
        return ""
    return write_cursor(late[MOST_LATE - 1].due_at, late[MOST_LATE - 1].id)


def _csv(reader: Reader, by: By, table: Table) -> bytes:
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow([by, "name", *COLUMNS])
    for one in [*table.rows, table.total]:
        name = "" if one.whole else views.name_of(reader, by, one.key)
        lines.writerow(
            [
                "total" if one.whole else one.key or "",
                name,
                *(_plain(getattr(one, column)) for column in COLUMNS),
            ]
        )
    return written.getvalue().encode("utf-8-sig")


def _plain(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else "" if value is None else value
