"""The words of the hub: systems, contracts, messages, the log, and rules of a mapping."""

import re
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from city.kernel import Says, say

MOST_BYTES = 1_000_000
"""The longest body of one message."""

ATTEMPTS = 8
"""How often a message is tried before it is laid aside for a person."""

CHECK_EVERY = timedelta(minutes=3)
PULL_EVERY = timedelta(minutes=5)
CHECKPOINT_ENTRIES = 100
CHECKPOINT_EVERY = timedelta(hours=1)

CODE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
FIELD = re.compile(r"[\w@-]{1,60}(?:\.[\w@-]{1,60}){0,7}")

Words = dict[str, str]


class State(StrEnum):
    """How far a system is."""

    PLANNED = "planned"
    TEST = "test"
    LIVE = "live"
    STOPPED = "stopped"


class Direction(StrEnum):
    """Where data goes, seen from the city."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


class Connector(StrEnum):
    """How a system is reached: the city asks it, the city tells it, it comes by itself, not yet."""

    REST_PULL = "rest-pull"
    REST_PUSH = "rest-push"
    INBOUND = "inbound"
    NONE = "none"


STATE_NAMES = {
    State.PLANNED: say("Planned"),
    State.TEST: say("On trial"),
    State.LIVE: say("In service"),
    State.STOPPED: say("Stopped"),
}
DIRECTION_NAMES = {
    Direction.IN: say("To the city"),
    Direction.OUT: say("From the city"),
    Direction.BOTH: say("Both ways"),
}
CONNECTOR_NAMES = {
    Connector.REST_PULL: say("The city asks it (REST, JSON)"),
    Connector.REST_PUSH: say("The city tells it (REST, JSON)"),
    Connector.INBOUND: say("It calls the city"),
    Connector.NONE: say("No connector yet"),
}


class System(Struct, frozen=True, kw_only=True):
    """A system of somebody else. `kind` is what its connector asks for or tells.

    `address` is where it answers, or `simulated:NAME` for a twin of the product. `seen_at` is when
    it last answered, `fault` what the last look found wrong, empty when nothing.
    """

    code: str
    name: Words
    owner: Words
    purpose: Words
    document: str
    allows: Words
    contact: str
    direction: Direction
    connector: Connector
    kind: str = ""
    address: str = ""
    state: State = State.PLANNED
    simulated: bool = False
    program_id: UUID | None = None
    version: int = 1
    bookmark: str = ""
    checked_at: datetime | None = None
    seen_at: datetime | None = None
    latency_ms: int | None = None
    fault: str = ""
    errors: int = 0
    heard_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether anything may be exchanged with it."""
        return self.state in (State.TEST, State.LIVE)


class Check(Struct, frozen=True):
    """What a look at a system found."""

    at: datetime
    latency_ms: int
    fault: str


class Allowed(Struct, frozen=True):
    """A field that may be exchanged, and what it is needed for. It covers what lies within it."""

    name: str
    why: str


class NewContract(Struct, frozen=True, kw_only=True):
    """A contract to be drafted. Days are of the city; both the first and the last are good."""

    system: str
    kind: str
    direction: Direction
    fields: list[Allowed]
    purpose: Annotated[str, Meta(max_length=500)]
    legal_basis: Annotated[str, Meta(max_length=500)]
    valid_from: date
    valid_to: date
    quota_a_day: Annotated[int, Meta(ge=1, le=1_000_000)] = 1000
    keep_days: Annotated[int, Meta(ge=0, le=3650)] = 30


class Contract(NewContract, frozen=True, kw_only=True):
    """A contract as it stands. Its text never changes once it is approved."""

    id: UUID
    number: int
    state: str
    drafted_at: datetime
    drafted_by: UUID | None
    drafted_name: str
    approved_at: datetime | None = None
    approved_by: UUID | None = None
    approved_name: str = ""
    ended_at: datetime | None = None
    ended_name: str = ""

    def covers(self, field: str) -> bool:
        """Return whether a field, or one that it lies in, is allowed."""
        return any(field == one.name or field.startswith(f"{one.name}.") for one in self.fields)


CONTRACT_STATES = {
    "draft": say("Draft"),
    "approved": say("In force"),
    "ended": say("Ended"),
}


class Outcome(StrEnum):
    """What became of an exchange."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    DELIVERED = "delivered"
    FETCHED = "fetched"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    UNREADABLE = "unreadable"
    NO_CONTRACT = "no-contract"
    NOT_ALLOWED = "field-not-allowed"
    OVER_QUOTA = "over-quota"
    UNFIT = "does-not-fit"


OUTCOME_NAMES: dict[str, Says] = {
    Outcome.ACCEPTED: say("Taken in"),
    Outcome.REPEATED: say("Known already"),
    Outcome.DELIVERED: say("Delivered"),
    Outcome.FETCHED: say("Fetched"),
    Outcome.UNCHANGED: say("Nothing new"),
    Outcome.FAILED: say("Did not work"),
    Outcome.UNREADABLE: say("Could not be read"),
    Outcome.NO_CONTRACT: say("No contract"),
    Outcome.NOT_ALLOWED: say("Field not in the contract"),
    Outcome.OVER_QUOTA: say("Over the quota"),
    Outcome.UNFIT: say("Does not fit the mapping"),
}
GOOD = {
    Outcome.ACCEPTED,
    Outcome.REPEATED,
    Outcome.DELIVERED,
    Outcome.FETCHED,
    Outcome.UNCHANGED,
}


class Exchange(Struct, frozen=True, kw_only=True):
    """One exchange as it is logged: never a field of what was exchanged.

    `size` in bytes and `digest` (SHA-256, hex) are those of the body; `contract` is its number.
    """

    at: datetime
    message_id: UUID
    system: str
    kind: str
    direction: Direction
    outcome: str
    contract: int | None = None
    size: int = 0
    digest: str = ""
    ms: int = 0


class Entry(Exchange, frozen=True, kw_only=True):
    """An exchange in the chain."""

    seq: int
    hash: str = ""


class Checkpoint(Struct, frozen=True):
    """The city's signature under the log up to an entry."""

    seq: int
    at: datetime
    signature: str


class Verdict(Struct, frozen=True, kw_only=True):
    """What checking the log found: `broken_at` is the first entry that does not fit."""

    whole: bool
    entries: int
    checkpoints: int
    last_signed: int
    broken_at: int | None = None


class Message(Struct, frozen=True, kw_only=True):
    """A message in either direction; `results` are references of cases it opened.

    `mapping` is the version of the rules it was taken by, 0 for none.
    """

    id: UUID
    system: str
    kind: str
    direction: Direction
    contract_id: UUID
    external_id: str
    digest: str
    media_type: str
    mapping: int
    state: str
    made_at: datetime
    keep_until: datetime
    attempts: int = 0
    settled_at: datetime | None = None
    fault: str = ""
    results: list[str] = []
    body: bytes | None = None


MESSAGE_STATES = {
    "waiting": say("Waiting"),
    "done": say("Done"),
    "dead": say("Laid aside"),
}


class Record(Struct, frozen=True, kw_only=True):
    """The latest that a system said about one of its things."""

    system: str
    key: str
    changed_at: datetime
    body: bytes | None = None
    case_ref: str | None = None


class How(StrEnum):
    """How a rule makes a value."""

    COPY = "copy"
    CONSTANT = "constant"
    CODES = "codes"
    DATE = "date"
    NUMBER = "number"
    UNIT = "unit"


HOW_NAMES = {
    How.COPY: say("As it is"),
    How.CONSTANT: say("Always the same"),
    How.CODES: say("By a list of codes"),
    How.DATE: say("A date or time"),
    How.NUMBER: say("A number"),
    How.UNIT: say("Another unit of measure"),
}


class Rule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a mapping: field `to` is made of field `source`.

    `detail` says how: the value of a constant, the pairs of a code list (`theirs = ours`, one a
    line), two date formats or two units (`dd/mm/yyyy -> iso`). `default` stands in for what is
    missing, and for a code that is not in the list.
    """

    to: str
    source: str = ""
    how: How = How.COPY
    detail: str = ""
    required: bool = False
    default: str = ""


class Mapping(Struct, frozen=True, kw_only=True):
    """The rules for one kind of message of a system, in one version."""

    system: str
    kind: str
    version: int
    rules: list[Rule]
    note: str
    made_at: datetime
    made_name: str


class Mapped(Struct, frozen=True):
    """What became of one record: its fields, and a sentence for each that does not fit."""

    values: dict[str, Any]
    faults: dict[str, Says]


def written(says: Says) -> str:
    """Return a sentence as it is kept, to be read in any language later."""
    return msgspec.json.encode(says).decode()


def read_written(text: str) -> Says | None:
    """Return a sentence that was kept, or None if there is none."""
    return _revived(msgspec.json.decode(text)) if text else None


def _revived(found: Any) -> Any:
    if not (isinstance(found, dict) and "text" in found):
        return found
    params = {name: _revived(value) for name, value in found.get("params", {}).items()}
    return Says(found["text"], params)
