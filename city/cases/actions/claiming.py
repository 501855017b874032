"""Whose a case is for the moment: taking it in hand, letting it go, handing it over."""

from datetime import timedelta
from uuid import UUID

import msgspec

from city import identity
from city.cases import store
from city.cases.history import next_entry
from city.cases.model import CLAIM_MINUTES, Case
from city.kernel import Conflict, Invalid, Work, say


async def claim_case(work: Work, case_id: UUID) -> Case:
    """Take an open case in hand for half an hour, or for half an hour more; the first one wins.

    Needs `cases.triage` or `cases.answer`. Others see whose it is, and can still act on it.
    """
    case = await _open(work, case_id)
    if case.claimed_by == work.actor.id and not _over(work, case, CLAIM_MINUTES // 2):
        return case
    return await _claim(work, case, work.actor.id, work.actor.name, "claim")


async def release_case(work: Work, case_id: UUID) -> Case:
    """Let go of a case that one has in hand; nothing happens if one has not."""
    case = await _open(work, case_id)
    if case.claimed_by != work.actor.id:
        return case
    return await _claim(work, case, None, "", "release")


async def hand_over(work: Work, case_id: UUID, person_id: UUID, note: str = "") -> Case:
    """Put a case that is nobody else's into the hands of a colleague who may work on it."""
    case = await _open(work, case_id)
    found = next((p for p in await colleagues_for(work, case) if p.id == person_id), None)
    if found is None:
        raise Invalid({"person_id": say("Please choose a colleague of the list.")})
    return await _claim(work, case, found.id, found.name, "hand_over", note)


async def colleagues_for(work: Work, case: Case) -> list[identity.Staff]:
    """Return those who may have this case in hand: the desk, and the officers of its unit."""
    staff = await identity.list_staff(work, [identity.Role.DESK, identity.Role.UNIT])
    return [
        person
        for person in staff
        if identity.Role.DESK in person.roles
        or (person.unit_id is not None and person.unit_id == case.unit_id)
    ]


async def _open(work: Work, case_id: UUID) -> Case:
    if not work.actor.may("cases.triage"):
        work.actor.require("cases.answer")
    case = await store.see_case(work, case_id)
    if not case.is_open:
        raise Conflict("This case is closed.")
    return case


async def _claim(
    work: Work, case: Case, by: UUID | None, name: str, verb: str, note: str = ""
) -> Case:
    claimed = msgspec.structs.replace(
        case, claimed_by=by, claimed_name=name, claimed_at=work.now if by else None
    )
    facts = {"to": name} if verb == "hand_over" else {}
    free = work.now - timedelta(minutes=CLAIM_MINUTES)
    for _ in range(3):
        entry = next_entry(work, case, verb, case.status, note.strip()[:400], facts, True)
        if await store.set_claim(work, claimed, entry, free):
            return msgspec.structs.replace(claimed, head_seq=entry.seq, head_hash=entry.hash)
        case = await store.see_case(work, case.id)
        if case.claimed_by not in (None, work.actor.id) and not _over(work, case, CLAIM_MINUTES):
            raise Conflict("{name} has this case in hand.", name=case.claimed_name)
    raise Conflict("Somebody else has just taken this case in hand.")


def _over(work: Work, case: Case, minutes: int) -> bool:
    return case.claimed_at is None or case.claimed_at < work.now - timedelta(minutes=minutes)
