"""The SQL of the desk: filters, ready-made texts, what is held back, who looks, live counts."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from city.cases.model import CLAIM_MINUTES
from city.cases.store.cases import scope_of
from city.kernel import Work


class SavedFilter(Struct, frozen=True, kw_only=True):
    """A filter that somebody keeps; `shared` ones every desk has."""

    id: UUID
    person_id: UUID
    name: str
    query: str
    shared: bool
    version: int


class Template(Struct, frozen=True, kw_only=True):
    """A ready-made text, by language, for an answer, a reject, a send_back or a question."""

    code: str
    kind: str
    name: dict[str, str]
    text: dict[str, str]
    version: int
    changed_by: str
    changed_at: datetime


class Held(Struct, frozen=True, kw_only=True):
    """What somebody has asked for and can still take back until `run_at`."""

    id: UUID
    case_id: UUID
    verb: str
    given: dict[str, Any]
    actor_id: UUID
    actor_name: str
    permissions: list[str]
    unit_id: UUID | None
    held_at: datetime
    run_at: datetime
    refused: dict[str, Any] | None = None
    refused_at: datetime | None = None


class Board(Struct, frozen=True, kw_only=True):
    """What every open desk is told each second; see `look_at_board`."""

    counts: dict[str, int]
    instant: list[dict[str, Any]]
    taken: list[dict[str, Any]]
    present: list[dict[str, Any]]


async def look_at_board(
    work: Work, *, soon: datetime, midnight: datetime, present_since: datetime
) -> Board:
    """Return the counts of the open cases, instant ones nobody took, and who looks at what."""
    return await work.one(
        Board,
        """
        with open as (
            select process, status, due_at, queue_at, escalated from cases.case
            where closed_at is null
        )
        select (
            select jsonb_build_object(
                'all', count(*),
                'instant', count(*) filter (where process = 'instant'),
                'time_bound', count(*) filter (where process = 'time_bound'),
                'command', count(*) filter (where process = 'command'),
                'new', count(*) filter (where status = 'new'),
                'route', count(*) filter (where status = 'accepted'),
                'units', count(*) filter (where status in ('routed', 'doing')),
                'waiting', count(*) filter (where status = 'waiting'),
                'check', count(*) filter (where status = 'answered'),
                'late', count(*) filter (where due_at < :now),
                'escalated', count(*) filter (where escalated > 0),
                'soon', count(*) filter (where queue_at >= :now and queue_at < :soon),
                'done_today', (
                    select count(*) from cases.case
                    where closed_at >= :midnight and closed_at is not null and status = 'done'))
            from open
        ) as counts, (
            select coalesce(jsonb_agg(jsonb_build_object(
                'ref', ref, 'version', version, 'since', opened_at) order by opened_at desc), '[]')
            from cases.case
            where closed_at is null and process = 'instant' and process <> 'time_bound'
              and status = 'new' and (claimed_by is null or claimed_at < :lapsed)
        ) as instant, (
            select coalesce(jsonb_agg(jsonb_build_object(
                'ref', ref, 'name', claimed_name, 'at', claimed_at)), '[]')
            from cases.case
            where closed_at is null and process = 'instant' and process <> 'time_bound'
              and claimed_at >= :present_since
        ) as taken, (
            select coalesce(jsonb_agg(jsonb_build_object(
                'ref', ref, 'id', person_id, 'name', name, 'typing', typing)
                order by name, person_id), '[]')
            from cases.presence where seen_at >= :present_since
        ) as present
        """,
        now=work.now,
        soon=soon,
        midnight=midnight,
        present_since=present_since,
        lapsed=work.now - timedelta(minutes=CLAIM_MINUTES),
    )


async def set_presence(work: Work, ref: str, person_id: UUID, name: str, *, typing: bool) -> None:
    """Write down that somebody has a case open they may see; what is older than an hour goes."""
    await work.run(
        """
        with gone as (
            delete from cases.presence where seen_at < :now::timestamptz - interval '1 hour'
        )
        insert into cases.presence (ref, person_id, name, typing, seen_at)
        select ref, :person_id, :name, :typing, :now
        from cases.case
        where ref = :ref and (:unit::uuid is null or unit_id = :unit or coop @> array[:unit::uuid])
        on conflict (ref, person_id) do update set
            name = excluded.name, typing = excluded.typing, seen_at = excluded.seen_at
        """,
        ref=ref,
        person_id=person_id,
        name=name,
        typing=typing,
        now=work.now,
        unit=scope_of(work.actor),
    )


async def drop_presence(work: Work, ref: str, person_id: UUID) -> None:
    """Write down that somebody has closed a case's page."""
    await work.run(
        "delete from cases.presence where ref = :ref and person_id = :person_id",
        ref=ref,
        person_id=person_id,
    )


async def list_filters(work: Work, person_id: UUID) -> list[SavedFilter]:
    """Return the filters of this person and those shared with every desk, oldest first."""
    return await work.all(
        SavedFilter,
        """
        select id, person_id, name, query, shared, version from cases.filter
        where person_id = :person_id or shared order by id
        """,
        person_id=person_id,
    )


async def add_filter(work: Work, filter: SavedFilter) -> None:
    """Keep a filter."""
    await work.run(
        """
        insert into cases.filter (id, person_id, name, query, shared, changed_at)
        values (:id, :person_id, :name, :query, :shared, :now)
        """,
        id=filter.id,
        person_id=filter.person_id,
        name=filter.name,
        query=filter.query,
        shared=filter.shared,
        now=work.now,
    )


async def set_filter(
    work: Work, id: UUID, person_id: UUID, name: str, shared: bool, version: int
) -> bool:
    """Change a filter of this person, unless it has changed since this version."""
    changed = await work.run(
        """
        update cases.filter
        set name = :name, shared = :shared, version = version + 1, changed_at = :now
        where id = :id and person_id = :person_id and version = :version
        """,
        id=id,
        person_id=person_id,
        name=name,
        shared=shared,
        version=version,
        now=work.now,
    )
    return changed == 1


async def drop_filter(work: Work, id: UUID, person_id: UUID) -> None:
    """Remove a filter of this person."""
    await work.run(
        "delete from cases.filter where id = :id and person_id = :person_id",
        id=id,
        person_id=person_id,
    )


async def list_templates(work: Work) -> list[Template]:
    """Return every ready-made text."""
    return await work.all(Template, "select * from cases.template order by kind, code")


async def add_template(work: Work, template: Template) -> bool:
    """Add a ready-made text; False if its code is taken."""
    added = await work.run(
        """
        insert into cases.template (code, kind, name, text, changed_by, changed_at)
        values (:code, :kind, :name::jsonb, :text::jsonb, :changed_by, :now)
        on conflict (code) do nothing
        """,
        code=template.code,
        kind=template.kind,
        name=template.name,
        text=template.text,
        changed_by=template.changed_by,
        now=work.now,
    )
    return added == 1


async def set_template(work: Work, template: Template) -> bool:
    """Change a ready-made text, unless it has changed since the version it bears."""
    changed = await work.run(
        """
        update cases.template
        set kind = :kind, name = :name::jsonb, text = :text::jsonb, changed_by = :changed_by,
            changed_at = :now, version = version + 1
        where code = :code and version = :version
        """,
        code=template.code,
        kind=template.kind,
        name=template.name,
        text=template.text,
        changed_by=template.changed_by,
        version=template.version,
        now=work.now,
    )
    return changed == 1


async def drop_template(work: Work, code: str, version: int) -> bool:
    """Remove a ready-made text, unless it has changed since this version."""
    gone = await work.run(
        "delete from cases.template where code = :code and version = :version",
        code=code,
        version=version,
    )
    return gone == 1


async def add_held(work: Work, held: Held) -> bool:
    """Hold something back; False if something else is held back for this case already."""
    added = await work.run(
        """
        insert into cases.held (id, case_id, verb, given, actor_id, actor_name, permissions,
                                unit_id, held_at, run_at)
        values (:id, :case_id, :verb, :given::jsonb, :actor_id, :actor_name,
                :permissions::text[], :unit_id, :held_at, :run_at)
        on conflict (case_id) where refused is null do nothing
        """,
        id=held.id,
        case_id=held.case_id,
        verb=held.verb,
        given=held.given,
        actor_id=held.actor_id,
        actor_name=held.actor_name,
        permissions=held.permissions,
        unit_id=held.unit_id,
        held_at=held.held_at,
        run_at=held.run_at,
    )
    return added == 1


async def find_held(work: Work, id: UUID) -> Held | None:
    """Return what is or was held back, or None if it is done or was taken back."""
    return await work.maybe(Held, "select * from cases.held where id = :id", id=id)


async def take_held(work: Work, id: UUID, actor_id: UUID | None = None) -> Held | None:
    """Remove what is still held back and return it; None if it is done or was taken back.

    With `actor_id` only what that person has asked for.
    """
    return await work.maybe(
        Held,
        """
        delete from cases.held
        where id = :id and refused is null and (:actor_id::uuid is null or actor_id = :actor_id)
        returning *
        """,
        id=id,
        actor_id=actor_id,
    )


async def list_held(work: Work, case_id: UUID) -> list[Held]:
    """Return what is held back for a case, and what could not be done, newest first."""
    return await work.all(
        Held,
        "select * from cases.held where case_id = :case_id order by held_at desc",
        case_id=case_id,
    )


async def set_refused(work: Work, held: Held, refused: dict[str, Any]) -> None:
    """Write down that what was held back could not be done, with what was typed."""
    await work.run(
        """
        insert into cases.held (id, case_id, verb, given, actor_id, actor_name, permissions,
                                unit_id, held_at, run_at, refused, refused_at)
        values (:id, :case_id, :verb, :given::jsonb, :actor_id, :actor_name,
                :permissions::text[], :unit_id, :held_at, :run_at, :refused::jsonb, :now)
        """,
        id=held.id,
        case_id=held.case_id,
        verb=held.verb,
        given=held.given,
        actor_id=held.actor_id,
        actor_name=held.actor_name,
        permissions=held.permissions,
        unit_id=held.unit_id,
        held_at=held.held_at,
        run_at=held.run_at,
        refused=refused,
        now=work.now,
    )


async def give_up_held(work: Work, why: dict[str, Any], *, before: datetime) -> int:
    """Write down that what should have been done by then could not be; return how many."""
    return await work.run(
        """
        update cases.held set refused = :why::jsonb, refused_at = :now
        where refused is null and run_at < :before
        """,
        why=why,
        before=before,
        now=work.now,
    )


async def forget_done_keys(work: Work, *, before: datetime) -> int:
    """Forget what phones sent before then; return how many."""
    return await work.run("delete from cases.done_key where at < :before", before=before)


async def drop_refused(work: Work, id: UUID, actor_id: UUID) -> None:
    """Forget what could not be done; its author has seen it."""
    await work.run(
        "delete from cases.held where id = :id and actor_id = :actor_id and refused is not null",
        id=id,
        actor_id=actor_id,
    )


async def add_done_key(work: Work, key: str, case_id: UUID, verb: str) -> bool:
    """Write down that this person's phone sent this; False if it had been done before."""
    added = await work.run(
        """
        insert into cases.done_key (person_id, key, case_id, verb, at)
        values (:person_id, :key, :case_id, :verb, :now)
        on conflict do nothing
        """,
        person_id=work.actor.person_id,
        key=key,
        case_id=case_id,
        verb=verb,
        now=work.now,
    )
    return added == 1


async def set_savepoint(work: Work) -> None:
    """Mark how things stand, to come back to."""
    await work.run("savepoint attempt")


async def release_savepoint(work: Work) -> None:
    """Keep what was done since the mark."""
    await work.run("release savepoint attempt")


async def undo_to_savepoint(work: Work) -> None:
    """Undo what was done since the mark, and forget the mark."""
    await work.run("rollback to savepoint attempt")
    await work.run("release savepoint attempt")
