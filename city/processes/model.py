"""The words of processes: what a definition says, and nothing of what is done with it."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from city.kernel import Event, Says

MOST_FILES = 6
"""How many photos or documents can come with a step."""

MOST_LETTERS = 4000
"""The longest text that can come with a step."""


class Process(StrEnum):
    """The three groups: by the clock day and night, by working days, or under a commander."""

    INSTANT = "instant"
    TIME_BOUND = "time_bound"
    COMMAND = "command"


class Status(StrEnum):
    """Where a case stands, in the words that all processes share.

    Each state of a process counts as one of these. `merged` is in every process without being
    written down.
    """

    NEW = "new"
    ACCEPTED = "accepted"
    ROUTED = "routed"
    DOING = "doing"
    WAITING = "waiting"
    ANSWERED = "answered"
    DONE = "done"
    REJECTED = "rejected"
    MERGED = "merged"


ENDS = frozenset({Status.DONE, Status.REJECTED, Status.MERGED})
"""What a case comes to when the city owes nothing more."""


class Who(StrEnum):
    """Who may make a step, or is told: the desk, the unit that has the case, a leader, the
    reporter, the commander, or the city itself (a timer, a sensor)."""

    DESK = "desk"
    UNIT = "unit"
    LEADER = "leader"
    REPORTER = "reporter"
    COMMANDER = "commander"
    CITY = "city"


class Verb(StrEnum):
    """What a transition does besides changing the state.

    `step` does nothing besides. `pause` and `resume` stop the clock and let it run on.
    """

    ACCEPT = "accept"
    ROUTE = "route"
    TAKE = "take"
    STEP = "step"
    HAND_BACK = "hand_back"
    PAUSE = "pause"
    RESUME = "resume"
    ANSWER = "answer"
    SEND_BACK = "send_back"
    PUBLISH = "publish"
    REJECT = "reject"
    REOPEN = "reopen"


class Span(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A stretch of time; exactly one of these is given.

    `minutes` run by the clock, day and night. `working_minutes` run while the city works.
    `working_days` end with the last working minute of the n-th working day after.
    """

    minutes: int | None = None
    working_minutes: int | None = None
    working_days: int | None = None


class Reminder(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Somebody is reminded this long before the step is due."""

    before: Span
    tell: list[Who]


class Rung(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A rung of the ladder: this long after the step was due it is somebody else's concern too.

    `repeat` minutes later it is said again, and again, until somebody takes the step.
    """

    after: Span
    tell: list[Who]
    repeat: int = 0


class State(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A state of a process. Names are by language; `public` is what everybody reads, by default
    the words of its status.

    A step is due by one of the process's `deadlines` (counted from the opening), or `within` a
    span counted from its beginning. `stopped`: the clock stands still meanwhile; with `revisit`
    whoever brings a case here says by what day it is looked at again, and that day is public.
    """

    status: Status
    name: dict[str, str]
    public: dict[str, str] = {}
    due: str = ""
    within: Span | None = None
    stopped: bool = False
    revisit: bool = False
    reminders: list[Reminder] = []
    escalation: list[Rung] = []

    @property
    def is_due(self) -> bool:
        """Whether there is a time by which something has to happen here."""
        return bool(self.due or self.within or self.revisit)


class Needs(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What must come with a step: photos, other documents, and a text of so many characters.

    A text of `or_text` characters stands in for the photos. 0: not needed.
    """

    photos: int = 0
    or_text: int = 0
    documents: int = 0
    text: int = 0


class Transition(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A way from some states to one. `id` is unique in its process; `name` is on the button.

    `form` is a JSON Schema (object) of what is asked besides; what is given is kept in the
    case's history.
    """

    id: str
    verb: Verb
    start: list[str] = msgspec.field(name="from")
    to: str
    by: list[Who]
    name: dict[str, str] = {}
    needs: Needs = Needs()
    form: dict[str, Any] = {}


class Task(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A line of a command's checklist, due so long after it began; `unit` is a unit's code."""

    name: dict[str, str]
    within: Span | None = None
    unit: str = ""


class Definition(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How a kind of case goes: its states, the ways between them, and what is promised.

    `deadlines` are counted from the opening; `verify`, `dispatch` and `done` are those a category
    may set for itself. A reporter who is not satisfied re-opens `reopen_by_right` times; from
    `reopen_escalates` times on a leader is told. Commands have a `checklist` and a situation
    report every `sitrep_minutes`. `words` tell residents, by language, how it is handled.
    """

    code: str
    name: dict[str, str]
    process: Process
    start: str
    deadlines: dict[str, Span] = {}
    states: dict[str, State]
    transitions: list[Transition]
    reopen_by_right: int = 1
    reopen_escalates: int = 2
    checklist: list[Task] = []
    sitrep_minutes: int = 0
    words: dict[str, str] = {}

    def way(self, verb: Verb, state: str, to: str = "") -> Transition | None:
        """Return the first way that does this from this state (to that one, if given)."""
        for way in self.transitions:
            if way.verb is verb and state in way.start and to in ("", way.to):
                return way
        return None

    def ways_from(self, state: str) -> list[Transition]:
        """Return every way out of a state, in the order they are written."""
        return [way for way in self.transitions if state in way.start]

    def asks(self, state: str) -> Transition | None:
        """Return the way that asks the reporter something: a pause that their reply ends."""
        return next((way for way in self._pauses(state) if self.replies(way.to)), None)

    def waits(self, state: str) -> Transition | None:
        """Return the way that puts a case off until a public day on which it is looked at again."""
        return next((way for way in self._pauses(state) if self.states[way.to].revisit), None)

    def replies(self, state: str) -> Transition | None:
        """Return the way that the reporter's reply takes out of a state that waits for it."""
        ways = self.ways_from(state)
        return next((w for w in ways if w.verb is Verb.RESUME and Who.REPORTER in w.by), None)

    def lapses(self, state: str) -> Transition | None:
        """Return the way the city takes by itself when the step in this state falls due."""
        return next((way for way in self.ways_from(state) if Who.CITY in way.by), None)

    def _pauses(self, state: str) -> list[Transition]:
        return [way for way in self.ways_from(state) if way.verb is Verb.PAUSE]


class Version(Struct, frozen=True, kw_only=True):
    """A definition as it was published. Its number never changes its meaning."""

    code: str
    version: int
    definition: Definition
    source: str
    published_at: datetime
    published_by: str
    note: str = ""
    digest: str = ""
    origin: str = "city"


class Published(Struct, frozen=True, kw_only=True):
    """Who published a version, and when. `origin`: `profile` came with the product, `city` not."""

    version: int
    published_at: datetime
    published_by: str
    note: str
    origin: str


class Listed(Struct, frozen=True, kw_only=True):
    """A process in the list: what holds now, and a draft that differs from it, if there is one."""

    code: str
    version: int | None
    definition: Definition | None
    published_at: datetime | None
    published_by: str | None
    edited_at: datetime | None
    edited_by: str | None


class Draft(Struct, frozen=True, kw_only=True):
    """A definition that somebody is working on; `source` is YAML that may still be wrong."""

    code: str
    source: str
    edited_at: datetime
    edited_by: str
    person_id: UUID | None
    version: int
    note: str = ""


class Fault(Struct, frozen=True):
    """What is wrong with a definition, and where: a path like `states.checked.within`."""

    path: str
    says: Says


class ProcessPublished(Event, frozen=True):
    """A definition has a new version: cases opened from now on go by it."""

    code: str
    version: int
