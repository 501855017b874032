"""What the city notices by itself in commands: late tasks and late situation reports."""

from datetime import timedelta

import msgspec

from city import identity
from city.cases.command import store
from city.cases.command.log import next_entry
from city.cases.command.model import Command, CommandReminded, Task, rung_at, wake_after
from city.cases.command.telling import tell_late_sitrep, tell_late_task
from city.kernel import Work, job

Staff = list[identity.Staff]


@job(every=timedelta(seconds=30))
async def remind_commands(work: Work) -> None:
    """Say once of everything in commands that has become late that it is late.

    The rows are held while it is said, so two workers never say the same; the log entry, the
    messages and the event are there together or not at all.
    """
    commands = await store.take_due(work)
    if not commands:
        return
    late: dict[str, list[Task]] = {}
    for task in await store.take_late_tasks(work, [command.case_id for command in commands]):
        late.setdefault(str(task.case_id), []).append(task)
    roles = [identity.Role.LEADER, identity.Role.DESK, identity.Role.UNIT]
    staff = await identity.list_staff(work, roles)
    for command in commands:
        for task in late.get(str(command.case_id), []):
            command = await _say_task(work, command, task, staff)
        if command.wake_at is not None and command.wake_at <= work.now:
            await _say_sitrep(work, command, staff)


async def _say_task(work: Work, command: Command, task: Task, staff: Staff) -> Command:
    tell = await tell_late_task(work, command, task, staff)
    due = task.due_at.isoformat() if task.due_at else ""
    facts = {"task": str(task.id), "title": task.title, "due": due, "tell": tell}
    entry = next_entry(work, command, "task_late", **facts)
    await store.set_command(work, command, entry)
    work.announce(CommandReminded(case_id=command.case_id, what=str(task.id), tell=tell))
    return msgspec.structs.replace(command, head_seq=entry.seq, head_hash=entry.hash)


async def _say_sitrep(work: Work, command: Command, staff: Staff) -> None:
    rung = rung_at(command, work.now)
    tell = await tell_late_sitrep(work, command, rung, staff)
    due = command.next_sitrep_at.isoformat() if command.next_sitrep_at else ""
    facts = {"number": command.sitreps + 1, "due": due, "rung": rung, "tell": tell}
    entry = next_entry(work, command, "sitrep_late", **facts)
    said = msgspec.structs.replace(command, rung=rung, wake_at=wake_after(command, rung))
    await store.set_command(work, said, entry)
    work.announce(CommandReminded(case_id=command.case_id, what="sitrep", tell=tell))
