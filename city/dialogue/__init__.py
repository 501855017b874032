"""Dialogue: what the city asks its people, and what they ask the city.

A survey is asked by a unit, or the city, of an area and an audience; each person answers once, and
what was answered stands apart from who answered. A question to the city is a case like any other,
with the same clocks; its answer becomes public, so that the next one finds it.

    survey = await dialogue.add_draft(work, dialogue.Draft(title=…, intro=…, asks=[…]))
    question = await dialogue.ask_question(work, dialogue.NewQuestion(words="Chợ đêm mở mấy giờ?"))
"""

from city.dialogue import reactions as _reactions  # noqa: F401  (registers itself)
from city.dialogue.actions.questions import ask_question
from city.dialogue.actions.surveys import (
    add_draft,
    answer_survey,
    close_survey,
    publish_survey,
)
from city.dialogue.api import routes as _api
from city.dialogue.model import (
    Ask,
    Draft,
    Kind,
    NewQuestion,
    Option,
    QuestionAsked,
    Results,
    Survey,
    SurveyFollowedUp,
)
from city.dialogue.outcomes import list_outcomes
from city.dialogue.pages import routes as _pages
from city.dialogue.personal import forget_person, list_kept
from city.dialogue.seed import seed_sample
from city.web import Card

routes = [*_pages, *_api]
"""What the city serves for this room."""

home_cards = (Card(href="/dialogue/card", rank=45),)
"""What it brings to the home page."""

__all__ = [
    "Ask",
    "Draft",
    "Kind",
    "NewQuestion",
    "Option",
    "QuestionAsked",
    "Results",
    "Survey",
    "SurveyFollowedUp",
    "add_draft",
    "answer_survey",
    "ask_question",
    "close_survey",
    "forget_person",
    "home_cards",
    "list_kept",
    "list_outcomes",
    "publish_survey",
    "routes",
    "seed_sample",
]
