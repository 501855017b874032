"""Surveys at the desk: writing, looking at, publishing, closing, and reading what came of them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from city import identity
from city.dialogue.actions import surveys as doing
from city.dialogue.exporting import answers_csv
from city.dialogue.forms import (
    Posted,
    next_id,
    read_draft,
    read_posted,
    values_of_draft,
)
from city.dialogue.model import KIND_NAMES, Ask, Draft, Phase, Survey, in_language
from city.dialogue.pages.surveys import as_file, count_results, typed
from city.dialogue.store import surveys as store
from city.dialogue.views import (
    AUDIENCES,
    asks_of,
    language_of,
    options_of,
    results_view,
    shortened,
    survey_of,
    ward_options,
)
from city.kernel import Conflict, Forbidden, Invalid, Says, Work, say
from city.web import Form, Request, Response, get, page, post, redirect, render_words

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]

_MOST_TEXTS, _MOST_LINES = 500, 20_000
_EMPTY = Draft(title={}, intro={}, asks=[])


@get("/desk/surveys", allow="dialogue.ask")
async def list_surveys(request: AnyRequest, work: Work) -> Answer:
    """Show the surveys of the reader's unit; leaders see those of everybody."""
    language = language_of(request)
    found = await store.list_for_staff(work, work.actor.may("cases.lead"), work.actor.unit_id)
    return page(
        request,
        "dialogue/desk_surveys.html",
        surveys=[survey_of(survey, work.now, language) for survey in found],
    )


@get("/desk/surveys/new", allow="dialogue.ask")
async def new_survey(request: AnyRequest, work: Work) -> Answer:
    """Show an empty editor."""
    return _editor(request, work, None, _EMPTY, Form(values_of_draft(_EMPTY)))


@post("/desk/surveys/new", allow="dialogue.ask")
async def add_survey(request: AnyRequest, work: Work) -> Answer:
    """Keep a new draft."""
    posted = await read_posted(request)
    draft, faults = read_draft(posted)
    if not draft.title:
        faults["title_vi"] = say("Please fill this in.")
    if faults:
        return _editor(request, work, None, draft, _typed(draft, posted, faults, 1), 422)
    survey = await doing.add_draft(work, draft)
    return redirect(f"/desk/surveys/{survey.ref}", say("The draft is kept."))


@get("/desk/surveys/{ref:str}", allow="dialogue.ask")
async def show_editor(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Show a survey to whoever writes it."""
    survey = await doing.own_survey(work, ref)
    draft = doing.draft_of(survey)
    values = {**values_of_draft(draft), **_follow_values(survey)}
    return _editor(request, work, survey, draft, Form(values))


@post("/desk/surveys/{ref:str}", allow="dialogue.ask")
async def save_survey(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Keep what was written; with `then` = publish it is published as well."""
    posted = await read_posted(request)
    survey = await doing.own_survey(work, ref)
    draft, faults = read_draft(posted)
    if survey.published_at is not None:
        draft = _frozen(survey, draft)
    version = _version(posted)
    try:
        if faults:
            raise Invalid(faults)
        saved = await doing.save_draft(work, ref, draft, version)
        version = saved.version  # It stays kept when it cannot be published.
        if typed(posted, "then") == "publish":
            await doing.publish_survey(work, ref, saved.version)
            return redirect(f"/desk/surveys/{ref}", say("The survey is published."))
    except Invalid as invalid:
        form = _typed(draft, posted, invalid.errors, version)
        return _editor(request, work, survey, draft, form, 422)
    except (Conflict, Forbidden) as refusal:
        form = _typed(draft, posted, {}, version)
        form.problem = refusal.says
        return _editor(request, work, survey, draft, form, 409)
    return redirect(f"/desk/surveys/{ref}", say("The draft is kept."))


@get("/desk/surveys/{ref:str}/preview", allow="dialogue.ask")
async def preview(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Show a survey as people will see it."""
    language = language_of(request)
    survey = await doing.own_survey(work, ref)
    return page(
        request,
        "dialogue/survey.html",
        survey=survey_of(survey, work.now, language),
        asks=asks_of(survey.asks, language),
        wards=ward_options(doing.wards_of(survey), language),
        ward_asked=bool(survey.wards),
        form=Form(),
        labels={},
        meant=True,
        answered=False,
        fills=True,
        low_assurance=False,
        roles=AUDIENCES,
        preview=True,
    )


@post("/desk/surveys/{ref:str}/close", allow="dialogue.ask")
async def close(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Close a survey before its time."""
    await doing.close_survey(work, ref, _version(await read_posted(request)))
    return redirect(f"/desk/surveys/{ref}/results", say("The survey is closed."))


@post("/desk/surveys/{ref:str}/remove", allow="dialogue.ask")
async def remove(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Remove a draft."""
    await doing.remove_draft(work, ref, _version(await read_posted(request)))
    return redirect("/desk/surveys", say("The draft is gone."))


@get("/desk/surveys/{ref:str}/results", allow="dialogue.ask")
async def show_results(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Show what came of a survey, with the texts."""
    survey = await doing.own_survey(work, ref)
    return await _results(request, work, survey, Form(_follow_values(survey)))


@post("/desk/surveys/{ref:str}/follow-up", allow="dialogue.ask")
async def follow_up(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Say what was done with what people said."""
    posted = await read_posted(request)
    words = {language: typed(posted, f"follow_{language}")[:2000] for language in ("vi", "en")}
    try:
        await doing.follow_up(work, ref, words, _version(posted))
    except Invalid as invalid:
        survey = await doing.own_survey(work, ref)
        values = {f"follow_{language}": text for language, text in words.items()}
        return await _results(request, work, survey, Form(values, invalid.errors), 422)
    return redirect(f"/desk/surveys/{ref}/results", say("Everybody can read this now."))


@get("/desk/surveys/{ref:str}/answers.csv", allow="dialogue.ask")
async def download(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Give every answer as a line of a table, in no order that would tell who was first."""
    survey = await doing.own_survey(work, ref)
    lines = await store.list_lines(work, survey.id, _MOST_LINES)
    names = await _names(work, {line.person_id for line in lines if line.person_id})
    text = answers_csv(survey, lines, names, language_of(request))
    return as_file(text, f"answers-{survey.ref}.csv")


async def _results(
    request: AnyRequest, work: Work, survey: Survey, form: Form, status: int = 200
) -> Answer:
    language = language_of(request)
    results = await count_results(work, survey)
    written = [ask for ask in survey.asks if not ask.kind.is_counted]
    texts = await store.list_texts(work, survey.id, [ask.id for ask in written], _MOST_TEXTS)
    names = await _names(work, {text.person_id for text in texts if text.person_id})
    said: dict[str, list[dict[str, str]]] = {ask.id: [] for ask in written}
    for text in texts:
        name = names.get(text.person_id, "") if text.person_id else ""
        said[text.question].append({"said": text.said, "name": name})
    return page(
        request,
        "dialogue/desk_results.html",
        status,
        survey=survey_of(survey, work.now, language),
        results=results_view(results, language),
        texts=[
            {"label": in_language(ask.words, language), "said": said[ask.id]} for ask in written
        ],
        form=form,
        closed=survey.phase(work.now) is Phase.CLOSED,
    )


def _editor(
    request: AnyRequest,
    work: Work,
    survey: Survey | None,
    draft: Draft,
    form: Form,
    status: int = 200,
) -> Answer:
    language = language_of(request)
    published = survey is not None and survey.published_at is not None
    blank = next_id(draft.asks)
    form.values.setdefault("version", survey.version if survey else 1)
    blocks = [{"id": ask.id, "label": in_language(ask.words, language)} for ask in draft.asks]
    return page(
        request,
        "dialogue/desk_survey.html",
        status,
        survey=survey_of(survey, work.now, language) if survey else None,
        published=published,
        blocks=blocks,
        blank=blank,
        form=form,
        kinds=[
            {"value": str(kind), "label": render_words(language, name)}
            for kind, name in KIND_NAMES.items()
        ],
        onlys=_onlys(draft, language),
        labels=_labels(draft, language),
        wards=ward_options(sorted(doing.wards_known()), language),
        audiences=[
            {"value": role, "label": render_words(language, name)}
            for role, name in AUDIENCES.items()
        ],
        may_publish=survey is not None and doing.may_publish(work, survey),
    )


def _onlys(draft: Draft, language: str) -> list[dict[str, Any]]:
    """Return what a question can hang on: choices of every question that has any, in groups."""
    return [
        {
            "label": shortened(in_language(ask.words, language), 50),
            "options": [
                {"value": f"{ask.id}={option['value']}", "label": option["label"]}
                for option in options_of(ask, language)
            ],
        }
        for ask in draft.asks
        if ask.choices
    ]


def _labels(draft: Draft, language: str) -> dict[str, str]:
    return {
        ask.id: render_words(language, say("Question {n}", n=number))
        for number, ask in enumerate(draft.asks, 1)
    }


def _typed(draft: Draft, posted: Posted, faults: Mapping[str, Says], version: int) -> Form:
    """Return the form as it was typed, though some of it could not be read."""
    kept = {name: texts[-1] for name, texts in posted.items() if name not in ("wards", "audience")}
    return Form({**kept, **values_of_draft(draft), "version": version}, faults)


def _frozen(survey: Survey, draft: Draft) -> Draft:
    """Return the survey with the words that were typed and everything else as it is."""
    was = doing.draft_of(survey)
    typed_asks = {ask.id: ask for ask in draft.asks}
    asks = []
    for ask in was.asks:
        new = typed_asks.get(ask.id)
        if new is None:
            asks.append(ask)
            continue
        options = new.options if len(new.options) == len(ask.options) else ask.options
        asks.append(_reworded(ask, new, options))
    return Draft(
        title=draft.title,
        intro=draft.intro,
        asks=asks,
        wards=was.wards,
        audience=was.audience,
        assurance=was.assurance,
        opens_on=was.opens_on,
        closes_on=was.closes_on,
        named=was.named,
        changeable=was.changeable,
        live=was.live,
    )


def _reworded(ask: Ask, new: Ask, options: list[Any]) -> Ask:
    return Ask(
        id=ask.id,
        kind=ask.kind,
        words=new.words,
        hint=new.hint,
        options=options,
        required=ask.required,
        least=ask.least,
        most=ask.most,
        only_if=ask.only_if,
    )


def _follow_values(survey: Survey) -> dict[str, str]:
    return {f"follow_{language}": survey.follow_up.get(language, "") for language in ("vi", "en")}


def _version(posted: Posted) -> int:
    text = typed(posted, "version")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


async def _names(work: Work, ids: set[UUID]) -> dict[UUID, str]:
    return {id: (await identity.get_person(work, id)).name for id in sorted(ids)}


routes = [
    list_surveys,
    new_survey,
    add_survey,
    show_editor,
    save_survey,
    preview,
    close,
    remove,
    show_results,
    follow_up,
    download,
]
