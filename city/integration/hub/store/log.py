"""The SQL of the log of exchanges."""

from collections.abc import Sequence

from city.integration.hub.model import Checkpoint, Entry, Exchange
from city.kernel import Work


class Waiting(Exchange, frozen=True, kw_only=True):
    """An exchange that is not in the chain yet."""

    id: int


async def add_exchange(work: Work, exchange: Exchange) -> None:
    """Write an exchange down, to be put into the chain. It waits for nobody."""
    await work.run(
        """
        insert into integration.hub_entry_new (
            at, message_id, system, kind, contract, direction, size, digest, outcome, ms)
        values (
            :at, :message_id, :system, :kind, :contract, :direction, :size, :digest, :outcome, :ms)
        """,
        at=exchange.at,
        message_id=exchange.message_id,
        system=exchange.system,
        kind=exchange.kind,
        contract=exchange.contract,
        direction=exchange.direction.value,
        size=exchange.size,
        digest=exchange.digest,
        outcome=exchange.outcome,
        ms=exchange.ms,
    )


async def hold_chain(work: Work) -> bool:
    """Become the only one who adds to the chain in this work; False if somebody else is."""
    held = await work.value(
        bool, "select pg_try_advisory_xact_lock(hashtextextended('integration.hub_entry', 0))"
    )
    return bool(held)


async def take_waiting(work: Work, most: int) -> list[Waiting]:
    """Take the exchanges that wait for the chain, the first ones first."""
    taken = await work.all(
        Waiting,
        """
        delete from integration.hub_entry_new
        where id in (select id from integration.hub_entry_new order by id limit :most)
        returning id, at, message_id, system, kind, contract, direction, size, digest, outcome, ms
        """,
        most=most,
    )
    return sorted(taken, key=lambda one: one.id)


async def count_waiting(work: Work) -> int:
    """Return how many exchanges are not in the chain yet."""
    return await work.value(int, "select count(*) from integration.hub_entry_new") or 0


async def find_last(work: Work) -> Entry | None:
    """Return the last entry of the chain."""
    return await work.maybe(Entry, "select * from integration.hub_entry order by seq desc limit 1")


async def add_entries(work: Work, entries: Sequence[Entry]) -> None:
    """Add entries to the end of the chain."""
    await work.run(
        """
        insert into integration.hub_entry
        select seq, at, message_id, system, kind, contract, direction, size, digest, outcome, ms,
               hash
        from jsonb_to_recordset(:entries::jsonb) as e (
            seq bigint, at timestamptz, message_id uuid, system text, kind text, contract integer,
            direction text, size integer, digest text, outcome text, ms integer, hash text)
        """,
        entries=list(entries),
    )


async def list_entries(work: Work, after: int, most: int) -> list[Entry]:
    """Return entries after a number, in the order of the chain."""
    return await work.all(
        Entry,
        "select * from integration.hub_entry where seq > :after order by seq limit :most",
        after=after,
        most=most,
    )


async def list_latest(
    work: Work, *, system: str, direction: str, outcome: str, before: int, most: int
) -> list[Entry]:
    """Return entries, the newest first; empty words ask for nothing, `before` 0 for the newest."""
    return await work.all(
        Entry,
        """
        select * from integration.hub_entry
        where :system::text in ('', system) and :direction::text in ('', direction)
          and :outcome::text in ('', outcome) and (:before::bigint = 0 or seq < :before)
        order by seq desc limit :most
        """,
        system=system,
        direction=direction,
        outcome=outcome,
        before=before,
        most=most,
    )


async def add_checkpoint(work: Work, checkpoint: Checkpoint) -> None:
    """Keep the city's signature under the log."""
    await work.run(
        """
        insert into integration.hub_checkpoint (seq, at, signature)
        values (:seq, :at, :signature) on conflict do nothing
        """,
        seq=checkpoint.seq,
        at=checkpoint.at,
        signature=checkpoint.signature,
    )


async def find_last_checkpoint(work: Work) -> Checkpoint | None:
    """Return the latest signature."""
    return await work.maybe(
        Checkpoint, "select * from integration.hub_checkpoint order by seq desc limit 1"
    )


async def list_checkpoints(work: Work, after: int, most: int) -> list[Checkpoint]:
    """Return signatures under the log, the first ones first."""
    return await work.all(
        Checkpoint,
        "select * from integration.hub_checkpoint where seq > :after order by seq limit :most",
        after=after,
        most=most,
    )
