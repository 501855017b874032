"""The SQL of cases that come from another system, thousands in one statement."""

from typing import Any

from city.cases.model import Imported
from city.kernel import Work


async def list_known(work: Work, external_ids: list[str]) -> set[str]:
    """Return those of these external ids that have been imported before."""
    found = await work.values(
        str,
        "select external_id from cases.case where external_id = any(:ids::text[])",
        ids=external_ids,
    )
    return set(found)


async def add_imported(work: Work, cases: list[dict[str, Any]]) -> list[Imported]:
    """Insert imported cases, each with one entry, and return those whose names were free."""
    columns = {name: [case[name] for case in cases] for name in cases[0]} if cases else {}
    if not columns:
        return []
    return await work.all(
        Imported,
        """
        with given as (
            select * from unnest(
                :id::uuid[], :ref::text[], :external_id::text[], :category::text[],
                :process::text[], :status::text[], :summary::text[], :latitude::float8[],
                :longitude::float8[], :cell::bigint[], :ward::text[], :address::text[],
                :private::boolean[], :unit_id::uuid[], :opened_at::timestamptz[],
                :due_at::timestamptz[], :closed_at::timestamptz[], :queue_at::timestamptz[],
                :answer::text[], :reason::text[], :digest::text[], :hash::text[],
                :definition::text[], :definition_version::integer[], :state::text[],
                :step_due_at::timestamptz[], :words::text[]
            ) as g (id, ref, external_id, category, process, status, summary, latitude, longitude,
                    cell, ward, address, private, unit_id, opened_at, due_at, closed_at, queue_at,
                    answer, reason, digest, hash, definition, definition_version, state,
                    step_due_at, words)
        ), opened as (
            insert into cases.case (
                id, ref, external_id, category, process, source, status, summary, latitude,
                longitude, cell, ward, address, private, unit_id, opened_at, verify_by,
                dispatch_by, due_at, answered_at, closed_at, queue_at, answer, reason, head_hash,
                definition, definition_version, state, step_due_at, words)
            select id, ref, external_id, category, process, 'import', status, summary, latitude,
                   longitude, cell, ward, address, private, unit_id, opened_at, due_at,
                   due_at, due_at, closed_at, closed_at, queue_at, answer, reason, hash,
                   definition, definition_version, state, step_due_at,
                   to_tsvector('simple', words)
            from given
            on conflict do nothing
            returning external_id, id, ref
        ), written as (
            insert into cases.entry (case_id, seq, verb, now, at, actor_id, actor_name, facts, hash)
            select given.id, 1, 'import', given.status, :at, :actor_id, :actor_name,
                   jsonb_build_object('content', given.digest), given.hash
            from given join opened using (id)
        )
        select external_id, id, ref from opened
        """,
        at=work.now,
        actor_id=work.actor.id,
        actor_name=work.actor.name,
        **columns,
    )
