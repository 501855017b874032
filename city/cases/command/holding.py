"""Holding a command while something in it changes, and the checks that all its verbs share."""

from typing import Any
from uuid import UUID

import msgspec

from city import identity
from city.cases.command import store
from city.cases.command.log import next_entry
from city.cases.command.model import Command, directs
from city.cases.model import MOST_LETTERS
from city.kernel import Conflict, Forbidden, Invalid, Missing, Says, Work, say

MOST_NAME = 120


async def hold(work: Work, case_id: UUID) -> Command:
    """Return a running command that nobody else changes until this work is done."""
    command = await store.hold_command(work, case_id)
    if not command.is_running:
        raise Conflict("This command has ended.")
    return command


async def hold_directed(work: Work, case_id: UUID) -> Command:
    """Hold a command for its commander, the desk or a leader; refuse anybody else."""
    command = await hold(work, case_id)
    if not directs(work.actor, command):
        raise Forbidden("Only the commander, the desk and the city's leaders can do this.")
    return command


async def write(
    work: Work, command: Command, kind: str, text: str, facts: dict[str, Any], **change: Any
) -> Command:
    """Store what has changed with the entry that says so; return the command as it is now."""
    entry = next_entry(work, command, kind, text, **facts)
    command = msgspec.structs.replace(command, **change)
    await store.set_command(work, command, entry)
    return msgspec.structs.replace(command, head_seq=entry.seq, head_hash=entry.hash)


def read_words(field: str, text: str) -> str:
    """Return what was written in a field; raise Invalid if it is too long."""
    text = text.strip()
    if len(text) > MOST_LETTERS:
        raise Invalid({field: too_long(text, MOST_LETTERS)})
    return text


def too_long(text: str, most: int) -> Says:
    """Return the refusal of a text."""
    return say("Please write at most {most} characters; this has {n}.", most=most, n=len(text))


def read_person(name: str) -> str:
    """Return the name of somebody who does a task; raise Invalid if it is too long."""
    name = name.strip()
    if len(name) > MOST_NAME:
        raise Invalid({"owner_name": too_long(name, MOST_NAME)})
    return name


async def check_unit(work: Work, unit_id: UUID | None) -> UUID | None:
    """Return the unit if it is one; raise Invalid if not."""
    if unit_id is None:
        return None
    try:
        unit = await identity.get_organisation(work, unit_id)
    except Missing:
        unit = None
    if unit is None or unit.kind != "unit":
        raise Invalid({"owner_unit": say("Please choose a unit of the list.")})
    return unit.id
