"""The card of the home page: a survey that is open, and a question of mine that waits for me."""

from typing import Any

from city.dialogue.actions import surveys as doing
from city.dialogue.model import Phase
from city.dialogue.store import questions, surveys
from city.dialogue.views import language_of, shortened, survey_of
from city.kernel import Work
from city.web import PUBLIC, Request, Response, get, page

_MOST = 2


@get("/dialogue/card", allow=PUBLIC)
async def show_card(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show what this room has to say on the home page: a part of it, empty if that is nothing."""
    language = language_of(request)
    found = await surveys.list_public(work, work.actor.id, 30)
    unanswered = [
        survey
        for survey in sorted(found, key=lambda s: s.closes_at or work.now)
        if survey.phase(work.now) is Phase.OPEN and survey.answered_on is None
    ]
    meant = [s for s in unanswered if not work.actor.is_signed_in or await doing.is_meant(work, s)]
    mine = await questions.list_mine(work, work.actor.person_id) if work.actor.id else []
    waiting = [
        {
            "href": f"/questions/{question.ref}",
            "words": shortened(question.words, 90),
            "asks_back": question.asks_back,
        }
        for question in mine
        if question.asks_back or (question.status == "done" and question.rating is None)
    ]
    return page(
        request,
        "dialogue/card.html",
        surveys=[survey_of(survey, work.now, language) for survey in meant[:_MOST]],
        waiting=waiting[:_MOST],
    )


routes = [show_card]
