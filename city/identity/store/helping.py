"""Helpers acting for people, and the printed cards that show who somebody is."""

from datetime import timedelta
from uuid import UUID

from city.identity.model import Acting, IdCard, Proof
from city.kernel import Work


async def add_acting(
    work: Work,
    acting_id: UUID,
    helper_id: UUID,
    session_id: UUID,
    code_id: UUID | None,
    name: str,
    purpose: str,
    minutes: int,
) -> None:
    """Keep that a helper would act for somebody, whose consent is not proven yet."""
    await work.run(
        """
        insert into identity.acting
            (id, helper_id, session_id, code_id, name, purpose, minutes, asked_at)
        values (:id, :helper_id, :session_id, :code_id, :name, :purpose, :minutes, :now)
        """,
        id=acting_id,
        helper_id=helper_id,
        session_id=session_id,
        code_id=code_id,
        name=name,
        purpose=purpose,
        minutes=minutes,
        now=work.now,
    )


async def find_acting(work: Work, acting_id: UUID, helper_id: UUID) -> Acting | None:
    """Return what this helper has asked for or begun."""
    return await work.maybe(
        Acting,
        """
        select acting.id, helper_id, helper.name as helper_name, person_id,
               acting.name as person_name, code_id, purpose, minutes, proof, asked_at, begun_at,
               until_at, ended_at
        from identity.acting join identity.person as helper on helper.id = helper_id
        where acting.id = :id and helper_id = :helper_id
        """,
        id=acting_id,
        helper_id=helper_id,
    )


async def get_acting(work: Work, acting_id: UUID) -> Acting:
    """Return somebody's acting for another, for telling them."""
    return await work.one(
        Acting,
        """
        select acting.id, helper_id, helper.name as helper_name, person_id,
               acting.name as person_name, code_id, purpose, minutes, proof, asked_at, begun_at,
               until_at, ended_at
        from identity.acting join identity.person as helper on helper.id = helper_id
        where acting.id = :id
        """,
        id=acting_id,
    )


async def set_begun(
    work: Work, acting_id: UUID, person_id: UUID, proof: Proof, minutes: int
) -> UUID | None:
    """Begin acting for this person, and end whatever else the session does; return the helper.

    None if it had begun before, or if the person refuses helpers or is no longer there.
    """
    return await work.value(
        UUID,
        """
        with others as (
            update identity.acting set ended_at = :now
            where session_id = (select session_id from identity.acting where id = :id)
              and begun_at is not null and ended_at is null and id <> :id
        )
        update identity.acting
        set person_id = person.id, proof = :proof, begun_at = :now, until_at = :until_at
        from identity.person
        where acting.id = :id and begun_at is null and acting.ended_at is null
          and person.id = :person_id and not helpers_refused and forgotten_at is null
          and person.id <> helper_id
        returning helper_id
        """,
        id=acting_id,
        person_id=person_id,
        proof=proof,
        until_at=work.now + timedelta(minutes=minutes),
        now=work.now,
    )


async def set_acting_ended(work: Work, helper_id: UUID, session_id: UUID | None) -> int:
    """End what a helper does in this session."""
    return await work.run(
        """
        update identity.acting set ended_at = :now
        where session_id = :session_id and helper_id = :helper_id and begun_at is not null
          and ended_at is null
        """,
        helper_id=helper_id,
        session_id=session_id,
        now=work.now,
    )


async def set_helpers_ended(work: Work, person_id: UUID, acting_id: UUID | None) -> int:
    """End what one helper, or with None every helper, does for a person just now."""
    return await work.run(
        """
        update identity.acting set ended_at = :now
        where person_id = :person_id and (:id::uuid is null or id = :id)
          and ended_at is null and until_at > :now
        """,
        person_id=person_id,
        id=acting_id,
        now=work.now,
    )


async def set_helpers_refused(work: Work, person_id: UUID, *, refused: bool) -> bool:
    """Keep whether a person wants nobody to act for them."""
    return bool(
        await work.run(
            """
            update identity.person set helpers_refused = :refused
            where id = :id and helpers_refused <> :refused
            """,
            id=person_id,
            refused=refused,
        )
    )


async def are_helpers_refused(work: Work, person_id: UUID) -> bool:
    """Return whether a person wants nobody to act for them."""
    return bool(
        await work.value(
            bool, "select helpers_refused from identity.person where id = :id", id=person_id
        )
    )


async def list_actings_for(work: Work, person_id: UUID) -> list[Acting]:
    """Return who acted for a person, newest first; at most 50."""
    return await work.all(
        Acting,
        """
        select acting.id, helper_id, helper.name as helper_name, person_id,
               acting.name as person_name, code_id, purpose, minutes, proof, asked_at, begun_at,
               until_at, ended_at
        from identity.acting join identity.person as helper on helper.id = helper_id
        where person_id = :person_id
        order by begun_at desc
        limit 50
        """,
        person_id=person_id,
    )


async def list_actings_by(work: Work, helper_id: UUID) -> list[Acting]:
    """Return for whom a helper acted, newest first; at most 20. Names are not among it."""
    return await work.all(
        Acting,
        """
        select acting.id, helper_id, '' as helper_name, person_id, '' as person_name, code_id,
               purpose, minutes, proof, asked_at, begun_at, until_at, ended_at
        from identity.acting
        where helper_id = :helper_id and begun_at is not null
        order by asked_at desc
        limit 20
        """,
        helper_id=helper_id,
    )


async def add_card(work: Work, card: IdCard) -> bool:
    """Issue a card, and revoke those the person had; False if its number is taken."""
    added = await work.value(
        UUID,
        """
        with before as (
            update identity.card set revoked_at = :now, revoked_by = :issued_by
            where person_id = :person_id and revoked_at is null
        )
        insert into identity.card (id, number, person_id, issued_at, issued_by, until_at)
        values (:id, :number, :person_id, :now, :issued_by, :until_at)
        on conflict (number) do nothing
        returning id
        """,
        id=card.id,
        number=card.number,
        person_id=card.person_id,
        issued_by=work.actor.helper_id or work.actor.id,
        until_at=card.until_at,
        now=work.now,
    )
    return added is not None


async def find_card(work: Work, card_id: UUID) -> IdCard | None:
    """Return a card, revoked or not."""
    return await work.maybe(
        IdCard,
        """
        select card.id, number, person_id, person.name as person_name, issued_at,
               issuer.name as issued_by, until_at, revoked_at
        from identity.card join identity.person on person.id = person_id
        join identity.person as issuer on issuer.id = card.issued_by
        where card.id = :id
        """,
        id=card_id,
    )


async def list_cards(work: Work, person_id: UUID) -> list[IdCard]:
    """Return a person's cards, the newest first."""
    return await work.all(
        IdCard,
        """
        select card.id, number, person_id, person.name as person_name, issued_at,
               issuer.name as issued_by, until_at, revoked_at
        from identity.card join identity.person on person.id = person_id
        join identity.person as issuer on issuer.id = card.issued_by
        where person_id = :person_id
        order by issued_at desc
        """,
        person_id=person_id,
    )


async def set_card_revoked(work: Work, number: str, person_id: UUID | None) -> UUID | None:
    """Revoke a card by its number (only this person's, if given); return whose it was."""
    return await work.value(
        UUID,
        """
        update identity.card set revoked_at = :now, revoked_by = :revoked_by
        where number = :number and revoked_at is null
          and (:person_id::uuid is null or person_id = :person_id)
        returning person_id
        """,
        number=number,
        person_id=person_id,
        revoked_by=work.actor.helper_id or work.actor.id,
        now=work.now,
    )
