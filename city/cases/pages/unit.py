"""A unit's work, on the phone of the officer who does it."""

from typing import Any
from uuid import UUID

from city import media
from city.cases import actions, store
from city.cases.categories import known_categories
from city.cases.history import is_whole
from city.cases.model import STATUS_WORDS, Case, Status, moves_for
from city.cases.pages.board import read_or_missing
from city.cases.pages.desk import DONE_WORDS
from city.cases.pages.views import reader_of
from city.cases.verbs import MOST_PHOTOS, Answer, Plain
from city.kernel import Conflict, Invalid, Problem, Work, say
from city.web import UPLOAD_BYTES, Form, Request, Response, get, page, post, read_form, redirect

GROUPS = (Status.ROUTED, Status.DOING, Status.ANSWERED)


@get("/work", allow="cases.answer")
async def show_work(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show what this officer's unit has to do, whatever is due first on top."""
    items = await store.list_open(work, statuses=list(GROUPS), unit=work.actor.unit_id, limit=300)
    reader = await reader_of(request, work, await known_categories(work))
    lines = [(item.status, reader.line(item, "/work")) for item in items]
    return page(
        request,
        "cases/work.html",
        unit=reader.unit(work.actor.unit_id),
        groups=[
            {
                "key": str(status),
                "title": reader.say(STATUS_WORDS[status]),
                "lines": [line for s, line in lines if s is status],
            }
            for status in GROUPS
        ],
        late=sum(line["left"]["tone"] == "late" for _, line in lines),
    )


@get("/work/{ref:str}", allow="cases.answer")
async def show_case(request: Request[Any, Any, Any], work: Work, ref: str) -> Response[Any]:
    """Show a case of this officer's unit, and what can be done with it."""
    return await _page(request, work, await store.see_case_by_ref(work, read_or_missing(ref)))


@post("/work/{ref:str}/take", allow="cases.answer")
async def take_case(request: Request[Any, Any, Any], work: Work, ref: str) -> Response[Any]:
    """Begin to work on a case."""
    case = await store.see_case_by_ref(work, read_or_missing(ref))
    given, form = await read_form(request, Plain)
    if given is None:
        return await _page(request, work, case, form, 422)
    try:
        await actions.take_case(work, case.id, version=given.version)
    except Conflict as conflict:
        return await _refused(request, work, case, form, conflict)
    return redirect(f"/work/{case.ref}", say(DONE_WORDS["take"].text, ref=case.ref))


@post("/work/{ref:str}/answer", allow="cases.answer", request_max_body_size=UPLOAD_BYTES)
async def answer_case(request: Request[Any, Any, Any], work: Work, ref: str) -> Response[Any]:
    """Answer a case. Photos may come with the form; those that arrived stay if it is refused."""
    case = await store.see_case_by_ref(work, read_or_missing(ref))
    given, form = await read_form(request, Answer)
    kept = await _keep_files(work, form)
    if given is None or form.errors:
        return await _page(request, work, case, form, 422)
    try:
        await actions.answer_case(
            work, case.id, given.text, [*given.photos, *kept], version=given.version
        )
    except Invalid as invalid:
        form.errors |= invalid.errors
        return await _page(request, work, case, form, 422)
    except Conflict as conflict:
        return await _refused(request, work, case, form, conflict)
    return redirect("/work", say(DONE_WORDS["answer"].text, ref=case.ref))


routes = [show_work, show_case, take_case, answer_case]


async def _keep_files(work: Work, form: Form) -> list[UUID]:
    """Keep what came with a plain form, and put a word at the field for what cannot be used."""
    kept: list[UUID] = []
    for upload in form.files.get("files", [])[:MOST_PHOTOS]:
        try:
            file = await media.keep_upload(work, await upload.read(), upload.filename)
        except Invalid as invalid:
            form.errors["photos"] = next(iter(invalid.errors.values()), invalid.says)
        except Problem as problem:
            form.errors["photos"] = problem.says
        else:
            kept.append(file.id)
    form.values["photos"] = [*form.values.get("photos", []), *(str(id) for id in kept)]
    return kept


async def _refused(
    request: Request[Any, Any, Any], work: Work, case: Case, form: Form, conflict: Conflict
) -> Response[Any]:
    form.problem = conflict.says
    return await _page(request, work, await store.see_case(work, case.id), form, 409)


async def _page(
    request: Request[Any, Any, Any],
    work: Work,
    case: Case,
    form: Form | None = None,
    status: int = 200,
) -> Response[Any]:
    entries = await store.list_history(work, case.id)
    reader = await reader_of(request, work, await known_categories(work))
    form = form or Form({"text": case.answer})
    back = next((e for e in reversed(entries) if e.verb in ("send_back", "answer")), None)
    routed = next((e.note for e in reversed(entries) if e.verb == "route"), "")
    return page(
        request,
        "cases/work_case.html",
        status,
        case=reader.case(case),
        history=reader.history(entries),
        whole=is_whole(case, entries),
        may=[
            str(way.verb)
            for way in moves_for(await actions.definition_of(work, case), case, work.actor)
        ],
        sent_back=back.note if back and back.verb == "send_back" else "",
        word=routed,
        form=form,
        kept=_kept(form),
    )


def _kept(form: Form) -> list[dict[str, str]]:
    kept: list[dict[str, str]] = []
    for written in form.values.get("photos", []):
        try:
            id = UUID(str(written))
        except ValueError:
            continue
        kept.append({"id": str(id), "thumbnail_url": media.thumb_url(id)})
    return kept
