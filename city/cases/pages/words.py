"""Ready-made texts: where they are edited, and how they come into a form."""

from typing import Any

from msgspec import Struct

from city import settings
from city.cases import store
from city.cases.categories import known_categories
from city.cases.desk.wording import (
    BLANKS,
    KINDS,
    REPORTER_WORDS,
    SAMPLE_VALUES,
    Kind,
    NewTemplate,
    fill,
    remove_template,
    save_template,
)
from city.cases.model import Case
from city.cases.pages.board import read_or_missing
from city.cases.pages.views import Reader, reader_of
from city.cases.store.desk import Template
from city.kernel import Conflict, Invalid, Work, say
from city.web import Form, Request, Response, Times, get, page, post, read_form, redirect


class Typed(Struct, frozen=True, kw_only=True):
    """What is typed on the page of a text; the languages are fields of their own."""

    code: str = ""
    kind: Kind = "answer"
    version: int = 0
    act: str = "keep"


@get("/desk/templates", allow="cases.manage")
async def show_templates(
    request: Request[Any, Any, Any], work: Work, code: str = ""
) -> Response[Any]:
    """Show the ready-made texts, one of them to be edited."""
    return await _show(request, work, code, Form())


@post("/desk/templates", allow="cases.manage")
async def keep_template(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Keep, preview or remove a text; what was typed stays when it is refused."""
    given, form = await read_form(request, Typed)
    if given is None:
        return await _show(request, work, str(form.values.get("code", "")), form, 422)
    new = NewTemplate(
        code=given.code,
        kind=given.kind,
        name=_by_language(form, "name"),
        text=_by_language(form, "text"),
        version=given.version,
    )
    if given.act == "preview":
        return await _show(request, work, given.code, form, preview=new.text)
    try:
        if given.act == "remove":
            await remove_template(work, given.code, given.version)
            return redirect("/desk/templates", say("The text is removed."))
        await save_template(work, new, settings.current().profile.languages)
    except Invalid as invalid:
        form.errors |= invalid.errors
        return await _show(request, work, given.code, form, 422)
    except Conflict as conflict:
        form.problem = conflict.says
        return await _show(request, work, given.code, form, 409)
    return redirect(f"/desk/templates?code={new.code}", say("The text is kept."))


@get("/desk/texts/{ref:str}", allow="cases.view")
async def show_texts(
    request: Request[Any, Any, Any], work: Work, ref: str, kind: str = ""
) -> Response[Any]:
    """Show the texts of a kind, filled in for a case: a part of a form."""
    case = await store.see_case_by_ref(work, read_or_missing(ref))
    reader = await reader_of(request, work, await known_categories(work))
    language = settings.current().profile.language
    found = [one for one in await store.list_templates(work) if one.kind == kind]
    return page(
        request,
        "cases/texts.html",
        texts=[
            {
                "name": reader.named(one.name),
                "text": fill(
                    one.text.get(language) or reader.named(one.text),
                    values_of(request, work, reader, case, language),
                ),
            }
            for one in found
        ],
    )


routes = [show_templates, keep_template, show_texts]


def values_of(
    request: Request[Any, Any, Any], work: Work, reader: Reader, case: Case, language: str
) -> dict[str, str]:
    """Return what a case fills the blanks with, in the language its reporter reads."""
    profile = settings.current().profile
    told = Reader(request, work, reader.categories, reader.units)
    told.language = language
    times = Times(language, profile.zone)
    return {
        "ref": case.ref,
        "title": case.summary.split("\n", 1)[0][:160],
        "category": told.category(case.category),
        "place": told.place(case.ward, case.address),
        "unit": told.unit(case.unit_id),
        "due": times.day(case.due_at) if case.due_at else "",
        "today": times.day(work.now),
        "city": profile.name.get(language, ""),
        "hotline": profile.hotline or "",
        "reporter_word": REPORTER_WORDS.get(language, ""),
    }


async def _show(
    request: Request[Any, Any, Any],
    work: Work,
    code: str,
    form: Form,
    status: int = 200,
    preview: dict[str, str] | None = None,
) -> Response[Any]:
    kept = await store.list_templates(work)
    reader = await reader_of(request, work, await known_categories(work))
    chosen = next((one for one in kept if one.code == code), None)
    languages = settings.current().profile.languages
    if chosen and not form.values:
        form = Form(_values(chosen), form.errors, form.problem)
    return page(
        request,
        "cases/templates.html",
        status,
        kinds=[
            {
                "label": reader.say(words),
                "texts": [
                    {"code": one.code, "name": reader.named(one.name)}
                    for one in kept
                    if one.kind == kind
                ],
            }
            for kind, words in KINDS.items()
        ],
        choices=[{"value": kind, "label": reader.say(words)} for kind, words in KINDS.items()],
        blanks=[{"name": "{" + name + "}", "words": reader.say(w)} for name, w in BLANKS.items()],
        languages=languages,
        chosen=chosen.code if chosen else "",
        changed_by=chosen.changed_by if chosen else "",
        changed_at=chosen.changed_at if chosen else None,
        form=form,
        preview={
            language: fill(text, SAMPLE_VALUES.get(language, {}))
            for language, text in (preview or {}).items()
        },
    )


def _values(template: Template) -> dict[str, Any]:
    values: dict[str, Any] = {
        "code": template.code,
        "kind": template.kind,
        "version": template.version,
    }
    values |= {f"name_{language}": name for language, name in template.name.items()}
    return values | {f"text_{language}": text for language, text in template.text.items()}


def _by_language(form: Form, field: str) -> dict[str, str]:
    languages = settings.current().profile.languages
    return {
        language: str(form.values.get(f"{field}_{language}", "")).strip() for language in languages
    }
