"""The SQL of what the city does by itself: taking the cases whose time has come, many at once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from city.cases.model import Case
from city.kernel import Work


async def take_due(work: Work, *, most: int) -> list[Case]:
    """Return the cases whose time has come, the first ones first, locked for this transaction.

    What somebody else has locked is left to them: each is taken by one worker only.
    """
    return await work.all(
        Case,
        """
        select * from cases.case
        where wake_at <= :now
        order by wake_at, id
        limit :most
        for update skip locked
        """,
        now=work.now,
        most=most,
    )


async def put_off(work: Work, id: UUID, until: datetime) -> None:
    """Leave a case alone until then."""
    await work.run("update cases.case set wake_at = :until where id = :id", id=id, until=until)


async def lock_open_after(work: Work, after: UUID, *, most: int) -> list[Case]:
    """Return the open cases that follow this id, locked, whose clock can be computed anew."""
    return await work.all(
        Case,
        """
        select * from cases.case
        where id > :after and closed_at is null and clock_at is not null
        order by id
        limit :most
        for update
        """,
        after=after,
        most=most,
    )


async def set_clocks(work: Work, cases: list[dict[str, Any]]) -> int:
    """Store what the clock has made of these cases; return how many."""
    return await work.run(
        """
        update cases.case as c set
            wake_at = g.wake_at, rung = g.rung, escalated = g.escalated, verify_by = g.verify_by,
            dispatch_by = g.dispatch_by, due_at = g.due_at, step_due_at = g.step_due_at,
            queue_at = g.queue_at, head_seq = g.head_seq, head_hash = g.head_hash
        from unnest(
            :id::uuid[], :wake_at::timestamptz[], :rung::integer[], :escalated::integer[],
            :verify_by::timestamptz[], :dispatch_by::timestamptz[], :due_at::timestamptz[],
            :step_due_at::timestamptz[], :queue_at::timestamptz[], :head_seq::integer[],
            :head_hash::text[]
        ) as g (id, wake_at, rung, escalated, verify_by, dispatch_by, due_at, step_due_at,
                queue_at, head_seq, head_hash)
        where c.id = g.id
        """,
        **_columns(cases),
    )


async def add_entries(work: Work, entries: list[dict[str, Any]]) -> int:
    """Write entries that the city makes by itself, one for each of many cases."""
    return await work.run(
        """
        insert into cases.entry (case_id, seq, verb, was, now, at, actor_name, facts, hash)
        select g.case_id, g.seq, g.verb, g.status, g.status, :at::timestamptz, :actor_name,
               g.facts::jsonb, g.hash
        from unnest(
            :case_id::uuid[], :seq::integer[], :verb::text[], :status::text[], :facts::text[],
            :hash::text[]
        ) as g (case_id, seq, verb, status, facts, hash)
        """,
        at=work.now,
        actor_name=work.actor.name,
        **_columns(entries),
    )


async def find_next_wake(work: Work) -> datetime | None:
    """Return when the city has something to do by itself next."""
    return await work.value(datetime, "select min(wake_at) from cases.case")


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}
