"""The words of handing over: where to, when, and what became of each case."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from city.kernel import Says, say

Form = Literal["json", "xml"]

ATTEMPTS = 12
"""After so many a sending is laid aside for a person."""

TOKEN_ATTEMPTS = 60
"""So often a token is asked after: with the longest wait between, about two weeks."""

LEASE = timedelta(minutes=2)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
LONGEST_HOLD = timedelta(minutes=5)
"""So long at most what waits for a city is held back when it did not answer to something else."""

ASK_EVERY = timedelta(minutes=3)
OVERLAP = timedelta(hours=1)
"""So much of what was read before is read again: their clocks, and what they write down late."""

MOST_FOLLOWED = 40
"""So many requests are asked for one by one in a round where no updates are told."""


class State(StrEnum):
    """How far a destination is: trying what would be sent, sending, or holding everything."""

    TEST = "test"
    LIVE = "live"
    PAUSED = "paused"


STATE_NAMES: Mapping[State, Says] = {
    State.TEST: say("On trial: nothing is sent"),
    State.LIVE: say("In service"),
    State.PAUSED: say("Held: what comes waits"),
}


class Moment(StrEnum):
    """When a case is handed over: as soon as it is taken on, or when it goes to a unit."""

    ACCEPT = "accept"
    ROUTE = "route"


MOMENT_NAMES: Mapping[Moment, Says] = {
    Moment.ACCEPT: say("When it is taken on"),
    Moment.ROUTE: say("When it goes to a unit"),
}


class Destination(Struct, frozen=True, kw_only=True):
    """Another city's Open311 server, and which cases it is handed.

    `categories` are ours with their codes of them, `attributes` theirs with what we fill them
    with: the code of a question of ours, or words behind a `=`. No `wards` are all of the city.
    `trusted`: what they call done is done, without our desk. `tells_updates` is None while nobody
    has asked whether they have updates.
    """

    code: str
    name: str
    url: str
    jurisdiction_id: str = ""
    form: Form = "json"
    language: str = "vi"
    state: State = State.TEST
    moment: Moment = Moment.ROUTE
    trusted: bool = False
    categories: dict[str, str] = {}
    attributes: dict[str, str] = {}
    wards: list[str] = []
    version: int = 1
    has_key: bool = False
    tells_updates: bool | None = None
    read_until: datetime | None = None
    asked_at: datetime | None = None
    fault: Says | None = None

    @property
    def is_simulated(self) -> bool:
        """Whether there is no such city."""
        return self.url.startswith("simulated:")

    @property
    def source(self) -> str:
        """What its updates come from."""
        return f"destination {self.code}"


SendingState = Literal["trial", "waiting", "token", "sent", "dead", "given_up"]

SENDING_NAMES: Mapping[str, Says] = {
    "trial": say("Would be sent"),
    "waiting": say("Waits to be sent"),
    "token": say("Sent; they have not given it a number yet"),
    "sent": say("Handed over"),
    "dead": say("Laid aside"),
    "given_up": say("Not handed over"),
}
SENDING_TONES: Mapping[str, str] = {
    "trial": "idle",
    "waiting": "new",
    "token": "check",
    "sent": "done",
    "dead": "late",
    "given_up": "idle",
}


class Sending(Struct, frozen=True, kw_only=True):
    """A case that is handed over to a destination.

    `edits` replace what is sent, by argument. `maybe_there`: something was sent of which it is not
    known whether it arrived. `fault` is why it did not work last, `their_words` what they said.
    """

    id: UUID
    destination: str
    case_id: UUID
    ref: str
    state: SendingState
    due_at: datetime
    made_at: datetime
    edits: dict[str, str] = {}
    attempts: int = 0
    maybe_there: bool = False
    begun_at: datetime | None = None
    token: str = ""
    their_id: str = ""
    their_status: str = ""
    their_at: datetime | None = None
    fault: Says | None = None
    their_words: str = ""
    sent_at: datetime | None = None


class Settled(Struct, frozen=True, kw_only=True):
    """What came of an attempt: where the sending stands now, and how long it is left alone.

    `silent`: nobody answered, so that nothing else is sent there for a while either.
    """

    state: SendingState
    wait: timedelta = timedelta(0)
    maybe_there: bool = False
    attempts: int = 0
    token: str = ""
    their_id: str = ""
    fault: Says | None = None
    their_words: str = ""
    silent: bool = False


class Told(Struct, frozen=True, kw_only=True):
    """What they told of one of our requests."""

    update_id: str
    service_request_id: str
    status: str
    at: datetime
    text: str = ""
    media_url: str = ""


class CannotSend(Exception):
    """What is to be sent cannot be: the sentence says what is missing."""

    def __init__(self, says: Says) -> None:
        """Say why."""
        super().__init__(says.text)
        self.says = says


def pairs_of(written: str) -> tuple[dict[str, str], list[int]]:
    """Return `left = right` pairs, one a line, and the numbers of lines that are none."""
    pairs: dict[str, str] = {}
    bad: list[int] = []
    for number, line in enumerate(written.splitlines(), 1):
        left, middle, right = (part.strip() for part in line.partition("="))
        if left and middle and right:
            pairs[left] = right
        elif line.strip():
            bad.append(number)
    return pairs, bad


def written_pairs(pairs: Mapping[str, Any]) -> str:
    """Return pairs as they are written in a form."""
    return "\n".join(f"{left} = {right}" for left, right in pairs.items())
