"""What the tests of commands begin with: a storm, and the people in it."""

from typing import Any

from city import identity
from city.cases import command as commands
from city.kernel import Actor, Work

Role = identity.Role


async def person(work: Work, role: Role, name: str, unit: str = "") -> Actor:
    """Return somebody new of this role, as who they act."""
    body = await identity.find_unit(work, unit) if unit else None
    made = await identity.add_person(
        work,
        identity.NewPerson(name=name, roles=(role,), organisation_id=body.id if body else None),
    )
    return Actor(
        id=made.id,
        name=name,
        permissions=identity.permissions_of([role]),
        unit_id=body.id if body else None,
        language="vi",
    )


async def storm(work: Work, leader: Actor, **about: Any) -> commands.Command:
    """Begin a storm in this leader's hands."""
    fields: dict[str, Any] = {"category": "storm", "name": "Bão số 12", "commander_id": leader.id}
    before, work.actor = work.actor, leader
    try:
        return await commands.begin_command(work, commands.NewCommand(**{**fields, **about}))
    finally:
        work.actor = before


async def whole(work: Work, command: commands.Command) -> bool:
    """Return whether the log of a command is as it was written."""
    fresh = await commands.see_command(work, command.ref)
    entries = await commands.list_log(work, command.case_id, limit=1000)
    rows = await commands.list_tasks(work, command.case_id)
    reports = await commands.list_sitreps(work, command.case_id)
    return commands.is_whole(fresh, entries[::-1], rows, reports)


async def kinds(work: Work, command: commands.Command) -> list[str]:
    """Return what the log has, first things first."""
    entries = await commands.list_log(work, command.case_id, limit=1000)
    return [entry.kind for entry in reversed(entries)]
