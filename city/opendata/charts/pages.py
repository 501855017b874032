"""The pages of charts, and each chart to be taken along: as a picture, a table, or a frame."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from babel.numbers import format_decimal

from city import cases, identity, places
from city.cases import numbers
from city.kernel import Missing, Work, say
from city.opendata.charts.drawing import draw
from city.opendata.charts.model import (
    CHARTS,
    YEARS_BACK,
    Asked,
    Chart,
    Point,
    Shape,
    Unit,
    months_of,
    period_asked,
)
from city.settings import current
from city.web import PUBLIC, Request, Response, get, in_language, page, render_words

Names = Callable[[str], str]

_SHARED = {
    "cache-control": "public, max-age=60",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
}
"""Anybody may take a chart along and show it elsewhere: there is nothing of anybody in it."""

_FRAMED = "; ".join(
    [
        "default-src 'none'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors *",
    ]
)

BY_WORDS = {
    numbers.By.MONTH: say("Month"),
    numbers.By.CATEGORY: say("Category"),
    numbers.By.WARD: say("Ward"),
    numbers.By.UNIT: say("Unit"),
}

_MOST_REMEMBERED = 64
_remembered: dict[tuple[Any, ...], Sequence[Any]] = {}


@get("/charts", allow=PUBLIC)
async def list_charts(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show every chart of the last twelve months, each small, with a way to the whole of it."""
    shown = [await _shown(request, work, chart, Asked(), most=6) for chart in CHARTS.values()]
    return page(request, "opendata/charts.html", charts=shown, now=work.now)


@get("/charts/{code:str}", allow=PUBLIC)
async def show_chart(request: Request[Any, Any, Any], work: Work, code: str) -> Response[Any]:
    """Show a chart, the table that says the same, and how to take it along.

    With `.svg`, `.csv` or `.json` behind its code it comes as that.
    """
    name, _, kind = code.partition(".")
    chart = CHARTS.get(name)
    if chart is None or kind not in ("", "svg", "csv", "json"):
        raise Missing("There is no such chart.")
    asked = await _asked(request, work, chart)
    if kind == "csv":
        return await _as_csv(request, work, chart, asked)
    if kind == "json":
        return await _as_json(request, work, chart, asked)
    shown = await _shown(request, work, chart, asked)
    if kind == "svg":
        answer = page(request, "opendata/chart.svg.html", **shown)
        answer.media_type = "image/svg+xml"
        answer.headers.update(_SHARED)
        return answer
    categories = await cases.known_categories(work)
    language = _language(request)
    this_year = work.now.astimezone(current().profile.zone).year
    return page(
        request,
        "opendata/chart.html",
        **shown,
        asked=asked,
        now=work.now,
        years=range(this_year, this_year - YEARS_BACK - 1, -1),
        categories=[
            {"value": one.code, "label": in_language(one.name, language)}
            for one in categories.values()
            if one.is_reported
        ]
        if chart.by is not numbers.By.CATEGORY
        else [],
        wards=[
            {"value": ward.code, "label": in_language(ward.name, language)}
            for ward in places.list_wards()
        ]
        if chart.by is not numbers.By.WARD
        else [],
        others=[(one.code, one.title) for one in CHARTS.values()],
    )


@get("/embed/charts/{code:str}", allow=PUBLIC)
async def embed_chart(request: Request[Any, Any, Any], work: Work, code: str) -> Response[Any]:
    """Show a chart for a frame on somebody else's page: no script, no menu."""
    chart = CHARTS.get(code)
    if chart is None:
        raise Missing("There is no such chart.")
    asked = await _asked(request, work, chart)
    shown = await _shown(request, work, chart, asked)
    answer = page(request, "opendata/chart_embed.html", **shown, asked=asked, now=work.now)
    answer.headers.update(_SHARED)
    answer.headers["content-security-policy"] = _FRAMED
    return answer


routes = [list_charts, show_chart, embed_chart]


async def count(work: Work, chart: Chart, asked: Asked) -> tuple[numbers.Period, Sequence[Any]]:
    """Return the period asked for and the rows of a chart, counted at most once a minute.

    Narrowed to a category or a ward, private cases are left out: what is few could be somebody.
    """
    minute = work.now.replace(second=0, microsecond=0)
    period = period_asked(asked, minute, current().profile.zone)
    narrowed = numbers.Narrowed(
        category=asked.category or None,
        ward=asked.ward or None,
        public=bool(asked.category or asked.ward),
    )
    key = (chart.source, chart.by, period, narrowed, minute)
    if key not in _remembered:
        if chart.source == "flow":
            rows: Sequence[Any] = await numbers.list_flow(work, chart.by, period, narrowed)
        else:
            rows = (await numbers.list_figures(work, chart.by, period, narrowed)).rows
        while len(_remembered) >= _MOST_REMEMBERED:
            _remembered.pop(next(iter(_remembered)), None)
        _remembered[key] = rows
    return period, _remembered[key]


def forget() -> None:
    """Count anew at the next question; for tests, whose clock stands still."""
    _remembered.clear()


def points_of(
    chart: Chart, rows: Sequence[Any], names: Names, months: Sequence[str]
) -> list[Point]:
    """Return the rows as points: the months in order from the first with anything, or most first.

    In a month without a row nothing came in; what is a part of nothing is a gap.
    """
    found = {row.key: row for row in rows if row.key}
    nothing = 0 if chart.source == "flow" else None
    first = next((n for n, month in enumerate(months) if month in found), len(months))
    keys = months[first:] if chart.by is numbers.By.MONTH else found
    points = [
        Point(
            key,
            names(key),
            tuple(one.value(found[key]) if key in found else nothing for one in chart.series),
            tuple(one.value(found[key]) if key in found else nothing for one in chart.also),
        )
        for key in keys
    ]
    if chart.by is numbers.By.MONTH:
        return points
    there = [point for point in points if point.values[0] is not None]
    if chart.unit is Unit.CASES:
        there = [point for point in there if point.values[0]]
    return sorted(there, key=lambda point: (-(point.values[0] or 0), point.name))


async def _shown(
    request: Request[Any, Any, Any], work: Work, chart: Chart, asked: Asked, *, most: int = 0
) -> dict[str, Any]:
    """Return what templates show of a chart; `most` leaves only so many bars."""
    language = _language(request)
    zone = current().profile.zone
    period, rows = await count(work, chart, asked)
    names = await names_of(work, chart.by, language)
    points = points_of(chart, rows, names, months_of(period, zone))
    some = points[:most] if most and chart.shape is Shape.BARS else points
    words = _writer(language, chart.unit)
    return {
        "chart": chart,
        "points": points,
        "more": len(points) - len(some),
        "empty": not any(value for point in points for value in point.values),
        "drawing": draw(chart, some, words),
        "series": [{"code": one.code, "name": one.name} for one in chart.series],
        "also": [{"code": one.code, "name": one.name} for one in chart.also],
        "by": BY_WORDS[chart.by],
        "city_url": current().url,
        "period": period,
        "until": min(period.until, work.now),
        "narrowed": " · ".join(await _narrowed_words(work, asked, language)),
    }


async def names_of(work: Work, by: numbers.By, language: str) -> Names:
    """Return what names the key of a row in a language."""
    known: Mapping[str, Mapping[str, str]] = {}
    if by is numbers.By.MONTH:
        return _month
    if by is numbers.By.CATEGORY:
        known = {code: one.name for code, one in (await cases.known_categories(work)).items()}
    elif by is numbers.By.WARD:
        known = {ward.code: ward.name for ward in places.list_wards()}
    elif by is numbers.By.UNIT:
        known = {str(unit.id): unit.name for unit in await identity.list_units(work)}
    return lambda key: in_language(known[key], language) if key in known else key


async def _asked(request: Request[Any, Any, Any], work: Work, chart: Chart) -> Asked:
    """Return what the address asks for; what is not known is not asked for."""
    given = request.query_params
    this_year = work.now.astimezone(current().profile.zone).year
    year = given.get("year", "")
    known = {str(y) for y in range(this_year - YEARS_BACK, this_year + 1)}
    category, ward = given.get("category", ""), given.get("ward", "")
    if chart.by is numbers.By.CATEGORY or category not in await cases.known_categories(work):
        category = ""
    if chart.by is numbers.By.WARD or all(ward != one.code for one in places.list_wards()):
        ward = ""
    return Asked(year=int(year) if year in known else None, category=category, ward=ward)


async def _narrowed_words(work: Work, asked: Asked, language: str) -> list[str]:
    words = []
    if asked.category:
        words.append((await names_of(work, numbers.By.CATEGORY, language))(asked.category))
    if asked.ward:
        words.append((await names_of(work, numbers.By.WARD, language))(asked.ward))
    return words


async def _as_csv(
    request: Request[Any, Any, Any], work: Work, chart: Chart, asked: Asked
) -> Response[bytes]:
    """Give the table of a chart as CSV (UTF-8 with a byte order mark, as Excel wants)."""
    points = (await _shown(request, work, chart, asked))["points"]
    codes = await _codes(work, chart.by)
    written = io.StringIO()
    lines = csv.writer(written)
    columns = [one.code for one in (*chart.series, *chart.also)]
    lines.writerow([str(chart.by), "name", *columns])
    for point in points:
        values = ["" if v is None else v for v in (*point.values, *point.also)]
        lines.writerow([codes(point.key), point.name, *values])
    return Response(
        written.getvalue().encode("utf-8-sig"),
        media_type="text/csv",
        headers={**_SHARED, "content-disposition": f'attachment; filename="{chart.code}.csv"'},
    )


async def _as_json(
    request: Request[Any, Any, Any], work: Work, chart: Chart, asked: Asked
) -> Response[bytes]:
    shown = await _shown(request, work, chart, asked)
    codes = await _codes(work, chart.by)
    columns = [one.code for one in (*chart.series, *chart.also)]
    body = {
        "chart": chart.code,
        "title": render_words(_language(request), chart.title),
        "by": str(chart.by),
        "unit": str(chart.unit),
        "since": _moment(shown["period"].since),
        "until": _moment(shown["until"]),
        "rows": [
            {
                "key": codes(point.key),
                "name": point.name,
                **dict(zip(columns, (*point.values, *point.also), strict=True)),
            }
            for point in shown["points"]
        ],
    }
    return Response(msgspec.json.encode(body), media_type="application/json", headers=dict(_SHARED))


async def _codes(work: Work, by: numbers.By) -> Names:
    """Return what turns the key of a row into the code others know it by: a unit's is its code."""
    if by is not numbers.By.UNIT:
        return str
    known = {unit.id: unit.code for unit in await identity.list_units(work)}
    return lambda key: known.get(UUID(key), key)


def _writer(language: str, unit: Unit) -> Callable[[float], str]:
    after = {Unit.CASES: "", Unit.PERCENT: "%", Unit.DAYS: ""}[unit]
    return lambda value: format_decimal(round(value, 1), locale=language) + after


def _month(key: str) -> str:
    year, month = key.split("-")
    return f"{int(month)}/{year}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(current().profile.zone).isoformat(timespec="seconds")


def _language(request: Request[Any, Any, Any]) -> str:
    return request.scope["state"]["language"]
