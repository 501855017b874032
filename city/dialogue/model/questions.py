"""Questions to the city: what is asked, how it stands, and what is answered in public."""

import re
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from city.cases import Rating, Status
from city.kernel import Event
from city.web import folded

MOST_LETTERS = 1500
"""The longest question."""

_FILLING = frozenset(
    re.findall(
        "[a-z]+",
        """
        la co o tai cho cua thi ma bi duoc da dang nay do kia nhung cac mot xin toi chung the gi
        nao sao lam nhu khi va em anh chi a of is at in on to and it this that do i my how what can
        """,
    )
)


class NewQuestion(Struct, frozen=True, kw_only=True):
    """What somebody asks. `topic` is a category of the group of questions, `ward` a code."""

    words: Annotated[str, Meta(min_length=10, max_length=MOST_LETTERS)]
    topic: str = ""
    ward: str = ""
    private: bool = False
    sure: bool = False
    client_key: Annotated[str, Meta(max_length=80)] | None = None


class Question(Struct, frozen=True, kw_only=True):
    """A question as it stands. Who asked is for nobody but the asker's own pages.

    `asks_back`: what the city waits to hear from the asker. `edited_at`: the public words were
    changed after they were published.
    """

    id: UUID
    ref: str
    case_id: UUID
    asker_id: UUID | None
    topic: str
    ward: str | None
    words: str
    private: bool
    sample: bool
    asked_at: datetime
    status: Status
    unit_id: UUID | None
    unit_name: dict[str, str] | None
    due_at: datetime | None
    asks_back: str
    answer: str
    answered_at: datetime | None
    edited_at: datetime | None
    reason: str
    rating: Rating | None
    merged_into: UUID | None
    told: int
    version: int
    shown: bool


class Seen(Question, frozen=True, kw_only=True):
    """A question with what a reader of its page needs besides: the words on it, and their own."""

    helpful: int
    unhelpful: int
    my_vote: bool | None
    merged_ref: str | None
    merged_shown: bool | None


class Edit(Struct, frozen=True, kw_only=True):
    """How a question and its answer read until somebody changed them."""

    version: int
    at: datetime
    editor_name: str
    words: str
    answer: str


class QuestionAsked(Event, frozen=True):
    """Somebody has asked the city something."""

    question_id: UUID
    case_id: UUID


def words_in(text: str, *, telling: bool = False) -> list[str]:
    """Return the words of a text, small and without diacritics; `telling`: without the filling."""
    found = re.findall(r"[a-z0-9]+", folded(text))
    if telling:
        found = [word for word in found if word not in _FILLING] or found
    return found
