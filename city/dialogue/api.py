"""Surveys, their results and the public answers, for programs."""

from datetime import datetime
from typing import Annotated, Any

from litestar.params import Parameter
from msgspec import Struct

from city.dialogue.actions import questions as doing
from city.dialogue.actions import surveys as asking
from city.dialogue.exporting import results_json
from city.dialogue.model import Phase
from city.dialogue.pages.surveys import count_results
from city.dialogue.store import questions, surveys
from city.kernel import Missing, Work
from city.web import PUBLIC, get


class PublicSurvey(Struct, frozen=True, kw_only=True):
    """A survey as everybody may know it; `state` is open or closed, words are by language."""

    ref: str
    title: dict[str, str]
    intro: dict[str, str]
    asked_by: dict[str, str] | None
    state: str
    opens_at: datetime | None
    closes_at: datetime | None
    named: bool
    wards: list[str]
    audience: list[str]
    has_results: bool


class Surveys(Struct, frozen=True):
    """The surveys that have begun, what closes last first."""

    surveys: list[PublicSurvey]


class PublicAnswer(Struct, frozen=True, kw_only=True):
    """A question and its public answer; `topic` is the code of a category."""

    ref: str
    topic: str
    question: str
    answer: str
    answered_at: datetime
    answered_by: dict[str, str] | None
    helpful: int


class Answers(Struct, frozen=True):
    """Public answers: the newest, or those that have the words asked for, the fittest first."""

    answers: list[PublicAnswer]


Words = Annotated[str, Parameter(max_length=200)]
Most = Annotated[int, Parameter(ge=1, le=100)]


@get("/api/v1/surveys", allow=PUBLIC)
async def list_surveys(work: Work) -> Surveys:
    """List what the city asks, and has asked, its people."""
    found = await surveys.list_public(work, None, 200)
    return Surveys(
        [
            PublicSurvey(
                ref=survey.ref,
                title=survey.title,
                intro=survey.intro,
                asked_by=survey.owner_name,
                state=str(survey.phase(work.now)),
                opens_at=survey.opens_at,
                closes_at=survey.closed_at or survey.closes_at,
                named=survey.named,
                wards=survey.wards,
                audience=survey.audience,
                has_results=survey.has_results(work.now),
            )
            for survey in found
        ]
    )


@get("/api/v1/surveys/{ref:str}/results", allow=PUBLIC)
async def show_results(work: Work, ref: str) -> dict[str, Any]:
    """Give the counts of a survey that is closed, or shows its results while it runs."""
    survey = await asking.find_survey(work, ref)
    if survey.phase(work.now) is Phase.DRAFT:
        raise Missing(asking.GONE)
    if not survey.has_results(work.now):
        raise Missing("The results are public once the survey is closed.")
    return results_json(survey, await count_results(work, survey), work.now)


@get("/api/v1/questions", allow=PUBLIC)
async def list_answers(work: Work, q: Words = "", topic: Words = "", limit: Most = 20) -> Answers:
    """List public answers; `q` finds words with or without diacritics."""
    if q.strip():
        found = await doing.search_answers(work, q, topic, limit)
    else:
        found = await questions.list_newest(work, topic, None, limit)
    return Answers(
        [
            PublicAnswer(
                ref=one.ref,
                topic=one.topic,
                question=one.words,
                answer=one.answer,
                answered_at=one.answered_at,
                answered_by=one.unit_name,
                helpful=one.helpful,
            )
            for one in found
        ]
    )


routes = [list_surveys, show_results, list_answers]
