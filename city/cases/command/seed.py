"""The sample city's storm drill, told through the actions that people use."""

import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from msgspec import Struct, convert

from city import identity
from city.cases.command import actions, store, tasks
from city.cases.command.model import TaskState
from city.cases.command.reminders import remind_commands
from city.identity import Role
from city.kernel import THE_CITY, Actor, Database, Work

_EVERY = timedelta(minutes=5)


class _Step(Struct, kw_only=True):
    at: int
    by: str
    task: int = -1
    to: TaskState = TaskState.OPEN
    note: str = ""
    add: str = ""
    minutes: int = 60
    note_in_log: str = ""
    hand_over: str = ""
    situation: str = ""
    done: str = ""
    next: str = ""
    needs: str = ""


class _Story(Struct, kw_only=True):
    category: str
    name: str
    place: str
    minutes_ago: int
    step: list[_Step]


async def seed_sample(database: Database, folder: Path) -> None:
    """Sow the drill of `command.toml`, counted back from now, unless there is one already.

    Whatever became late meanwhile is noticed at its time. Nothing is done in a city without sample
    people to lead it.
    """
    file = folder / "command.toml"
    async with database.work(THE_CITY, reading=True) as work:
        if not file.is_file() or await store.has_samples(work):
            return
        cast = await _gather_cast(work)
        now = work.now.replace(second=0, microsecond=0)
    if not {"leader", "desk"} <= cast.keys():
        return
    story = convert(tomllib.loads(file.read_text(encoding="utf-8")), _Story)
    began = now - timedelta(minutes=story.minutes_ago)
    leader = cast["leader"]
    async with database.work(leader, now=began) as work:
        new = actions.NewCommand(
            category=story.category,
            name=story.name,
            place=story.place,
            commander_id=leader.person_id,
            drill=True,
            sample=True,
        )
        command = await actions.begin_command(work, new)
    clock = began
    for step in sorted(story.step, key=lambda step: step.at):
        at = began + timedelta(minutes=step.at)
        clock = await _notice(database, clock, at)
        async with database.work(cast.get(step.by) or leader, now=at) as work:
            await _tell(work, command.case_id, step, lambda who: cast[who].person_id)
    await _notice(database, clock, now)


async def _notice(database: Database, clock: datetime, until: datetime) -> datetime:
    """Let the city notice what becomes late up to a moment, as its job would have done."""
    while clock + _EVERY <= until:
        clock += _EVERY
        async with database.work(THE_CITY, now=clock) as work:
            await remind_commands(work)
    return clock


async def _tell(work: Work, case_id: UUID, step: _Step, person: Callable[[str], UUID]) -> None:
    if step.situation:
        new = actions.NewSitrep(
            situation=step.situation, done=step.done, next=step.next, needs=step.needs
        )
        await actions.write_sitrep(work, case_id, new)
    elif step.add:
        await tasks.add_task(work, case_id, tasks.NewTask(title=step.add, minutes=step.minutes))
    elif step.hand_over:
        await actions.hand_over_command(work, case_id, person(step.hand_over), step.note)
    elif step.note_in_log:
        await actions.note_in_log(work, case_id, step.note_in_log)
    else:
        rows = await store.list_tasks(work, case_id)
        task = next(row for row in rows if row.from_checklist == step.task)
        await tasks.move_task(work, case_id, task.id, step.to, step.note)


async def _gather_cast(work: Work) -> dict[str, Actor]:
    """Return a leader, somebody at the desk, and for each unit its officer or the unit itself."""
    units = await identity.list_units(work)
    answering = identity.permissions_of([Role.UNIT])
    cast: dict[str, Actor] = {
        unit.code: Actor(
            name=unit.short_name.get("vi") or next(iter(unit.name.values())),
            permissions=answering,
            unit_id=unit.id,
            language="vi",
        )
        for unit in units
    }
    for person in await identity.list_sample_people(work):
        permissions = identity.permissions_of([person.role])
        unit = next((u for u in units if u.short_name == person.organisation), None)
        key = {Role.LEADER: "leader", Role.DESK: "desk"}.get(person.role)
        if person.role is Role.UNIT and unit is not None:
            key = unit.code
        if key is None or (key in ("leader", "desk") and key in cast):
            continue
        cast[key] = Actor(
            id=person.id,
            name=person.name,
            permissions=permissions,
            unit_id=unit.id if unit else None,
            language=person.language,
        )
    return cast
