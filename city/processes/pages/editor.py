"""The editor: a text that is checked while it is written, kept when it is wrong, and published."""

from typing import Annotated, Any

import msgspec

from city.kernel import Conflict, Invalid, Missing, Says, Work, say
from city.processes import actions, memory, store
from city.processes.checks import check
from city.processes.checks.steps import is_name
from city.processes.model import Definition
from city.processes.pages.shelf import (
    Answer,
    AnyRequest,
    described,
    differences,
    list_page,
    words_for,
)
from city.processes.plain import Words
from city.processes.source import Unreadable, line_of, parse, read_yaml
from city.web import Form, get, page, post, read_form, redirect

_MOST_FORM = 700_000
"""A text of 100 kB as a form sends it: each Vietnamese letter takes nine bytes."""


class Typed(msgspec.Struct):
    """What the editor sends: the text, the draft it began with, and what to do with it."""

    source: str
    version: int = 0
    do: str = "save"
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Begun(msgspec.Struct):
    """A new process, like one that is there."""

    code: str
    like: str


@get("/desk/processes/{code:str}/edit", allow="cases.manage")
async def show_editor(request: AnyRequest, work: Work, code: str) -> Answer:
    """Show the draft of a process, or what holds now if there is none."""
    draft = await store.find_draft(work, code)
    source = draft.source if draft else (await memory.current(work, code)).source
    return await _editor_page(request, work, code, source)


@post("/desk/processes/{code:str}/edit", allow="cases.manage", request_max_body_size=_MOST_FORM)
async def save(request: AnyRequest, work: Work, code: str) -> Answer:
    """Keep the text, and publish it if that was asked for and nothing speaks against it."""
    typed, form = await read_form(request, Typed)
    if typed is None:
        return await _editor_page(request, work, code, "", form=form, status=422)
    source = typed.source + "\n"
    try:
        await actions.save_draft(work, code, source, version=typed.version, note=typed.note)
    except (Conflict, Invalid) as refused:
        form.problem = _reason(refused)
        return await _editor_page(
            request, work, code, source, form=form, status=refused.status, compare=True
        )
    if typed.do != "publish":
        return redirect(f"/desk/processes/{code}/edit", flash=say("The draft is saved."))
    try:
        version = await actions.publish(work, source, code=code, note=typed.note)
    except (Conflict, Invalid) as refused:
        form.problem = _reason(refused)
        return await _editor_page(request, work, code, source, form=form, status=refused.status)
    words = say("Version {n} is published. New cases go by it.", n=version.version)
    return redirect(f"/desk/processes/{code}", flash=words)


def _reason(refused: Conflict | Invalid) -> Says:
    """Return why nothing was kept or published, above the list of what is wrong."""
    if isinstance(refused, Conflict):
        return refused.says
    if set(refused.errors) == {"source"} or set(refused.errors) == {"code"}:
        return next(iter(refused.errors.values()))
    return say("It is not published: see what stands against it. The draft is saved.")


@post("/desk/processes/{code:str}/check", allow="cases.manage", request_max_body_size=_MOST_FORM)
async def check_live(request: AnyRequest, code: str) -> Answer:
    """Show what is wrong with a text, and its drawing, without keeping it."""
    typed, _ = await read_form(request, Typed)
    found = inspected(words_for(request), typed.source + "\n" if typed else "", code)
    return page(request, "processes/checked.html", **found)


@post("/desk/processes", allow="cases.manage")
async def begin(request: AnyRequest, work: Work) -> Answer:
    """Begin a new process as a draft that is like another one."""
    begun, form = await read_form(request, Begun)
    if begun is None:
        return await list_page(request, work, form, 422)
    if not is_name(begun.code):
        form.refuse("code", "A name has at most 40 letters (a to z), digits, “-” and “_”.")
        return await list_page(request, work, form, 422)
    if await store.list_versions(work, begun.code) or await store.find_draft(work, begun.code):
        form.refuse("code", "There is a process of this name already.")
        return await list_page(request, work, form, 422)
    try:
        like = await memory.current(work, begun.like)
    except Missing:
        form.refuse("like", "Please choose one of the list.")
        return await list_page(request, work, form, 422)
    source = like.source.replace(f"\ncode: {like.code}\n", f"\ncode: {begun.code}\n", 1)
    await actions.save_draft(work, begun.code, source, version=0)
    return redirect(f"/desk/processes/{begun.code}/edit")


def inspected(words: Words, source: str, code: str = "") -> dict[str, Any]:
    """Return what stands against a text, line by line, and what it would look like."""
    definition: Definition | None = None
    faults: list[tuple[str, Says]] = []
    lines: dict[str, int] = {}
    try:
        definition = parse(source)
        lines = read_yaml(source)[1]
        faults = [(fault.path, fault.says) for fault in check(definition)]
        if code and definition.code != code:
            faults.append(("code", say("This is the process “{code}”.", code=code)))
    except Invalid as wrong:
        faults = list(wrong.errors.items())
    except Unreadable as wrong:
        faults = [("source", wrong.says)]
    told = [
        {"path": path, "line": line_of(lines, path), "says": words.t(says)} for path, says in faults
    ]
    told.sort(key=lambda fault: fault["line"])
    return (
        {"faults": told, "is_right": not told}
        | (described(words, definition) if definition else {"definition": None, "drawing": ""})
        | {"code": code}
    )


async def _editor_page(
    request: AnyRequest,
    work: Work,
    code: str,
    source: str,
    *,
    form: Form | None = None,
    status: int = 200,
    compare: bool = False,
) -> Answer:
    """Return the editor with this text; `compare` shows how it differs from the saved draft."""
    draft = await store.find_draft(work, code)
    published = await store.list_versions(work, code)
    at_work = draft is not None and (not published or draft.edited_at > published[0].published_at)
    theirs = draft.source if draft and compare and draft.source != source else ""
    return page(
        request,
        "processes/editor.html",
        status,
        form=form or Form({"note": draft.note} if draft and at_work else {}),
        source=source,
        draft=draft,
        version=draft.version if draft else 0,
        latest=published[0].version if published else 0,
        changes=differences(theirs, source) if theirs else [],
        **inspected(words_for(request), source, code),
    )


routes = [show_editor, save, check_live, begin]
