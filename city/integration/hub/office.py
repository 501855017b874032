"""What people decide about the hub: systems, contracts between two of them, mapping rules."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from city.integration.hub import connectors, mapping
from city.integration.hub.model import (
    CODE,
    FIELD,
    Contract,
    Direction,
    NewContract,
    Rule,
    State,
    System,
)
from city.integration.hub.store import contracts, mappings, messages, systems
from city.kernel import Conflict, Forbidden, Invalid, Missing, Says, Work, new_id, say
from city.settings import current

MOST_FIELDS = 200


def today(work: Work) -> date:
    """Return the day it is in the city."""
    return work.now.astimezone(current().profile.zone).date()


async def get_system(work: Work, code: str) -> System:
    """Return the system of this code; raise Missing if there is none."""
    found = await systems.find_system(work, code)
    if found is None:
        raise Missing("There is no system of this code.")
    return found


async def get_contract(work: Work, number: int) -> Contract:
    """Return the contract of this number; raise Missing if there is none."""
    found = await contracts.find_contract(work, number)
    if found is None:
        raise Missing("There is no contract of this number.")
    return found


async def change_system(
    work: Work,
    code: str,
    version: int,
    *,
    state: State,
    address: str,
    contact: str,
    program_id: UUID | None,
) -> None:
    """Change how far a system is, and how it is reached. Needs `integration.manage`."""
    work.actor.require("integration.manage")
    before = await get_system(work, code)
    if address and not connectors.is_address(address):
        raise Invalid({"address": say("Please give an address that begins with https://.")})
    changed = await systems.set_system(
        work,
        code,
        version,
        state=state.value,
        address=address,
        contact=contact,
        program_id=program_id,
    )
    if not changed or before.version != version:
        raise Conflict("Somebody else has just changed this. Please look at it anew.")


async def draft_contract(work: Work, new: NewContract) -> int:
    """Draft a contract and return its number. Needs `integration.manage`; raises Invalid."""
    work.actor.require("integration.manage")
    faults: dict[str, Says] = {}
    if await systems.find_system(work, new.system) is None:
        faults["system"] = say("Please choose one of the list.")
    if not CODE.fullmatch(new.kind):
        faults["kind"] = say("Please use small letters, digits and hyphens only.")
    if new.direction is Direction.BOTH:
        faults["direction"] = say("Please choose one of the list.")
    if new.valid_to < new.valid_from:
        faults["valid_to"] = say("It cannot end before it begins.")
    for name in ("purpose", "legal_basis"):
        if not getattr(new, name).strip():
            faults[name] = say("Please fill this in.")
    if fault := _fault_of_fields(new):
        faults["fields"] = fault
    if faults:
        raise Invalid(faults)
    return await contracts.add_contract(work, new_id(), new)


def _fault_of_fields(new: NewContract) -> Says | None:
    names = [one.name for one in new.fields]
    if not names or len(names) > MOST_FIELDS:
        return say("Please give between one field and {most}, one a line.", most=MOST_FIELDS)
    for one in new.fields:
        if not FIELD.fullmatch(one.name):
            return say("“{field}” is no name of a field.", field=one.name[:60])
        if not one.why.strip():
            return say("Please say what “{field}” is needed for.", field=one.name)
    twice = next((name for name in names if names.count(name) > 1), None)
    return say("“{field}” is there twice.", field=twice) if twice else None


async def approve_contract(work: Work, number: int) -> None:
    """Put a draft in force, in place of the one before. Needs `integration.approve`.

    Whoever drafted it cannot approve it; that raises Forbidden.
    """
    work.actor.require("integration.approve")
    contract = await get_contract(work, number)
    if contract.state != "draft":
        raise Conflict("This is not a draft any more.")
    if contract.drafted_by == work.actor.person_id:
        raise Forbidden("You drafted it, so somebody else has to approve it.")
    if contract.valid_to < today(work):
        raise Conflict("The days it is good for are over.")
    # What was read before was read by another contract: ask for all of it again. The row is held
    # from here on, so that of two who approve at the same moment one comes after the other.
    await systems.set_bookmark(work, contract.system, "")
    for other in await contracts.list_contracts(work, contract.system):
        same = (other.kind, other.direction) == (contract.kind, contract.direction)
        if same and other.state == "approved":
            await contracts.end(work, other.id)
    if not await contracts.approve(work, contract.id):
        raise Conflict("Somebody else has just changed this. Please look at it anew.")


async def end_contract(work: Work, number: int) -> None:
    """End a contract at once, or drop a draft. Needs `integration.manage`."""
    work.actor.require("integration.manage")
    contract = await get_contract(work, number)
    if not await contracts.end(work, contract.id):
        raise Conflict("It has ended already.")


async def publish_mapping(
    work: Work, system: str, kind: str, after: int, rules: Sequence[Rule], note: str
) -> int:
    """Publish rules as the version after `after`, and return its number.

    Needs `integration.manage`. Raises Invalid by rule, Conflict if that version is there already.
    """
    work.actor.require("integration.manage")
    await get_system(work, system)
    faults = mapping.check_rules(rules)
    if not CODE.fullmatch(kind):
        faults["kind"] = say("Please use small letters, digits and hyphens only.")
    if faults:
        raise Invalid(faults)
    if not await mappings.add_mapping(work, system, kind, after, list(rules), note[:300]):
        raise Conflict("Somebody else has just changed this. Please look at it anew.")
    await systems.set_bookmark(work, system, "")
    return after + 1


async def send_again(work: Work, message_id: UUID) -> Direction:
    """Have a message that was laid aside tried again. Needs `integration.manage`.

    Returns where it goes; the caller asks for the job.
    """
    work.actor.require("integration.manage")
    found = await messages.find_message(work, message_id)
    if found is None:
        raise Missing("There is no such message.")
    if not await messages.send_again(work, message_id):
        raise Conflict("Its body is no longer kept, or it does not wait for this.")
    return found.direction
