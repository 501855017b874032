"""What is counted: how the city keeps its promises month by month, and what surveys said."""

from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta

from city import dialogue
from city.cases import numbers
from city.kernel import Work, say
from city.opendata import tables
from city.opendata.model import Code, Column, DataSet, Rhythm
from city.opendata.sets.columns import hours, moment, part, text, whole
from city.settings import current

MONTHS = 36
"""How many months back the figures go."""


async def copy_numbers(work: Work) -> AsyncIterator[bytes]:
    """Give the figures of each month of the last three years that is over or going on."""
    zone = current().profile.zone
    first = work.now.astimezone(zone).date().replace(day=1)
    rows: list[tuple[object, ...]] = []
    for _ in range(MONTHS):
        period = numbers.month_period(work.now, zone, f"{first:%Y-%m}")
        by_category = await numbers.list_figures(work, numbers.By.CATEGORY, period)
        by_ward = await numbers.list_figures(work, numbers.By.WARD, period)
        rows += [
            _row(first, by, one)
            for by, figures in (
                (numbers.By.ALL, [by_category.total]),
                (numbers.By.CATEGORY, by_category.rows),
                (numbers.By.WARD, by_ward.rows),
            )
            for one in figures
            if one.due and (one.key or by is numbers.By.ALL)
        ]
        first = (first - timedelta(days=1)).replace(day=1)
    for piece in tables.as_csv(NUMBERS.columns, rows):
        yield piece


def _row(month: date, by: numbers.By, one: numbers.Figures) -> tuple[object, ...]:
    return (
        f"{month:%Y-%m}",
        by,
        one.key if by is not numbers.By.ALL else None,
        one.due,
        one.on_time,
        _short(one.on_time_rate),
        one.processed,
        _short(one.processed_rate),
        _short(one.median_hours),
        _short(one.p90_hours),
        one.returned,
        one.reopened,
        one.rated,
        one.content,
        one.satisfied,
        _short(one.satisfaction),
    )


async def copy_surveys(work: Work) -> AsyncIterator[bytes]:
    """Give the counts of every survey whose results are public."""
    for piece in tables.as_csv(SURVEYS.columns, _counts(await dialogue.list_outcomes(work))):
        yield piece


def _counts(
    outcomes: list[tuple[dialogue.Survey, dialogue.Results]],
) -> Iterator[tuple[object, ...]]:
    for survey, results in outcomes:
        title = (survey.title.get("vi"), survey.title.get("en"))
        for outcome in results.outcomes:
            asked = (outcome.ask.words.get("vi"), outcome.ask.words.get("en"))
            names = {option.id: option.words for option in outcome.ask.options}
            for cell in outcome.cells:
                choice = names.get(cell.code, {})
                yield (
                    survey.ref,
                    *title,
                    survey.closed_at or survey.closes_at,
                    results.total,
                    outcome.ask.id,
                    *asked,
                    cell.code,
                    choice.get("vi"),
                    choice.get("en"),
                    cell.n,
                    outcome.answered,
                )


def _short(value: float | None) -> float | None:
    return round(value, 4) if value is not None else None


NUMBERS = DataSet(
    code="numbers",
    title=say("How the city keeps its promises, month by month"),
    about=say(
        "Of what fell due in each month: how much was answered, how much of it in time, how fast, "
        "and how content people were. For the city, each category and each ward."
    ),
    theme="GOVE",
    rhythm=Rhythm.HOURLY,
    rows=copy_numbers,
    words=("statistics", "on time", "đúng hạn", "số liệu"),
    api="/api/v1/numbers",
    columns=(
        text("month", say("The month in which it fell due, as 2026-11")),
        Column(
            name="by",
            about=say("Of what this row is"),
            codes=(
                Code("all", say("The whole city")),
                Code("category", say("One category")),
                Code("ward", say("One ward")),
            ),
        ),
        text("key", say("The code of that category or ward"), optional=True),
        whole("due", say("How many cases fell due")),
        whole("on_time", say("Of these, answered by the time promised")),
        part("on_time_rate", say("Part of those due that was answered in time")),
        whole("processed", say("Of these, answered by now")),
        part("processed_rate", say("Part of those due that was answered by now")),
        hours("median_hours", say("Within so many hours half were answered")),
        hours("p90_hours", say("Within so many hours nine of ten were answered")),
        whole("returned", say("Answered at least once")),
        whole("reopened", say("Of these, taken up again")),
        whole("rated", say("Rated by their reporter")),
        whole("content", say("Of these, satisfied or acceptable")),
        whole("satisfied", say("Of these, satisfied")),
        part("satisfaction", say("Part of those rated that was satisfied or acceptable")),
    ),
)

SURVEYS = DataSet(
    code="surveys",
    title=say("What surveys said"),
    about=say(
        "How often each choice was taken in the surveys whose results are public. With fewer than "
        "five answers nothing is told."
    ),
    theme="SOCI",
    rhythm=Rhythm.HOURLY,
    rows=copy_surveys,
    words=("polls", "khảo sát"),
    api="/api/v1/surveys",
    columns=(
        text("survey", say("The reference of the survey")),
        text("title_vi", say("Its title in Vietnamese"), optional=True),
        text("title_en", say("Its title in English"), optional=True),
        moment("closes_at", say("When it closed or closes"), optional=True),
        whole("answers", say("How many people answered it")),
        text("question", say("The id of the question")),
        text("question_vi", say("The question in Vietnamese"), optional=True),
        text("question_en", say("The question in English"), optional=True),
        text("choice", say("The choice, a step of a scale, or a number")),
        text("choice_vi", say("The choice in Vietnamese"), optional=True),
        text("choice_en", say("The choice in English"), optional=True),
        whole("n", say("How often it was taken")),
        whole("answered", say("How many answered this question")),
    ),
)

SETS = (NUMBERS, SURVEYS)
