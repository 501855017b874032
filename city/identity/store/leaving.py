"""Taking one's data away, going, and what is left of somebody who has gone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from city.identity.model import FAREWELL_WAITS, TAKEOUT_LASTS, Farewell, Takeout
from city.kernel import Work


async def add_takeout(work: Work, takeout_id: UUID, person_id: UUID) -> bool:
    """Keep that a person wants their data; False if one of theirs is being made."""
    added = await work.value(
        UUID,
        """
        insert into identity.takeout (id, person_id, asked_at) values (:id, :person_id, :now)
        on conflict (person_id) where ready_at is null do nothing
        returning id
        """,
        id=takeout_id,
        person_id=person_id,
        now=work.now,
    )
    return added is not None


async def find_takeout(work: Work, takeout_id: UUID) -> Takeout | None:
    """Return what somebody asked for."""
    return await work.maybe(
        Takeout,
        """
        select id, person_id, asked_at, ready_at, until_at, file, bytes
        from identity.takeout where id = :id
        """,
        id=takeout_id,
    )


async def list_takeouts(work: Work, person_id: UUID) -> list[Takeout]:
    """Return what a person asked for and can still have, newest first."""
    return await work.all(
        Takeout,
        """
        select id, person_id, asked_at, ready_at, until_at, file, bytes
        from identity.takeout
        where person_id = :person_id and (until_at is null or until_at > :now)
        order by asked_at desc
        """,
        person_id=person_id,
        now=work.now,
    )


async def set_takeout_ready(work: Work, takeout_id: UUID, file: str, size: int) -> bool:
    """Note that it is there to be fetched, for a week."""
    return bool(
        await work.run(
            """
            update identity.takeout
            set ready_at = :now, until_at = :until_at, file = :file, bytes = :size
            where id = :id and ready_at is null
            """,
            id=takeout_id,
            file=file,
            size=size,
            until_at=work.now + TAKEOUT_LASTS,
            now=work.now,
        )
    )


async def remove_takeouts(work: Work, person_id: UUID | None) -> list[str]:
    """Remove what was kept its week (or all of a person's); return the names of their files."""
    return await work.values(
        str,
        """
        with gone as (
            delete from identity.takeout
            where case when :person_id::uuid is null then until_at <= :now
                       else person_id = :person_id end
            returning file
        )
        select file from gone where file <> ''
        """,
        person_id=person_id,
        now=work.now,
    )


async def add_farewell(work: Work, person_id: UUID) -> bool:
    """Keep that a person wants to go; False if they have said so before."""
    added = await work.value(
        UUID,
        """
        insert into identity.farewell (person_id, asked_at, due_at)
        values (:person_id, :now, :due_at)
        on conflict do nothing
        returning person_id
        """,
        person_id=person_id,
        due_at=work.now + FAREWELL_WAITS,
        now=work.now,
    )
    return added is not None


async def find_farewell(work: Work, person_id: UUID) -> Farewell | None:
    """Return whether somebody wants to go, and when."""
    return await work.maybe(
        Farewell,
        """
        select person_id, asked_at, due_at, begun_at, done_at, held
        from identity.farewell where person_id = :person_id
        """,
        person_id=person_id,
    )


async def remove_farewell(work: Work, person_id: UUID) -> bool:
    """Let somebody stay; False if it has begun, or they never wanted to go."""
    return bool(
        await work.run(
            """
            delete from identity.farewell where person_id = :person_id and begun_at is null
            """,
            person_id=person_id,
        )
    )


async def list_due_farewells(work: Work) -> list[UUID]:
    """Return who is to be forgotten now, and of whom something had to stay for a while."""
    return await work.values(
        UUID,
        """
        select person_id from identity.farewell
        where due_at <= :now and (done_at is null or held)
        order by due_at
        limit 200
        """,
        now=work.now,
    )


async def begin_farewell(work: Work, person_id: UUID) -> bool:
    """Note that somebody is being forgotten and end their sessions; False if it is not due."""
    begun = await work.value(
        UUID,
        """
        with begun as (
            update identity.farewell set begun_at = coalesce(begun_at, :now)
            where person_id = :person_id and due_at <= :now and (done_at is null or held)
            returning person_id
        ), ended as (
            update identity.session set ended_at = :now
            where person_id in (select person_id from begun) and ended_at is null
        )
        select person_id from begun
        """,
        person_id=person_id,
        now=work.now,
    )
    return begun is not None


async def set_farewell_done(work: Work, person_id: UUID, *, held: bool) -> bool:
    """Note that somebody has been forgotten, and whether something has to stay for a while."""
    return bool(
        await work.run(
            """
            update identity.farewell set done_at = coalesce(done_at, :now), held = :held
            where person_id = :person_id and begun_at is not null
            """,
            person_id=person_id,
            held=held,
            now=work.now,
        )
    )


async def forget_person(work: Work, person_id: UUID) -> None:
    """Leave a nameless row of somebody, which what has to stay can go on pointing at.

    Those whose data they looked at go on seeing who it was.
    """
    await work.run(
        """
        with looked as (
            update identity.access set actor_name = person.name
            from identity.person
            where person.id = :person_id and actor_id = person.id and person.name <> ''
        ), contacts as (
            delete from identity.contact where person_id = :person_id
        ), linked as (
            delete from identity.external_id where person_id = :person_id
        ), granted as (
            delete from identity.grant where person_id = :person_id
        ), sessions as (
            delete from identity.session where person_id = :person_id
        ), cards as (
            delete from identity.card where person_id = :person_id
        ), concerns as (
            delete from identity.concern where person_id = :person_id and settled_at is not null
        ), helped as (
            update identity.acting
            set name = '', ended_at = coalesce(ended_at, :now)
            where person_id = :person_id
        )
        update identity.person
        set name = '', folded = '', honorific = '', language = '', assurance = 0, sample = false,
            helpers_refused = true, forgotten_at = coalesce(forgotten_at, :now)
        where id = :person_id
        """,
        person_id=person_id,
        now=work.now,
    )


async def count_open_concerns(work: Work, person_id: UUID) -> int:
    """Return how many of a person's concerns the auditor has not answered."""
    return (
        await work.value(
            int,
            """
            select count(*) from identity.concern
            where person_id = :person_id and settled_at is null
            """,
            person_id=person_id,
        )
        or 0
    )


async def list_account(work: Work, person_id: UUID) -> list[dict[str, Any]]:
    """Return what is kept of a person's account, fit for JSON."""
    return await work.values(
        dict,
        """
        select jsonb_build_object(
            'id', id, 'name', name, 'honorific', honorific, 'language', language,
            'assurance', assurance, 'created_at', created_at, 'helpers_refused', helpers_refused,
            'contacts', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'channel', channel, 'address', address, 'verified_at', verified_at)), '[]')
                from identity.contact where person_id = person.id),
            'identity_providers', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'issuer', issuer, 'subject', subject, 'linked_at', linked_at)), '[]')
                from identity.external_id where person_id = person.id),
            'roles', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'role', role, 'granted_at', granted_at)), '[]')
                from identity.grant as held where held.person_id = person.id))
        from identity.person where id = :person_id
        """,
        person_id=person_id,
    )


async def list_devices(work: Work, person_id: UUID) -> list[dict[str, Any]]:
    """Return where a person was signed in, fit for JSON."""
    return await work.values(
        dict,
        """
        select jsonb_build_object('device', device, 'started_at', started_at, 'seen_at', seen_at,
                                  'ended_at', ended_at)
        from identity.session where person_id = :person_id order by started_at
        """,
        person_id=person_id,
    )


async def list_seen(work: Work, person_id: UUID) -> list[dict[str, Any]]:
    """Return every look at a person and what they said was wrong about it, fit for JSON."""
    return await work.values(
        dict,
        """
        select jsonb_build_object(
            'at', at, 'kind', access.kind, 'purpose', purpose, 'about', about,
            'who', coalesce(nullif(actor.name, ''), access.actor_name),
            'you_said', concern.text, 'answer', concern.answer)
        from identity.access
        left join identity.person as actor on actor.id = actor_id
        left join identity.concern on concern.access_id = access.id
        where access.person_id = :person_id order by at
        """,
        person_id=person_id,
    )


async def list_help(work: Work, person_id: UUID) -> list[dict[str, Any]]:
    """Return who acted for a person and their cards, fit for JSON."""
    return await work.values(
        dict,
        """
        select jsonb_build_object(
            'what', 'helper', 'who', helper.name, 'purpose', purpose, 'proof', proof,
            'begun_at', begun_at, 'until_at', until_at, 'ended_at', ended_at)
        from identity.acting join identity.person as helper on helper.id = helper_id
        where person_id = :person_id
        union all
        select jsonb_build_object(
            'what', 'card', 'number', number, 'issued_at', issued_at, 'until_at', until_at,
            'revoked_at', revoked_at)
        from identity.card where person_id = :person_id
        """,
        person_id=person_id,
    )


async def count_takeouts(work: Work, person_id: UUID, since: datetime) -> int:
    """Return how many times a person has asked for their data since then."""
    return (
        await work.value(
            int,
            """
            select count(*) from identity.takeout
            where person_id = :person_id and asked_at > :since
            """,
            person_id=person_id,
            since=since,
        )
        or 0
    )


async def is_forgotten(work: Work, person_id: UUID) -> bool:
    """Return whether somebody has gone, so that only a nameless row of them is left."""
    found = await work.value(
        int,
        "select 1 from identity.person where id = :id and forgotten_at is not null",
        id=person_id,
    )
    return found is not None
