"""Who hears of what happens in a command, in their inbox and by e-mail."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from city import identity, messages
from city.cases.command.model import Command, Task
from city.kernel import Says, Work, say
from city.web import in_language


def named(names: Mapping[str, str], language: str) -> str:
    """Return a name in a language, or else in the city's own, or in any other."""
    return in_language(names, language)


async def tell_people(work: Work, command: Command, people: Iterable[UUID], says: Says) -> None:
    """Tell these people, except the one who does it."""
    for person_id in set(people) - {work.actor.id}:
        link = f"/command/{command.ref}"
        await messages.send_message(work, person_id, says, link=link, topic=command.ref)


async def tell_commander(work: Work, command: Command) -> None:
    """Tell a new commander that the command is theirs."""
    says = say("You have the command of “{name}” ({ref}).", name=command.name, ref=command.ref)
    await tell_people(work, command, [command.commander_id], says)


async def tell_units(work: Work, command: Command, tasks: Iterable[Task]) -> None:
    """Tell the officers of units what has been given to them, in one message each."""
    given: dict[UUID, list[Task]] = {}
    for task in tasks:
        if task.owner_unit is not None and not task.is_over:
            given.setdefault(task.owner_unit, []).append(task)
    if not given:
        return
    for officer in await identity.list_staff(work, [identity.Role.UNIT]):
        mine = given.get(officer.unit_id) if officer.unit_id else None
        if not mine:
            continue
        if len(mine) == 1:
            title = named(mine[0].title, officer.language)
            says = say("A task for your unit in “{name}”: {task}", name=command.name, task=title)
        else:
            says = say("{n} tasks for your unit in “{name}”.", n=len(mine), name=command.name)
        await tell_people(work, command, [officer.id], says)


async def tell_late_task(
    work: Work, command: Command, task: Task, staff: Iterable[identity.Staff]
) -> list[str]:
    """Tell the commander and the task's unit that it is late; return who was told."""
    tell = ["commander", "unit"] if task.owner_unit else ["commander"]
    languages = {person.id: person.language for person in staff}
    people = {command.commander_id}
    people |= {p.id for p in staff if task.owner_unit and p.unit_id == task.owner_unit}
    for person_id in people:
        title = named(task.title, languages.get(person_id, ""))
        says = say("Late in “{name}”: {task}", name=command.name, task=title)
        await tell_people(work, command, [person_id], says)
    return tell


async def tell_late_sitrep(
    work: Work, command: Command, rung: int, staff: Iterable[identity.Staff]
) -> list[str]:
    """Tell the commander, and from the second time on the leaders; return who was told."""
    due_at = command.next_sitrep_at or work.now
    minutes = int((work.now - due_at).total_seconds() // 60)
    says = say("The situation report of “{name}” is {n} min late.", name=command.name, n=minutes)
    if minutes < 1:
        says = say("The situation report of “{name}” is due now.", name=command.name)
    people = {command.commander_id}
    if rung > 1:
        people |= {p.id for p in staff if identity.Role.LEADER in p.roles}
    await tell_people(work, command, people, says)
    return ["commander", "leader"] if rung > 1 else ["commander"]
