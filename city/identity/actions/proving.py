"""Proving again that it is really this person, and another way to reach them."""

from uuid import UUID

from city import settings
from city.identity import store
from city.identity.actions.sign_in import ask_for_code, check_code
from city.identity.addresses import read_address
from city.identity.model import Channel
from city.kernel import Conflict, Invalid, Missing, Says, Work, say


async def is_proven(work: Work) -> bool:
    """Return whether the actor has proven a short while ago that it is them."""
    return await store.is_proven(work, work.actor.session_id)


async def ask_again(work: Work, *, origin: str, language: str) -> UUID:
    """Have a code sent to the actor's own number or address; return its id.

    Raises Missing if the city knows none: VNeID proves it then.
    """
    work.actor.require("me")
    contacts = await store.list_contacts(work, work.actor.person_id)
    known = next((c for c in contacts if c.verified_at is not None), None)
    if known is None:
        raise Missing("We know no phone number or e-mail of yours to send a code to.")
    return await ask_for_code(
        work, known.address, origin=origin, language=language, purpose="again"
    )


async def enter_again(work: Work, code_id: UUID, digits: str) -> Says | None:
    """Take it as proven for a short while that it is the actor, or return in words why not."""
    work.actor.require("me")
    code = await check_code(work, code_id, digits, "again")
    if isinstance(code, Says):
        return code
    owner = await store.find_person(work, code.channel, code.address)
    if owner is None or owner.id != work.actor.id:
        return say("This code no longer works. Please ask for a new one.")
    await store.set_proven(work, work.actor.session_id)
    return None


async def ask_for_contact(work: Work, written: str, *, origin: str, language: str) -> UUID:
    """Have a code sent to another number or address of the actor; return its id.

    Raises Invalid if it is none, or theirs already.
    """
    work.actor.require("me")
    here = settings.current()
    read = read_address(written, here.profile.country, sample=here.sample)
    mine = await store.list_contacts(work, work.actor.person_id)
    if read is not None and any(c.address == read.address for c in mine if c.verified_at):
        raise Invalid({"address": say("You sign in with this already.")})
    if len(mine) >= 5:
        raise Invalid({"address": say("Five are enough. Please remove one first.")})
    return await ask_for_code(work, written, origin=origin, language=language, purpose="contact")


async def enter_contact(work: Work, code_id: UUID, digits: str) -> Says | None:
    """Keep the address the code was sent to as the actor's, or return in words why not.

    Raises Conflict if it is somebody else's: two accounts cannot become one.
    """
    work.actor.require("me")
    code = await check_code(work, code_id, digits, "contact")
    if isinstance(code, Says):
        return code
    if not await store.add_contact(work, work.actor.person_id, code.channel, code.address):
        raise Conflict("This phone number or e-mail belongs to somebody else already.")
    await store.set_proven(work, work.actor.session_id)
    return None


async def remove_contact(work: Work, channel: Channel, address: str) -> None:
    """Forget a number or address of the actor. Raises Conflict if it is their only way in."""
    work.actor.require("me")
    if not await store.remove_contact(work, work.actor.person_id, channel, address):
        raise Conflict("This is your only way to sign in. Add another one first.")
