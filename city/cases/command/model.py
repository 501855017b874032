"""The words of commands, and the rules that need nothing but the words."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct

from city.kernel import Actor, Event, Says, say

LEAST_MINUTES, MOST_MINUTES = 5, 1440
"""How often a situation report can be due."""

MOST_TITLE = 200

LADDER = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""When a late situation report is said to be late: so many of its intervals after it was due.

The commander is told each time, from the second time on the city's leaders as well.
"""


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"


TASK_WORDS: dict[TaskState, Says] = {
    TaskState.OPEN: say("Not begun"),
    TaskState.DOING: say("Under way"),
    TaskState.DONE: say("Task done"),
    TaskState.DROPPED: say("Dropped"),
}

TASK_TONES: dict[TaskState, str] = {
    TaskState.OPEN: "new",
    TaskState.DOING: "doing",
    TaskState.DONE: "done",
    TaskState.DROPPED: "idle",
}

_UNIT_MOVES: dict[TaskState, tuple[TaskState, ...]] = {
    TaskState.OPEN: (TaskState.DOING, TaskState.DONE),
    TaskState.DOING: (TaskState.DONE, TaskState.OPEN),
    TaskState.DONE: (),
    TaskState.DROPPED: (),
}
_STAFF_MOVES: dict[TaskState, tuple[TaskState, ...]] = {
    TaskState.OPEN: (TaskState.DOING, TaskState.DONE, TaskState.DROPPED),
    TaskState.DOING: (TaskState.DONE, TaskState.OPEN, TaskState.DROPPED),
    TaskState.DONE: (TaskState.DOING,),
    TaskState.DROPPED: (TaskState.OPEN,),
}


class Command(Struct, frozen=True, kw_only=True):
    """A command as it stands; `case_id` is also its name here, `ref` that of its case.

    A situation report is due at `next_sitrep_at`; at `wake_at` the city next says that it is late,
    which it has said `rung` times. `sitreps` have been written. A `drill` is an exercise.
    """

    case_id: UUID
    ref: str
    definition: str
    definition_version: int
    name: str
    place: str
    wards: list[str]
    drill: bool
    sample: bool
    commander_id: UUID
    commander_name: str
    sitrep_minutes: int
    began_at: datetime
    next_sitrep_at: datetime | None
    sitreps: int = 0
    wake_at: datetime | None = None
    rung: int = 0
    ended_at: datetime | None = None
    head_seq: int = 1
    head_hash: str = ""

    @property
    def is_running(self) -> bool:
        """Whether it has not been ended."""
        return self.ended_at is None


class Task(Struct, frozen=True, kw_only=True):
    """Something to be done in a command. `title` is by language."""

    id: UUID
    case_id: UUID
    title: dict[str, str]
    owner_unit: UUID | None = None
    owner_name: str = ""
    due_at: datetime | None = None
    state: TaskState = TaskState.OPEN
    note: str = ""
    from_checklist: int | None = None
    wake_at: datetime | None = None
    created_at: datetime
    created_name: str = ""
    changed_at: datetime
    changed_by: UUID | None = None
    changed_name: str = ""
    version: int = 1

    @property
    def is_over(self) -> bool:
        """Whether nobody has to do anything more about it."""
        return self.state in (TaskState.DONE, TaskState.DROPPED)

    def is_late(self, now: datetime) -> bool:
        """Return whether it should have been done by now."""
        return not self.is_over and self.due_at is not None and self.due_at < now


class Figures(Struct, frozen=True, kw_only=True):
    """How many tasks stand where; `late` are among the open and those under way."""

    open: int = 0
    doing: int = 0
    done: int = 0
    dropped: int = 0
    late: int = 0

    @property
    def total(self) -> int:
        """How many there are in all."""
        return self.open + self.doing + self.done + self.dropped


class Sitrep(Struct, frozen=True, kw_only=True):
    """A situation report: what is, what was done, what comes next, what is needed.

    `figures` are those of its moment. `due_at` is when it was due.
    """

    case_id: UUID
    number: int
    at: datetime
    due_at: datetime | None
    actor_id: UUID | None
    actor_name: str
    situation: str
    done: str
    next: str
    needs: str
    figures: Figures


class LogEntry(Struct, frozen=True, kw_only=True):
    """A line of a command's log. `hash` covers the line before as well."""

    case_id: UUID
    seq: int
    kind: str
    at: datetime
    actor_id: UUID | None
    actor_name: str
    text: str
    facts: dict[str, Any]
    hash: str = ""


class CommandLine(Struct, frozen=True, kw_only=True):
    """A command in a list, with how many of its tasks are done and late."""

    ref: str
    name: str
    drill: bool
    sample: bool
    commander_name: str
    began_at: datetime
    next_sitrep_at: datetime | None
    ended_at: datetime | None
    sitreps: int
    tasks: int
    over: int
    late: int


class CommandBegun(Event, frozen=True, kw_only=True):
    """A command has begun."""

    case_id: UUID


class CommandReported(Event, frozen=True, kw_only=True):
    """A situation report has been written."""

    case_id: UUID
    number: int


class CommandReminded(Event, frozen=True, kw_only=True):
    """Something in a command is late: `what` is `sitrep` or the id of a task.

    `tell` says who was told: `commander`, `unit`, `leader`.
    """

    case_id: UUID
    what: str
    tell: list[str]


class CommandEnded(Event, frozen=True, kw_only=True):
    """A command is over."""

    case_id: UUID


def directs(actor: Actor, command: Command) -> bool:
    """Return whether this actor has a say in all of it: its commander, the desk, a leader."""
    if actor.id is not None and actor.id == command.commander_id:
        return True
    return actor.may("cases.triage") or actor.may("cases.lead")


def may_hand_over(actor: Actor, command: Command) -> bool:
    """Return whether this actor may give the command to somebody else."""
    return actor.may("cases.lead") or (actor.id is not None and actor.id == command.commander_id)


def moves_of(actor: Actor, command: Command, task: Task) -> tuple[TaskState, ...]:
    """Return where this actor may bring a task from where it stands."""
    if not command.is_running:
        return ()
    if directs(actor, command):
        return _STAFF_MOVES[task.state]
    own = actor.unit_id is not None and actor.unit_id == task.owner_unit
    return _UNIT_MOVES[task.state] if own and actor.may("cases.answer") else ()


def figures_of(tasks: list[Task], now: datetime) -> Figures:
    """Return how many tasks stand where at a moment."""
    states = [task.state for task in tasks]
    return Figures(
        open=states.count(TaskState.OPEN),
        doing=states.count(TaskState.DOING),
        done=states.count(TaskState.DONE),
        dropped=states.count(TaskState.DROPPED),
        late=sum(task.is_late(now) for task in tasks),
    )


def rung_at(command: Command, now: datetime) -> int:
    """Return how often a late situation report should have been said to be late by now."""
    due = command.next_sitrep_at
    return sum(now >= due + _step(command, rung) for rung in range(len(LADDER))) if due else 0


def wake_after(command: Command, rung: int) -> datetime | None:
    """Return when the city next says that the situation report is late; None at the top."""
    due = command.next_sitrep_at
    return due + _step(command, rung) if due and rung < len(LADDER) else None


def _step(command: Command, rung: int) -> timedelta:
    return timedelta(minutes=LADDER[rung] * command.sitrep_minutes)
