"""A unit's work, on the phone of the officer who does it, with or without a network."""

import contextlib
from typing import Any
from uuid import UUID

import msgspec

from city import media
from city.cases import actions, store
from city.cases.categories import known_categories
from city.cases.desk.attempt import attempt
from city.cases.history import is_whole
from city.cases.model import STATUS_WORDS, Case, Status
from city.cases.pages.board import read_or_missing
from city.cases.pages.desk import DONE_WORDS
from city.cases.pages.moves import read_given, ways_for
from city.cases.pages.views import reader_of
from city.cases.verbs import verb_called
from city.kernel import Conflict, Invalid, Missing, Problem, Work, say
from city.web import (
    UPLOAD_BYTES,
    Form,
    Request,
    Response,
    get,
    keep_offline,
    page,
    post,
    read_form,
    redirect,
)

GROUPS = (Status.ROUTED, Status.DOING, Status.WAITING, Status.ANSWERED)

UNIT_VERBS = frozenset(
    {"take", "answer", "hand_back", "ask", "reply", "pause", "resume", "step", "contribute"}
)

_LONGEST_KEY = 64


@get("/work", allow="cases.answer")
async def show_work(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show what this officer's unit has to do or helps with, whatever is due first on top."""
    items = await store.list_work(work, unit=work.actor.unit_id, limit=300)
    reader = await reader_of(request, work, await known_categories(work))
    lines = [
        (
            item.status,
            {
                **reader.line(item, "/work"),
                "latitude": item.latitude,
                "longitude": item.longitude,
                "helps": item.unit_id != work.actor.unit_id,
                "revisit_on": item.revisit_on,
            },
        )
        for item in items
    ]
    answer = page(
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
    return keep_offline(answer, "person")


@get("/work/{ref:str}", allow="cases.answer")
async def show_case(request: Request[Any, Any, Any], work: Work, ref: str) -> Response[Any]:
    """Show a case of this officer's unit, and what can be done with it."""
    answer = await _page(request, work, await store.see_case_by_ref(work, read_or_missing(ref)))
    return keep_offline(answer, "person")


@post("/work/{ref:str}/{verb:str}", allow="cases.answer", request_max_body_size=UPLOAD_BYTES)
async def move_case(
    request: Request[Any, Any, Any], work: Work, ref: str, verb: str
) -> Response[Any]:
    """Do something with a case. Photos may come with the form, and stay if it is refused.

    With a `key` of the sender's it is done once, however often it is sent: a phone that lost the
    network cannot know whether the first time arrived.
    """
    verb = verb.replace("-", "_")
    if verb not in UNIT_VERBS:
        raise Missing("There is no such thing to do with a case.")
    case = await store.see_case_by_ref(work, read_or_missing(ref))
    wanted = verb_called(verb)
    given, form = await read_form(request, wanted.shape)
    await _keep_files(work, form)
    if given is not None and not form.errors:
        typed = {**form.values, "photos": form.values.get("photos", [])}
        try:
            async with attempt(work):
                if await _is_new(work, case, verb, str(typed.get("key", ""))):
                    await wanted.do(work, case.id, await _whole(work, case, given, typed))
        except Invalid as invalid:
            form.errors |= invalid.errors
        except Conflict as conflict:
            if _is_program(request):
                raise
            form.problem = conflict.says
            fresh = await store.see_case(work, case.id)
            return await _page(request, work, fresh, form, 409, verb)
        else:
            onward = "/work" if verb in ("answer", "hand_back") else f"/work/{case.ref}"
            return redirect(onward, say(DONE_WORDS[verb].text, ref=case.ref))
    if _is_program(request):
        raise Invalid(form.errors)
    return await _page(request, work, case, form, 422, verb)


routes = [show_work, show_case, move_case]


def _is_program(request: Request[Any, Any, Any]) -> bool:
    """Return whether a script sends what it has kept, and wants to hear why it is refused."""
    return "json" in request.headers.get("accept", "")


async def _is_new(work: Work, case: Case, verb: str, key: str) -> bool:
    """Return whether this has not been done before, and write down that it is being done."""
    if not 8 <= len(key) <= _LONGEST_KEY:
        return True
    return await store.add_done_key(work, key, case.id, verb)


async def _whole(work: Work, case: Case, given: Any, typed: dict[str, Any]) -> Any:
    """Return what was given, with the photos that came and the answers to the process's form."""
    photos = [UUID(str(id)) for id in typed["photos"]]
    changes: dict[str, Any] = {"photos": photos} if hasattr(given, "photos") else {}
    definition = await actions.definition_of(work, case)
    verb = str(typed.get("way", ""))
    way = next((way for way in definition.transitions if way.id == verb), None)
    if way is not None and way.form and hasattr(given, "given"):
        changes["given"] = read_given(way.form, typed)
    return msgspec.structs.replace(given, **changes) if changes else given


async def _keep_files(work: Work, form: Form) -> None:
    """Keep the uploaded photos; they stay in the form if it comes back."""
    kept: list[UUID] = []
    for upload in form.files.get("files", []):
        try:
            file = await media.keep_upload(work, await upload.read(), upload.filename)
        except Invalid as invalid:
            form.errors["photos"] = next(iter(invalid.errors.values()), invalid.says)
        except Problem as problem:
            form.errors["photos"] = problem.says
        else:
            kept.append(file.id)
    form.values["photos"] = [*form.values.get("photos", []), *(str(id) for id in kept)]


async def _page(
    request: Request[Any, Any, Any],
    work: Work,
    case: Case,
    form: Form | None = None,
    status: int = 200,
    verb: str = "",
) -> Response[Any]:
    entries = await store.list_history(work, case.id)
    reader = await reader_of(request, work, await known_categories(work))
    form = form or Form({"text": case.answer})
    back = next((e for e in reversed(entries) if e.verb in ("send_back", "answer")), None)
    routed = next((e.note for e in reversed(entries) if e.verb == "route"), "")
    ways = ways_for(reader, await actions.definition_of(work, case), case, work.actor)
    helped = [entry for entry in entries if entry.verb == "contribute"]
    return page(
        request,
        "cases/work_case.html",
        status,
        case=reader.case(case),
        history=reader.history(entries),
        whole=is_whole(case, entries),
        ways=_as_dicts(ways),
        may=[way.verb for way in ways],
        helps=work.actor.unit_id in case.coop and case.unit_id != work.actor.unit_id,
        helped=reader.history(helped),
        sent_back=back.note if back and back.verb == "send_back" else "",
        word=routed,
        form=form,
        verb=verb,
        kept=_kept(form),
    )


def _as_dicts(ways: Any) -> list[dict[str, Any]]:
    return [{name: getattr(way, name) for name in way.__struct_fields__} for way in ways]


def _kept(form: Form) -> list[dict[str, str]]:
    kept: list[dict[str, str]] = []
    for written in form.values.get("photos", []):
        with contextlib.suppress(ValueError):
            id = UUID(str(written))
            kept.append({"id": str(id), "thumbnail_url": media.thumb_url(id)})
    return kept
