"""What is to be sent, in which order, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from city.integration.webhooks.model import Body, Delivery, DeliveryInFull, Settled, State, Taken
from city.kernel import Work


async def get_cursor(work: Work) -> str:
    """Return how far the log has been handed out; empty before the first time."""
    return await work.value(str, "select position from integration.webhook_cursor") or ""


async def lock_cursor(work: Work) -> str | None:
    """Return the same, held until this work ends; None if another worker has it."""
    return await work.value(
        str, "select position from integration.webhook_cursor for update skip locked"
    )


async def hold_cursor(work: Work) -> None:
    """Let nothing be handed out until this work ends; waits for who is at it."""
    await work.value(str, "select position from integration.webhook_cursor for update")


async def set_cursor(work: Work, position: str) -> None:
    """Write how far the log has been handed out."""
    await work.run("update integration.webhook_cursor set position = :position", position=position)


async def add_deliveries(
    work: Work,
    bodies: Sequence[Body],
    wanted: Sequence[tuple[UUID, UUID]],
    *,
    replay: bool = False,
) -> int:
    """Write what is to be sent to whom, as (webhook, body) in the order of sending."""
    return await work.run(
        """
        with written as (
            insert into integration.webhook_body (id, event_id, type, subject, body, made_at)
            select id, event_id, type, subject, body, :now
            from unnest(:ids::uuid[], :event_ids::uuid[], :types::text[], :subjects::text[],
                        :bodies::text[]) as b (id, event_id, type, subject, body)
        )
        insert into integration.webhook_delivery
            (webhook_id, body_id, subject, replay, made_at, due_at)
        select w.webhook_id, w.body_id, b.subject, :replay, :now, :now
        from unnest(:webhook_ids::uuid[], :body_ids::uuid[]) with ordinality
             as w (webhook_id, body_id, n)
        join unnest(:ids::uuid[], :subjects::text[]) as b (id, subject) on b.id = w.body_id
        order by w.n
        """,
        now=work.now,
        ids=[body.id for body in bodies],
        event_ids=[body.event_id for body in bodies],
        types=[body.type for body in bodies],
        subjects=[body.subject for body in bodies],
        bodies=[body.body for body in bodies],
        webhook_ids=[webhook_id for webhook_id, _ in wanted],
        body_ids=[body_id for _, body_id in wanted],
        replay=replay,
    )


async def take_due(
    work: Work, lease: UUID, until: datetime, *, rooms: Mapping[UUID, int], each: int, most: int
) -> list[Taken]:
    """Take what is due: as much for one address as there is room, or `each` if that is not known.

    Of what is about one subject an address has only the first taken that is not settled, so that
    the order stays and never two are under way.
    """
    return await work.all(
        Taken,
        """
        with due as (
            select head.id
            from (
                -- In no order, so that none is always served last.
                select id, coalesce(known.room, :each) as room
                from integration.webhook
                left join unnest(:ids::uuid[], :rooms::integer[]) as known (id, room) using (id)
                where paused_at is null and (hold_until is null or hold_until <= :now)
                order by random()
            ) as webhook
            cross join lateral (
                select id
                from integration.webhook_delivery as delivery
                where webhook_id = webhook.id and state = 'waiting' and due_at <= :now
                  and (lease_until is null or lease_until <= :now)
                  -- One look into the index for each, however many wait.
                  and id = (
                      select min(first.id)
                      from integration.webhook_delivery as first
                      where first.webhook_id = webhook.id and first.state = 'waiting'
                        and first.subject = delivery.subject
                  )
                order by due_at, id
                limit webhook.room
                for update skip locked
            ) as head
            limit :most
        ), taken as (
            update integration.webhook_delivery as delivery
            set lease = :lease, lease_until = :until
            from due where delivery.id = due.id
            returning delivery.id, delivery.webhook_id, delivery.body_id, delivery.replay,
                      delivery.attempts, delivery.made_at
        )
        select taken.id, taken.webhook_id, body.event_id, body.body, taken.replay, taken.attempts,
               taken.made_at, webhook.url, webhook.secret, webhook.former_secret,
               webhook.former_until, webhook.failing_since, webhook.delivered_at
        from taken join integration.webhook_body as body on body.id = taken.body_id
        join integration.webhook as webhook on webhook.id = taken.webhook_id
        order by taken.id
        """,
        now=work.now,
        lease=lease,
        until=until,
        ids=list(rooms),
        rooms=list(rooms.values()),
        each=each,
        most=most,
    )


async def settle(work: Work, settled: Sequence[Settled]) -> int:
    """Write down what came of attempts, each only as long as its lease is ours; return how many."""
    return await work.run(
        """
        update integration.webhook_delivery as delivery
        set state = s.state, due_at = s.due_at, lease = null, lease_until = null,
            attempts = attempts + 1, status = s.status, ms = s.ms, tries = tries || s.tried,
            settled_at = case when s.state <> 'waiting' then :now::timestamptz end
        from unnest(:ids::bigint[], :leases::uuid[], :states::text[], :dues::timestamptz[],
                    :statuses::smallint[], :times::integer[], :tried::jsonb[])
             as s (id, lease, state, due_at, status, ms, tried)
        where delivery.id = s.id and delivery.lease = s.lease
        """,
        now=work.now,
        ids=[one.id for one in settled],
        leases=[one.lease for one in settled],
        states=[one.state for one in settled],
        dues=[one.due_at for one in settled],
        statuses=[one.status for one in settled],
        times=[one.ms for one in settled],
        tried=[one.tried for one in settled],
    )


async def hold_back(work: Work, delivery_ids: Sequence[int]) -> None:
    """Let what is about the same subject wait as long as these do, which it has to in any case."""
    await work.run(
        """
        update integration.webhook_delivery as later
        set due_at = head.due_at
        from integration.webhook_delivery as head
        where head.id = any(:ids::bigint[]) and head.state = 'waiting'
          and later.webhook_id = head.webhook_id and later.subject = head.subject
          and later.state = 'waiting' and later.id > head.id and later.due_at < head.due_at
        """,
        ids=list(delivery_ids),
    )


async def list_deliveries(
    work: Work, webhook_id: UUID, state: State | None, before: int | None, most: int
) -> list[Delivery]:
    """Return deliveries to an address, the newest first, below a number."""
    return await work.all(
        Delivery,
        """
        select delivery.id, body.event_id, body.type, body.subject, delivery.state,
               delivery.replay, delivery.made_at, delivery.due_at, delivery.settled_at,
               delivery.attempts, delivery.status, delivery.ms
        from integration.webhook_delivery as delivery
        join integration.webhook_body as body on body.id = delivery.body_id
        where delivery.webhook_id = :webhook_id
          and (:state::text is null or delivery.state = :state)
          and (:before::bigint is null or delivery.id < :before)
        order by delivery.id desc
        limit :most
        """,
        webhook_id=webhook_id,
        state=state,
        before=before,
        most=most,
    )


async def find_delivery(work: Work, webhook_id: UUID, delivery_id: int) -> DeliveryInFull | None:
    """Return one delivery with what was sent and what was answered."""
    return await work.maybe(
        DeliveryInFull,
        """
        select delivery.id, body.event_id, body.type, body.subject, delivery.state,
               delivery.replay, delivery.made_at, delivery.due_at, delivery.settled_at,
               delivery.attempts, delivery.status, delivery.ms, body.body, delivery.tries
        from integration.webhook_delivery as delivery
        join integration.webhook_body as body on body.id = delivery.body_id
        where delivery.webhook_id = :webhook_id and delivery.id = :id
        """,
        webhook_id=webhook_id,
        id=delivery_id,
    )


async def send_again(work: Work, webhook_id: UUID, delivery_id: int) -> int | None:
    """Let a delivery be made once more, as a new one with the same words; return its number."""
    return await work.value(
        int,
        """
        insert into integration.webhook_delivery
            (webhook_id, body_id, subject, replay, made_at, due_at)
        select webhook_id, body_id, subject, true, :now, :now
        from integration.webhook_delivery
        where webhook_id = :webhook_id and id = :id
        returning id
        """,
        webhook_id=webhook_id,
        id=delivery_id,
        now=work.now,
    )


async def drop_old_deliveries(work: Work, before: datetime, most: int) -> int:
    """Forget deliveries that were made before; what still waits by then never will arrive."""
    return await work.run(
        """
        delete from integration.webhook_delivery where id in (
            select id from integration.webhook_delivery
            where made_at < :before order by made_at limit :most
        )
        """,
        before=before,
        most=most,
    )


async def drop_old_bodies(work: Work, before: datetime, most: int) -> int:
    """Forget what was sent and belongs to no delivery any more."""
    return await work.run(
        """
        delete from integration.webhook_body where id in (
            select id from integration.webhook_body as body
            where made_at < :before and not exists (
                select from integration.webhook_delivery where body_id = body.id
            )
            order by made_at limit :most
        )
        """,
        before=before,
        most=most,
    )
