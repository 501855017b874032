"""What people let applications know or do, what they were told, and what they were asked to pay."""

from uuid import UUID

from city.kernel import Work
from city.partners.model import Consent, GivenConsent, Intent, NewIntent


async def find_consent(work: Work, application_id: UUID, person_id: UUID) -> Consent | None:
    """Return what a person lets an application know or do."""
    return await work.maybe(
        Consent,
        """
        select scopes, ward, since, last_used_at from partners.consent
        where application_id = :application_id and person_id = :person_id
        """,
        application_id=application_id,
        person_id=person_id,
    )


async def list_consents(work: Work, person_id: UUID) -> list[GivenConsent]:
    """Return what a person has agreed to, newest first."""
    return await work.all(
        GivenConsent,
        """
        select application.code, application.name, application.run_by, consent.scopes,
               consent.ward, consent.since, consent.last_used_at
        from partners.consent
        join partners.application on application.id = consent.application_id
        where consent.person_id = :person_id order by consent.since desc
        """,
        person_id=person_id,
    )


async def set_consent(
    work: Work, application_id: UUID, person_id: UUID, scopes: list[str], ward: str
) -> None:
    """Keep that a person agrees to these scopes, besides those agreed to before."""
    await work.run(
        """
        insert into partners.consent as given
            (application_id, person_id, scopes, ward, since, changed_at)
        values (:application_id, :person_id, :scopes, :ward, :now, :now)
        on conflict (application_id, person_id) do update
        set scopes = array(select distinct unnest(given.scopes || excluded.scopes) order by 1),
            ward = coalesce(nullif(excluded.ward, ''), given.ward),
            changed_at = excluded.changed_at
        """,
        application_id=application_id,
        person_id=person_id,
        scopes=scopes,
        ward=ward,
        now=work.now,
    )


async def remove_consent(work: Work, code: str, person_id: UUID) -> UUID | None:
    """Take a consent back and end its sign-ins; return the application's id, None if none."""
    return await work.value(
        UUID,
        """
        with taken as (
            delete from partners.consent using partners.application
            where application.id = consent.application_id and application.code = :code
              and consent.person_id = :person_id
            returning consent.application_id
        ), ended as (
            update partners.sign_in set ended_at = :now
            from taken
            where sign_in.application_id = taken.application_id
              and sign_in.person_id = :person_id and ended_at is null
        )
        select application_id from taken
        """,
        code=code,
        person_id=person_id,
        now=work.now,
    )


async def add_intent(
    work: Work, id: UUID, application_id: UUID, person_id: UUID, currency: str, new: NewIntent
) -> Intent | None:
    """Keep what is to be paid; the same reference again is the same intent.

    None if that reference was for another sum or in other words.
    """
    return await work.maybe(
        Intent,
        """
        with made as (
            insert into partners.intent (id, application_id, person_id, amount, currency,
                                         reference, text, state, made_at)
            values (:id, :application_id, :person_id, :amount, :currency, :reference, :text,
                    'created', :now)
            on conflict (application_id, person_id, reference) do update
            set state = intent.state
            where intent.amount = excluded.amount and intent.text = excluded.text
            returning id, amount, currency, reference, text, state, made_at
        )
        select id, amount, currency, reference, text, state, made_at from made
        """,
        id=id,
        application_id=application_id,
        person_id=person_id,
        amount=new.amount,
        currency=currency,
        reference=new.reference,
        text=new.text,
        now=work.now,
    )


async def find_intent(work: Work, id: UUID, person_id: UUID, code: str) -> Intent | None:
    """Return what an application asked a person to pay."""
    return await work.maybe(
        Intent,
        """
        select intent.id, amount, currency, reference, text, intent.state, intent.made_at
        from partners.intent
        join partners.application on application.id = intent.application_id
        where intent.id = :id and person_id = :person_id and application.code = :code
        """,
        id=id,
        person_id=person_id,
        code=code,
    )


async def list_intents(work: Work, person_id: UUID) -> list[Intent]:
    """Return what a person was asked to pay, newest first."""
    return await work.all(
        Intent,
        """
        select id, amount, currency, reference, text, state, made_at
        from partners.intent where person_id = :person_id order by id desc
        """,
        person_id=person_id,
    )


async def add_notice(
    work: Work, id: UUID, application_id: UUID, person_id: UUID, title: str, most: int
) -> bool:
    """Count a message of an application to a person; False if `most` went out in 24 hours."""
    return bool(
        await work.run(
            """
            insert into partners.notice (id, application_id, person_id, title, at)
            select :id, consent.application_id, consent.person_id, :title, :now
            from (select application_id, person_id from partners.consent
                  where application_id = :application_id and person_id = :person_id
                  for update) as consent
            where (select count(*) from partners.notice
                   where application_id = :application_id and person_id = :person_id
                     and at > :now::timestamptz - interval '24 hours') < :most
            """,
            id=id,
            application_id=application_id,
            person_id=person_id,
            title=title,
            most=most,
            now=work.now,
        )
    )


async def list_notices(work: Work, person_id: UUID) -> list[str]:
    """Return the titles of what applications told a person, newest first."""
    return await work.values(
        str,
        "select title from partners.notice where person_id = :person_id order by at desc",
        person_id=person_id,
    )


async def forget(work: Work, person_id: UUID) -> None:
    """Remove what is kept about a person: consents, sign-ins, notices, intents, invitations.

    Applications of theirs that were never published stay without an owner, and stopped.
    """
    await work.run(
        """
        with consents as (
            delete from partners.consent where person_id = :person_id
        ), sign_ins as (
            delete from partners.sign_in where person_id = :person_id
        ), notices as (
            delete from partners.notice where person_id = :person_id
        ), testers as (
            delete from partners.tester where person_id = :person_id
        ), orphaned as (
            update partners.application
            set owner_id = null, contact = '', state = 'suspended'
            where owner_id = :person_id and state in ('test', 'asked')
        ), named as (
            update partners.journal set actor_name = '', actor_id = null
            where actor_id = :person_id
        )
        delete from partners.intent where person_id = :person_id
        """,
        person_id=person_id,
    )
