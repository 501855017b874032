"""Surveys and questions as pages show them, in the reader's language."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from city import cases, places
from city.dialogue.model import (
    Ask,
    Cell,
    Kind,
    Phase,
    Results,
    Survey,
    in_language,
)
from city.dialogue.speech import language_in
from city.dialogue.wording import STANDS
from city.kernel import Missing, Says, say
from city.web import Request, render_words

PHASES: dict[Phase, tuple[Says, str]] = {
    Phase.DRAFT: (say("Draft"), "idle"),
    Phase.SOON: (say("Opens soon"), "check"),
    Phase.OPEN: (say("Open"), "doing"),
    Phase.CLOSED: (say("Closed for answers"), "done"),
}

AUDIENCES: dict[str, Says] = {
    "resident": say("Residents"),
    "visitor": say("Visitors"),
    "business": say("Businesses"),
}

_TONES = cases.STATUS_TONES
_MOST_BARS = 12


def language_of(request: Request[Any, Any, Any]) -> str:
    """Return the reader's language."""
    return request.scope["state"]["language"]


def survey_of(survey: Survey, now: datetime, language: str) -> dict[str, Any]:
    """Return what a page says about a survey."""
    phase = survey.phase(now)
    label, tone = PHASES[phase]
    closes = survey.closed_at or survey.closes_at
    return {
        "ref": survey.ref,
        "title": in_language(survey.title, language),
        "intro": in_language(survey.intro, language),
        "owner": in_language(survey.owner_name, language),
        "phase": str(phase),
        "phase_label": render_words(language, label),
        "tone": tone,
        "opens_at": survey.opens_at,
        "closes_at": survey.closed_at or survey.closes_at,
        # It closes at midnight: people know that as the day before.
        "last_day": closes - timedelta(seconds=1) if closes else None,
        "named": survey.named,
        "changeable": survey.changeable,
        "live": survey.live,
        "has_results": survey.has_results(now),
        "answered_on": survey.answered_on,
        "reworded_at": survey.reworded_at,
        "follow_up": in_language(survey.follow_up, language),
        "followed_up_at": survey.followed_up_at,
        "version": survey.version,
        "takers": survey.takers,
        "questions": len(survey.asks),
        "minutes": max(1, round(len(survey.asks) / 3)),
        "wards": [ward_name(code, language) for code in survey.wards],
        "audience": [render_words(language, AUDIENCES[role]) for role in survey.audience],
        "assurance": survey.assurance,
    }


def asks_of(asks: Sequence[Ask], language: str) -> list[dict[str, Any]]:
    """Return the questions of a survey for its form, each with when it is asked."""
    by_id = {ask.id: ask for ask in asks}
    return [_ask(number, ask, by_id, language) for number, ask in enumerate(asks, 1)]


def _ask(number: int, ask: Ask, by_id: Mapping[str, Ask], language: str) -> dict[str, Any]:
    only = ask.only_if
    return {
        "id": ask.id,
        "number": number,
        "kind": str(ask.kind),
        "label": in_language(ask.words, language),
        "hint": in_language(ask.hint, language),
        "required": ask.required,
        "options": options_of(ask, language),
        "least": ask.least,
        "most": ask.most,
        "only": f"{only.question}={only.option}" if only else "",
        "only_question": in_language(by_id[only.question].words, language)
        if only and only.question in by_id
        else "",
        "only_answer": choice_name(by_id[only.question], only.option, language)
        if only and only.question in by_id
        else "",
    }


def options_of(ask: Ask, language: str) -> list[dict[str, str]]:
    """Return the choices of a question for a form."""
    return [{"value": c, "label": choice_name(ask, c, language)} for c in ask.choices]


def choice_name(ask: Ask, code: str, language: str) -> str:
    """Return what a choice is called; a step of a scale, or a number, is its own name."""
    for option in ask.options:
        if option.id == code:
            return in_language(option.words, language)
    return code


def results_view(results: Results, language: str) -> dict[str, Any]:
    """Return results as a page shows them: bars with counts and percent."""
    return {
        "total": results.total,
        "too_few": results.too_few,
        "outcomes": [
            {
                "label": in_language(outcome.ask.words, language),
                "kind": str(outcome.ask.kind),
                "answered": outcome.answered,
                "mean": outcome.mean,
                "median": outcome.median,
                "many": outcome.ask.kind is Kind.MANY,
                "bars": [
                    _bar(cell, choice_name(outcome.ask, cell.code, language))
                    for cell in outcome.cells
                ]
                if len(outcome.cells) <= _MOST_BARS or outcome.ask.kind is not Kind.NUMBER
                else [],
            }
            for outcome in results.outcomes
        ],
        "wards": [_bar(cell, ward_name(cell.code, language)) for cell in results.wards.cells],
        "wards_rest": results.wards.rest,
        "months": [_bar(cell, _month(cell.code)) for cell in results.months.cells],
        "months_rest": results.months.rest,
    }


def _bar(cell: Cell, label: str) -> dict[str, Any]:
    return {"label": label, "n": cell.n, "percent": cell.percent, "share": round(cell.percent)}


def _month(code: str) -> str:
    year, _, month = code.partition("-")
    return f"{month}/{year}"


def lang_of(text: str, page: str) -> str:
    """Return the language of a text for its `lang`; empty where it is that of the page."""
    found = language_in(text, page)
    return "" if found == page else found


def question_line(question: Any, language: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a line of the list of questions."""
    return {
        "ref": question.ref,
        "href": f"/questions/{question.ref}",
        "words": shortened(question.words, 140),
        "words_lang": lang_of(question.words, language),
        "answer": shortened(getattr(question, "answer", ""), 130),
        "answer_lang": lang_of(getattr(question, "answer", ""), language),
        "topic": names.get(getattr(question, "topic", ""), ""),
        "unit": in_language(getattr(question, "unit_name", None), language),
        "helpful": getattr(question, "helpful", 0),
    }


def stands(status: str, language: str) -> tuple[str, str]:
    """Return how a question stands, in words, and the tone that goes with it."""
    known = cases.Status(status)
    return render_words(language, STANDS[known]), _TONES[known]


async def topic_names(work: Any, language: str) -> dict[str, str]:
    """Return what the topics of questions are called, by code, those no longer used too."""
    known = await cases.known_categories(work)
    return {code: in_language(category.name, language) for code, category in known.items()}


def topic_options(topics: Sequence[cases.Category], language: str) -> list[dict[str, str]]:
    """Return the topics for a select or chips."""
    return [
        {"value": t.code, "label": in_language(t.name, language), "symbol": t.icon} for t in topics
    ]


def ward_options(codes: Sequence[str], language: str) -> list[dict[str, str]]:
    """Return these wards for a select."""
    named = [{"value": code, "label": ward_name(code, language)} for code in codes]
    return [each for each in named if each["label"]]


def ward_name(code: str | None, language: str) -> str:
    """Return what a ward is called; empty if there is none."""
    try:
        return in_language(places.get_ward(code).name, language) if code else ""
    except Missing:
        return ""


def shortened(text: str, most: int) -> str:
    """Return the beginning of a text, whole words of it."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[:most].rsplit(" ", 1)[0] + "…"
