"""Where staff list things in the street, bring them in from a table, and print their signs."""

from typing import Annotated, Any

import msgspec

from city import cases, identity
from city.kernel import Invalid, Problem, Work, say
from city.reports.points import actions, store, tables
from city.reports.points.model import KINDS, NewPoint, Point, read_code
from city.reports.views import groups_of, ward_name, wards_of
from city.settings import current
from city.web import Form, Request, Response, get, in_language, page, post, read_form, redirect

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]

_MOST = 60
_MOST_SIGNS = 240


class TableForm(msgspec.Struct, frozen=True, kw_only=True):
    """A table as it was looked over, and whether it is to be taken in now."""

    table: Annotated[str, msgspec.Meta(max_length=tables.MOST_LETTERS)] = ""
    apply: bool = False


class RetireForm(msgspec.Struct, frozen=True, kw_only=True):
    """Which thing is there no more."""

    code: str


@get("/desk/points", allow="cases.manage")
async def show_points(request: AnyRequest, work: Work) -> Answer:
    """Show the things in the street that bear a sign."""
    return await _show(request, work, Form(), 200)


@post("/desk/points", allow="cases.manage")
async def add_point(request: AnyRequest, work: Work) -> Answer:
    """List one thing more."""
    new, form = await read_form(request, NewPoint)
    if new is not None:
        try:
            point = await actions.add_point(work, new)
        except Invalid as invalid:
            form.errors = invalid.errors
        else:
            told = say("Listed. Its sign bears the number {code}.", code=point.code)
            return redirect(f"/desk/points#point-{point.code}", flash=told)
    return await _show(request, work, form, 422)


@post("/desk/points/retire", allow="cases.manage")
async def retire(request: AnyRequest, work: Work) -> Answer:
    """Say that a thing is there no more."""
    given, _ = await read_form(request, RetireForm)
    number = read_code(given.code) if given else None
    await actions.retire_point(work, number or 0)
    return redirect("/desk/points", flash=say("Out of use. Whoever scans its sign is told so."))


@post("/desk/points/import", allow="cases.manage", request_max_body_size=2_000_000)
async def bring_in(request: AnyRequest, work: Work) -> Answer:
    """Look a table over and show what would be listed; list it when told so."""
    given, form = await read_form(request, TableForm)
    text = given.table if given else ""
    if files := form.files.get("file"):
        try:
            text = (await files[0].read()).decode("utf-8-sig")
        except UnicodeDecodeError:
            form.errors["file"] = say("The file is not written in UTF-8. Please save it as such.")
            return await _show(request, work, form, 422)
    try:
        lines = await tables.read_table(work, text)
    except Problem as problem:
        form.errors["file"] = problem.says
        return await _show(request, work, form, 422)
    faults = tables.faults_in(lines)
    if given is not None and given.apply and not faults:
        added = await actions.add_all(work, [line.point for line in lines if line.point])
        return redirect("/desk/points", flash=say("{n} things are listed.", n=len(added)))
    return page(
        request,
        "reports/points_import.html",
        422 if faults else 200,
        lines=lines,
        faults=faults,
        table=text,
        kinds={code: kind.name.text for code, kind in KINDS.items()},
    )


@get("/desk/points/signs", allow="cases.manage")
async def print_signs(request: AnyRequest, work: Work) -> Answer:
    """Show signs to be printed on A4 and cut: those ticked, or all that the list shows."""
    asked = [
        number
        for code in request.query_params.getall("code", [])[:_MOST_SIGNS]
        if (number := read_code(code)) is not None
    ]
    points = await (
        store.list_numbered(work, asked) if asked else _list(request, work, _MOST_SIGNS)
    )
    language = current().profile.language
    sheets = [points[n : n + 8] for n in range(0, len(points), 8)]
    return page(
        request,
        "reports/points_signs.html",
        sheets=[[_sign(point, language) for point in sheet] for sheet in sheets],
    )


def _sign(point: Point, language: str) -> dict[str, str]:
    return {
        "code": f"{point.code[:3]} {point.code[3:]}",
        "url": f"{current().url}/p/{point.code}",
        "name": point.name,
        "place": ", ".join(p for p in (point.address, ward_name(point.ward, language)) if p),
        "own_number": point.own_number,
    }


async def _list(request: AnyRequest, work: Work, most: int) -> list[Point]:
    given = request.query_params
    return await store.list_points(
        work,
        kind=given.get("kind", "") if given.get("kind", "") in KINDS else "",
        ward=given.get("ward", ""),
        words=given.get("q", "").strip()[:60],
        after=read_code(given.get("after", "")) or 0,
        most=most,
    )


async def _show(request: AnyRequest, work: Work, form: Form, status: int) -> Answer:
    language = request.scope["state"]["language"]
    points = await _list(request, work, _MOST + 1)
    given = request.query_params
    categories = await cases.known_categories(work)
    filters = {k: given.get(k, "") for k in ("kind", "ward", "q")}
    return page(
        request,
        "reports/points.html",
        status,
        form=form,
        filters=filters,
        points=[
            {
                "code": point.code,
                "name": point.name,
                "kind": KINDS.get(point.kind, KINDS["other"]).name.text,
                "icon": KINDS.get(point.kind, KINDS["other"]).icon,
                "place": ", ".join(
                    p for p in (point.address, ward_name(point.ward, language)) if p
                ),
                "category": in_language(categories[point.category].name, language)
                if point.category in categories
                else point.category,
                "own_number": point.own_number,
                "open": point.open_reports,
            }
            for point in points[:_MOST]
        ],
        after=points[_MOST - 1].code if len(points) > _MOST else "",
        kinds=[{"value": code, "label": kind.name.text} for code, kind in KINDS.items()],
        groups=await groups_of(work, language),
        wards=wards_of(language),
        units=[
            {"value": unit.code, "label": in_language(unit.name, language)}
            for unit in await identity.list_units(work)
        ],
        columns=", ".join(tables.COLUMNS),
        most_lines=tables.MOST_LINES,
    )


routes = [show_points, add_point, retire, bring_in, print_signs]
