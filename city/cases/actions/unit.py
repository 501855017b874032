"""What a unit does with a case: begin, answer, hand back; and what a helping unit adds."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from city import media
from city.cases import store
from city.cases.actions.evidence import NOTHING, Brought, prove, words
from city.cases.actions.moving import begin, check_version, finish, put
from city.cases.history import answer_digest
from city.cases.model import Case
from city.cases.quality import promises_only
from city.kernel import Conflict, Forbidden, Work, say
from city.processes import Verb


async def take_case(
    work: Work,
    case_id: UUID,
    *,
    note: str = "",
    version: int | None = None,
    brought: Brought = NOTHING,
) -> Case:
    """Begin to work on a case of one's own unit."""
    move = await begin(work, case_id, Verb.TAKE, version)
    return await finish(work, move, note=note, brought=brought)


async def answer_case(
    work: Work,
    case_id: UUID,
    text: str,
    photos: Sequence[UUID] = (),
    *,
    version: int | None = None,
    brought: Brought = NOTHING,
) -> Case:
    """Say what was done, with the evidence that the process asks for.

    The photos and documents are files the actor has uploaded (`media.keep_upload`); the photos
    become the answer's. An answer that only promises is marked, for the desk to see.
    """
    move = await begin(work, case_id, Verb.ANSWER, version)
    text = words("text", text, say("Please say what was done."))
    brought = msgspec.structs.replace(brought, photos=[*brought.photos, *photos])
    facts = await prove(work, move.way, text, brought, "text")
    kept = [UUID(id) for id in facts.pop("files", [])]
    facts |= {"answer": answer_digest(text, kept), "photos": len(kept)}
    if found := promises_only(text):
        facts["promises"] = found
    return await finish(
        work,
        move,
        note=text,
        brought=None,
        facts=facts,
        answer=text,
        answer_photos=kept,
        answered_at=work.now,
    )


async def hand_back(
    work: Work,
    case_id: UUID,
    reason: str,
    *,
    version: int | None = None,
    brought: Brought = NOTHING,
) -> Case:
    """Give a case back to the desk because it is not this unit's, and say why."""
    move = await begin(work, case_id, Verb.HAND_BACK, version)
    reason = words("reason", reason, say("Please say why it is not yours."))
    return await finish(
        work,
        move,
        note=reason,
        field="reason",
        brought=brought,
        unit_id=None,
        facts={"unit": None},
    )


async def contribute(
    work: Work, case_id: UUID, text: str, photos: Sequence[UUID] = (), *, version: int | None = None
) -> Case:
    """Add what a helping unit has done, for the unit that leads to make one answer of.

    Needs `cases.answer` in a unit that helps, or the desk. The state stays as it is.
    """
    if not work.actor.may("cases.triage"):
        work.actor.require("cases.answer")
    case = await store.see_case(work, case_id)
    if not work.actor.may("cases.triage") and work.actor.unit_id not in case.coop:
        raise Forbidden("This case is with another unit.")
    check_version(case, version)
    if not case.is_open:
        raise Conflict("This case is closed.")
    text = words("text", text, say("Please say what was done."))
    files = await media.claim_files(work, list(photos)) if photos else []
    facts = {"unit_of": str(work.actor.unit_id or ""), "files": [str(file.id) for file in files]}
    return await put(work, case, case, "contribute", note=text, facts=facts)
