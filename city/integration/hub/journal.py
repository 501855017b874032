"""The log of exchanges, which nobody can change in silence.

Who exchanges something writes it down in the same transaction and waits for nobody. A second
later it is put into the chain, in which the hash of each entry covers the one before it; and
every hundred entries, or every hour, the city signs the end of the chain. Whoever keeps such a
signature can prove what the log was.
"""

import hashlib
from datetime import UTC, timedelta
from typing import Any

import msgspec

from city.integration.hub.model import (
    CHECKPOINT_ENTRIES,
    CHECKPOINT_EVERY,
    Checkpoint,
    Entry,
    Exchange,
    Verdict,
)
from city.integration.hub.store import log as store
from city.kernel import Work, beat, job
from city.settings import current
from city.web import read_signed, sign

SIGNED_AS = "trangtien-hub-log+jws"
"""What a checkpoint says it is, so that no other signature of the city passes for one."""

_BATCH = 500
_canonical = msgspec.json.Encoder(order="deterministic").encode


def digest_of(body: bytes) -> str:
    """Return SHA-256 of a body, as hex."""
    return hashlib.sha256(body).hexdigest()


def hash_of(entry: Entry, previous: str) -> str:
    """Return SHA-256, as hex, of the previous entry's hash and this entry's canonical JSON."""
    fields = msgspec.structs.asdict(entry)
    del fields["hash"]
    fields["at"] = entry.at.astimezone(UTC)
    return hashlib.sha256(previous.encode() + _canonical(fields)).hexdigest()


@beat(timedelta(seconds=1))
async def chain_waiting(work: Work) -> bool:
    """Put what was written down into the chain; return whether more waits."""
    if not await store.count_waiting(work) or not await store.hold_chain(work):
        return False
    taken = await store.take_waiting(work, _BATCH)
    last = await store.find_last(work)
    first, previous = (last.seq + 1, last.hash) if last else (1, "")
    entries: list[Entry] = []
    for seq, one in enumerate(taken, first):
        fields = {name: getattr(one, name) for name in Exchange.__struct_fields__}
        entry = Entry(**fields, seq=seq)
        previous = hash_of(entry, previous)
        entries.append(msgspec.structs.replace(entry, hash=previous))
    await store.add_entries(work, entries)
    await _sign_if_due(work, entries[-1] if entries else None)
    return len(taken) == _BATCH


@job(every=timedelta(minutes=10))
async def sign_log(work: Work) -> None:
    """Sign the end of the chain if that has not been done for an hour."""
    if await store.hold_chain(work):
        await _sign_if_due(work, await store.find_last(work))


async def _sign_if_due(work: Work, end: Entry | None) -> None:
    if end is None:
        return
    before = await store.find_last_checkpoint(work)
    first = before is None
    due = before is None or end.seq - before.seq >= CHECKPOINT_ENTRIES
    late = before is not None and work.now - before.at >= CHECKPOINT_EVERY and end.seq > before.seq
    if first or due or late:
        await store.add_checkpoint(work, Checkpoint(end.seq, work.now, _signed(end, work)))


def _signed(end: Entry, work: Work) -> str:
    facts: dict[str, Any] = {"city": current().profile.code, "seq": end.seq, "hash": end.hash}
    return sign(current().data, {**facts, "at": work.now.astimezone(UTC)}, SIGNED_AS)


async def verify_log(work: Work) -> Verdict:
    """Check the whole chain, and every signature under it."""
    checkpoints = await store.list_checkpoints(work, 0, 1_000_000)
    signed = {one.seq: one for one in checkpoints}
    last_signed = checkpoints[-1].seq if checkpoints else 0
    seq, previous = 0, ""
    broken: int | None = None
    while broken is None and (entries := await store.list_entries(work, seq, 2000)):
        for entry in entries:
            whole = entry.seq == seq + 1 and entry.hash == hash_of(entry, previous)
            if not whole or not _fits(signed.pop(entry.seq, None), entry):
                broken = seq + 1
                break
            seq, previous = entry.seq, entry.hash
    if broken is None and signed:
        broken = seq + 1  # Something was signed that is no longer there.
    return Verdict(
        whole=broken is None,
        entries=seq,
        checkpoints=len(checkpoints),
        last_signed=last_signed,
        broken_at=broken,
    )


def _fits(checkpoint: Checkpoint | None, entry: Entry) -> bool:
    if checkpoint is None:
        return True
    facts = read_signed(current().data, checkpoint.signature, SIGNED_AS)
    return facts is not None and (facts.get("seq"), facts.get("hash")) == (entry.seq, entry.hash)
