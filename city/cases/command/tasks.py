"""What can be done with the tasks of a command."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from city import calendar, identity, processes, settings
from city.cases.command import store
from city.cases.command.holding import (
    check_unit,
    hold,
    hold_directed,
    read_person,
    read_words,
    too_long,
    write,
)
from city.cases.command.log import task_digest
from city.cases.command.model import (
    MOST_TITLE,
    TASK_WORDS,
    Command,
    Task,
    TaskState,
    directs,
    moves_of,
)
from city.cases.command.telling import tell_units
from city.kernel import Conflict, Forbidden, Invalid, Work, new_id, say

MOST_AHEAD = timedelta(days=366)
OVER = (TaskState.DONE, TaskState.DROPPED)


class NewTask(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be done, by a unit or a person or both, until `due_at` or for `minutes`."""

    title: str
    owner_unit: UUID | None = None
    owner_name: str = ""
    due_at: datetime | None = None
    minutes: int | None = None


async def add_task(work: Work, case_id: UUID, new: NewTask) -> Task:
    """Add a task, and tell its unit. For the commander, the desk and leaders."""
    command = await hold_directed(work, case_id)
    title = new.title.strip()
    if not title:
        raise Invalid({"title": say("Please say what is to be done.")})
    if len(title) > MOST_TITLE:
        raise Invalid({"title": too_long(title, MOST_TITLE)})
    due_at = _due(work, new.due_at, new.minutes)
    task = Task(
        id=new_id(),
        case_id=case_id,
        title={work.actor.language or settings.current().profile.language: title},
        owner_unit=await check_unit(work, new.owner_unit),
        owner_name=read_person(new.owner_name),
        due_at=due_at,
        wake_at=due_at,
        created_at=work.now,
        created_name=work.actor.name,
        changed_at=work.now,
        changed_by=work.actor.id,
        changed_name=work.actor.name,
    )
    await store.add_tasks(work, [task])
    await write(work, command, "task_add", "", _of_task(task))
    await tell_units(work, command, [task])
    return task


async def change_task(
    work: Work,
    case_id: UUID,
    task_id: UUID,
    *,
    owner_unit: UUID | None,
    owner_name: str,
    due_at: datetime | None,
    version: int | None = None,
) -> Task:
    """Give a task to somebody else or another time. For the commander, the desk and leaders."""
    command = await hold_directed(work, case_id)
    task = await store.get_task(work, case_id, task_id)
    _check_version(task, version)
    if task.is_over:
        raise Conflict(
            "This cannot be done now. The task stands at: {state}.", state=TASK_WORDS[task.state]
        )
    due_at = due_at if due_at == task.due_at else _due(work, due_at, None)
    changed = msgspec.structs.replace(
        task,
        owner_unit=await check_unit(work, owner_unit),
        owner_name=read_person(owner_name),
        due_at=due_at,
        wake_at=task.wake_at if due_at == task.due_at else due_at,
    )
    changed = await _store_task(work, command, changed, "task_change", "")
    if changed.owner_unit != task.owner_unit:
        await tell_units(work, command, [changed])
    return changed


async def move_task(
    work: Work,
    case_id: UUID,
    task_id: UUID,
    to: TaskState,
    note: str = "",
    *,
    version: int | None = None,
) -> Task:
    """Bring a task on. Officers move tasks of their own unit only; dropping one needs a reason.

    Raises Conflict, with where it stands, when it has changed since the person saw it.
    """
    command = await hold(work, case_id)
    task = await store.get_task(work, case_id, task_id)
    mine = task.owner_unit is not None and task.owner_unit == work.actor.unit_id
    if not directs(work.actor, command) and not (mine and work.actor.may("cases.answer")):
        raise Forbidden("This task is with another unit.")
    _check_version(task, version)
    if to not in moves_of(work.actor, command, task):
        raise Conflict(
            "This cannot be done now. The task stands at: {state}.", state=TASK_WORDS[task.state]
        )
    text = read_words("note", note)
    if to is TaskState.DROPPED and not text:
        raise Invalid({"note": say("Please say why it is dropped.")})
    # A task that is taken up again late was said to be late before.
    waits = to in (TaskState.OPEN, TaskState.DOING) and task.due_at and task.due_at > work.now
    begins = to is TaskState.DOING and work.actor.id is not None
    moved = msgspec.structs.replace(
        task,
        state=to,
        note=text or task.note,
        owner_name=task.owner_name or (work.actor.name if begins else ""),
        wake_at=task.due_at if waits else (task.wake_at if to not in OVER else None),
    )
    return await _store_task(work, command, moved, "task_move", text, was=task.state, now=to)


async def _store_task(
    work: Work, command: Command, task: Task, kind: str, text: str, **facts: Any
) -> Task:
    actor = work.actor
    task = msgspec.structs.replace(
        task, changed_at=work.now, changed_by=actor.id, changed_name=actor.name
    )
    if not await store.set_task(work, task):
        raise _changed(await store.get_task(work, command.case_id, task.id))
    await write(work, command, kind, text, {**_of_task(task), **facts})
    return msgspec.structs.replace(task, version=task.version + 1)


async def read_checklist(
    work: Work, command: Command, definition: processes.Definition
) -> list[Task]:
    """Return the tasks that a process begins with; a unit the city does not have is left out."""
    units = {unit.code: unit.id for unit in await identity.list_units(work)}
    tasks: list[Task] = []
    for at, line in enumerate(definition.checklist):
        due_at = _after(work.now, line.within)
        task = Task(
            id=new_id(),
            case_id=command.case_id,
            title=dict(line.name),
            owner_unit=units.get(line.unit),
            due_at=due_at,
            wake_at=due_at,
            from_checklist=at,
            created_at=work.now,
            created_name=work.actor.name,
            changed_at=work.now,
            changed_by=work.actor.id,
            changed_name=work.actor.name,
        )
        tasks.append(task)
    return tasks


def _after(moment: datetime, span: processes.Span | None) -> datetime | None:
    if span is None:
        return None
    if span.minutes is not None:
        return moment + timedelta(minutes=span.minutes)
    if span.working_minutes is not None:
        return calendar.current().add_minutes(moment, span.working_minutes)
    return calendar.current().day_end_after(moment, span.working_days or 0)


def _of_task(task: Task) -> dict[str, Any]:
    """Return what the log says of a task: its name, whose it is, by when, and the digest."""
    return {
        "task": str(task.id),
        "title": task.title,
        "unit": str(task.owner_unit) if task.owner_unit else "",
        "person": task.owner_name,
        "due": task.due_at.isoformat() if task.due_at else "",
        "digests": {str(task.id): task_digest(task)},
    }


def _due(work: Work, due_at: datetime | None, minutes: int | None) -> datetime | None:
    """Return by when a task is due; raise Invalid for a time that cannot be meant."""
    if due_at is None and minutes is None:
        return None
    if due_at is None:
        due_at = work.now + timedelta(minutes=min(max(minutes or 0, 0), 1_000_000))
    if due_at.tzinfo is None:
        due_at = due_at.replace(tzinfo=settings.current().profile.zone)
    if not work.now - MOST_AHEAD < due_at < work.now + MOST_AHEAD:
        raise Invalid({"due_at": say("This time is too far away.")})
    return due_at


def _check_version(task: Task, version: int | None) -> None:
    if version is not None and version != task.version:
        raise _changed(task)


def _not_now(task: Task) -> Conflict:
    words = TASK_WORDS[task.state]
    return Conflict("This cannot be done now. The task stands at: {state}.", state=words)


def _changed(task: Task) -> Conflict:
    return Conflict(
        "{name} has changed this task meanwhile. It stands at: {state}.",
        name=task.changed_name or "–",
        state=TASK_WORDS[task.state],
    )
