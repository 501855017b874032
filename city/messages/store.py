"""The SQL of messages: one function for each statement."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from city.kernel import Work
from city.messages.model import Channel, Delivery, Message, Received


async def add_message(work: Work, message: Message) -> None:
    """Put a message into a person's inbox."""
    await work.run(
        """
        insert into messages.message (id, person_id, text, params, link, topic, sent_at)
        values (:id, :person_id, :text, :params, :link, :topic, :sent_at)
        """,
        **msgspec.structs.asdict(message),
    )


async def list_messages(
    work: Work, person_id: UUID, before: UUID | None, most: int
) -> list[Message]:
    """Return a person's messages, newest first, older than the message `before`."""
    return await work.all(
        Message,
        """
        select id, person_id, text, params, link, topic, sent_at, read_at
        from messages.message
        where person_id = :person_id and (:before::uuid is null or id < :before)
        order by id desc
        limit :most
        """,
        person_id=person_id,
        before=before,
        most=most,
    )


async def count_unread(work: Work, person_id: UUID) -> int:
    """Return how many messages a person has not opened."""
    return (
        await work.value(
            int,
            """
            select count(*) from messages.message
            where person_id = :person_id and read_at is null
            """,
            person_id=person_id,
        )
        or 0
    )


async def set_read(work: Work, person_id: UUID, id: UUID) -> str | None:
    """Note that a person has opened a message, and return its link; None if it is not theirs."""
    return await work.value(
        str,
        """
        update messages.message set read_at = coalesce(read_at, :now)
        where id = :id and person_id = :person_id
        returning link
        """,
        id=id,
        person_id=person_id,
        now=work.now,
    )


async def set_all_read(work: Work, person_id: UUID) -> int:
    """Note that a person has seen all their messages, and return how many were new."""
    return await work.run(
        """
        update messages.message set read_at = :now
        where person_id = :person_id and read_at is null
        """,
        person_id=person_id,
        now=work.now,
    )


async def add_delivery(work: Work, delivery: Delivery) -> None:
    """Note that something is to go out."""
    await work.run(
        """
        insert into messages.delivery (id, channel, address, subject, body, asked_at)
        values (:id, :channel, :address, :subject, :body, :now)
        """,
        id=delivery.id,
        channel=delivery.channel,
        address=delivery.address,
        subject=delivery.subject,
        body=delivery.body,
        now=work.now,
    )


async def find_delivery(work: Work, id: UUID) -> Delivery | None:
    """Return a delivery, held so that nobody else sends it meanwhile."""
    return await work.maybe(
        Delivery,
        """
        select id, channel, address, subject, body, sent_at, refused
        from messages.delivery where id = :id for update
        """,
        id=id,
    )


async def set_delivered(work: Work, id: UUID, refused: str | None) -> None:
    """Note that a delivery has gone out, or why it never will."""
    await work.run(
        """
        update messages.delivery
        set sent_at = case when :refused::text is null then :now::timestamptz end,
            refused = :refused
        where id = :id
        """,
        id=id,
        refused=refused,
        now=work.now,
    )


async def add_received(
    work: Work, id: UUID, channel: Channel, address: str, subject: str, body: str, at: datetime
) -> bool:
    """Keep what a simulated twin got; False if it had this letter already."""
    added = await work.run(
        """
        insert into messages.simulated (id, channel, address, subject, body, received_at)
        values (:id, :channel, :address, :subject, :body, :at)
        on conflict (id) do nothing
        """,
        id=id,
        channel=channel,
        address=address,
        subject=subject,
        body=body,
        at=at,
    )
    return added == 1


async def list_received(work: Work, most: int) -> list[Received]:
    """Return what the simulated twins got, newest first."""
    return await work.all(
        Received,
        """
        select id, channel, address, subject, body, received_at
        from messages.simulated order by received_at desc, id desc limit :most
        """,
        most=most,
    )


async def list_told(work: Work, person_id: UUID) -> list[dict[str, Any]]:
    """Return what a person was told, fit for JSON."""
    return await work.values(
        dict,
        """
        select jsonb_build_object(
            'text', text, 'params', params, 'link', link, 'topic', topic, 'sent_at', sent_at,
            'read_at', read_at)
        from messages.message where person_id = :person_id order by id
        """,
        person_id=person_id,
    )


async def forget_told(work: Work, person_id: UUID, addresses: list[str]) -> None:
    """Remove what a person was told here and at these addresses."""
    await work.run(
        """
        with sent as (
            delete from messages.delivery where address = any(:addresses::text[])
        ), twins as (
            delete from messages.simulated where address = any(:addresses::text[])
        )
        delete from messages.message where person_id = :person_id
        """,
        person_id=person_id,
        addresses=addresses,
    )
