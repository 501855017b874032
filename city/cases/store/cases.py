"""The SQL of single cases and their history.

Where a function says *that the actor may see*, a unit's officer gets the cases of that unit only,
by a condition in the statement.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from city.cases.model import DOUBTFUL, Case, Entry, Process, Status, is_unit_officer
from city.kernel import Actor, Work
from city.web import words_in

DOUBTFUL_WAITS = timedelta(hours=12)
"""So much further down stands what is perhaps no report: it is looked at last, and always."""

NO_UNIT = UUID(int=0)
"""No case has this unit."""


def scope_of(actor: Actor) -> UUID | None:
    """Return the only unit whose cases this actor sees, or None for all."""
    if is_unit_officer(actor):
        return actor.unit_id or NO_UNIT
    return None


async def add_case(work: Work, case: Case, entry: Entry, revision: str) -> bool:
    """Insert a case with its first entry; False if its ref is taken or its category has changed."""
    added = await work.value(
        UUID,
        """
        with opened as (
            insert into cases.case (
                id, ref, category, process, definition, definition_version, state, source, status,
                summary, latitude, longitude, cell, ward, address, photos, private, opened_at,
                verify_by, dispatch_by, due_at, promise, clock_at, entered_at, step_due_at,
                wake_at, queue_at, unit_id, parent_id, doubt, sign_unit, head_hash, words)
            select :id, :ref, code, :process, :definition, :definition_version, :state, :source,
                   :status, :summary, :latitude, :longitude, :cell, :ward, :address,
                   :photos::uuid[], :private, :opened_at, :verify_by, :dispatch_by, :due_at,
                   :promise::jsonb, :clock_at, :entered_at, :step_due_at, :wake_at, :queue_at,
                   :unit_id::uuid, :parent_id::uuid, :doubt, :sign_unit, :hash,
                   to_tsvector('simple', :words)
            from cases.category
            where code = :category and revision = :revision and retired_at is null
            on conflict (ref) do nothing
            returning id
        ), written as (
            insert into cases.entry (case_id, seq, verb, now, at, actor_id, actor_name, facts, hash)
            select id, 1, 'open', :status, :at, :actor_id, :actor_name, :facts::jsonb, :hash
            from opened
        )
        select id from opened
        """,
        revision=revision,
        at=entry.at,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        facts=entry.facts,
        hash=entry.hash,
        words=words_in(case.summary, case.address),
        **_columns(case),
    )
    return added is not None


def _columns(case: Case) -> dict[str, Any]:
    """Return a case as parameters; a statement takes those it names."""
    return {
        "id": case.id,
        "ref": case.ref,
        "process": case.process,
        "definition": case.definition,
        "definition_version": case.definition_version,
        "state": case.state,
        "source": case.source,
        "status": case.status,
        "summary": case.summary,
        "latitude": case.latitude,
        "longitude": case.longitude,
        "cell": case.cell,
        "ward": case.ward,
        "address": case.address,
        "photos": case.photos,
        "private": case.private,
        "opened_at": case.opened_at,
        "verify_by": case.verify_by,
        "dispatch_by": case.dispatch_by,
        "due_at": case.due_at,
        "promise": msgspec.to_builtins(case.promise),
        "clock_at": case.clock_at,
        "entered_at": case.entered_at,
        "step_due_at": case.step_due_at,
        "wake_at": case.wake_at,
        "queue_at": queue_at(case),
        "unit_id": case.unit_id,
        "parent_id": case.parent_id,
        "doubt": case.doubt,
        "sign_unit": case.sign_unit,
        "version": case.version,
        "category": case.category,
        "coop": case.coop,
        "pauses": case.pauses,
        "revisit_on": case.revisit_on,
        "rung": case.rung,
        "escalated": case.escalated,
        "claimed_by": case.claimed_by,
        "claimed_name": case.claimed_name,
        "claimed_at": case.claimed_at,
        "parts": case.parts,
        "more_photos": case.more_photos,
        "contested_at": case.contested_at,
        "answered_at": case.answered_at,
        "closed_at": case.closed_at,
        "answer": case.answer,
        "answer_photos": case.answer_photos,
        "reason": case.reason,
        "reason_note": case.reason_note,
        "rating": case.rating,
        "reopened": case.reopened,
        "merged_into": case.merged_into,
    }


async def set_case(work: Work, case: Case, entry: Entry) -> bool:
    """Store what a verb has made of a case, with its entry; False if it has changed meanwhile.

    `case` carries the new state, and the version and the end of the history it was read with.
    """
    version = await work.value(
        int,
        """
        with moved as (
            update cases.case set
                category = :category, process = :process, definition = :definition,
                definition_version = :definition_version, private = :private,
                status = :status, state = :state, unit_id = :unit_id, coop = :coop::uuid[],
                verify_by = :verify_by, dispatch_by = :dispatch_by, due_at = :due_at,
                promise = :promise::jsonb, clock_at = :clock_at,
                pauses = :pauses::timestamptz[], entered_at = :entered_at,
                step_due_at = :step_due_at, revisit_on = :revisit_on, wake_at = :wake_at,
                rung = :rung, escalated = :escalated, queue_at = :queue_at,
                claimed_by = :claimed_by::uuid, claimed_name = :claimed_name,
                claimed_at = :claimed_at, parts = :parts, more_photos = :more_photos::uuid[],
                contested_at = :contested_at,
                answered_at = :answered_at, closed_at = :closed_at, answer = :answer,
                answer_photos = :answer_photos::uuid[], reason = :reason,
                reason_note = :reason_note, rating = :rating, reopened = :reopened,
                merged_into = :merged_into, sign_unit = :sign_unit,
                head_seq = :seq, head_hash = :hash,
                version = version + 1
            where id = :id and version = :version and head_seq = :seq - 1
            returning id, version
        ), written as (
            insert into cases.entry
                (case_id, seq, verb, was, now, at, actor_id, actor_name, note, facts, hash)
            select id, :seq, :verb, :was, :status, :at, :actor_id, :actor_name, :note,
                   :facts::jsonb, :hash
            from moved
        )
        select version from moved
        """,
        **_columns(case),
        seq=entry.seq,
        hash=entry.hash,
        verb=entry.verb,
        was=entry.was,
        at=entry.at,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        note=entry.note,
        facts=entry.facts,
    )
    return version is not None


def queue_at(case: Case) -> datetime:
    """Return where a case stands in the queues; one that was promised nothing comes last."""
    if case.closed_at is not None:
        return case.closed_at
    if case.step_due_at is not None and is_doubtful(case):
        return case.step_due_at + DOUBTFUL_WAITS
    return case.step_due_at or case.opened_at.replace(year=case.opened_at.year + 100, day=1)


def is_doubtful(case: Case) -> bool:
    """Return whether a case stands further down because of its words; an instant one never does."""
    new = case.status is Status.NEW and case.process is Process.TIME_BOUND
    return new and case.doubt >= DOUBTFUL


async def get_case(work: Work, id: UUID) -> Case:
    """Return the case with this id, for rooms that decide themselves who sees it."""
    return await work.one(Case, "select * from cases.case where id = :id", id=id)


async def get_case_by_ref(work: Work, ref: str) -> Case:
    """Return the case with this reference, for rooms that decide themselves who sees it."""
    return await work.one(Case, "select * from cases.case where ref = :ref", ref=ref)


async def see_case(work: Work, id: UUID) -> Case:
    """Return the case with this id that the actor may see."""
    return await work.one(
        Case,
        """
        select * from cases.case
        where id = :id and (:unit::uuid is null or unit_id = :unit or coop @> array[:unit::uuid])
        """,
        id=id,
        unit=scope_of(work.actor),
    )


async def see_case_by_ref(work: Work, ref: str) -> Case:
    """Return the case with this reference that the actor may see."""
    return await work.one(
        Case,
        """
        select * from cases.case
        where ref = :ref and (:unit::uuid is null or unit_id = :unit or coop @> array[:unit::uuid])
        """,
        ref=ref,
        unit=scope_of(work.actor),
    )


async def lock_cases(work: Work, ids: list[UUID]) -> None:
    """Hold these cases until the work is done, always in the same order."""
    await work.run(
        "select 1 from cases.case where id = any(:ids::uuid[]) order by id for no key update",
        ids=ids,
    )


async def set_claim(work: Work, case: Case, entry: Entry, free_before: datetime) -> bool:
    """Store whose a case is, with an entry; False if it is somebody else's or has moved on.

    Whoever claimed it before `free_before` has lost it. People's forms stay valid: the version
    does not change.
    """
    claimed = await work.value(
        UUID,
        """
        with claimed as (
            update cases.case set
                claimed_by = :by::uuid, claimed_name = :name, claimed_at = :claimed_at,
                head_seq = :seq, head_hash = :hash
            where id = :id and head_seq = :seq - 1
              and (claimed_by is null or claimed_at < :free_before or claimed_by = :me)
            returning id
        ), written as (
            insert into cases.entry
                (case_id, seq, verb, was, now, at, actor_id, actor_name, note, facts, hash)
            select id, :seq, :verb, :was, :was, :at, :actor_id, :actor_name, :note,
                   :facts::jsonb, :hash
            from claimed
        )
        select id from claimed
        """,
        id=case.id,
        by=case.claimed_by,
        name=case.claimed_name,
        claimed_at=case.claimed_at,
        free_before=free_before,
        me=work.actor.id,
        seq=entry.seq,
        hash=entry.hash,
        verb=entry.verb,
        was=entry.was,
        at=entry.at,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        note=entry.note,
        facts=entry.facts,
    )
    return claimed is not None


async def words_of(work: Work, case_ids: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Return the words and the address of these cases, as they were written."""
    return {
        one.id: (one.summary, one.address)
        for one in await work.all(
            _Written,
            "select id, summary, address from cases.case where id = any(:case_ids::uuid[])",
            case_ids=list(case_ids),
        )
    }


class _Written(Struct, frozen=True):
    id: UUID
    summary: str
    address: str


async def list_history(work: Work, case_id: UUID) -> list[Entry]:
    """Return what has happened to a case, first things first, with the names of staff."""
    return await work.all(
        Entry, "select * from cases.entry where case_id = :case_id order by seq", case_id=case_id
    )
