"""What cases are made of: categories, the cases themselves, and their history."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from city.cases.model.attributes import Attribute
from city.cases.model.words import CLAIM_MINUTES, QUESTIONS, Rating, Source, may_act
from city.kernel import Actor
from city.processes import ENDS, Definition, Process, Span, Status, Transition


class Category(Struct, frozen=True, kw_only=True):
    """A kind of case and what the city promises for it; from the city's profile.

    `definition` is the code of its process. The days and minutes are promises of its own, instead
    of those of its process, or None.
    `unit` is the code of the unit that usually leads, `ward` for the committee of the ward the
    case lies in, or None. Names are by language. `attributes` are asked in this order.
    `revision` changes when anything here does; `changed_at` is when it did so last.
    """

    code: str
    rank: int
    grp: str
    grp_name: dict[str, str]
    grp_icon: str
    process: Process
    definition: str
    icon: str
    name: dict[str, str]
    hint: dict[str, str]
    keywords: list[str]
    verify_working_days: int | None
    working_days: int | None
    acknowledge_minutes: int | None
    dispatch_minutes: int | None
    close_minutes: int | None
    private: bool
    unit: str | None
    revision: str
    changed_at: datetime
    attributes: list[Attribute] = []
    retired_at: datetime | None = None

    @property
    def is_reported(self) -> bool:
        """Whether people can report it: it is in use, no command and no topic of questions."""
        return (
            self.retired_at is None
            and self.process is not Process.COMMAND
            and self.grp != QUESTIONS
        )


class NewCase(Struct, frozen=True, kw_only=True):
    """What must be known to open a case. `place` is (latitude, longitude) in WGS 84 degrees.

    `sign_unit` is the code of the unit that a sign on the thing itself names; empty if none does.
    """

    category: str
    source: Source
    summary: str
    place: tuple[float, float]
    ward: str | None = None
    address: str = ""
    photos: list[UUID] = []
    private: bool = False
    opened_at: datetime | None = None
    parent_id: UUID | None = None
    sign_unit: str = ""


class Part(Struct, frozen=True, kw_only=True):
    """A part that a case is split into: what it is, and its category if it has another."""

    summary: str
    category: str = ""


class Case(Struct, frozen=True, kw_only=True):
    """A piece of work the city owes, as it stands.

    It goes by version `definition_version` of process `definition`, whose `state` it is in since
    `entered_at`; `status` is what that state counts as. `verify_by`, `dispatch_by` and `due_at`
    are what `promise` gives from `clock_at` on, moved by the `pauses` (stopped, went on, …; an odd
    number: the clock stands still), `step_due_at` is by when the present step should be over.
    An imported case may have been promised nothing. `revisit_on` is the public day on which a
    waiting case is looked at again. At `wake_at` the city does something by itself; `rung` counts
    what it has done so in this step, and `escalated` how high it had to climb.

    `unit_id` leads, `coop` help; `sign_unit` is the code of the unit that a sign in the street
    named. `more_photos` came with cases that were joined with this one. `parts` counts cases split
    off. `reason` says why it was not taken on. `answer` is public once
    it is done. `contested_at`: the reporter was not satisfied and had no re-opening by right left.
    `doubt`, 0 to 1: how much its words look like no report at all.
    """

    id: UUID
    ref: str
    category: str
    process: Process
    source: Source
    status: Status
    summary: str
    latitude: float
    longitude: float
    cell: int
    ward: str | None
    address: str
    photos: list[UUID]
    private: bool
    unit_id: UUID | None
    opened_at: datetime
    verify_by: datetime | None
    dispatch_by: datetime | None
    due_at: datetime | None
    definition: str = ""
    definition_version: int = 0
    state: str = ""
    promise: dict[str, Span] = {}
    clock_at: datetime | None = None
    pauses: list[datetime] = []
    entered_at: datetime | None = None
    step_due_at: datetime | None = None
    revisit_on: date | None = None
    wake_at: datetime | None = None
    rung: int = 0
    escalated: int = 0
    claimed_by: UUID | None = None
    claimed_name: str = ""
    claimed_at: datetime | None = None
    coop: list[UUID] = []
    parent_id: UUID | None = None
    sign_unit: str = ""
    parts: int = 0
    more_photos: list[UUID] = []
    contested_at: datetime | None = None
    doubt: float = 0.0
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    answer: str = ""
    answer_photos: list[UUID] = []
    reason: str = ""
    reason_note: str = ""
    rating: Rating | None = None
    reopened: int = 0
    merged_into: UUID | None = None
    external_id: str | None = None
    version: int = 1
    head_seq: int = 1
    head_hash: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the city still owes something."""
        return self.status not in ENDS

    @property
    def is_paused(self) -> bool:
        """Whether its clock stands still."""
        return len(self.pauses) % 2 == 1

    def claimed_until(self) -> datetime | None:
        """Return until when it is somebody's."""
        return self.claimed_at + timedelta(minutes=CLAIM_MINUTES) if self.claimed_at else None


class Entry(Struct, frozen=True, kw_only=True):
    """One line of a case's history. Nobody is named for what a reporter did.

    `facts` holds what the verb adds, e.g. `{"unit": id}`; of an opening the digest of what was
    opened. `hash` is SHA-256 of the previous entry's hash and this entry's canonical JSON.
    """

    case_id: UUID
    seq: int
    verb: str
    was: Status | None
    now: Status
    at: datetime
    actor_id: UUID | None
    actor_name: str
    note: str
    facts: dict[str, Any]
    hash: str = ""


class ImportedCase(Struct, frozen=True, kw_only=True):
    """A case that another system has kept, with that system's own times and state."""

    external_id: str
    category: str
    status: Status
    summary: str
    place: tuple[float, float]
    opened_at: datetime
    due_at: datetime | None = None
    closed_at: datetime | None = None
    answer: str = ""
    reason: str = ""
    address: str = ""
    ward: str | None = None
    unit_id: UUID | None = None
    private: bool = False


class Imported(Struct, frozen=True):
    """An imported case's names here."""

    external_id: str
    id: UUID
    ref: str


def moves_for(definition: Definition, case: Case, actor: Actor) -> list[Transition]:
    """Return the ways out of where a case stands that this actor may take now."""
    return [
        way
        for way in definition.ways_from(case.state)
        if any(may_act(actor, who, case.unit_id) for who in way.by)
    ]


def may_merge(case: Case, actor: Actor) -> bool:
    """Return whether this actor may join this case with another."""
    return case.is_open and actor.may("cases.triage")
