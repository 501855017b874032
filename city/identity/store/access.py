"""Who looked at whose identity."""

from datetime import datetime
from uuid import UUID

import msgspec

from city.identity.model import Access, SeenPerson
from city.kernel import Work


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


async def list_access_to(work: Work, person_id: UUID) -> list[Access]:
    """Return the last 50 looks at a person's identity, newest first."""
    return await work.all(
        Access,
        """
        select access.id, actor_id, coalesce(actor.name, '') as actor_name,
               array(select role from identity.grant as held
                     where held.person_id = actor_id and role not in ('resident', 'visitor')
                     order by role) as actor_roles,
               access.person_id, '' as person_name, purpose, about, at
        from identity.access
        left join identity.person as actor on actor.id = actor_id
        where access.person_id = :person_id
        order by at desc, access.id
        limit 50
        """,
        person_id=person_id,
    )


async def list_access(
    work: Work, actor_id: UUID | None, since: datetime | None, until: datetime | None, most: int
) -> list[Access]:
    """Return who looked at whom, newest first: by whom, and from when until before when."""
    return await work.all(
        Access,
        """
        select access.id, actor_id, coalesce(actor.name, '') as actor_name,
               array(select role from identity.grant as held
                     where held.person_id = actor_id and role not in ('resident', 'visitor')
                     order by role) as actor_roles,
               access.person_id, person.name as person_name, purpose, about, at
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
