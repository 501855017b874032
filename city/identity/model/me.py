"""The words of what people decide about themselves: helpers, cards, their data, going away."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from city.kernel import Event, Says, say

FRESH = timedelta(minutes=10)
"""How long a proof that it is really this person counts for taking data away or going."""
HELP_MOST = 60
"""The most minutes that somebody may act for another."""
QR_LASTS = timedelta(minutes=2)
CARD_LASTS = timedelta(days=730)
TAKEOUT_LASTS = timedelta(days=7)
FAREWELL_WAITS = timedelta(days=7)

Proof = Literal["code", "qr", "card"]

PROOF_WORDS: dict[Proof, Says] = {
    "code": say("You gave the code from your phone"),
    "qr": say("You showed the code in the app"),
    "card": say("You showed your printed card"),
}

PURPOSES: list[Says] = [
    say("To send a report"),
    say("To look up a report or a service"),
    say("To fill in an application"),
    say("To set up the app"),
]
"""What helpers are usually asked for; they may say something else."""


class NewHelp(Struct, frozen=True, kw_only=True):
    """Whom a helper would act for, what for, and for how many minutes."""

    address: Annotated[str, Meta(max_length=254)]
    purpose: Annotated[str, Meta(min_length=3, max_length=200)]
    name: Annotated[str, Meta(max_length=80)] = ""
    minutes: Annotated[int, Meta(ge=5, le=HELP_MOST)] = 30


class Acting(Struct, frozen=True, kw_only=True):
    """One person acting for another: asked, and once consent is proven, begun."""

    id: UUID
    helper_id: UUID
    helper_name: str
    person_id: UUID | None
    person_name: str
    code_id: UUID | None
    purpose: str
    minutes: int
    proof: Proof | None
    asked_at: datetime
    begun_at: datetime | None
    until_at: datetime | None
    ended_at: datetime | None

    def runs(self, now: datetime) -> bool:
        """Return whether the helper can act at this moment."""
        return self.until_at is not None and self.until_at > now and self.ended_at is None


class IdCard(Struct, frozen=True, kw_only=True):
    """A printed card of a person, who may have no phone."""

    id: UUID
    number: str
    person_id: UUID
    person_name: str
    issued_at: datetime
    issued_by: str
    until_at: datetime
    revoked_at: datetime | None


class ReadCode(Struct, frozen=True, kw_only=True):
    """Who showed their code or card to somebody entitled to read it."""

    person_id: UUID
    name: str
    honorific: str
    assurance: int
    proof: Proof
    card_number: str = ""


class Concern(Struct, frozen=True, kw_only=True):
    """What a person says is wrong about a look at their data, and what the auditor answered."""

    id: UUID
    access_id: UUID
    text: str
    raised_at: datetime
    answer: str
    settled_at: datetime | None


class OpenConcern(Concern, frozen=True, kw_only=True):
    """A concern as the auditor sees it."""

    person_name: str
    looker_name: str
    purpose: str
    about: str
    looked_at: datetime


class Takeout(Struct, frozen=True, kw_only=True):
    """Everything kept about a person, to be taken away: asked for, then ready for a week."""

    id: UUID
    person_id: UUID
    asked_at: datetime
    ready_at: datetime | None
    until_at: datetime | None
    file: str
    bytes: int


class Farewell(Struct, frozen=True, kw_only=True):
    """Somebody wants to go: nothing happens until `due_at`, and until then it can be taken back.

    `held` says that something has to stay for a while and is looked at again.
    """

    person_id: UUID
    asked_at: datetime
    due_at: datetime
    begun_at: datetime | None
    done_at: datetime | None
    held: bool


class HelpBegun(Event, frozen=True):
    """A helper has begun to act for somebody, who consented."""

    acting_id: UUID
    person_id: UUID


class ConcernRaised(Event, frozen=True):
    """Somebody says that a look at their data was wrong."""

    concern_id: UUID


class ConcernSettled(Event, frozen=True):
    """The auditor has answered a concern."""

    concern_id: UUID
    person_id: UUID


class TakeoutAsked(Event, frozen=True):
    """Somebody wants everything kept about them."""

    takeout_id: UUID
    person_id: UUID


class FarewellAsked(Event, frozen=True):
    """Somebody wants to be forgotten, on a day they were told."""

    person_id: UUID


class FarewellTakenBack(Event, frozen=True):
    """Somebody who wanted to be forgotten stays."""

    person_id: UUID
