"""People: who they are, how they are reached, and what they may do."""

from uuid import UUID

import msgspec

from city.identity.model import (
    Contact,
    FoundPerson,
    Holding,
    Person,
    Role,
    SamplePerson,
    Staff,
)
from city.kernel import Work


class Entrant(msgspec.Struct, frozen=True):
    """Whom an address belongs to, and whether they are here for the first time."""

    person_id: UUID
    is_new: bool


async def get_person(work: Work, person_id: UUID) -> Person:
    """Return a person, for writing to them. An officer's look goes through `see_person`."""
    return await work.one(
        Person,
        """
        select id, name, honorific, language, assurance, sample
        from identity.person where id = :id
        """,
        id=person_id,
    )


async def find_person(work: Work, channel: str, address: str) -> Person | None:
    """Return the person an address belongs to."""
    return await work.maybe(
        Person,
        """
        select person.id, name, honorific, language, assurance, sample
        from identity.contact join identity.person on person.id = contact.person_id
        where channel = :channel and address = :address
        """,
        channel=channel,
        address=address,
    )


async def enter(
    work: Work, new_id: UUID, channel: str, address: str, language: str
) -> Entrant | None:
    """Return whom a confirmed address belongs to: a new resident if it is nobody's yet.

    None when the same address came in twice at the same instant; nothing may be kept then.
    """
    return await work.maybe(
        Entrant,
        """
        with known as (
            update identity.contact set verified_at = coalesce(verified_at, :now)
            where channel = :channel and address = :address
            returning person_id
        ), made as (
            insert into identity.person (id, language, created_at)
            select :new_id, :language, :now where not exists (select from known)
            returning id
        ), welcomed as (
            insert into identity.grant (person_id, role, granted_at)
            select id, 'resident', :now from made
        ), reached as (
            insert into identity.contact (channel, address, person_id, verified_at)
            select :channel, :address, id, :now from made
            on conflict do nothing
            returning person_id
        )
        select person_id, false as is_new from known
        union all
        select person_id, true from reached
        """,
        new_id=new_id,
        channel=channel,
        address=address,
        language=language,
        now=work.now,
    )


async def add_person(
    work: Work,
    person: Person,
    folded: str,
    roles: list[Role],
    organisation_id: UUID | None,
    channels: list[str],
    addresses: list[str],
) -> int | None:
    """Add a person with roles and confirmed addresses; return how many of the addresses were free.

    None if that id is there already.
    """
    return await work.value(
        int,
        """
        with made as (
            insert into identity.person
                (id, name, folded, honorific, language, assurance, sample, created_at)
            values (:id, :name, :folded, :honorific, :language, :assurance, :sample, :now)
            on conflict (id) do nothing
            returning id
        ), granted as (
            insert into identity.grant (person_id, role, organisation_id, granted_at)
            select id, role, case when role in ('unit', 'business') then :organisation_id::uuid end,
                   :now
            from made cross join unnest(:roles::text[]) as r (role)
        ), reached as (
            insert into identity.contact (channel, address, person_id, verified_at)
            select channel, address, id, :now
            from made cross join unnest(:channels::text[], :addresses::text[])
                 as c (channel, address)
            on conflict do nothing
            returning address
        )
        select (select count(*) from reached)::integer from made
        """,
        id=person.id,
        name=person.name,
        folded=folded,
        honorific=person.honorific,
        language=person.language,
        assurance=person.assurance,
        sample=person.sample,
        roles=roles,
        organisation_id=organisation_id,
        channels=channels,
        addresses=addresses,
        now=work.now,
    )


async def set_profile(
    work: Work, person_id: UUID, name: str, folded: str, honorific: str, language: str
) -> bool:
    """Keep what somebody says about themselves."""
    return bool(
        await work.run(
            """
            update identity.person
            set name = :name, folded = :folded, honorific = :honorific, language = :language
            where id = :id
            """,
            id=person_id,
            name=name,
            folded=folded,
            honorific=honorific,
            language=language,
        )
    )


async def set_name(work: Work, person_id: UUID, name: str, folded: str) -> bool:
    """Keep how somebody is called."""
    return bool(
        await work.run(
            "update identity.person set name = :name, folded = :folded where id = :id",
            id=person_id,
            name=name,
            folded=folded,
        )
    )


async def set_assurance(work: Work, person_id: UUID, level: int) -> bool:
    """Raise how surely we know somebody; never lower it."""
    return bool(
        await work.run(
            "update identity.person set assurance = :level where id = :id and assurance < :level",
            id=person_id,
            level=level,
        )
    )


async def list_contacts(work: Work, person_id: UUID) -> list[Contact]:
    """Return where a person is reached."""
    return await work.all(
        Contact,
        """
        select channel, address, verified_at from identity.contact
        where person_id = :person_id order by channel desc, address
        """,
        person_id=person_id,
    )


async def find_external_id(work: Work, issuer: str, subject: str) -> UUID | None:
    """Return the person an identity provider knows by this subject."""
    return await work.value(
        UUID,
        """
        select person_id from identity.external_id where issuer = :issuer and subject = :subject
        """,
        issuer=issuer,
        subject=subject,
    )


async def link_external_id(work: Work, person_id: UUID, issuer: str, subject: str) -> bool:
    """Keep who a person is to an identity provider; False if either is linked to another."""
    linked = await work.value(
        UUID,
        """
        with added as (
            insert into identity.external_id (issuer, subject, person_id, linked_at)
            values (:issuer, :subject, :person_id, :now)
            on conflict do nothing
            returning person_id
        )
        select person_id from added
        union all
        select person_id from identity.external_id
        where issuer = :issuer and subject = :subject and person_id = :person_id
        """,
        person_id=person_id,
        issuer=issuer,
        subject=subject,
        now=work.now,
    )
    return linked is not None


async def list_holdings(work: Work, person_id: UUID) -> list[Holding]:
    """Return the roles a person holds."""
    return await work.all(
        Holding,
        """
        select held.role, held.organisation_id, organisation.name as organisation, held.granted_at
        from identity.grant as held
        left join identity.organisation on organisation.id = held.organisation_id
        where held.person_id = :person_id
        order by held.granted_at, held.role
        """,
        person_id=person_id,
    )


async def set_role(work: Work, person_id: UUID, role: Role, organisation_id: UUID | None) -> bool:
    """Give somebody a role, or move it to another body; False if it is held so already."""
    return bool(
        await work.run(
            """
            insert into identity.grant as held (person_id, role, organisation_id, granted_at)
            values (:person_id, :role, :organisation_id, :now)
            on conflict (person_id, role) do update
            set organisation_id = excluded.organisation_id, granted_at = excluded.granted_at
            where held.organisation_id is distinct from excluded.organisation_id
            """,
            person_id=person_id,
            role=role,
            organisation_id=organisation_id,
            now=work.now,
        )
    )


async def remove_role(work: Work, person_id: UUID, role: Role) -> bool:
    """Take a role from somebody."""
    return bool(
        await work.run(
            "delete from identity.grant where person_id = :person_id and role = :role",
            person_id=person_id,
            role=role,
        )
    )


async def list_people(
    work: Work, words: str | None, address: str | None, role: Role | None
) -> list[FoundPerson]:
    """Return up to 50 people, newest first, by a name's words, an exact address, or a role.

    `words` is a full-text query on folded names, such as `nguyen:* & hanh:*`.
    """
    return await work.all(
        FoundPerson,
        """
        select id, name, assurance, sample, created_at,
               array(select role from identity.grant as held
                     where held.person_id = person.id order by granted_at, role) as roles
        from identity.person
        where (:words::text is null
               or to_tsvector('simple', folded) @@ to_tsquery('simple', :words))
          and (:address::text is null
               or id in (select person_id from identity.contact where address = :address))
          and (:role::text is null
               or id in (select person_id from identity.grant as held where held.role = :role))
        order by created_at desc, id
        limit 50
        """,
        words=words,
        address=address,
        role=role,
    )


async def list_sample_people(work: Work) -> list[SamplePerson]:
    """Return the sample people, each once for every role they show."""
    return await work.all(
        SamplePerson,
        """
        select person.id, person.name, person.language, held.role,
               organisation.short_name as organisation
        from identity.person
        join identity.grant as held on held.person_id = person.id
        left join identity.organisation on organisation.id = held.organisation_id
        where person.sample
        order by person.created_at, person.name
        limit 100
        """,
    )


async def list_staff(work: Work, roles: list[Role]) -> list[Staff]:
    """Return everybody who holds one of these roles, by name; for choosing and telling them."""
    return await work.all(
        Staff,
        """
        select person.id, person.name, person.language,
               array_agg(held.role order by held.role) as roles,
               (array_agg(held.organisation_id) filter (where held.role = 'unit'))[1] as unit_id
        from identity.person
        join identity.grant as held on held.person_id = person.id
        where held.role = any(:roles::text[])
        group by person.id
        order by person.name, person.id
        limit 1000
        """,
        roles=roles,
    )


async def add_contact(work: Work, person_id: UUID, channel: str, address: str) -> bool:
    """Keep another confirmed address of a person; False if it is somebody else's."""
    kept = await work.value(
        UUID,
        """
        insert into identity.contact as contact (channel, address, person_id, verified_at)
        values (:channel, :address, :person_id, :now)
        on conflict (channel, address) do update set verified_at = excluded.verified_at
        where contact.person_id = excluded.person_id
        returning person_id
        """,
        channel=channel,
        address=address,
        person_id=person_id,
        now=work.now,
    )
    return kept is not None


async def remove_contact(work: Work, person_id: UUID, channel: str, address: str) -> bool:
    """Remove an address of a person, who keeps another way in; False if there would be none."""
    return bool(
        await work.run(
            """
            delete from identity.contact
            where person_id = :person_id and channel = :channel and address = :address
              and (exists (select from identity.contact as other
                           where other.person_id = :person_id and other.verified_at is not null
                             and (other.channel, other.address) <> (:channel, :address))
                   or exists (select from identity.external_id where person_id = :person_id))
            """,
            person_id=person_id,
            channel=channel,
            address=address,
        )
    )
