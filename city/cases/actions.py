"""What can be done with cases: open one, and every verb that moves it.

Each verb asks for its permission, checks that the case stands where the verb may begin and that
it is still as the person saw it (`version`, if given), and then writes the new state and one
entry of the history in one statement.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from city import identity, media, places
from city.cases import store
from city.cases.categories import read_again, remembered
from city.cases.deadlines import promise_for
from city.cases.history import answer_digest, first_entry, next_entry
from city.cases.model import (
    LEAST_LETTERS,
    MOST_LETTERS,
    MOVES,
    REASONS,
    STATUS_WORDS,
    Case,
    CaseMerged,
    CaseMoved,
    CaseOpened,
    CaseRated,
    Category,
    NewCase,
    Rating,
    Source,
    Status,
)
from city.kernel import Conflict, Forbidden, Invalid, Missing, Says, Work, new_id, new_ref, say

GONE = say("This category is no longer used. Please choose another.")


async def open_case(work: Work, new: NewCase) -> Case:
    """Open a case, due as its category promises, in one statement; announce CaseOpened.

    Needs `reports.submit`, or to be the city itself. Raises Invalid by field. Who reported it is
    not recorded here.
    """
    if not work.actor.may("city.react"):
        work.actor.require("reports.submit")
    _check_new(work, new)
    category = await remembered(work, new.category)
    for _ in range(5):
        if category is None:
            break
        case = _opened(work, new, category)
        entry = first_entry(case, "open", work.now, work.actor)
        case = msgspec.structs.replace(case, head_hash=entry.hash)
        if await store.add_case(work, case, entry, category.revision):
            work.announce(CaseOpened(case_id=case.id))
            return case
        # Its ref is taken by another case (2^-40 for each), or its category has changed.
        await read_again(work)
        category = await remembered(work, new.category)
    raise Invalid({"category": GONE})


async def accept_case(
    work: Work, case_id: UUID, *, version: int | None = None, note: str = ""
) -> Case:
    """Take a case on: it is real, clear and the city's to do. Needs `cases.triage`."""
    case = await _begin(work, case_id, "accept", version)
    return await _finish(work, case, "accept", note=note)


async def route_case(
    work: Work, case_id: UUID, unit_id: UUID, note: str = "", *, version: int | None = None
) -> Case:
    """Give a case to a unit, with a word for it. Needs `cases.triage`. Also from one to another."""
    case = await _begin(work, case_id, "route", version)
    try:
        unit = await identity.get_organisation(work, unit_id)
    except Missing:
        unit = None
    if unit is None or unit.kind != "unit":
        raise Invalid({"unit_id": say("Please choose a unit of the list.")})
    facts = {"unit": str(unit.id)}
    return await _finish(work, case, "route", note=note, facts=facts, unit_id=unit.id)


async def take_case(work: Work, case_id: UUID, *, version: int | None = None) -> Case:
    """Begin to work on a case of one's own unit. Needs `cases.answer`."""
    case = await _begin(work, case_id, "take", version)
    return await _finish(work, case, "take")


async def answer_case(
    work: Work,
    case_id: UUID,
    text: str,
    photos: Sequence[UUID] = (),
    *,
    version: int | None = None,
) -> Case:
    """Say what was done, with proof: a photo, or at least 80 characters. Needs `cases.answer`.

    The photos are files the actor has uploaded (`media.keep_upload`); they become the answer's.
    """
    case = await _begin(work, case_id, "answer", version)
    text = _words("text", text, say("Please say what was done."))
    if not photos and len(text) < LEAST_LETTERS:
        proof = say(
            "Please add a photo, or say in at least {least} characters what was done.",
            least=LEAST_LETTERS,
        )
        raise Invalid({"text": proof})
    files = await media.claim_files(work, list(photos)) if photos else []
    kept = [file.id for file in files]
    facts: dict[str, Any] = {"answer": answer_digest(text, kept), "photos": len(kept)}
    return await _finish(
        work,
        case,
        "answer",
        note=text,
        facts=facts,
        answer=text,
        answer_photos=kept,
        answered_at=work.now,
    )


async def send_back(work: Work, case_id: UUID, reason: str, *, version: int | None = None) -> Case:
    """Give an answer back to its unit, and say what is missing. Needs `cases.triage`."""
    case = await _begin(work, case_id, "send_back", version)
    reason = _words("reason", reason, say("Please say what is missing."))
    return await _finish(work, case, "send_back", note=reason, answered_at=None)


async def publish_answer(
    work: Work, case_id: UUID, *, version: int | None = None, note: str = ""
) -> Case:
    """Make the answer public and close the case. Needs `cases.triage`."""
    case = await _begin(work, case_id, "publish", version)
    return await _finish(work, case, "publish", note=note, closed_at=work.now)


async def reject_case(
    work: Work, case_id: UUID, reason: str, *, note: str = "", version: int | None = None
) -> Case:
    """Do not take a case on, and say why: a key of REASONS, or words. Needs `cases.triage`.

    The reason and the note are for the reporter and the public page.
    """
    case = await _begin(work, case_id, "reject", version)
    reason = _words("reason", reason, say("Please say why it is not taken on."))
    said = REASONS[reason].text if reason in REASONS else reason
    facts = {"reason": said}
    return await _finish(
        work,
        case,
        "reject",
        note=note,
        facts=facts,
        reason=said,
        reason_note=note.strip(),
        closed_at=work.now,
    )


async def merge_case(work: Work, case_id: UUID, into: UUID, *, version: int | None = None) -> Case:
    """Join a case with another about the same thing, where it goes on. Needs `cases.triage`.

    The other case's history says so too. Announces CaseMoved and CaseMerged.
    """
    case = await _begin(work, case_id, "merge", version)
    try:
        other = await store.see_case(work, into)
    except Missing:
        raise Invalid({"into": say("There is no case with this reference.")}) from None
    if other.id == case.id:
        raise Invalid({"into": say("A case cannot be joined with itself.")})
    if other.status in (Status.MERGED, Status.REJECTED):
        words = STATUS_WORDS[other.status]
        raise Invalid({"into": say("That case cannot take another: {status}.", status=words)})
    joined = next_entry(work, other, "join", other.status, "", {"ref": case.ref}, named=True)
    if not await store.set_case(work, other, joined):
        raise _changed(other.status)
    facts = {"into": other.ref}
    case = await _finish(work, case, "merge", facts=facts, merged_into=other.id, closed_at=work.now)
    work.announce(CaseMerged(case_id=case.id, into_id=other.id))
    return case


async def rate_case(
    work: Work,
    case_id: UUID,
    rating: Rating,
    comment: str = "",
    *,
    version: int | None = None,
) -> Case:
    """Record what the reporter thinks of the answer, once for each closing; needs `me`.

    The caller makes sure that the actor is the reporter. Unsatisfied, with a comment, re-opens
    the case once by right: then CaseMoved says `reopen`. Announces CaseRated.
    """
    work.actor.require("me")
    case = await store.get_case(work, case_id)
    _check(case, "rate", version)
    if case.rating is not None:
        raise Conflict("This answer has already been rated. Thank you.")
    comment = comment.strip()
    if len(comment) > MOST_LETTERS:
        raise Invalid({"comment": _too_long(comment)})
    facts = {"rating": str(rating)}
    again = rating is Rating.UNSATISFIED and bool(comment) and case.reopened == 0
    change = await _reopening(work, case) if again else {}
    case = await _finish(
        work,
        case,
        "reopen" if again else "rate",
        note=comment,
        facts=facts,
        named=False,
        **{"rating": rating, **change},
    )
    work.announce(CaseRated(case_id=case.id, rating=rating))
    return case


async def reopen_case(
    work: Work, case_id: UUID, reason: str, *, version: int | None = None
) -> Case:
    """Take up again a case that was closed too soon, with a new promise. Needs `cases.triage`."""
    case = await _begin(work, case_id, "reopen", version)
    reason = _words("reason", reason, say("Please say why it is taken up again."))
    return await _finish(work, case, "reopen", note=reason, **await _reopening(work, case))


async def _begin(work: Work, case_id: UUID, verb: str, version: int | None) -> Case:
    work.actor.require(MOVES[verb].permission)
    case = await store.see_case(work, case_id)
    own = work.actor.unit_id
    if MOVES[verb].permission == "cases.answer" and own is not None and case.unit_id != own:
        raise Forbidden("This case is with another unit.")
    _check(case, verb, version)
    return case


def _check(case: Case, verb: str, version: int | None) -> None:
    """Refuse what was asked about an older state, or out of order."""
    if version is not None and version != case.version:
        raise _changed(case.status)
    if case.status not in MOVES[verb].starts:
        words = STATUS_WORDS[case.status]
        raise Conflict("This cannot be done now. The case stands at: {status}.", status=words)


async def _finish(
    work: Work,
    case: Case,
    verb: str,
    *,
    note: str = "",
    facts: dict[str, Any] | None = None,
    named: bool = True,
    **change: Any,
) -> Case:
    """Store the new state and the entry, announce the move, and return the case as it is now."""
    note = note.strip()
    if len(note) > MOST_LETTERS:
        raise Invalid({"note": _too_long(note)})
    to = change.pop("status", MOVES[verb].to)
    entry = next_entry(work, case, verb, to, note, facts or {}, named)
    moved = msgspec.structs.replace(case, status=to, **change)
    if not await store.set_case(work, moved, entry):
        now = await store.get_case(work, case.id)
        raise _changed(now.status)
    work.announce(CaseMoved(case_id=case.id, verb=verb, was=case.status, now=to))
    return msgspec.structs.replace(
        moved, version=case.version + 1, head_seq=entry.seq, head_hash=entry.hash
    )


async def _reopening(work: Work, case: Case) -> dict[str, Any]:
    """Return what changes when a case is taken up again; what it promises begins anew."""
    category = await remembered(work, case.category) or await store.get_category(
        work, case.category
    )
    promise = promise_for(category, work.now)
    return {
        "status": Status.ACCEPTED,
        "verify_by": promise.verify_by,
        "dispatch_by": promise.dispatch_by,
        "due_at": promise.due_at,
        "answered_at": None,
        "closed_at": None,
        "reason": "",
        "reason_note": "",
        "rating": None,
        "reopened": case.reopened + 1,
    }


def _opened(work: Work, new: NewCase, category: Category) -> Case:
    opened_at = new.opened_at or work.now
    promise = promise_for(category, opened_at)
    latitude, longitude = new.place
    return Case(
        id=new_id(),
        ref=new_ref(),
        category=category.code,
        process=category.process,
        source=new.source,
        status=Status.NEW,
        summary=new.summary.strip(),
        latitude=latitude,
        longitude=longitude,
        cell=places.cell_of(latitude, longitude),
        ward=new.ward,
        address=new.address.strip(),
        photos=list(new.photos),
        private=new.private or category.private,
        unit_id=None,
        opened_at=opened_at,
        verify_by=promise.verify_by,
        dispatch_by=promise.dispatch_by,
        due_at=promise.due_at,
    )


def _check_new(work: Work, new: NewCase) -> None:
    errors: dict[str, Says] = {}
    summary = new.summary.strip()
    if not summary:
        errors["summary"] = say("Please say what you saw.")
    elif len(summary) > MOST_LETTERS:
        errors["summary"] = _too_long(summary)
    latitude, longitude = new.place
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # False for NaN as well.
        errors["place"] = say("Please choose the place on the map.")
    if new.opened_at is not None and new.opened_at > work.now:
        errors["opened_at"] = say("This time has not come yet.")
    if new.source is Source.IMPORT:
        errors["source"] = say("Imported cases come in by their own way.")
    if errors:
        raise Invalid(errors)


def _words(field: str, text: str, missing: Says) -> str:
    text = text.strip()
    if not text:
        raise Invalid({field: missing})
    if len(text) > MOST_LETTERS:
        raise Invalid({field: _too_long(text)})
    return text


def _too_long(text: str) -> Says:
    return say(
        "Please write at most {most} characters; this has {n}.", most=MOST_LETTERS, n=len(text)
    )


def _changed(status: Status) -> Conflict:
    return Conflict(
        "Somebody else has just changed this case. It stands now at: {status}.",
        status=STATUS_WORDS[status],
    )
