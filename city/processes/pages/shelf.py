"""Looking: every process there is, and one of them with its drawing, its steps and its past."""

import difflib
from typing import Any

from city.kernel import Missing, Work
from city.processes import memory, store
from city.processes.diagram import TONES, draw
from city.processes.model import Definition, Listed
from city.processes.plain import GROUPS, Words
from city.web import Form, Request, Response, get, page

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]


@get("/desk/processes", allow="cases.view")
async def show_processes(request: AnyRequest, work: Work) -> Answer:
    """Show every process there is, and drafts of those to come."""
    return await list_page(request, work, Form())


@get("/desk/processes/{code:str}", allow="cases.view")
async def show_process(
    request: AnyRequest,
    work: Work,
    code: str,
    version: int | None = None,
    old: int | None = None,
    new: int | None = None,
) -> Answer:
    """Show a process as a drawing and in words, in its latest version or another.

    `old` and `new` are the versions whose texts are compared; by default the last two.
    """
    published = await store.list_versions(work, code)
    if not published:
        raise Missing("There is no process of this name.")
    numbers = [p.version for p in published]
    shown = await memory.get(work, code, version if version in numbers else numbers[0])
    old = old if old in numbers else numbers[min(1, len(numbers) - 1)]
    new = new if new in numbers else numbers[0]
    sources = [(await memory.get(work, code, n)).source for n in (old, new)]
    words = words_for(request)
    return page(
        request,
        "processes/process.html",
        **described(words, shown.definition),
        shown=shown,
        latest=numbers[0],
        versions=published,
        old=old,
        new=new,
        changes=differences(*sources) if old != new else [],
    )


async def list_page(request: AnyRequest, work: Work, form: Form, status: int = 200) -> Answer:
    """Return the list, with what was typed into its forms."""
    words = words_for(request)
    rows = [_row(words, listed) for listed in await store.list_processes(work)]
    return page(request, "processes/list.html", status, rows=rows, form=form)


def words_for(request: AnyRequest) -> Words:
    """Return the words of the reader's language."""
    return Words(request.scope["state"]["language"])


def described(words: Words, definition: Definition) -> dict[str, Any]:
    """Return what a page shows of a definition, as drawing and in words."""
    name = words.name(definition.name) or definition.code
    title = words.t("How a case goes: {name}", name=name)
    return {
        "code": definition.code,
        "name": name,
        "about": words.name(definition.words),
        "group": words.t(GROUPS[definition.process]),
        "drawing": draw(definition, words, title),
        "rows": [row | {"tone": TONES[row["status_key"]]} for row in words.rows(definition)],
        "promises": words.promises(definition),
        "definition": definition,
        "checklist": [
            (words.name(task.name), words.span(task.within) if task.within else "")
            for task in definition.checklist
        ],
    }


def differences(old: str, new: str) -> list[tuple[str, str]]:
    """Return the lines in which two texts differ, with three around each, and a tone for each."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=3)
    tones = {"+": "done", "-": "late"}
    return [(tones.get(line[0], ""), line) for line in lines if not line.startswith(("+++", "---"))]


def _row(words: Words, listed: Listed) -> dict[str, Any]:
    definition = listed.definition
    return {
        "code": listed.code,
        "name": words.name(definition.name) if definition else listed.code,
        "group": words.t(GROUPS[definition.process]) if definition else "",
        "states": len(definition.states) if definition else 0,
        "version": listed.version,
        "at": listed.published_at,
        "who": listed.published_by,
        "edited_at": listed.edited_at,
        "edited_by": listed.edited_by,
    }


routes = [show_processes, show_process]
