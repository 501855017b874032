"""The SQL of pushes on their way."""

from datetime import datetime
from uuid import UUID

import msgspec

from city.kernel import Work
from city.messages.push.model import Planned, Push, Sending, Target


async def add_personal(work: Work, push: Push, minute: int) -> list[Planned]:
    """Write down a push to each device of one person, if there are any and they want it.

    `minute` is the minute of the city's day: what is not urgent waits for the end of quiet hours.
    """
    return await work.all(
        Planned,
        """
        with wanted as (
            select s.id,
                   :now::timestamptz + make_interval(mins => case
                       when :urgent or c.quiet_from is null then 0
                       when (c.quiet_from <= c.quiet_to
                             and :minute::int >= c.quiet_from and :minute < c.quiet_to)
                         or (c.quiet_from > c.quiet_to
                             and (:minute >= c.quiet_from or :minute < c.quiet_to))
                       then (c.quiet_to - :minute + 1440) % 1440 else 0 end) as due_at
            from messages.push_subscription as s
            left join messages.push_choice as c on c.person_id = s.person_id
            where s.person_id = :person_id
              and case :topic::text when 'questions' then coalesce(c.questions, true)
                  else coalesce(c.mine, true) end
        ), pushed as (
            insert into messages.push
                (id, person_id, topic, words, link, urgent, replaces, severity, wards, categories,
                 asked_at, expires_at)
            select :id, :person_id, :topic, :words, :link, :urgent, :replaces, :severity, :wards,
                   :categories, :asked_at, :expires_at
            where exists (select from wanted)
        )
        insert into messages.push_delivery (push_id, subscription_id, due_at)
        select :id, id, due_at from wanted
        returning subscription_id, due_at
        """,
        now=work.now,
        minute=minute,
        **msgspec.structs.asdict(push),
    )


async def add_push(work: Work, push: Push) -> None:
    """Write down a broadcast; who gets it is worked out afterwards."""
    await work.run(
        """
        insert into messages.push
            (id, person_id, topic, words, link, urgent, replaces, severity, wards, categories,
             asked_at, expires_at)
        values (:id, :person_id, :topic, :words, :link, :urgent, :replaces, :severity, :wards,
                :categories, :asked_at, :expires_at)
        """,
        **msgspec.structs.asdict(push),
    )


async def get_push(work: Work, id: UUID) -> Push:
    """Return a push."""
    return await work.one(
        Push,
        """
        select id, person_id, topic, words, link, urgent, replaces, severity, wards, categories,
               asked_at, expires_at
        from messages.push where id = :id
        """,
        id=id,
    )


async def is_followed(work: Work, wards: list[str], categories: list[str]) -> bool:
    """Return whether anybody has chosen one of these wards or categories."""
    return bool(
        await work.value(
            bool,
            """
            select exists (
                select from messages.push_choice as c
                join messages.push_subscription as s on s.person_id = c.person_id
                where c.wards && :wards::text[] or c.categories && :categories::text[]
            )
            """,
            wards=wards,
            categories=categories,
        )
    )


async def add_broadcast_deliveries(
    work: Work, push: Push, *, after: UUID, most: int, minute: int
) -> list[Planned]:
    """Write down the deliveries of a broadcast to the next devices after one, in their order.

    Returns at most `most`, sorted; fewer mean that there are no more.
    """
    return await work.all(
        Planned,
        """
        with wanted as (
            select s.id,
                   :now::timestamptz + make_interval(mins => case
                       when :urgent::boolean or c.quiet_from is null then 0
                       when (c.quiet_from <= c.quiet_to
                             and :minute::int >= c.quiet_from and :minute < c.quiet_to)
                         or (c.quiet_from > c.quiet_to
                             and (:minute >= c.quiet_from or :minute < c.quiet_to))
                       then (c.quiet_to - :minute + 1440) % 1440 else 0 end) as due_at
            from messages.push_subscription as s
            left join messages.push_choice as c on c.person_id = s.person_id
            where s.id > :after
              and case :topic::text
                  when 'warnings' then coalesce(c.warnings, 2) <= :severity::int
                  when 'questions' then coalesce(c.questions, true)
                  when 'followed' then c.wards && :wards::text[]
                                    or c.categories && :categories::text[]
                  else false end
              and (:topic = 'followed' or cardinality(:wards) = 0
                   or coalesce(cardinality(c.wards), 0) = 0 or c.wards && :wards)
            order by s.id limit :most
        ), planned as (
            insert into messages.push_delivery (push_id, subscription_id, due_at)
            select :id, id, due_at from wanted
            on conflict (push_id, subscription_id) do nothing
        )
        select id as subscription_id, due_at from wanted order by id
        """,
        id=push.id,
        now=work.now,
        after=after,
        most=most,
        minute=minute,
        urgent=push.urgent,
        topic=push.topic,
        severity=push.severity,
        wards=push.wards,
        categories=push.categories,
    )


async def list_due(work: Work, push_id: UUID, first: UUID, last: UUID) -> list[Target]:
    """Return the deliveries that are due to devices of a range, held until this work ends."""
    return await work.all(
        Target,
        """
        select d.id, d.subscription_id, d.attempts, s.session_id, s.endpoint, s.origin, s.p256dh,
               s.auth, s.ikm, s.generation, s.language, s.platform
        from messages.push_delivery as d
        join messages.push_subscription as s on s.id = d.subscription_id
        where d.push_id = :push_id and d.subscription_id between :first and :last
          and d.settled is null and d.due_at <= :now
        order by d.subscription_id
        for update of d
        """,
        push_id=push_id,
        first=first,
        last=last,
        now=work.now,
    )


async def set_settled(
    work: Work, ids: list[UUID], settled: list[str], answers: list[int | None]
) -> None:
    """Note how deliveries ended."""
    await work.run(
        """
        update messages.push_delivery as d
        set settled = e.settled, answer = e.answer, settled_at = :now, attempts = attempts + 1
        from unnest(:ids::uuid[], :settled::text[], :answers::smallint[])
             as e (id, settled, answer)
        where d.id = e.id
        """,
        ids=ids,
        settled=settled,
        answers=answers,
        now=work.now,
    )


async def set_later(
    work: Work, ids: list[UUID], due: list[datetime], answers: list[int | None]
) -> None:
    """Note that deliveries did not get through, and when to try again."""
    await work.run(
        """
        update messages.push_delivery as d
        set due_at = e.due_at, answer = e.answer, attempts = attempts + 1
        from unnest(:ids::uuid[], :due::timestamptz[], :answers::smallint[])
             as e (id, due_at, answer)
        where d.id = e.id
        """,
        ids=ids,
        due=due,
        answers=answers,
    )


async def put_off(work: Work, ids: list[UUID], due: list[datetime]) -> None:
    """Note that deliveries have to wait for their push service; that is no attempt."""
    await work.run(
        """
        update messages.push_delivery as d set due_at = e.due_at
        from unnest(:ids::uuid[], :due::timestamptz[]) as e (id, due_at)
        where d.id = e.id
        """,
        ids=ids,
        due=due,
    )


class Wait(msgspec.Struct, frozen=True):
    """Until when a push service wants to be left alone."""

    origin: str
    wait_until: datetime


async def list_waits(work: Work) -> list[Wait]:
    """Return the push services that want to be left alone now."""
    return await work.all(
        Wait,
        "select origin, wait_until from messages.push_origin where wait_until > :now",
        now=work.now,
    )


async def set_wait(work: Work, origin: str, until: datetime) -> None:
    """Leave a push service alone until then."""
    await work.run(
        """
        insert into messages.push_origin (origin, wait_until) values (:origin, :until)
        on conflict (origin) do update
        set wait_until = greatest(push_origin.wait_until, excluded.wait_until)
        """,
        origin=origin,
        until=until,
    )


async def set_seen(work: Work, delivery_id: UUID) -> bool:
    """Note that a device has shown a push; False if there is no such delivery."""
    return bool(
        await work.run(
            """
            with seen as (
                update messages.push_delivery
                set confirmed_at = coalesce(confirmed_at, :now)
                where id = :id returning subscription_id
            )
            update messages.push_subscription set confirmed_at = greatest(confirmed_at, :now)
            where id in (select subscription_id from seen)
            """,
            id=delivery_id,
            now=work.now,
        )
    )


async def list_broadcasts(work: Work, most: int) -> list[Sending]:
    """Return how the latest broadcasts went, newest first."""
    return await work.all(
        Sending,
        """
        select p.topic, p.words, p.asked_at, d.*
        from (select * from messages.push where person_id is null
              order by asked_at desc limit :most) as p
        cross join lateral (
            select count(*) as devices,
                   count(*) filter (where settled = 'sent') as sent,
                   count(confirmed_at) as confirmed,
                   count(*) filter (where settled <> 'sent') as failed,
                   count(*) filter (where settled is null) as waiting
            from messages.push_delivery where push_id = p.id
        ) as d
        order by p.asked_at desc
        """,
        most=most,
    )


async def remove_old(work: Work, before: datetime) -> int:
    """Forget pushes that were asked for before then, with their deliveries."""
    return await work.run(
        """
        delete from messages.push
        where id in (select id from messages.push where asked_at < :before
                     order by asked_at limit 1000)
        """,
        before=before,
    )
