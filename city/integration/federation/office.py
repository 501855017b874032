"""What an administrator does with destinations, and with what could not be sent."""

import re
from collections.abc import Mapping
from uuid import UUID

from city import cases, places
from city.integration.federation import drafting
from city.integration.federation.model import CannotSend, Destination, Sending, State
from city.integration.federation.network import may_be_server
from city.integration.federation.sealing import seal
from city.integration.federation.store import destinations
from city.integration.federation.store import sendings as store
from city.kernel import Conflict, Invalid, Missing, Says, Work, say
from city.reports import list_requests_by_ref

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
_TAKEN = ("new", "sendings", "cases")
_CHANGED = say("Somebody else has just changed this. Please look at it again.")


async def add_destination(work: Work, destination: Destination, key: str) -> None:
    """Make another city known. Needs `integration.manage`; raises Invalid by field."""
    work.actor.require("integration.manage")
    faults = await _faults(work, destination)
    if not _CODE.fullmatch(destination.code) or destination.code in _TAKEN:
        faults["code"] = say("A code has 2 to 40 small letters, digits and hyphens.")
    if faults:
        raise Invalid(faults)
    sealed = seal(key, destination.code) if key else None
    if not await destinations.add_destination(work, destination, sealed):
        raise Invalid({"code": say("There is a city of this code already.")})


async def change_destination(work: Work, destination: Destination, key: str) -> None:
    """Change what is known of another city; an empty key leaves the one there is.

    Needs `integration.manage`; raises Invalid by field, Conflict if it was changed meanwhile.
    """
    work.actor.require("integration.manage")
    if faults := await _faults(work, destination):
        raise Invalid(faults)
    sealed = seal(key, destination.code) if key else None
    if not await destinations.set_destination(work, destination, sealed):
        raise Conflict(_CHANGED.text)


async def get_destination(work: Work, code: str) -> Destination:
    """Return a destination; raise Missing if there is none of this code."""
    found = await destinations.find_destination(work, code)
    if found is None:
        raise Missing("We could not find what you asked for.")
    return found


async def get_sending(work: Work, id: UUID) -> Sending:
    """Return a sending; raise Missing if there is none."""
    found = await store.find_sending(work, id)
    if found is None:
        raise Missing("We could not find what you asked for.")
    return found


async def draft_of(work: Work, sending: Sending) -> tuple[dict[str, str], Says | None]:
    """Return what is sent of a case as it stands now, or why nothing can be."""
    destination = await get_destination(work, sending.destination)
    report = next(iter(await list_requests_by_ref(work, [sending.ref])), None)
    try:
        return drafting.draft(destination, sending, report), None
    except CannotSend as reason:
        return {}, reason.says


async def send_again(work: Work, id: UUID, edits: Mapping[str, str]) -> Sending:
    """Have what was laid aside sent, with these arguments changed. Needs `integration.manage`.

    If it may have arrived before they are asked first; so it is not there twice.
    """
    work.actor.require("integration.manage")
    sending = await get_sending(work, id)
    destination = await get_destination(work, sending.destination)
    if destination.state is State.TEST:
        raise Conflict("This city is on trial: put it in service first.")
    kept = {name: edits[name].strip() for name in drafting.EDITABLE if edits.get(name, "").strip()}
    if not await store.set_again(work, id, kept):
        raise Conflict(_CHANGED.text)
    return sending


async def give_up(work: Work, id: UUID) -> Sending:
    """Leave a case here: it is not handed over. Needs `integration.manage`."""
    work.actor.require("integration.manage")
    sending = await get_sending(work, id)
    if not await store.set_given_up(work, id):
        raise Conflict(_CHANGED.text)
    return sending


async def _faults(work: Work, destination: Destination) -> dict[str, Says]:
    faults: dict[str, Says] = {}
    if not destination.name.strip():
        faults["name"] = say("Please write the name of the city.")
    if not may_be_server(destination.url):
        faults["url"] = say("This is not an https address of the public Internet.")
    known = await cases.known_categories(work)
    unknown = [code for code in destination.categories if code not in known]
    if unknown:
        faults["categories"] = say("We have no category “{code}”.", code=unknown[0])
    elif not destination.categories and destination.state is State.LIVE:
        faults["categories"] = say("Please choose at least one category before it goes in service.")
    questions = {one.code for code in known for one in known[code].attributes}
    for ours in destination.attributes.values():
        if not ours.startswith("=") and ours not in questions:
            faults["attributes"] = say("We have no question “{code}”.", code=ours)
    wards = {ward.code for ward in places.list_wards()}
    if not set(destination.wards) <= wards:
        faults["wards"] = say("Please choose wards of the list.")
    return faults
