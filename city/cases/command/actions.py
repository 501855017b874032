"""What can be done in a command: begin it, lead it, work in it, report on it, end it.

Whoever changes something holds the command's row meanwhile, so that its log is one chain; what a
person saw of a task is compared by the task's own version.
"""

from datetime import timedelta
from uuid import UUID

import msgspec

from city import identity, places, processes, settings
from city.cases import actions as cases
from city.cases.categories import remembered
from city.cases.command import store
from city.cases.command.holding import hold, hold_directed, read_words, too_long, write
from city.cases.command.log import hash_of, sitrep_digest, task_digest
from city.cases.command.model import (
    LEAST_MINUTES,
    MOST_MINUTES,
    MOST_TITLE,
    Command,
    CommandBegun,
    CommandEnded,
    CommandReported,
    LogEntry,
    Sitrep,
    directs,
    figures_of,
    may_hand_over,
)
from city.cases.command.tasks import read_checklist
from city.cases.command.telling import tell_commander, tell_units
from city.cases.command.walking import bring_case
from city.cases.model import MOST_LETTERS, Case, NewCase, Process, Source, Status
from city.kernel import Conflict, Forbidden, Invalid, Says, Work, say

COMMANDERS = [identity.Role.LEADER, identity.Role.DESK, identity.Role.UNIT, identity.Role.ADMIN]
"""Who can be given a command."""


class NewCommand(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known to begin a command. `category` is one whose process is a command.

    Without `sitrep_minutes` situation reports are due as its process says. `place` is in words.
    """

    category: str
    name: str
    commander_id: UUID
    place: str = ""
    wards: list[str] = []
    sitrep_minutes: int | None = None
    drill: bool = False
    sample: bool = False


class NewSitrep(msgspec.Struct, frozen=True, kw_only=True):
    """What a situation report says. `number`: the report it was meant to be, if it matters."""

    situation: str
    done: str = ""
    next: str = ""
    needs: str = ""
    number: int | None = None


async def begin_command(work: Work, new: NewCommand) -> Command:
    """Open a case for a command and begin to lead it, with the checklist of its process.

    Needs `cases.lead`. Tells the commander and the units that have tasks. Announces CommandBegun.
    """
    work.actor.require("cases.lead")
    commander = await _check_command(work, new)
    latitude, longitude = _place_of(new)
    opened = NewCase(
        category=new.category,
        source=Source.OFFICER,
        summary=new.name.strip(),
        place=(latitude, longitude),
        ward=new.wards[0] if len(new.wards) == 1 else None,
        address=new.place.strip(),
        private=True,
    )
    case = await cases.open_case(work, opened)
    version = await processes.get(work, case.definition, case.definition_version)
    await bring_case(work, case.id, Status.DOING, new.name.strip(), "name")
    return await _lead(work, case, version.definition, new, commander.name)


async def _lead(
    work: Work, case: Case, definition: processes.Definition, new: NewCommand, commander: str
) -> Command:
    """Make a command of a case that has been opened, going by this definition."""
    minutes = new.sitrep_minutes or definition.sitrep_minutes or 60
    first = work.now + timedelta(minutes=minutes)
    command = Command(
        case_id=case.id,
        ref=case.ref,
        definition=definition.code,
        definition_version=case.definition_version,
        name=new.name.strip(),
        place=new.place.strip(),
        wards=list(new.wards),
        drill=new.drill,
        sample=new.sample,
        commander_id=new.commander_id,
        commander_name=commander,
        sitrep_minutes=minutes,
        began_at=work.now,
        next_sitrep_at=first,
        wake_at=first,
    )
    tasks = await read_checklist(work, command, definition)
    entry = LogEntry(
        case_id=case.id,
        seq=1,
        kind="begin",
        at=work.now,
        actor_id=work.actor.id,
        actor_name=work.actor.name,
        text="",
        facts={
            "name": command.name,
            "commander": str(command.commander_id),
            "commander_name": commander,
            "definition": f"{definition.code} {case.definition_version}",
            "digests": {str(task.id): task_digest(task) for task in tasks},
        },
    )
    entry = msgspec.structs.replace(entry, hash=hash_of(entry, ""))
    command = msgspec.structs.replace(command, head_hash=entry.hash)
    await store.add_command(work, command, entry)
    if tasks:
        await store.add_tasks(work, tasks)
    await tell_commander(work, command)
    await tell_units(work, command, tasks)
    work.announce(CommandBegun(case_id=case.id))
    return command


async def hand_over_command(
    work: Work, case_id: UUID, commander_id: UUID, note: str = ""
) -> Command:
    """Give the command to somebody else. Needs `cases.lead`, or to be its commander."""
    command = await hold(work, case_id)
    if not may_hand_over(work.actor, command):
        raise Forbidden("Only the commander and the city's leaders can hand over a command.")
    commander = await _find_commander(work, commander_id)
    if commander.id == command.commander_id:
        raise Invalid({"commander_id": say("This person has the command already.")})
    change = {"commander_id": commander.id, "commander_name": commander.name}
    text = read_words("note", note)
    facts = {
        "commander": str(commander.id),
        "commander_name": commander.name,
        "was": command.commander_name,
    }
    command = await write(work, command, "hand_over", text, facts, **change)
    await tell_commander(work, command)
    return command


async def write_sitrep(work: Work, case_id: UUID, new: NewSitrep) -> Sitrep:
    """Write a situation report, with the figures of this moment; the next one is due anew.

    For the commander, the desk and leaders. Announces CommandReported.
    """
    command = await hold_directed(work, case_id)
    number = command.sitreps + 1
    if new.number is not None and new.number != number:
        text = "Report {n} has been written meanwhile. Please read it before you send another."
        raise Conflict(text, n=command.sitreps)
    parts = {
        name: read_words(name, getattr(new, name))
        for name in ("situation", "done", "next", "needs")
    }
    if not parts["situation"]:
        raise Invalid({"situation": say("Please say how the situation is.")})
    report = Sitrep(
        case_id=case_id,
        number=number,
        at=work.now,
        due_at=command.next_sitrep_at,
        actor_id=work.actor.id,
        actor_name=work.actor.name,
        figures=figures_of(await store.list_tasks(work, case_id), work.now),
        **parts,
    )
    await store.add_sitrep(work, report)
    following = work.now + timedelta(minutes=command.sitrep_minutes)
    change = {"sitreps": number, "next_sitrep_at": following, "wake_at": following, "rung": 0}
    digests = {f"sitrep {number}": sitrep_digest(report)}
    facts = {"number": number, "digests": digests}
    await write(work, command, "sitrep", parts["situation"], facts, **change)
    work.announce(CommandReported(case_id=case_id, number=number))
    return report


async def note_in_log(work: Work, case_id: UUID, text: str) -> Command:
    """Write something into the log. Officers of a unit that has a task may as well."""
    command = await hold(work, case_id)
    if not directs(work.actor, command):
        work.actor.require("cases.answer")
        await store.see_command(work, command.ref)
    text = read_words("text", text)
    if not text:
        raise Invalid({"text": say("Please write what is to be kept.")})
    return await write(work, command, "note", text, {})


async def end_command(work: Work, case_id: UUID, note: str = "") -> Command:
    """End a command and close its case. Needs `cases.lead`. Announces CommandEnded.

    Every task must be done, or dropped with a reason, and a last situation report must have been
    written since.
    """
    work.actor.require("cases.lead")
    command = await hold(work, case_id)
    tasks = await store.list_tasks(work, case_id)
    if waiting := sum(not task.is_over for task in tasks):
        raise Conflict("{n} tasks are neither done nor dropped yet.", n=waiting)
    reports = await store.list_sitreps(work, case_id)
    last = reports[0].at if reports else None
    if last is None or any(task.changed_at > last for task in tasks):
        raise Conflict("Please write a last situation report before you end the command.")
    text = read_words("note", note)
    change = {"ended_at": work.now, "next_sitrep_at": None, "wake_at": None}
    command = await write(work, command, "end", text, {}, **change)
    closing = "\n\n".join(part for part in (text, reports[0].situation, reports[0].done) if part)
    await bring_case(work, case_id, Status.DONE, closing[:MOST_LETTERS], "note")
    work.announce(CommandEnded(case_id=case_id))
    return command


async def _check_command(work: Work, new: NewCommand) -> identity.Staff:
    """Return who will lead; raise Invalid with everything that is wrong."""
    errors: dict[str, Says] = {}
    name = new.name.strip()
    if not name:
        errors["name"] = say("Please give the command a name.")
    elif len(name) > MOST_TITLE:
        errors["name"] = too_long(name, MOST_TITLE)
    category = await remembered(work, new.category)
    if category is None or category.process is not Process.COMMAND:
        errors["category"] = say("Please choose one of the list.")
    minutes = new.sitrep_minutes
    if minutes is not None and not LEAST_MINUTES <= minutes <= MOST_MINUTES:
        errors["sitrep_minutes"] = say(
            "This can be from {least} to {most}.", least=LEAST_MINUTES, most=MOST_MINUTES
        )
    if set(new.wards) - {ward.code for ward in places.list_wards()}:
        errors["wards"] = say("Please choose wards of the list.")
    if len(new.place) > MOST_TITLE:
        errors["place"] = too_long(new.place, MOST_TITLE)
    commander = None
    try:
        commander = await _find_commander(work, new.commander_id)
    except Invalid as invalid:
        errors |= invalid.errors
    if errors or commander is None:
        raise Invalid(errors)
    return commander


async def _find_commander(work: Work, person_id: UUID) -> identity.Staff:
    for person in await identity.list_staff(work, COMMANDERS):
        if person.id == person_id:
            return person
    raise Invalid({"commander_id": say("Please choose somebody of the list.")})


def _place_of(new: NewCommand) -> tuple[float, float]:
    """Return where a command is: in the middle of its only ward, or of the city."""
    if len(new.wards) == 1:
        ward = places.get_ward(new.wards[0])
        return ward.latitude, ward.longitude
    centre = settings.current().profile.centre
    return centre.latitude, centre.longitude
