"""What the forms in a command ask, and the action that each leads to."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from city.cases.command import actions, tasks
from city.cases.command.model import LEAST_MINUTES, MOST_MINUTES, TaskState
from city.cases.model import MOST_LETTERS
from city.kernel import Says, Work, say

Text = Annotated[str, Meta(max_length=MOST_LETTERS)]
Minutes = Annotated[int, Meta(ge=LEAST_MINUTES, le=MOST_MINUTES)]


class BeginForm(Struct, frozen=True, kw_only=True):
    """What the form for a new command asks."""

    name: Text
    category: str
    commander_id: UUID
    place: Text = ""
    wards: list[str] = []
    sitrep_minutes: Minutes | None = None
    drill: bool = False


class HandOverForm(Struct, frozen=True, kw_only=True):
    """Who takes over, and why."""

    commander_id: UUID
    note: Text = ""


class TaskForm(Struct, frozen=True, kw_only=True):
    """A new task, due in so many minutes."""

    title: Text
    owner_unit: UUID | None = None
    owner_name: Text = ""
    minutes: Annotated[int, Meta(ge=1, le=100_000)] | None = None


class ChangeForm(Struct, frozen=True, kw_only=True):
    """Who has a task and by when: a local time such as `2026-11-23T14:30`."""

    owner_unit: UUID | None = None
    owner_name: Text = ""
    due_at: str = ""
    version: int | None = None


class MoveForm(Struct, frozen=True, kw_only=True):
    """Where a task goes."""

    to: TaskState
    version: int | None = None
    note: Text = ""


class SitrepForm(Struct, frozen=True, kw_only=True):
    """A situation report; `number` is the one it was begun as."""

    situation: Text
    done: Text = ""
    next: Text = ""
    needs: Text = ""
    number: int | None = None


class NoteForm(Struct, frozen=True, kw_only=True):
    """A line for the log."""

    text: Text


class EndForm(Struct, frozen=True, kw_only=True):
    """The last words."""

    note: Text = ""


async def _hand_over(work: Work, id: UUID, given: HandOverForm) -> None:
    await actions.hand_over_command(work, id, given.commander_id, given.note)


async def _add_task(work: Work, id: UUID, given: TaskForm) -> None:
    new = tasks.NewTask(
        title=given.title,
        owner_unit=given.owner_unit,
        owner_name=given.owner_name,
        minutes=given.minutes,
    )
    await tasks.add_task(work, id, new)


async def _report(work: Work, id: UUID, given: SitrepForm) -> None:
    new = actions.NewSitrep(
        situation=given.situation,
        done=given.done,
        next=given.next,
        needs=given.needs,
        number=given.number,
    )
    await actions.write_sitrep(work, id, new)


async def _note(work: Work, id: UUID, given: NoteForm) -> None:
    await actions.note_in_log(work, id, given.text)


async def _end(work: Work, id: UUID, given: EndForm) -> None:
    await actions.end_command(work, id, given.note)


class Doing(Struct, frozen=True):
    """What a form asks, what is done then, what is said of it, and where the reader goes on."""

    shape: type[Any]
    do: Callable[[Work, UUID, Any], Awaitable[None]]
    said: Says
    anchor: str = ""


DOINGS: dict[str, Doing] = {
    "hand-over": Doing(HandOverForm, _hand_over, say("The command has been handed over.")),
    "tasks": Doing(TaskForm, _add_task, say("The task is on the list."), "#tasks"),
    "reports": Doing(SitrepForm, _report, say("The situation report is written."), "#reports"),
    "notes": Doing(NoteForm, _note, say("It is in the log."), "#log"),
    "end": Doing(EndForm, _end, say("The command has ended.")),
}
"""What can be done in a command, by the last word of its address."""
