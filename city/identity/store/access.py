"""Who looked at whose identity."""

from datetime import datetime
from uuid import UUID

import msgspec

from city.identity.model import Access, AccessKind, Concern, OpenConcern, SeenPerson
from city.kernel import Work, new_id


class Looker(msgspec.Struct, frozen=True):
    """Somebody who has looked at others' identity."""

    id: UUID
    name: str


async def see_person(
    work: Work, access_id: UUID, person_id: UUID, purpose: str, about: str
) -> SeenPerson:
    """Return who somebody is and write down who looked, in one statement: never one alone."""
    return await work.one(
        SeenPerson,
        """
        with seen as (
            select id, name, honorific from identity.person where id = :person_id
        ), written as (
            insert into identity.access (id, actor_id, person_id, purpose, about, at)
            select :id, :actor_id, id, :purpose, :about, :now from seen
        )
        select id, name, honorific,
               (select coalesce(jsonb_agg(jsonb_build_object(
                    'channel', channel, 'address', address, 'verified_at', verified_at)
                    order by channel desc, address), '[]')
                from identity.contact where person_id = seen.id) as contacts
        from seen
        """,
        id=access_id,
        actor_id=work.actor.id,
        person_id=person_id,
        purpose=purpose,
        about=about,
        now=work.now,
    )


async def add_access(
    work: Work,
    person_id: UUID,
    kind: AccessKind,
    actor_id: UUID | None,
    actor_name: str,
    purpose: str,
    about: str,
) -> None:
    """Write down who read a person's code, acted for them, or was told about them."""
    await work.run(
        """
        insert into identity.access
            (id, actor_id, person_id, purpose, about, at, kind, actor_name)
        values (:id, :actor_id, :person_id, :purpose, :about, :now, :kind, :actor_name)
        """,
        id=new_id(),
        actor_id=actor_id,
        person_id=person_id,
        purpose=purpose,
        about=about,
        now=work.now,
        kind=kind,
        actor_name=actor_name,
    )


async def list_access_to(
    work: Work, person_id: UUID, skip: int = 0, most: int = 50
) -> list[Access]:
    """Return who looked at a person's identity and why, newest first."""
    return await work.all(
        Access,
        """
        select access.id, actor_id,
               coalesce(nullif(actor.name, ''), access.actor_name) as actor_name,
               array(select role from identity.grant as held
                     where held.person_id = actor_id and role not in ('resident', 'visitor')
                     order by role) as actor_roles,
               (select short_name from identity.grant as held
                join identity.organisation on organisation.id = held.organisation_id
                where held.person_id = actor_id and role = 'unit') as actor_unit,
               access.person_id, '' as person_name, purpose, about, at, access.kind
        from identity.access
        left join identity.person as actor on actor.id = actor_id
        where access.person_id = :person_id
        order by at desc, access.id
        limit :most offset :skip
        """,
        person_id=person_id,
        skip=skip,
        most=most,
    )


async def list_access(
    work: Work, actor_id: UUID | None, since: datetime | None, until: datetime | None, most: int
) -> list[Access]:
    """Return who looked at whom, newest first: by whom, and from when until before when."""
    return await work.all(
        Access,
        """
        select access.id, actor_id,
               coalesce(nullif(actor.name, ''), access.actor_name) as actor_name,
               array(select role from identity.grant as held
                     where held.person_id = actor_id and role not in ('resident', 'visitor')
                     order by role) as actor_roles,
               access.person_id, person.name as person_name, purpose, about, at, access.kind
        from identity.access
        join identity.person on person.id = access.person_id
        left join identity.person as actor on actor.id = actor_id
        where (:actor_id::uuid is null or actor_id = :actor_id)
          and (:since::timestamptz is null or at >= :since)
          and (:until::timestamptz is null or at < :until)
        order by at desc, access.id
        limit :most
        """,
        actor_id=actor_id,
        since=since,
        until=until,
        most=most,
    )


async def list_lookers(work: Work) -> list[Looker]:
    """Return everybody who has looked at somebody's identity, by name."""
    return await work.all(
        Looker,
        """
        select id, name from identity.person
        where id in (select actor_id from identity.access)
        order by name, id
        """,
    )


async def add_concern(
    work: Work, concern_id: UUID, access_id: UUID, person_id: UUID, text: str
) -> bool:
    """Keep what a person says is wrong about a look at them; False if it is none of theirs.

    Saying it again replaces what was said, until the auditor has answered.
    """
    return bool(
        await work.run(
            """
            insert into identity.concern (id, access_id, person_id, text, raised_at)
            select :id, access.id, access.person_id, :text, :now from identity.access
            where access.id = :access_id and access.person_id = :person_id
            on conflict (access_id) do update set text = excluded.text
            where concern.settled_at is null
            """,
            id=concern_id,
            access_id=access_id,
            person_id=person_id,
            text=text,
            now=work.now,
        )
    )


async def list_concerns(work: Work, person_id: UUID) -> list[Concern]:
    """Return what a person said was wrong."""
    return await work.all(
        Concern,
        """
        select id, access_id, text, raised_at, answer, settled_at from identity.concern
        where person_id = :person_id
        order by raised_at desc
        """,
        person_id=person_id,
    )


async def list_open_concerns(work: Work) -> list[OpenConcern]:
    """Return what waits for the auditor, oldest first; at most 100."""
    return await work.all(
        OpenConcern,
        """
        select concern.id, concern.access_id, concern.text, raised_at, answer, settled_at,
               person.name as person_name,
               coalesce(nullif(actor.name, ''), access.actor_name) as looker_name,
               access.purpose, access.about, access.at as looked_at
        from identity.concern
        join identity.access on access.id = concern.access_id
        join identity.person on person.id = concern.person_id
        left join identity.person as actor on actor.id = access.actor_id
        where settled_at is null
        order by raised_at
        limit 100
        """,
    )


async def set_concern_settled(work: Work, concern_id: UUID, answer: str) -> UUID | None:
    """Keep the auditor's answer and return whose concern it was; None if it was answered before."""
    return await work.value(
        UUID,
        """
        update identity.concern
        set answer = :answer, settled_at = :now, settled_by = :settled_by
        where id = :id and settled_at is null
        returning person_id
        """,
        id=concern_id,
        answer=answer,
        settled_by=work.actor.id,
        now=work.now,
    )
