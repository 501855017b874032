"""Surveys, their results and the public answers, for programs."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar.params import Parameter
from msgspec import Struct

from city.dialogue.actions import questions as doing
from city.dialogue.actions import surveys as asking
from city.dialogue.exporting import results_json
from city.dialogue.model import Phase
from city.dialogue.pages.surveys import count_results
from city.dialogue.store import questions, surveys
from city.kernel import Missing, Work
from city.web import (
    GOES_ON,
    PUBLIC,
    Code,
    Cursor,
    Request,
    Response,
    SearchWords,
    get,
    paged,
    read_cursor,
    write_cursor,
)


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
    """The surveys that have begun, what closes last first; `next` is the following page."""

    surveys: list[PublicSurvey]
    next: str | None


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
    next: str | None


class Choice(Struct, frozen=True, kw_only=True):
    """How many chose this; names are by language, percent is of those who answered."""

    choice: dict[str, str]
    n: int
    percent: float | None


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of one question. `mean` and `median` are of those answered with a number."""

    id: str
    kind: str
    question: dict[str, str]
    answered: int
    mean: float | None
    median: float | None
    choices: list[Choice]


class WardCount(Struct, frozen=True):
    """How many of a ward answered, and of how many in percent."""

    ward: str
    n: int
    percent: float | None


class WardCounts(Struct, frozen=True):
    """Wards with enough answers; `others` are those of all the rest together."""

    shown: list[WardCount]
    others: int


class MonthCount(Struct, frozen=True):
    """How many answered in a month (`2026-11`), and of how many in percent."""

    month: str
    n: int
    percent: float | None


class MonthCounts(Struct, frozen=True):
    """Months with enough answers; `others` are those of all the rest together."""

    shown: list[MonthCount]
    others: int


class SurveyResults(Struct, frozen=True, kw_only=True):
    """The counts of a survey: no texts, and nobody's own answer."""

    ref: str
    title: dict[str, str]
    asked_by: dict[str, str] | None
    opens_at: datetime | None
    closes_at: datetime | None
    closed: bool
    as_of: datetime
    answers: int
    questions: list[Outcome]
    by_ward: WardCounts
    by_month: MonthCounts
    follow_up: dict[str, str]


Ref = Annotated[str, Parameter(description="A reference as it is read out, such as 7K3M-Q9TD.")]
Most = Annotated[int, Parameter(ge=1, le=100, description="So many at most.")]


@get("/api/v1/surveys", allow=PUBLIC, tells=GOES_ON)
async def list_surveys(
    request: Request[Any, Any, Any], work: Work, cursor: Cursor = "", limit: Most = 50
) -> Response[Surveys]:
    """List what the city asks, and has asked, its people.

    What closes last comes first.
    """
    before, before_id = read_cursor(cursor) or (None, None)
    rows = await surveys.list_public_page(work, before, before_id, limit + 1)
    found, last = rows[:limit], rows[limit - 1] if len(rows) > limit else None
    next = write_cursor(last.closes_at, last.id) if last and last.closes_at else None
    body = Surveys(
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
        ],
        next,
    )
    return paged(request, body, next)


@get("/api/v1/surveys/{ref:str}/results", allow=PUBLIC)
async def get_survey_results(work: Work, ref: Ref) -> SurveyResults:
    """Give the counts of a survey that is closed, or shows its results while it runs."""
    survey = await asking.find_survey(work, ref)
    if survey.phase(work.now) is Phase.DRAFT:
        raise Missing(asking.GONE)
    if not survey.has_results(work.now):
        raise Missing("The results are public once the survey is closed.")
    found = results_json(survey, await count_results(work, survey), work.now)
    return msgspec.convert(found, SurveyResults)


@get("/api/v1/questions", allow=PUBLIC, tells=GOES_ON)
async def list_answers(
    request: Request[Any, Any, Any],
    work: Work,
    q: SearchWords = "",
    topic: Code = "",
    cursor: Cursor = "",
    limit: Most = 20,
) -> Response[Answers]:
    """List public answers, the newest first.

    With words (`q`) they are those that have any of them, the fittest first, on one page.
    """
    next = None
    if q.strip():
        found = await doing.search_answers(work, q, topic, limit)
    else:
        before, before_id = read_cursor(cursor) or (None, None)
        found = await questions.list_newest_page(work, topic, before, before_id, limit + 1)
        if len(found) > limit:
            found = found[:limit]
            next = write_cursor(found[-1].answered_at, found[-1].id)
    body = Answers(
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
        ],
        next,
    )
    return paged(request, body, next)


routes = [list_surveys, get_survey_results, list_answers]
