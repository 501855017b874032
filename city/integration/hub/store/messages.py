"""The SQL of messages, and of what systems have said about their things."""

from datetime import datetime
from uuid import UUID

from city.integration.hub.model import Message, Record
from city.kernel import Work


async def add_message(work: Work, message: Message) -> bool:
    """Keep a message; False if one of the same system, kind and external id is known already."""
    added = await work.run(
        """
        insert into integration.hub_message (
            id, system, kind, direction, contract_id, external_id, digest, media_type, mapping,
            state, made_at, body, keep_until)
        values (
            :id, :system, :kind, :direction, :contract_id, :external_id, :digest, :media_type,
            :mapping, :state, :made_at, :body, :keep_until)
        on conflict (system, direction, kind, external_id) do nothing
        """,
        id=message.id,
        system=message.system,
        kind=message.kind,
        direction=message.direction.value,
        contract_id=message.contract_id,
        external_id=message.external_id,
        digest=message.digest,
        media_type=message.media_type,
        mapping=message.mapping,
        state=message.state,
        made_at=message.made_at,
        body=message.body,
        keep_until=message.keep_until,
    )
    return added > 0


async def find_message(work: Work, id: UUID) -> Message | None:
    """Return the message of this id."""
    return await work.maybe(Message, "select * from integration.hub_message where id = :id", id=id)


async def find_same(
    work: Work, system: str, direction: str, kind: str, external_id: str
) -> Message | None:
    """Return the message a system knows by this id."""
    return await work.maybe(
        Message,
        """
        select * from integration.hub_message
        where system = :system and direction = :direction and kind = :kind
          and external_id = :external_id
        """,
        system=system,
        direction=direction,
        kind=kind,
        external_id=external_id,
    )


async def hold_message(work: Work, id: UUID) -> Message | None:
    """Return a message that waits, and let nobody else have it in the meantime."""
    return await work.maybe(
        Message,
        """
        select * from integration.hub_message where id = :id and state = 'waiting' for update
        """,
        id=id,
    )


async def set_settled(
    work: Work, id: UUID, state: str, *, fault: str = "", results: list[str] | None = None
) -> None:
    """Say how a message ended."""
    await work.run(
        """
        update integration.hub_message
        set state = :state, fault = :fault, results = :results::jsonb, settled_at = :now,
            attempts = attempts + 1
        where id = :id
        """,
        id=id,
        state=state,
        fault=fault,
        results=results or [],
        now=work.now,
    )


async def set_tried(work: Work, id: UUID, fault: str) -> None:
    """Say that a message was tried in vain and is tried again."""
    await work.run(
        """
        update integration.hub_message
        set fault = :fault, attempts = attempts + 1, settled_at = :now where id = :id
        """,
        id=id,
        fault=fault,
        now=work.now,
    )


async def send_again(work: Work, id: UUID) -> bool:
    """Have a message that was laid aside wait again; False if it was not, or has no body left."""
    changed = await work.run(
        """
        update integration.hub_message set state = 'waiting', attempts = 0, settled_at = null
        where id = :id and state = 'dead' and body is not null
        """,
        id=id,
    )
    return changed > 0


async def list_dead(work: Work, most: int) -> list[Message]:
    """Return the messages that were laid aside, the newest first."""
    return await work.all(
        Message,
        """
        select * from integration.hub_message where state = 'dead'
        order by made_at desc limit :most
        """,
        most=most,
    )


async def count_dead(work: Work) -> int:
    """Return how many messages are laid aside."""
    return (
        await work.value(int, "select count(*) from integration.hub_message where state = 'dead'")
        or 0
    )


async def claim_record(
    work: Work, message: Message, key: str, body: bytes | None, case_ref: str | None
) -> bool:
    """Keep what a system says about a thing for the first time; False if the thing is known."""
    added = await work.run(
        """
        insert into integration.hub_record (
            system, kind, key, body, case_ref, message_id, changed_at, keep_until)
        values (:system, :kind, :key, :body, :case_ref, :message_id, :now, :keep_until)
        on conflict do nothing
        """,
        system=message.system,
        kind=message.kind,
        key=key,
        body=body,
        case_ref=case_ref,
        message_id=message.id,
        now=work.now,
        keep_until=message.keep_until,
    )
    return added > 0


async def find_record(work: Work, system: str, kind: str, key: str) -> Record | None:
    """Return what a system has said about a thing."""
    return await work.maybe(
        Record,
        """
        select system, key, changed_at, body, case_ref from integration.hub_record
        where system = :system and kind = :kind and key = :key
        """,
        system=system,
        kind=kind,
        key=key,
    )


async def set_record(work: Work, message: Message, key: str, body: bytes | None) -> None:
    """Keep the latest that a system says about a thing it has spoken of before."""
    await work.run(
        """
        update integration.hub_record
        set body = :body, message_id = :message_id, changed_at = :now, keep_until = :keep_until
        where system = :system and kind = :kind and key = :key
        """,
        system=message.system,
        kind=message.kind,
        key=key,
        body=body,
        message_id=message.id,
        now=work.now,
        keep_until=message.keep_until,
    )


async def set_record_case(work: Work, message: Message, key: str, case_ref: str) -> None:
    """Say which case the city opened about a thing."""
    await work.run(
        """
        update integration.hub_record set case_ref = :case_ref
        where system = :system and kind = :kind and key = :key
        """,
        system=message.system,
        kind=message.kind,
        key=key,
        case_ref=case_ref,
    )


async def list_records(work: Work, kind: str, after: tuple[str, str], most: int) -> list[Record]:
    """Return what is kept of things of a kind, in the order of their systems and keys.

    It goes on after a system and a key.
    """
    return await work.all(
        Record,
        """
        select system, key, changed_at, body, case_ref from integration.hub_record
        where kind = :kind and (system, key) > (:system, :key) and body is not null
        order by system, key
        limit :most
        """,
        kind=kind,
        system=after[0],
        key=after[1],
        most=most,
    )


async def remove_bodies(work: Work, before: datetime) -> int:
    """Forget the bodies that no contract lets us keep any longer; return how many."""
    gone = await work.run(
        """
        update integration.hub_message set body = null
        where body is not null and keep_until < :before
        """,
        before=before,
    )
    return gone + await work.run(
        """
        update integration.hub_record set body = null
        where body is not null and keep_until < :before
        """,
        before=before,
    )
