"""The SQL of devices, of what people chose to be told, and of how many can be reached."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from city.kernel import Work
from city.messages.push.model import MOST_DEVICES, Choice, Reach, Subscription


async def set_subscription(
    work: Work,
    *,
    id: UUID,
    session_id: UUID,
    endpoint: str,
    origin: str,
    p256dh: bytes,
    auth: bytes,
    ikm: bytes,
    generation: int,
    language: str,
    platform: str,
    expires_at: datetime | None,
) -> None:
    """Keep a device of the actor's, or note that it is still there. The newest are kept."""
    await work.run(
        """
        with kept as (
            insert into messages.push_subscription
                (id, person_id, session_id, endpoint, origin, p256dh, auth, ikm, generation,
                 language, platform, expires_at, created_at, confirmed_at)
            values (:id, :person_id, :session_id, :endpoint, :origin, :p256dh, :auth, :ikm,
                    :generation, :language, :platform, :expires_at, :now, :now)
            on conflict (endpoint) do update
            set person_id = excluded.person_id, session_id = excluded.session_id,
                p256dh = excluded.p256dh, auth = excluded.auth, ikm = excluded.ikm,
                generation = excluded.generation, language = excluded.language,
                platform = excluded.platform, expires_at = excluded.expires_at,
                confirmed_at = excluded.confirmed_at
        )
        delete from messages.push_subscription
        where id in (
            select id from messages.push_subscription
            where person_id = :person_id and endpoint <> :endpoint
            order by confirmed_at desc, id desc offset :others
        )
        """,
        id=id,
        person_id=work.actor.person_id,
        session_id=session_id,
        endpoint=endpoint,
        origin=origin,
        p256dh=p256dh,
        auth=auth,
        ikm=ikm,
        generation=generation,
        language=language,
        platform=platform,
        expires_at=expires_at,
        now=work.now,
        others=MOST_DEVICES - 1,
    )


async def remove_subscription(work: Work, person_id: UUID, endpoint: str) -> int:
    """Forget a device of a person's; 0 if it is not theirs."""
    return await work.run(
        """
        delete from messages.push_subscription
        where person_id = :person_id and endpoint = :endpoint
        """,
        person_id=person_id,
        endpoint=endpoint,
    )


async def remove_device(work: Work, person_id: UUID, id: UUID) -> int:
    """Forget a device of a person's by its id; 0 if it is not theirs."""
    return await work.run(
        "delete from messages.push_subscription where person_id = :person_id and id = :id",
        person_id=person_id,
        id=id,
    )


async def list_subscriptions(work: Work, person_id: UUID) -> list[Subscription]:
    """Return a person's devices, the one that was heard of last first."""
    return await work.all(
        Subscription,
        """
        select id, origin, platform, created_at, confirmed_at, session_id
        from messages.push_subscription where person_id = :person_id
        order by confirmed_at desc, id
        """,
        person_id=person_id,
    )


async def prune(work: Work, ids: Sequence[UUID], *, day: datetime) -> int:
    """Forget devices that are gone, and count them; return how many there were."""
    return await work.run(
        """
        with gone as (
            delete from messages.push_subscription where id = any(:ids::uuid[]) returning platform
        )
        insert into messages.push_pruned (day, platform, count)
        select :day::timestamptz::date, platform, count(*) from gone
        group by platform order by platform
        on conflict (day, platform) do update set count = push_pruned.count + excluded.count
        """,
        ids=list(ids),
        day=day,
    )


async def find_expired(work: Work, most: int) -> list[UUID]:
    """Return devices whose browser said that they would be gone by now."""
    return await work.values(
        UUID,
        """
        select id from messages.push_subscription
        where expires_at < :now order by expires_at limit :most
        """,
        now=work.now,
        most=most,
    )


async def find_choice(work: Work, person_id: UUID) -> Choice | None:
    """Return what a person has chosen to be told, or None if they left it as it was."""
    return await work.maybe(
        Choice,
        """
        select mine, questions, warnings, wards, categories, quiet_from, quiet_to
        from messages.push_choice where person_id = :person_id
        """,
        person_id=person_id,
    )


async def set_choice(work: Work, person_id: UUID, choice: Choice) -> None:
    """Keep what a person wants to be told."""
    await work.run(
        """
        insert into messages.push_choice
            (person_id, mine, questions, warnings, wards, categories, quiet_from, quiet_to,
             changed_at)
        values (:person_id, :mine, :questions, :warnings, :wards, :categories, :quiet_from,
                :quiet_to, :now)
        on conflict (person_id) do update
        set mine = excluded.mine, questions = excluded.questions, warnings = excluded.warnings,
            wards = excluded.wards, categories = excluded.categories,
            quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to,
            changed_at = excluded.changed_at
        """,
        person_id=person_id,
        now=work.now,
        **msgspec.structs.asdict(choice),
    )


async def remove_everything(work: Work, person_id: UUID) -> None:
    """Forget a person's devices, what they chose, and what was pushed to them alone."""
    await work.run(
        """
        with devices as (
            delete from messages.push_subscription where person_id = :person_id
        ), choice as (
            delete from messages.push_choice where person_id = :person_id
        )
        delete from messages.push where person_id = :person_id
        """,
        person_id=person_id,
    )


async def list_reach(work: Work) -> list[Reach]:
    """Return how many devices each platform has, and when they were last known to be there."""
    return await work.all(
        Reach,
        """
        with here as (
            select platform, count(*) as devices,
                   count(*) filter (where silent < interval '1 day') as day,
                   count(*) filter (where silent < interval '7 days') as week,
                   count(*) filter (where silent < interval '30 days') as month
            from (select platform, :now::timestamptz - confirmed_at as silent
                  from messages.push_subscription) as device
            group by platform
        ), lost as (
            select platform, sum(count)::bigint as pruned from messages.push_pruned
            where day > (:now::timestamptz - interval '30 days')::date group by platform
        )
        select platform, coalesce(devices, 0) as devices, coalesce(day, 0) as day,
               coalesce(week, 0) as week, coalesce(month, 0) as month,
               coalesce(pruned, 0) as pruned
        from here full join lost using (platform) order by devices desc, platform
        """,
        now=work.now,
    )
