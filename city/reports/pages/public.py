"""What everybody may see: the list, the map, and a report's own page with its rating."""

from typing import Any
from uuid import UUID

import msgspec

from city import cases, media
from city.cases import Rating, Status
from city.kernel import Invalid, Missing, Work, read_ref, say
from city.reports import actions, store, wording
from city.reports.model import LONGEST_REPLY, MOST_PHOTOS, Report
from city.reports.official import answer_code
from city.reports.search import Filters, find_reports, read_filters
from city.reports.views import (
    as_public,
    as_written,
    face_of,
    groups_of,
    lines_of,
    talks_of,
    voices_of,
    ward_name,
    wards_of,
)
from city.reports.wording import in_language
from city.settings import current
from city.web import (
    PUBLIC,
    Form,
    Request,
    Response,
    get,
    keep_offline,
    page,
    post,
    read_form,
    redirect,
    render_words,
)


class RatingForm(msgspec.Struct, frozen=True, kw_only=True):
    """What the reporter thinks of the answer."""

    rating: Rating
    comment: str = ""


@get("/reports", allow=PUBLIC)
async def list_public(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show the public reports, newest first, narrowed to what is asked for."""
    language = request.scope["state"]["language"]
    filters = read_filters(request.query_params)
    cards, after = await find_reports(
        work, msgspec.structs.replace(filters, cursor=request.query_params.get("cursor", ""))
    )
    categories = await cases.known_categories(work)
    unit = in_language(cards[0].unit_name, language) if filters.unit and cards else ""
    return page(
        request,
        "reports/list.html",
        lines=lines_of(cards, categories, language, work.now),
        filters=filters,
        chips=_chips(filters, categories, unit, language),
        groups=await groups_of(work, language),
        wards=wards_of(language),
        older=f"/reports?{filters.query(cursor=after)}" if after else "",
        first=not request.query_params.get("cursor"),
        newest="/reports?" + filters.query(),
        map_query=filters.query(q="", ward="", unit="", latitude="", longitude=""),
        feed_query=filters.query(q="", state="", unit="", latitude="", longitude=""),
    )


@get("/reports/nearby", allow=PUBLIC)
async def list_nearby(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show a few of the newest reports, around a point if one is given: a part of other pages."""
    language = request.scope["state"]["language"]
    filters = read_filters(request.query_params)
    cards, _ = await find_reports(work, filters, most=3)
    return page(
        request,
        "reports/nearby.html",
        lines=lines_of(cards, await cases.known_categories(work), language, work.now),
        query=filters.query(),
    )


@get("/map", allow=PUBLIC)
async def show_map(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show the public reports on a map."""
    language = request.scope["state"]["language"]
    filters = read_filters(
        {k: v for k, v in request.query_params.items() if k in ("category", "state")}
    )
    return page(
        request,
        "reports/map.html",
        filters=filters,
        groups=await groups_of(work, language),
        query=filters.query(),
    )


@get("/reports/{ref:str}", allow=PUBLIC)
async def show_report(request: Request[Any, Any, Any], work: Work, ref: str) -> Response[Any]:
    """Show one report; a private one only to its reporter and those who work on it."""
    report = await find_public(request, work, ref)
    if report.ref != ref:
        return redirect(f"/reports/{report.ref}")
    return await show_face(request, work, report, Form(), 200)


@post("/reports/{ref:str}/rating", allow="me")
async def rate(request: Request[Any, Any, Any], work: Work, ref: str) -> Response[Any]:
    """Take in what the reporter thinks of the answer."""
    report = await find_public(request, work, ref)
    rated, form = await read_form(request, RatingForm)
    if rated is None:
        form.errors = {"rating": say("Please choose one of the three.")}
        return await show_face(request, work, report, form, 422)
    try:
        await actions.rate_report(work, report, rated.rating, rated.comment)
    except Invalid as invalid:
        form.errors = invalid.errors
        return await show_face(request, work, report, form, 422)
    thanks = say("Thank you for telling us.")
    return redirect(f"/reports/{report.ref}", flash=thanks)


async def find_public(request: Request[Any, Any, Any], work: Work, ref: str) -> Report:
    """Return the report of this reference; raise Missing unless this person may see it."""
    report = await store.find_by_ref(work, read_ref(ref) or "", request.user.id)
    if report is None or not actions.may_see(request.user, report):
        raise Missing("There is no report with this reference.")
    return report


async def show_face(
    request: Request[Any, Any, Any], work: Work, report: Report, form: Form, status: int
) -> Response[Any]:
    """Show a report's page, with the forms that this person may fill in."""
    language = request.scope["state"]["language"]
    case = await cases.get_case(work, report.case_id)
    history = await cases.list_history(work, report.case_id)
    definition = await cases.definition_of(work, case)
    state = definition.states.get(case.state)
    categories = await cases.known_categories(work)
    into = await store.find_by_case(work, case.merged_into) if case.merged_into else None
    question = wording.open_question(history) if case.is_open else ""
    mine = report.reporter_id is not None and report.reporter_id == request.user.id
    report = as_written(report, case) if mine else as_public(report)
    answer = page(
        request,
        "reports/report.html",
        status,
        form=form,
        report=face_of(report, case, history, categories, language, work.now),
        voices=voices_of(report.voices, language),
        voiced=report.voiced,
        follows=report.follows,
        mine=mine,
        may_rate=mine and case.status is Status.DONE and case.rating is None,
        reopens=case.reopened < definition.reopen_by_right,
        contested=mine and case.contested_at is not None,
        stands_at=in_language(state.public, language) if state and case.is_open else "",
        question=question if mine else "",
        asked=bool(question),
        talks=[talk for talk in talks_of(history) if talk.replied_at] if mine else [],
        kept=[
            {"id": id, "thumbnail_url": media.thumb_url(UUID(id))}
            for id in form.values.get("photos", [])
        ],
        most_photos=MOST_PHOTOS,
        longest_reply=LONGEST_REPLY,
        public=not (report.private or case.status in (Status.REJECTED, Status.MERGED)),
        code=(code := answer_code(report, history)),
        checked_at=f"{current().url}/verify/{code}",
        into=into.ref if into and actions.may_see(request.user, into) else "",
        is_sent=(mine and case.status is Status.NEW) or "sent" in request.query_params,
    )
    return keep_offline(answer, "person") if mine else answer


def _chips(filters: Filters, categories: Any, unit: str, language: str) -> list[dict[str, str]]:
    """Return what the list is narrowed to, each with the address that drops it."""
    chips: list[tuple[str, dict[str, str | None]]] = []
    if filters.q:
        chips.append((f"“{filters.q}”", {"q": None}))
    if filters.category:
        category = categories.get(filters.category)
        name = in_language(category.name, language) if category else filters.category
        chips.append((name, {"category": None}))
    if filters.ward:
        chips.append((ward_name(filters.ward, language) or filters.ward, {"ward": None}))
    if filters.state:
        words = {"open": "Still open", "closed": "Closed"}[filters.state]
        chips.append((render_words(language, words), {"state": None}))
    if filters.unit:
        chips.append((unit or render_words(language, "One unit"), {"unit": None}))
    if filters.near:
        near = render_words(language, "Within {metres} m of a place", metres=filters.radius)
        chips.append((near, {"latitude": None, "longitude": None}))
    return [
        {"label": label, "href": "/reports?" + filters.query(**without)} for label, without in chips
    ]
