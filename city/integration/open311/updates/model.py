"""The words of updates: what other systems call the state of a request, and what we make of it.

The statuses are those of FixMyStreet's extension of Open311; they are data, so that one that is
missing is a line here.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from city.cases import REASONS, Status

Asks = Literal["take", "answer", "hand_back", ""]

OPEN = ("open", "investigating", "in_progress", "planned", "action_scheduled", "for_triage")
ENDED = (
    "closed",
    "fixed",
    "duplicate",
    "no_further_action",
    "not_councils_responsibility",
    "internal_referral",
)
STATUSES = frozenset((*OPEN, *ENDED, "reopen"))
"""Every status that is understood, however it is written: small or large, with spaces or not."""

OURS: Mapping[Status, str] = {
    Status.NEW: "open",
    Status.ACCEPTED: "investigating",
    Status.ROUTED: "action_scheduled",
    Status.DOING: "in_progress",
    Status.WAITING: "investigating",
    Status.ANSWERED: "in_progress",
    Status.DONE: "fixed",
    Status.REJECTED: "no_further_action",
    Status.MERGED: "duplicate",
}
"""What each of our states is called there."""

NOT_OURS = frozenset({REASONS["not_ours"].text, REASONS["elsewhere"].text})
"""Reasons for not taking a report on that are `not_councils_responsibility` there."""

ASKS: Mapping[str, Asks] = {
    "in_progress": "take",
    "closed": "answer",
    "fixed": "answer",
    "not_councils_responsibility": "hand_back",
}
"""What an officer of the unit would do in our process on hearing this. The rest are notes."""

LONGEST_ID = 100
MOST_UPDATES = 1000


class Said(Struct, frozen=True, kw_only=True):
    """What another system says of a case. `source` identifies it, `name` is what it is called."""

    source: str
    name: str
    update_id: str
    status: str
    at: datetime
    text: str = ""
    media_url: str = ""


class Received(Struct, frozen=True, kw_only=True):
    """What was made of an update: `noted`, or the verb that it led to. `ours` is its name here."""

    ours: str
    outcome: str


def plain_status(written: str) -> str:
    """Return a status as it stands in `STATUSES`, if it does at all."""
    return "_".join(written.lower().replace("-", " ").replace("_", " ").split())
