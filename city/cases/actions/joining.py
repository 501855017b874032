"""Cases that belong together: joined into one, split into parts, or only linked."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from city.cases import store
from city.cases.actions.evidence import words
from city.cases.actions.moving import begin_with, put
from city.cases.actions.opening import open_case
from city.cases.deadlines import promise_for
from city.cases.model import (
    MERGED,
    STATUS_WORDS,
    Case,
    CaseLinked,
    CaseMerged,
    NewCase,
    Part,
    Status,
)
from city.kernel import Conflict, Invalid, Missing, Work, say

MOST_PARTS = 20
"""Into how many parts a case can be split, all in all."""


async def merge_case(work: Work, case_id: UUID, into: UUID, *, version: int | None = None) -> Case:
    """Join an open case with another about the same thing, where it goes on.

    Needs `cases.triage`. The other case takes over the photos, and the earlier of both deadlines.
    Its history says so too. Announces CaseMoved and CaseMerged.
    """
    # Everybody holds both in the same order: two who join them both ways wait in no ring.
    await store.lock_cases(work, [case_id, into])
    case = await begin_with(work, case_id, version)
    if not case.is_open:
        raise Conflict(
            "This cannot be done now. The case stands at: {status}.",
            status=STATUS_WORDS[case.status],
        )
    try:
        other = await store.see_case(work, into)
    except Missing:
        raise Invalid({"into": say("There is no case with this reference.")}) from None
    if other.id == case.id:
        raise Invalid({"into": say("A case cannot be joined with itself.")})
    if other.status in (Status.MERGED, Status.REJECTED):
        stands = STATUS_WORDS[other.status]
        raise Invalid({"into": say("That case cannot take another: {status}.", status=stands)})
    await put(
        work, other, _richer(work, other, case), "join", facts={"ref": case.ref}, announce=False
    )
    merged = msgspec.structs.replace(
        case, status=Status.MERGED, state=MERGED, merged_into=other.id, closed_at=work.now
    )
    case = await put(work, case, merged, "merge", facts={"into": other.ref})
    work.announce(CaseMerged(case_id=case.id, into_id=other.id))
    return case


def _richer(work: Work, other: Case, case: Case) -> Case:
    """Return the case that goes on with what the joined one brings to it."""
    known = {*other.photos, *other.more_photos}
    photos = [id for id in (*case.photos, *case.more_photos) if id not in known]
    richer = msgspec.structs.replace(other, more_photos=[*other.more_photos, *photos])
    if not other.is_open or case.clock_at is None or other.clock_at is None:
        return richer
    due_at, other_due_at = _due_by(work, case), _due_by(work, other)
    if other_due_at is not None and due_at is not None and due_at < other_due_at:
        # Whoever reported first was promised first; the clock of the earlier promise goes on.
        return msgspec.structs.replace(
            richer, promise=case.promise, clock_at=case.clock_at, pauses=_paused(work, other, case)
        )
    return richer


def _due_by(work: Work, case: Case) -> datetime | None:
    """Return by when a case would be due if its clock ran from now on."""
    pauses = [*case.pauses, work.now] if case.is_paused else case.pauses
    return promise_for(case.promise, case.clock_at or case.opened_at, pauses).due_at


def _paused(work: Work, other: Case, case: Case) -> list[datetime]:
    """Return the pauses of the earlier clock, standing still exactly if the other's does."""
    if case.is_paused is other.is_paused:
        return list(case.pauses)
    if case.is_paused:
        return [*case.pauses, work.now]
    return [*case.pauses, max(other.pauses[-1], *case.pauses[-1:])]


async def split_case(
    work: Work, case_id: UUID, parts: Sequence[Part], *, version: int | None = None
) -> list[Case]:
    """Open a case of its own for each part of an open case, and return them.

    Needs `cases.triage`. The first case stays, and is not published before its parts are closed.
    """
    case = await begin_with(work, case_id, version)
    if not case.is_open:
        raise Conflict(
            "This cannot be done now. The case stands at: {status}.",
            status=STATUS_WORDS[case.status],
        )
    if case.parent_id is not None:
        raise Conflict("This case is a part itself; please split the whole one.")
    if not parts:
        raise Invalid({"parts": say("Please say what the parts are.")})
    if case.parts + len(parts) > MOST_PARTS:
        raise Invalid({"parts": say("A case has at most {most} parts.", most=MOST_PARTS)})
    opened = []
    for number, part in enumerate(parts):
        summary = words(f"parts.{number}.summary", part.summary, say("Please say what it is."))
        new = NewCase(
            category=part.category or case.category,
            source=case.source,
            summary=summary,
            place=(case.latitude, case.longitude),
            ward=case.ward,
            address=case.address,
            photos=case.photos,
            private=case.private,
            parent_id=case.id,
        )
        opened.append(await open_case(work, new))
    whole = msgspec.structs.replace(case, parts=case.parts + len(opened))
    facts = {"parts": [part.ref for part in opened]}
    await put(work, case, whole, "split", facts=facts)
    return opened


async def link_cases(work: Work, case_id: UUID, other_id: UUID, note: str = "") -> bool:
    """Say that two cases have to do with each other; False if that had been said.

    Needs `cases.triage`. Neither changes; both pages show the other.
    """
    work.actor.require("cases.triage")
    if case_id == other_id:
        raise Invalid({"other": say("A case cannot be linked with itself.")})
    await store.see_case(work, case_id)
    try:
        await store.see_case(work, other_id)
    except Missing:
        raise Invalid({"other": say("There is no case with this reference.")}) from None
    first, second = sorted((case_id, other_id))
    linked = await store.add_link(work, first, second, note.strip()[:400])
    if linked:
        work.announce(CaseLinked(case_id=case_id, other_id=other_id))
    return linked


async def unlink_cases(work: Work, case_id: UUID, other_id: UUID) -> bool:
    """Take back that two cases have to do with each other; False if nobody had said so."""
    work.actor.require("cases.triage")
    first, second = sorted((case_id, other_id))
    return await store.remove_link(work, first, second)
