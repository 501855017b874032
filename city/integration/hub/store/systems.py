"""The SQL of systems, and of the looks at them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from city.integration.hub.model import Check, System
from city.kernel import Work


async def set_systems(work: Work, systems: list[dict[str, Any]]) -> int:
    """Make these systems known; what an administrator changed of them stays. Return how many."""
    return await work.run(
        """
        insert into integration.hub_system (
            code, rank, name, owner, purpose, document, allows, contact, direction, connector,
            kind, address, state, simulated)
        select code, rank, name, owner, purpose, document, allows, contact, direction, connector,
               kind, address, state, simulated
        from jsonb_to_recordset(:systems::jsonb) as s (
            code text, rank integer, name jsonb, owner jsonb, purpose jsonb, document text,
            allows jsonb, contact text, direction text, connector text, kind text, address text,
            state text, simulated boolean)
        on conflict (code) do update set
            rank = excluded.rank, name = excluded.name, owner = excluded.owner,
            purpose = excluded.purpose, document = excluded.document, allows = excluded.allows,
            direction = excluded.direction, connector = excluded.connector, kind = excluded.kind,
            simulated = excluded.simulated,
            contact = case when hub_system.edited then hub_system.contact
                           else excluded.contact end,
            address = case when hub_system.edited then hub_system.address
                           else excluded.address end,
            state = case when hub_system.edited then hub_system.state else excluded.state end
        """,
        systems=systems,
    )


async def list_systems(work: Work) -> list[System]:
    """Return every system in the profile's order, with its errors of the last hour.

    `heard_at` is when it last answered or a message of it was made.
    """
    return await work.all(
        System,
        """
        select hub_system.*, (
            select count(*) from integration.hub_check
            where system = code and fault <> '' and at > :now::timestamptz - interval '1 hour'
        ) + (
            select count(*) from integration.hub_message
            where system = code and fault <> ''
              and made_at > :now - interval '7 days'
              and coalesce(settled_at, made_at) > :now - interval '1 hour'
        ) as errors, greatest(seen_at, (
            select max(made_at) from integration.hub_message where system = code
        )) as heard_at
        from integration.hub_system order by rank, code
        """,
        now=work.now,
    )


async def find_system(work: Work, code: str) -> System | None:
    """Return the system of this code."""
    return await work.maybe(
        System, "select * from integration.hub_system where code = :code", code=code
    )


async def list_checks(work: Work, code: str, most: int) -> list[Check]:
    """Return the latest looks at a system, the newest first."""
    return await work.all(
        Check,
        """
        select at, latency_ms, fault from integration.hub_check
        where system = :code order by at desc limit :most
        """,
        code=code,
        most=most,
    )


async def set_system(
    work: Work,
    code: str,
    version: int,
    *,
    state: str,
    address: str,
    contact: str,
    program_id: UUID | None,
) -> bool:
    """Change what an administrator may change; False if somebody else was quicker."""
    changed = await work.run(
        """
        update integration.hub_system
        set state = :state, address = :address, contact = :contact, program_id = :program_id,
            edited = true, version = version + 1,
            bookmark = case when address = :address then bookmark else '' end
        where code = :code and version = :version
        """,
        code=code,
        version=version,
        state=state,
        address=address,
        contact=contact,
        program_id=program_id,
    )
    return changed > 0


async def add_checks(work: Work, codes: list[str], latencies: list[int], faults: list[str]) -> None:
    """Keep what a look at each of these systems found, and how each stands now."""
    await work.run(
        """
        with found as (
            select * from unnest(:codes::text[], :latencies::integer[], :faults::text[])
                as f (code, latency_ms, fault)
        ), kept as (
            insert into integration.hub_check (system, at, latency_ms, fault)
            select code, :now::timestamptz, latency_ms, fault from found
            on conflict do nothing
        )
        update integration.hub_system
        set checked_at = :now, latency_ms = found.latency_ms, fault = found.fault,
            seen_at = case when found.fault = '' then :now else seen_at end
        from found where hub_system.code = found.code
        """,
        codes=codes,
        latencies=latencies,
        faults=faults,
        now=work.now,
    )


async def set_bookmark(work: Work, code: str, bookmark: str) -> None:
    """Keep up to where a system has been read."""
    await work.run(
        "update integration.hub_system set bookmark = :bookmark where code = :code",
        code=code,
        bookmark=bookmark,
    )


async def remove_checks(work: Work, before: datetime) -> int:
    """Forget the looks before a moment; return how many."""
    return await work.run("delete from integration.hub_check where at < :before", before=before)
