"""Commands for programs: how one stands, and what can be added to it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar.params import Parameter
from msgspec import Meta, Struct

from city.cases.command import actions, store, tasks
from city.cases.command.model import Command, Figures, Sitrep, Task, TaskState, figures_of
from city.cases.model import MOST_LETTERS
from city.kernel import Missing, Work, read_ref
from city.web import Request, check_json, get, post

Text = Annotated[str, Meta(max_length=MOST_LETTERS)]
Number = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Ref = Annotated[str, Parameter(description="A reference as it is read out, such as 7K3M-Q9TD.")]
TaskId = Annotated[UUID, Parameter(description="The id of the task.")]


class CommandView(Struct, frozen=True):
    """A command as it stands, with its tasks, their figures now, and its reports, newest first."""

    command: Command
    figures: Figures
    tasks: list[Task]
    sitreps: list[Sitrep]


class TaskBody(Struct, frozen=True, kw_only=True):
    """Something to be done, until `due_at` or for so many `minutes`."""

    title: Text
    owner_unit: UUID | None = None
    owner_name: Text = ""
    due_at: datetime | None = None
    minutes: Annotated[int, Meta(ge=1, le=100_000)] | None = None


class MoveBody(Struct, frozen=True, kw_only=True):
    """Where a task goes; with `version` it is refused (409) if it has changed since."""

    to: TaskState
    note: Text = ""
    version: Number | None = None


class SitrepBody(Struct, frozen=True, kw_only=True):
    """A situation report; with `number` it is refused (409) unless it becomes that one."""

    situation: Text
    done: Text = ""
    next: Text = ""
    needs: Text = ""
    number: Number | None = None


@get("/api/v1/commands/{ref:str}", allow="cases.view")
async def show_command(work: Work, ref: Ref) -> CommandView:
    """Show a command. Officers see those in which their unit has a task."""
    command = await _see(work, ref)
    rows = await store.list_tasks(work, command.case_id)
    reports = await store.list_sitreps(work, command.case_id)
    return CommandView(command, figures_of(rows, work.now), rows, reports)


@post("/api/v1/commands/{ref:str}/tasks", allow="cases.view", takes=[TaskBody], status_code=201)
async def add_task(request: Request[Any, Any, Any], work: Work, ref: Ref) -> Task:
    """Add a task."""
    given = await check_json(request, TaskBody)
    command = await _see(work, ref)
    new = tasks.NewTask(
        title=given.title,
        owner_unit=given.owner_unit,
        owner_name=given.owner_name,
        due_at=given.due_at,
        minutes=given.minutes,
    )
    return await tasks.add_task(work, command.case_id, new)


@post("/api/v1/commands/{ref:str}/tasks/{task_id:uuid}", allow="cases.view", takes=[MoveBody])
async def move_task(request: Request[Any, Any, Any], work: Work, ref: Ref, task_id: TaskId) -> Task:
    """Bring a task on: to `open`, `doing`, `done`, or `dropped`, which needs a note."""
    given = await check_json(request, MoveBody)
    command = await _see(work, ref)
    return await tasks.move_task(
        work, command.case_id, task_id, given.to, given.note, version=given.version
    )


@post("/api/v1/commands/{ref:str}/sitreps", allow="cases.view", takes=[SitrepBody], status_code=201)
async def write_sitrep(request: Request[Any, Any, Any], work: Work, ref: Ref) -> Sitrep:
    """Write a situation report; the figures are counted at that moment."""
    given = await check_json(request, SitrepBody)
    command = await _see(work, ref)
    new = actions.NewSitrep(
        situation=given.situation,
        done=given.done,
        next=given.next,
        needs=given.needs,
        number=given.number,
    )
    return await actions.write_sitrep(work, command.case_id, new)


routes = [show_command, add_task, move_task, write_sitrep]


async def _see(work: Work, ref: Ref) -> Command:
    found = read_ref(ref)
    if found is None:
        raise Missing("There is no command with this reference.")
    return await store.see_command(work, found)
