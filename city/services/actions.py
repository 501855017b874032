"""What can be done with services: editing how one is described, and choosing one's own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from city import identity
from city.kernel import Conflict, Invalid, Missing, Problem, Work, say
from city.services import known, store
from city.services.hours import read_hours
from city.services.model import Face, Facts, Service, faults_of
from city.settings import BadHours, current

MOST_FAVOURITES = 24


async def edit_service(work: Work, code: str, version: int, facts: Facts) -> None:
    """Describe a function so from now on, whatever a later profile says of what was changed.

    Needs `cases.manage`. Only fields that differ from the profile become edits; one that is as the
    profile has it is the profile's again. Raises Invalid, and Conflict if it is no longer as its
    `version` says.
    """
    work.actor.require("cases.manage")
    registry = await known.refresh(work, anew=True)
    errors = faults_of(facts, (g.code for g in registry.groups), current().profile.languages)
    try:
        read_hours(facts.hours)
    except BadHours as error:
        errors["hours"] = say(error.text, **error.params)
    if facts.unit and await identity.find_unit(work, facts.unit) is None:
        errors["unit"] = say("Please choose one of the list.")
    if errors:
        raise Invalid(errors)
    profile = await store.find_profile(work, code)
    if profile is None:
        raise Missing("There is no such service.")
    said = msgspec.convert(profile, Facts)
    edits = {
        name: value
        for name, value in msgspec.to_builtins(facts).items()
        if value != msgspec.to_builtins(getattr(said, name))
    }
    if not await store.set_edits(work, code, version, edits):
        raise Conflict("Somebody else has just changed this. Please look again.")
    known.expect_change()


async def add_favourite(work: Work, code: str) -> None:
    """Make a function a favourite of the actor. Twice is as good as once."""
    work.actor.require("me")
    await get_service(work, code)
    if await store.add_favourite(work, work.actor.person_id, code, MOST_FAVOURITES):
        return
    if code not in (await store.get_choices(work, work.actor.person_id)).favourites:
        raise Problem("Please take a star away first: {n} are the most.", n=MOST_FAVOURITES)


async def bring_favourites(work: Work, codes: Sequence[str]) -> None:
    """Add the stars that the actor gave on a device before they signed in, as far as there is room.

    What is no function of the city is passed over; twice is as good as once.
    """
    work.actor.require("me")
    known_codes = (await known.refresh(work)).by_code
    wanted = [code for code in dict.fromkeys(codes) if code in known_codes]
    if wanted:
        await store.add_favourites(work, work.actor.person_id, wanted, MOST_FAVOURITES)


async def remove_favourite(work: Work, code: str) -> None:
    """Make a function no favourite of the actor any more."""
    work.actor.require("me")
    await store.remove_favourite(work, work.actor.person_id, code)


async def choose_face(work: Work, face: Face) -> None:
    """Note as whom the actor wants to meet the first page; for nobody, a cookie has to do."""
    if work.actor.is_signed_in:
        await store.set_face(work, work.actor.person_id, face, chosen=True)


async def forget_person(work: Work, person_id: UUID) -> None:
    """Forget what somebody has chosen; what they edited for the city stays with the city."""
    await store.remove_choices(work, person_id)


async def list_kept(work: Work, person_id: UUID) -> list[identity.Kept]:
    """Return what is kept about somebody: their favourites, their face, and what they edited."""
    choices = await store.get_choices(work, person_id)
    rows: list[dict[str, Any]] = [{"favourite": code} for code in choices.favourites]
    if choices.face:
        rows.append({"face": choices.face.value})
    edited = await store.list_edits_of(work, person_id)
    rows += [{"edited": one.edits, "at": one.changed_at.isoformat()} for one in edited]
    if not rows:
        return []
    return [identity.Kept(name="services", title=say("Services you have chosen"), rows=rows)]


async def list_holds(work: Work, person_id: UUID) -> list[identity.Hold]:
    """Return why what somebody edited for the city stays."""
    if not await store.list_edits_of(work, person_id):
        return []
    return [
        identity.Hold(
            title=say("Your edits of the service registry"),
            why=say("Who described a service of the city, and when, belongs to its history."),
        )
    ]


async def get_service(work: Work, code: str) -> Service:
    """Return a function that is shown; raise Missing if there is none of this code."""
    service = (await known.refresh(work)).by_code.get(code)
    if service is None or service.facts.hidden:
        raise Missing("There is no such service.")
    return service
