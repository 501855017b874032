"""What came of a survey as open data, without anybody in it; and single answers for who asked."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from city.dialogue.model import Fold, Results, Survey, in_language
from city.dialogue.store.surveys import Line
from city.dialogue.views import choice_name, ward_name

BOM = "\ufeff"
"""Without it a widespread spreadsheet program misreads Vietnamese in a CSV file."""


def results_json(survey: Survey, results: Results, now: datetime) -> dict[str, Any]:
    """Return the results for programs: names by language, counts and percent, no texts."""
    return {
        "ref": survey.ref,
        "title": survey.title,
        "asked_by": survey.owner_name,
        "opens_at": survey.opens_at,
        "closes_at": survey.closed_at or survey.closes_at,
        "closed": survey.phase(now) == "closed",
        "as_of": now,
        "answers": results.total,
        "questions": [
            {
                "id": outcome.ask.id,
                "kind": str(outcome.ask.kind),
                "question": outcome.ask.words,
                "answered": outcome.answered,
                "mean": outcome.mean,
                "median": outcome.median,
                "choices": [
                    {
                        "choice": {
                            language: choice_name(outcome.ask, cell.code, language)
                            for language in ("vi", "en")
                        },
                        "n": cell.n,
                        "percent": cell.percent,
                    }
                    for cell in outcome.cells
                ],
            }
            for outcome in results.outcomes
        ],
        "by_ward": _fold_json(results.wards, "ward"),
        "by_month": _fold_json(results.months, "month"),
        "follow_up": survey.follow_up,
    }


def results_csv(results: Results, language: str) -> str:
    """Return the results as a table: question, choice, count, percent."""
    rows: list[list[Any]] = [["part", "question", "choice", "n", "percent"]]
    rows.append(["total", "", "", results.total, ""])
    for outcome in results.outcomes:
        label = in_language(outcome.ask.words, language)
        for cell in outcome.cells:
            name = choice_name(outcome.ask, cell.code, language)
            rows.append(["question", label, name, cell.n, cell.percent])
    for part, fold in (("ward", results.wards), ("month", results.months)):
        for cell in fold.cells:
            name = ward_name(cell.code, language) if part == "ward" else cell.code
            rows.append([part, "", name, cell.n, cell.percent])
        if fold.rest:
            rows.append([part, "", "*", fold.rest, ""])
    return table(rows)


def answers_csv(
    survey: Survey, lines: Sequence[Line], names: Mapping[UUID, str], language: str
) -> str:
    """Return every answer as a line of a table; who gave it only if the survey bears names."""
    head = [in_language(ask.words, language) for ask in survey.asks]
    rows: list[list[Any]] = [["name", "ward", *head] if survey.named else head]
    for line in lines:
        said = [_said(survey, line.answers, number, language) for number in range(len(survey.asks))]
        if survey.named:
            name = names.get(line.person_id, "") if line.person_id else ""
            said = [name, ward_name(line.ward, language), *said]
        rows.append(said)
    return table(rows)


def table(rows: Sequence[Sequence[Any]]) -> str:
    """Return rows as CSV; a text that a spreadsheet would run as a formula is quoted."""
    out = io.StringIO()
    csv.writer(out).writerows([[_harmless(value) for value in row] for row in rows])
    return BOM + out.getvalue()


def _said(survey: Survey, answers: Mapping[str, Any], number: int, language: str) -> str:
    ask = survey.asks[number]
    answer = answers.get(ask.id)
    if answer is None:
        return ""
    each = answer if isinstance(answer, list) else [answer]
    return "; ".join(choice_name(ask, str(one), language) for one in each)


def _fold_json(fold: Fold, name: str) -> dict[str, Any]:
    return {
        "shown": [{name: cell.code, "n": cell.n, "percent": cell.percent} for cell in fold.cells],
        "others": fold.rest,
    }


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value
