"""What the desk and units see of a report, on the page of its case."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from city import cases
from city.identity import SeenPerson
from city.kernel import Invalid, Missing, Work, read_ref
from city.reports import actions, store
from city.reports.attributes import Answer, answers_of
from city.reports.model import Report, Voice
from city.reports.views import Talk, as_written, pictures_of, talks_of, voices_of, ward_name
from city.web import Form, Request, Response, get, page, post, read_form, wants_fragment

_VOICES = 5


class Purpose(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody needs a name for."""

    purpose: str = ""


@get("/reports/by-case/{case_id:uuid}/desk-card", allow="cases.view")
async def desk_card(request: Request[Any, Any, Any], work: Work, case_id: UUID) -> Response[Any]:
    """Show the report a case came from, to those who may see the case: a part of its page.

    Empty for a case that came another way.
    """
    case = await cases.see_case(work, case_id)
    report = await store.find_by_case(work, case_id)
    report = as_written(report, case) if report else None
    said = await store.list_voices(work, report.id, _VOICES) if report and report.voices else []
    history = await cases.list_history(work, case_id) if report else []
    answers = []
    if report and report.attributes:
        known, language = await cases.known_categories(work), request.scope["state"]["language"]
        answers = answers_of(report.attributes, report.category, known, language)
    talks = talks_of(history)
    return _show(request, "reports/desk_card.html", report, said=said, talks=talks, answers=answers)


@post("/reports/{ref:str}/reporter", allow="identity.see_reporter")
async def show_reporter(request: Request[Any, Any, Any], work: Work, ref: str) -> Response[Any]:
    """Show who sent a report to somebody who says why; it is written down who looked."""
    report = await store.find_by_ref(work, read_ref(ref) or "")
    if report is None:
        raise Missing("There is no report with this reference.")
    given, form = await read_form(request, Purpose)
    try:
        reporter = await actions.see_reporter(work, report, given.purpose if given else "")
    except Invalid as invalid:
        form.errors = invalid.errors
        return _show(request, "reports/reporter.html", report, form, status=422)
    return _show(request, "reports/reporter.html", report, form, reporter)


def _show(
    request: Request[Any, Any, Any],
    template: str,
    report: Report | None,
    form: Form | None = None,
    reporter: SeenPerson | None = None,
    status: int = 200,
    said: Sequence[Voice] = (),
    talks: Sequence[Talk] = (),
    answers: Sequence[Answer] = (),
) -> Response[Any]:
    language = request.scope["state"]["language"]
    return page(
        request,
        template if wants_fragment(request) else "reports/desk_page.html",
        status,
        part=template,
        beside=wants_fragment(request),
        report=report,
        ward=ward_name(report.ward, language) if report else "",
        photos=pictures_of(report.photos) if report else [],
        voices=voices_of(report.voices, language) if report else "",
        said=[
            {"at": voice.at, "comment": voice.comment, "photos": pictures_of(voice.photos)}
            for voice in said
        ],
        talks=talks,
        answers=answers,
        form=form or Form(),
        reporter=reporter,
    )
