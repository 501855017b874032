"""Keeping who people are, what they may do, and who looked."""

import re
from uuid import UUID

from city import settings
from city.identity import store
from city.identity.addresses import Address, read_address
from city.identity.model import (
    HONORIFICS,
    FoundPerson,
    NewPerson,
    NewProfile,
    Person,
    Role,
    RoleGranted,
    RoleRevoked,
    SeenPerson,
)
from city.kernel import Conflict, Invalid, Work, new_id, say
from city.web import folded


async def add_person(work: Work, new: NewPerson, *, person_id: UUID | None = None) -> Person:
    """Add a person with roles and confirmed addresses. Needs `identity.manage`.

    With a `person_id` that is there already nothing happens. Raises Invalid for an address that
    is none, and Conflict for one that is somebody else's.
    """
    work.actor.require("identity.manage")
    person = Person(
        id=person_id or new_id(),
        name=new.name.strip(),
        honorific=new.honorific,
        language=new.language,
        assurance=0,
        sample=new.sample,
    )
    addresses = [
        _address(field, written)
        for field, written in (("phone", new.phone), ("email", new.email))
        if written
    ]
    kept = await store.add_person(
        work,
        person,
        folded(person.name),
        list(new.roles),
        new.organisation_id,
        [address.channel for address in addresses],
        [address.address for address in addresses],
    )
    if kept is not None and kept < len(addresses):
        raise Conflict("This phone number or e-mail belongs to somebody else already.")
    return person


async def welcome_person(work: Work, name: str) -> UUID:
    """Add a new resident whom an identity provider has just vouched for; return their id."""
    person_id = new_id()
    name = _one_line(name)[:80]
    person = Person(id=person_id, name=name, honorific="", language="", assurance=0, sample=False)
    await store.add_person(work, person, folded(name), [Role.RESIDENT], None, [], [])
    return person_id


def _address(field: str, written: str) -> Address:
    here = settings.current()
    read = read_address(written, here.profile.country, sample=here.sample)
    if read is None or read.channel != ("sms" if field == "phone" else "email"):
        raise Invalid({field: say("This does not look right. Please check it.")})
    return read


async def see_person(work: Work, person_id: UUID, *, purpose: str, about: str) -> SeenPerson:
    """Return who somebody is, and write down who looked and why.

    Needs `identity.see_reporter`. The person sees each look on their own page, with `purpose` in
    words and `about` naming the matter, such as a report's reference. Raises Invalid without a
    purpose.
    """
    work.actor.require("identity.see_reporter")
    purpose = purpose.strip()
    if not 3 <= len(purpose) <= 300:
        raise Invalid({"purpose": say("Please say in a few words why you need to know.")})
    return await store.see_person(work, new_id(), person_id, purpose, about[:100])


async def keep_profile(work: Work, profile: NewProfile) -> None:
    """Keep what the actor says about themselves."""
    work.actor.require("me")
    if profile.honorific not in HONORIFICS:
        raise Invalid({"honorific": say("Please choose one of the list.")})
    languages = settings.current().profile.spoken
    if profile.language not in languages:
        raise Invalid({"language": say("Please choose one of the list.")})
    if work.actor.id is not None:
        name = _one_line(profile.name)
        await store.set_profile(
            work, work.actor.id, name, folded(name), profile.honorific, profile.language
        )


async def keep_name(work: Work, name: str) -> None:
    """Keep how the actor is called."""
    work.actor.require("me")
    if work.actor.id is not None:
        name = _one_line(name)
        await store.set_name(work, work.actor.id, name, folded(name))


def _one_line(name: str) -> str:
    return " ".join(name.split())


async def search_people(work: Work, query: str, role: Role | None) -> list[FoundPerson]:
    """Return up to 50 people by words of their name, a whole address, or a role.

    Needs `identity.manage`. Diacritics do not matter, and a word may be its beginning.
    """
    work.actor.require("identity.manage")
    here = settings.current()
    query = query.strip()
    if query and (read := read_address(query, here.profile.country, sample=here.sample)):
        return await store.list_people(work, None, read.address, role)
    words = re.findall(r"[^\W_]+", folded(query))
    if query and not words:
        return []
    return await store.list_people(work, " & ".join(f"{w}:*" for w in words) or None, None, role)


async def appoint(work: Work, role: Role, written: str, name: str = "") -> Person:
    """Give a role to whoever signs in with an address, a new person if need be; return them.

    For the command line, where the first administrator of a city comes from. Needs
    `identity.manage`, and raises Invalid for an address that is none.
    """
    here = settings.current()
    read = read_address(written, here.profile.country, sample=here.sample)
    if read is None:
        raise Invalid({"address": say("This does not look right. Please check it.")})
    person = await store.find_person(work, read.channel, read.address)
    if person is None:
        by_phone = read.channel == "sms"
        new = NewPerson(
            name=name,
            phone=read.address if by_phone else "",
            email="" if by_phone else read.address,
        )
        person = await add_person(work, new)
    await grant_role(work, person.id, role)
    return person


async def grant_role(
    work: Work, person_id: UUID, role: Role, organisation_id: UUID | None = None
) -> bool:
    """Give somebody a role, at once; return whether that changed anything.

    Needs `identity.manage`. A unit officer has it for one unit; giving it again moves them.
    """
    work.actor.require("identity.manage")
    if role == Role.UNIT:
        if organisation_id is None:
            raise Invalid({"unit": say("Please choose the unit this officer works for.")})
        organisation = await store.get_organisation(work, organisation_id)
        if organisation.kind != "unit":
            raise Invalid({"unit": say("Please choose one of the list.")})
    elif role != Role.BUSINESS:
        organisation_id = None
    await store.get_person(work, person_id)  # Missing, where there is nobody.
    changed = await store.set_role(work, person_id, role, organisation_id)
    if changed:
        work.announce(RoleGranted(person_id=person_id, role=role, organisation_id=organisation_id))
    return changed


async def revoke_role(work: Work, person_id: UUID, role: Role) -> bool:
    """Take a role from somebody, at once; return whether they had it.

    Needs `identity.manage`. Administrators cannot take that role from themselves, so that the
    city always has one.
    """
    work.actor.require("identity.manage")
    if role == Role.ADMIN and person_id == work.actor.id:
        raise Conflict("You cannot take this role from yourself. Another administrator can.")
    revoked = await store.remove_role(work, person_id, role)
    if revoked:
        work.announce(RoleRevoked(person_id=person_id, role=role))
    return revoked
