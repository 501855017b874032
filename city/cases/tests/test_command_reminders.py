"""What is late in a command is said once, to whom it concerns, whatever the workers do."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from city import identity, messages
from city.cases import command as commands
from city.cases.command import TaskState
from city.cases.tests.given_cases import acting
from city.cases.tests.given_commands import kinds, person, storm, whole
from city.kernel import Database, Work
from city.web import render_words
from tests.harness import EVERYBODY

Role = identity.Role


def reminded(work: Work) -> list[tuple[str, tuple[str, ...]]]:
    """Return what was announced as late since last asked."""
    events = [e for e in work.announced if isinstance(e, commands.CommandReminded)]
    work.announced = [e for e in work.announced if e not in events]
    return [("task" if e.what != "sitrep" else "sitrep", tuple(e.tell)) for e in events]


async def after(work: Work, minutes: float) -> list[tuple[str, tuple[str, ...]]]:
    """Move on, do the job twice, and return what was announced."""
    work.now += timedelta(minutes=minutes)
    await commands.remind_commands(work)
    await commands.remind_commands(work)
    return reminded(work)


async def test_a_late_task_is_said_once_to_the_commander_and_its_unit(work: Work) -> None:
    leader = await person(work, Role.LEADER, "Đỗ Trường Sơn")
    officer = await person(work, Role.UNIT, "Bùi Đức Long", "hepco")
    command = await storm(work, leader, sitrep_minutes=1440)
    for task in await commands.list_tasks(work, command.case_id):
        change: dict[str, Any] = {"owner_unit": None, "owner_name": "", "due_at": None}
        await commands.change_task(work, command.case_id, task.id, **change)
    new = commands.NewTask(title="Khơi thông cống", owner_unit=officer.unit_id, minutes=30)
    task = await commands.add_task(acting(work, leader), command.case_id, new)
    told = await messages.count_unread(work, officer.person_id)
    assert await after(work, 29) == []
    assert await after(work, 1) == [("task", ("commander", "unit"))]
    assert await after(work, 60) == []
    assert await messages.count_unread(work, officer.person_id) == told + 1
    # With another time it can be late again.
    later = work.now + timedelta(minutes=10)
    await commands.change_task(
        work,
        command.case_id,
        task.id,
        owner_unit=officer.unit_id,
        owner_name="",
        due_at=later,
    )
    assert await after(work, 11) == [("task", ("commander", "unit"))]
    assert (await kinds(work, command)).count("task_late") == 2
    assert await whole(work, command)


async def test_what_is_done_in_time_is_never_late(work: Work) -> None:
    leader = await person(work, Role.LEADER, "Đỗ Trường Sơn")
    command = await storm(work, leader, sitrep_minutes=1440)
    for task in await commands.list_tasks(work, command.case_id):
        await commands.move_task(work, command.case_id, task.id, TaskState.DONE)
    assert await after(work, 600) == []


async def test_a_late_report_climbs_from_the_commander_to_the_leaders(work: Work) -> None:
    leader = await person(work, Role.LEADER, "Đỗ Trường Sơn")
    desk = await person(work, Role.DESK, "Hoàng Thanh Thủy")
    command = await storm(work, leader, sitrep_minutes=60, commander_id=desk.id)
    for task in await commands.list_tasks(work, command.case_id):
        await commands.move_task(work, command.case_id, task.id, TaskState.DONE)
    before = await messages.count_unread(work, leader.person_id)
    assert await after(work, 59) == []
    assert await after(work, 1) == [("sitrep", ("commander",))]
    assert await messages.count_unread(work, leader.person_id) == before
    assert await after(work, 29) == []
    assert await after(work, 1) == [("sitrep", ("commander", "leader"))]
    assert await messages.count_unread(work, leader.person_id) == before + 1
    # What was missed while the city was asleep is said once, not once for each rung.
    assert await after(work, 6 * 60) == [("sitrep", ("commander", "leader"))]
    assert await after(work, 24 * 60) == [("sitrep", ("commander", "leader"))]
    assert await after(work, 24 * 60) == []
    report = commands.NewSitrep(situation="Đã ổn định.")
    await commands.write_sitrep(acting(work, leader), command.case_id, report)
    assert await after(work, 61) == [("sitrep", ("commander",))]
    assert await whole(work, command)


async def test_two_workers_say_everything_exactly_once(database: Database) -> None:
    running: list[commands.Command] = []
    async with database.work(EVERYBODY) as work:
        leader = await person(work, Role.LEADER, "Đỗ Trường Sơn")
        for n in range(12):
            running.append(await storm(work, leader, name=f"Bão số {n}"))
        later = work.now + timedelta(minutes=65)

    async def work_once(*, fail: bool) -> None:
        try:
            async with database.work(EVERYBODY, now=later) as work:
                await commands.remind_commands(work)
                if fail:
                    raise RuntimeError("killed before it could commit")
        except RuntimeError:
            pass

    await work_once(fail=True)
    await asyncio.gather(*(work_once(fail=n == 1) for n in range(4)))
    await work_once(fail=False)
    async with database.work(EVERYBODY, reading=True) as work:
        for command in running:
            found = await kinds(work, command)
            assert found.count("sitrep_late") == 1
            assert found.count("task_late") == 3  # Those due within 65 minutes.
            assert await whole(work, command)
            rows = await commands.list_tasks(work, command.case_id)
            late = {task.id for task in rows if task.is_late(later)}
            said = await commands.list_log(work, command.case_id, ["task_late"])
            assert {entry.facts["task"] for entry in said} == {str(id) for id in late}


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_reminders_are_in_both_languages(work: Work, language: str) -> None:

    leader = await person(work, Role.LEADER, "Đỗ Trường Sơn")
    await storm(work, leader)
    await after(work, 61)
    rows = await (await work._connect()).fetch(
        "select text, params from messages.message where person_id = $1", leader.id
    )
    for row in rows:
        said = render_words(language, row["text"], **row["params"])
        assert "{" not in said
        assert (row["text"].split("{")[0] in said) is (language == "en")
    assert len(rows) == 4
