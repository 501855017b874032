"""The chain of a case's history: each entry's hash covers the entry before it."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from city.cases import store
from city.cases.model import Case, Entry, Source, Status
from city.kernel import THE_CITY, Actor, Work

_canonical = msgspec.json.Encoder(order="deterministic").encode


def hash_of(entry: Entry, previous: str) -> str:
    """Return SHA-256, as hex, of the previous entry's hash and this entry's canonical JSON."""
    fields = msgspec.structs.asdict(entry)
    del fields["hash"]
    fields["at"] = entry.at.astimezone(UTC)
    return hashlib.sha256(previous.encode() + _canonical(fields)).hexdigest()


def content_digest(case: Case) -> str:
    """Return SHA-256 of what a case was opened with, which never changes afterwards."""
    content: list[Any] = [case.ref, case.category, case.process, case.source, case.summary]
    content += [case.latitude, case.longitude, case.ward, case.address, case.photos]
    content += [case.private, case.opened_at.astimezone(UTC), case.external_id]
    return hashlib.sha256(_canonical(content)).hexdigest()


def first_entry(case: Case, verb: str, at: datetime, actor: Actor) -> Entry:
    """Return the entry that begins a case's history."""
    named = case.source not in (Source.REPORT, Source.QUESTION)
    entry = Entry(
        case_id=case.id,
        seq=1,
        verb=verb,
        was=None,
        now=case.status,
        at=at,
        actor_id=actor.id if named else None,
        actor_name=actor.name if named else "",
        note="",
        facts={"content": content_digest(case), **_helped(actor)},
    )
    return msgspec.structs.replace(entry, hash=hash_of(entry, ""))


def next_entry(
    work: Work, case: Case, verb: str, now: Status, note: str, facts: dict[str, Any], named: bool
) -> Entry:
    """Return the entry that follows what has happened to this case so far."""
    actor = work.actor
    entry = Entry(
        case_id=case.id,
        seq=case.head_seq + 1,
        verb=verb,
        was=case.status,
        now=now,
        at=work.now,
        actor_id=actor.id if named else None,
        actor_name=actor.name or THE_CITY.name if named else "",
        note=note,
        facts={**facts, **_helped(actor)},
    )
    return msgspec.structs.replace(entry, hash=hash_of(entry, case.head_hash))


def _helped(actor: Actor) -> dict[str, Any]:
    """Return who acted in the actor's stead, for the entry of what they did."""
    if actor.helper_id is None:
        return {}
    return {"helped_by": actor.helper_name, "helped_by_id": str(actor.helper_id)}


def is_whole(case: Case, entries: Sequence[Entry]) -> bool:
    """Return whether this history is unbroken, complete, and ends where the case says it stands.

    What was opened, the state, the unit, the answer and the rating are compared with the row.
    """
    previous = ""
    for seq, entry in enumerate(entries, 1):
        if entry.seq != seq or entry.case_id != case.id or entry.hash != hash_of(entry, previous):
            return False
        if seq > 1 and entry.was is not entries[seq - 2].now:
            return False
        previous = entry.hash
    if not entries or (case.head_seq, case.head_hash) != (len(entries), previous):
        return False
    return (
        entries[-1].now is case.status
        and _last(entries, "content") == content_digest(case)
        and _last(entries, "unit") in (None, _text(case.unit_id))
        and _last(entries, "answer") in (None, answer_digest(case.answer, case.answer_photos))
        and _rating(entries) == case.rating
    )


def answer_digest(text: str, photos: Sequence[UUID]) -> str:
    """Return SHA-256 of an answer."""
    return hashlib.sha256(_canonical([text, list(photos)])).hexdigest()


async def verify_history(work: Work, case_id: UUID) -> bool:
    """Return whether a case's history is whole: nothing in it was changed, added or taken away."""
    case = await store.get_case(work, case_id)
    return is_whole(case, await store.list_history(work, case_id))


def _last(entries: Sequence[Entry], fact: str) -> Any:
    return next((entry.facts[fact] for entry in reversed(entries) if fact in entry.facts), None)


def _rating(entries: Sequence[Entry]) -> str | None:
    """Return the rating of the present answer; a case taken up again has none yet."""
    last = next((entry for entry in reversed(entries) if entry.verb in ("rate", "reopen")), None)
    return last.facts.get("rating") if last and last.verb == "rate" else None


def _text(unit_id: UUID | None) -> str | None:
    return str(unit_id) if unit_id else None
