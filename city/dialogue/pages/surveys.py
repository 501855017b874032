"""Surveys as people find, answer and read them."""

from typing import Any

from city.dialogue.actions import surveys as doing
from city.dialogue.exporting import results_csv, results_json
from city.dialogue.forms import Posted, read_posted, values_of
from city.dialogue.model import Phase, Results, Survey, results_of
from city.dialogue.store import surveys as store
from city.dialogue.views import (
    AUDIENCES,
    asks_of,
    language_of,
    results_view,
    survey_of,
    ward_options,
)
from city.kernel import Invalid, Missing, Work, say
from city.web import PUBLIC, Form, Request, Response, get, page, post, redirect

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]

_MOST = 60


@get("/surveys", allow=PUBLIC)
async def list_surveys(request: AnyRequest, work: Work) -> Answer:
    """Show the surveys that are open, and what came of those that are closed."""
    language = language_of(request)
    found = await store.list_public(work, work.actor.id, _MOST)
    shown = [survey_of(survey, work.now, language) for survey in found]
    return page(
        request,
        "dialogue/surveys.html",
        open=sorted(
            (s for s in shown if s["phase"] == Phase.OPEN),
            key=lambda s: (s["answered_on"] is not None, s["closes_at"]),
        ),
        closed=[s for s in shown if s["phase"] == Phase.CLOSED],
    )


@get("/surveys/{ref:str}", allow=PUBLIC)
async def show_survey(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Show a survey: its form to those it asks, and what they answered if that can be changed."""
    survey = await _public(work, ref)
    values = {**values_of(survey.asks, survey.given or {}), "ward": survey.given_ward or ""}
    return await _show(request, work, survey, Form(values))


@post("/surveys/{ref:str}", allow="me")
async def answer_survey(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Take an answer; a form that lacks something comes back as it was typed."""
    posted = await read_posted(request)
    survey = await _public(work, ref)
    ward = posted.get("ward", [""])[-1].strip()
    try:
        new = await doing.answer_survey(work, survey, posted, ward)
    except Invalid as invalid:
        values = {**values_of(survey.asks, posted), "ward": ward}
        return await _show(request, work, survey, Form(values, invalid.errors), 422)
    thanks = say("Thank you. Your answer has been kept.")
    return redirect(f"/surveys/{survey.ref}", thanks if new else say("Your answer was changed."))


@get("/surveys/{ref:str}/results", allow=PUBLIC)
async def show_results(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Show what came of a survey, and what was done with it."""
    language = language_of(request)
    survey = await _public(work, ref)
    results = await count_results(work, survey) if survey.has_results(work.now) else None
    return page(
        request,
        "dialogue/results.html",
        survey=survey_of(survey, work.now, language),
        results=results_view(results, language) if results else None,
        as_of=work.now,
    )


@get("/surveys/{ref:str}/results.csv", allow=PUBLIC)
async def download_table(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Give the results as a table, in the reader's language."""
    survey = await _with_results(work, ref)
    results = await count_results(work, survey)
    return as_file(results_csv(results, language_of(request)), f"survey-{survey.ref}.csv")


@get("/surveys/{ref:str}/results.json", allow=PUBLIC)
async def download_results(work: Work, ref: str) -> dict[str, Any]:
    """Give the results for programs."""
    survey = await _with_results(work, ref)
    return results_json(survey, await count_results(work, survey), work.now)


async def count_results(work: Work, survey: Survey) -> Results:
    """Return what came of a survey so far, in one statement."""
    counted = [ask.id for ask in survey.asks if ask.kind.is_counted]
    return results_of(survey.asks, await store.count_answers(work, survey.id, counted))


def as_file(text: str, name: str) -> Answer:
    """Return a table as a file to keep."""
    answer: Answer = Response(text, media_type="text/csv; charset=utf-8")
    answer.headers["content-disposition"] = f'attachment; filename="{name}"'
    return answer


async def _public(work: Work, ref: str) -> Survey:
    survey = await doing.find_survey(work, ref)
    if survey.phase(work.now) is Phase.DRAFT:
        raise Missing(doing.GONE)
    return survey


async def _with_results(work: Work, ref: str) -> Survey:
    survey = await _public(work, ref)
    if not survey.has_results(work.now):
        raise Missing("The results are public once the survey is closed.")
    return survey


async def _show(
    request: AnyRequest, work: Work, survey: Survey, form: Form, status: int = 200
) -> Answer:
    language = language_of(request)
    open_now = survey.phase(work.now) is Phase.OPEN
    signed_in = work.actor.is_signed_in
    meant = open_now and signed_in and await doing.is_meant(work, survey)
    answered = survey.answered_on is not None
    return page(
        request,
        "dialogue/survey.html",
        status,
        survey=survey_of(survey, work.now, language),
        asks=asks_of(survey.asks, language),
        wards=ward_options(doing.wards_of(survey), language),
        ward_asked=bool(survey.wards),
        form=form,
        labels={f"{ask.id}": "" for ask in survey.asks},
        meant=meant,
        answered=answered,
        fills=meant and (not answered or survey.changeable),
        low_assurance=signed_in and work.actor.assurance < survey.assurance,
        roles=AUDIENCES,
        preview=False,
    )


def typed(posted: Posted, name: str) -> str:
    """Return the last text of this name in a posted form."""
    given = posted.get(name)
    return given[-1].strip() if given else ""


routes = [
    list_surveys,
    show_survey,
    answer_survey,
    show_results,
    download_table,
    download_results,
]
