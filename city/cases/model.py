"""The words of cases, and the rules that need nothing but the words."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct

from city.kernel import Actor, Event, Says, say

MOST_LETTERS = 4000
"""The longest summary, answer or reason."""

LEAST_LETTERS = 80
"""An answer without a photo must say at least this much."""


class Status(StrEnum):
    """Where a case stands."""

    NEW = "new"
    ACCEPTED = "accepted"
    ROUTED = "routed"
    DOING = "doing"
    ANSWERED = "answered"
    DONE = "done"
    REJECTED = "rejected"
    MERGED = "merged"


ENDS = frozenset({Status.DONE, Status.REJECTED, Status.MERGED})
"""The states in which the city owes nothing more."""

STATUS_WORDS: dict[Status, Says] = {
    Status.NEW: say("Received"),
    Status.ACCEPTED: say("Accepted"),
    Status.ROUTED: say("With the unit"),
    Status.DOING: say("Being handled"),
    Status.ANSWERED: say("Being checked"),
    Status.DONE: say("Done"),
    Status.REJECTED: say("Not taken on"),
    Status.MERGED: say("Joined with another"),
}
"""What people call each status."""

STATUS_TONES: dict[Status, str] = {
    Status.NEW: "new",
    Status.ACCEPTED: "check",
    Status.ROUTED: "doing",
    Status.DOING: "doing",
    Status.ANSWERED: "check",
    Status.DONE: "done",
    Status.REJECTED: "idle",
    Status.MERGED: "idle",
}
"""The `data-tone` each status is shown in."""


class Source(StrEnum):
    """How the city came to know of a case."""

    REPORT = "report"
    CALL = "call"
    DETECTION = "detection"
    OFFICER = "officer"
    IMPORT = "import"


class Process(StrEnum):
    """How fast a case is handled: by the clock, day and night, or by working days."""

    INSTANT = "instant"
    TIME_BOUND = "time_bound"


class Rating(StrEnum):
    """What the reporter thinks of the answer."""

    SATISFIED = "satisfied"
    ACCEPTABLE = "acceptable"
    UNSATISFIED = "unsatisfied"


class Move(Struct, frozen=True):
    """What a verb needs: where the case may stand, where it goes, and the permission."""

    starts: frozenset[Status]
    to: Status
    permission: str


def _move(starts: str, to: Status, permission: str) -> Move:
    return Move(frozenset(Status(name) for name in starts.split()), to, permission)


MOVES: dict[str, Move] = {
    "accept": _move("new", Status.ACCEPTED, "cases.triage"),
    "route": _move("new accepted routed doing", Status.ROUTED, "cases.triage"),
    "reject": _move("new accepted routed", Status.REJECTED, "cases.triage"),
    "merge": _move("new accepted routed doing", Status.MERGED, "cases.triage"),
    "take": _move("routed", Status.DOING, "cases.answer"),
    "answer": _move("routed doing", Status.ANSWERED, "cases.answer"),
    "send_back": _move("answered", Status.DOING, "cases.triage"),
    "publish": _move("answered", Status.DONE, "cases.triage"),
    "rate": _move("done", Status.DONE, "me"),
    "reopen": _move("done rejected", Status.ACCEPTED, "cases.triage"),
}
"""Every verb that moves a case. An unsatisfied rating may also lead to what `reopen` leads to."""


def may_move(actor: Actor, verb: str, status: Status) -> bool:
    """Return whether this actor may do this verb to a case that stands there."""
    move = MOVES[verb]
    return status in move.starts and actor.may(move.permission)


def is_unit_officer(actor: Actor) -> bool:
    """Return whether this actor answers cases and does no more: such see only their own unit's."""
    return actor.may("cases.answer") and not actor.may("cases.triage")


REASONS: dict[str, Says] = {
    "unclear": say("It is not clear what or where it is; please report again with more detail."),
    "not_found": say("We looked and could not find what was described."),
    "not_ours": say("This is not something the city can act on."),
    "elsewhere": say("This has to go through another procedure."),
    "settled": say("This had already been put right."),
    "unfit": say("The report breaks the rules of use."),
}
"""Usual reasons for not taking a case on. A case keeps the English sentence: its key as well."""


class Category(Struct, frozen=True, kw_only=True):
    """A kind of case and what the city promises for it; from the city's profile.

    `unit` is the code of the unit that usually leads, `ward` for the committee of the ward the
    case lies in, or None. Names are by language. `revision` changes when anything here does.
    """

    code: str
    rank: int
    grp: str
    grp_name: dict[str, str]
    grp_icon: str
    process: Process
    icon: str
    name: dict[str, str]
    hint: dict[str, str]
    keywords: list[str]
    verify_working_days: int
    working_days: int
    acknowledge_minutes: int
    dispatch_minutes: int
    close_minutes: int
    private: bool
    unit: str | None
    revision: str
    retired_at: datetime | None = None


class NewCase(Struct, frozen=True, kw_only=True):
    """What must be known to open a case. `place` is (latitude, longitude) in WGS 84 degrees."""

    category: str
    source: Source
    summary: str
    place: tuple[float, float]
    ward: str | None = None
    address: str = ""
    photos: list[UUID] = []
    private: bool = False
    opened_at: datetime | None = None


class Case(Struct, frozen=True, kw_only=True):
    """A piece of work the city owes, as it stands.

    `verify_by`, `dispatch_by` and `due_at` are what was promised; an imported case may have been
    promised nothing. `reason` says why it was not taken on. `answer` is public once it is done.
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
    def step_due_at(self) -> datetime | None:
        """By when the present step was promised; None when nothing is owed or was promised."""
        return step_due_at(self.status, self.verify_by, self.dispatch_by, self.due_at)


def step_due_at(
    status: Status,
    verify_by: datetime | None,
    dispatch_by: datetime | None,
    due_at: datetime | None,
) -> datetime | None:
    """Return by when the step a case is at should be over."""
    if status in ENDS:
        return None
    return {Status.NEW: verify_by, Status.ACCEPTED: dispatch_by}.get(status, due_at)


class QueueItem(Struct, frozen=True, kw_only=True):
    """A line of a queue. `summary` holds its first 200 letters."""

    id: UUID
    ref: str
    category: str
    process: Process
    status: Status
    summary: str
    ward: str | None
    address: str
    private: bool
    unit_id: UUID | None
    opened_at: datetime
    verify_by: datetime | None
    dispatch_by: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    reopened: int
    version: int
    queue_at: datetime

    @property
    def step_due_at(self) -> datetime | None:
        """By when the present step was promised; None when nothing is owed or was promised."""
        return step_due_at(self.status, self.verify_by, self.dispatch_by, self.due_at)


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


class QueueCounts(Struct, frozen=True):
    """How many cases stand where; `soon` are those whose step is due within an hour."""

    instant: int
    new: int
    route: int
    units: int
    check: int
    late: int
    soon: int
    done_today: int


class UnitFigures(Struct, frozen=True):
    """A unit's figures for cases that were due in a period; `unit_id` None: nobody has them yet.

    `on_time` were closed by their due time; `late_open` are still open past it, whenever due.
    """

    unit_id: UUID | None
    due: int
    on_time: int
    done: int
    open: int
    late_open: int
    oldest_due_at: datetime | None


class CaseOpened(Event, frozen=True, kw_only=True):
    """A case has been opened."""

    case_id: UUID


class CaseMoved(Event, frozen=True, kw_only=True):
    """A verb has been done on a case. `was` and `now` may be the same."""

    case_id: UUID
    verb: str
    was: Status
    now: Status


class CaseMerged(Event, frozen=True, kw_only=True):
    """A case turned out to be about the same thing as another, where it goes on."""

    case_id: UUID
    into_id: UUID


class CaseRated(Event, frozen=True, kw_only=True):
    """The reporter has said what they think of the answer."""

    case_id: UUID
    rating: Rating
