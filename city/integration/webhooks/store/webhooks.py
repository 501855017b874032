"""Addresses, what they want, and how they are doing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from city.integration.webhooks.model import Health, NewWebhook, Webhook, Why
from city.kernel import Work


async def add_webhook(
    work: Work,
    webhook_id: UUID,
    new: NewWebhook,
    secret: bytes,
    *,
    program_id: UUID | None,
    owner_id: UUID | None,
) -> None:
    """Write an address, with its secret as it is sealed."""
    await work.run(
        """
        insert into integration.webhook (
            id, program_id, owner_id, url, description, types, categories, wards, units, statuses,
            refs, secret, made_at
        ) values (
            :id, :program_id, :owner_id, :url, :description, :types, :categories, :wards, :units,
            :statuses, :refs, :secret, :now
        )
        """,
        id=webhook_id,
        program_id=program_id,
        owner_id=owner_id,
        url=new.url,
        description=new.description,
        types=new.types,
        categories=new.categories,
        wards=new.wards,
        units=new.units,
        statuses=[str(status) for status in new.statuses],
        refs=new.refs,
        secret=secret,
        now=work.now,
    )


async def find_webhook(work: Work, webhook_id: UUID) -> Webhook | None:
    """Return an address."""
    return await work.maybe(
        Webhook,
        """
        select id, program_id, owner_id, url, description, types, categories, wards, units,
               statuses, refs, former_until, paused_at, paused_why, failing_since, hold_until,
               holds, delivered_at, made_at
        from integration.webhook where id = :id
        """,
        id=webhook_id,
    )


async def list_of_owner(work: Work, owner_id: UUID) -> list[Webhook]:
    """Return the addresses that a person brought by themselves."""
    return await work.all(
        Webhook,
        """
        select id, program_id, owner_id, url, description, types, categories, wards, units,
               statuses, refs, former_until, paused_at, paused_why, failing_since, hold_until,
               holds, delivered_at, made_at
        from integration.webhook where owner_id = :owner_id and program_id is null
        order by made_at, id
        """,
        owner_id=owner_id,
    )


async def list_of_programs(work: Work, program_ids: Sequence[UUID]) -> list[Webhook]:
    """Return the addresses of these programs."""
    return await work.all(
        Webhook,
        """
        select id, program_id, owner_id, url, description, types, categories, wards, units,
               statuses, refs, former_until, paused_at, paused_why, failing_since, hold_until,
               holds, delivered_at, made_at
        from integration.webhook where program_id = any(:program_ids::uuid[])
        order by made_at, id
        """,
        program_ids=list(program_ids),
    )


async def list_all(work: Work) -> list[Webhook]:
    """Return every address, those that are paused or fail first."""
    return await work.all(
        Webhook,
        """
        select id, program_id, owner_id, url, description, types, categories, wards, units,
               statuses, refs, former_until, paused_at, paused_why, failing_since, hold_until,
               holds, delivered_at, made_at
        from integration.webhook
        order by paused_at is null and failing_since is null, made_at, id
        """,
    )


async def list_active(work: Work) -> list[Webhook]:
    """Return the addresses that are to be told what happens now."""
    return await work.all(
        Webhook,
        """
        select id, program_id, owner_id, url, description, types, categories, wards, units,
               statuses, refs, former_until, paused_at, paused_why, failing_since, hold_until,
               holds, delivered_at, made_at
        from integration.webhook where paused_at is null
        order by id
        """,
    )


async def count_webhooks(work: Work, program_id: UUID | None, owner_id: UUID | None) -> int:
    """Return how many addresses a program has or, without one, a person."""
    found = await work.value(
        int,
        """
        select count(*) from integration.webhook
        where program_id = :program_id::uuid
           or (:program_id is null and program_id is null and owner_id = :owner_id::uuid)
        """,
        program_id=program_id,
        owner_id=owner_id,
    )
    return found or 0


async def list_health(work: Work, webhook_ids: Sequence[UUID], since: datetime) -> list[Health]:
    """Return how these addresses have been doing since a moment; all deliveries that wait count."""
    return await work.all(
        Health,
        """
        select webhook_id,
               count(*) filter (where state = 'delivered' and settled_at >= :since) as delivered,
               count(*) filter (where state = 'failed' and settled_at >= :since) as failed,
               count(*) filter (where state = 'waiting') as waiting,
               (avg(ms) filter (where state = 'delivered' and settled_at >= :since))::float8 as ms
        from integration.webhook_delivery
        where webhook_id = any(:webhook_ids::uuid[])
          and (state = 'waiting' or made_at >= :since::timestamptz - interval '24 hours')
        group by webhook_id
        """,
        webhook_ids=list(webhook_ids),
        since=since,
    )


async def set_webhook(work: Work, webhook_id: UUID, new: NewWebhook) -> None:
    """Write what an address is and wants."""
    await work.run(
        """
        update integration.webhook
        set url = :url, description = :description, types = :types, categories = :categories,
            wards = :wards, units = :units, statuses = :statuses, refs = :refs
        where id = :id
        """,
        id=webhook_id,
        url=new.url,
        description=new.description,
        types=new.types,
        categories=new.categories,
        wards=new.wards,
        units=new.units,
        statuses=[str(status) for status in new.statuses],
        refs=new.refs,
    )


async def set_secret(work: Work, webhook_id: UUID, secret: bytes, former_until: datetime) -> None:
    """Write a new secret as it is sealed; the former one signs too until then."""
    await work.run(
        """
        update integration.webhook
        set former_secret = secret, former_until = :former_until, secret = :secret
        where id = :id
        """,
        id=webhook_id,
        secret=secret,
        former_until=former_until,
    )


async def set_paused(work: Work, webhook_id: UUID, why: Why) -> bool:
    """Tell an address nothing from now on; False if it was paused already."""
    return (
        await work.run(
            """
            update integration.webhook set paused_at = :now, paused_why = :why
            where id = :id and paused_at is null
            """,
            id=webhook_id,
            why=why,
            now=work.now,
        )
        > 0
    )


async def set_resumed(work: Work, webhook_id: UUID) -> bool:
    """Tell it again, beginning with what still waits; False if it was not paused."""
    return (
        await work.value(
            int,
            """
            with waiting as (
                update integration.webhook_delivery set due_at = :now
                where webhook_id = :id and state = 'waiting' and due_at > :now
            )
            update integration.webhook
            set paused_at = null, paused_why = '', failing_since = null, hold_until = null,
                holds = 0
            where id = :id and paused_at is not null
            returning 1
            """,
            id=webhook_id,
            now=work.now,
        )
        is not None
    )


async def set_well(work: Work, webhook_id: UUID) -> None:
    """Write that something arrived."""
    await work.run(
        """
        update integration.webhook
        set failing_since = null, hold_until = null, holds = 0, delivered_at = :now
        where id = :id
        """,
        id=webhook_id,
        now=work.now,
    )


async def set_failing(
    work: Work, webhook_id: UUID, hold: timedelta | None, longest: timedelta, asked: timedelta
) -> datetime | None:
    """Write that nothing arrives; return since when, or None if the address is gone.

    With a `hold` it is left alone: for that long at first, then twice as long each time up to the
    longest, and for as long as it asked in any case.
    """
    return await work.value(
        datetime,
        """
        update integration.webhook
        set failing_since = coalesce(failing_since, :now),
            hold_until = case when :hold::interval is not null then
                :now::timestamptz + greatest(
                    :asked::interval,
                    least(:hold * power(2, least(holds, 10)), :longest::interval))
            end,
            holds = holds + (:hold is not null)::integer
        where id = :id
        returning failing_since
        """,
        id=webhook_id,
        hold=hold,
        longest=longest,
        asked=asked,
        now=work.now,
    )


async def remove_webhook(work: Work, webhook_id: UUID) -> bool:
    """Remove an address with its log; False if there was none."""
    return await work.run("delete from integration.webhook where id = :id", id=webhook_id) > 0


async def forget_owner(work: Work, person_id: UUID) -> None:
    """Remove the addresses a person brought, and their name from those of programs."""
    await work.run(
        """
        with own as (
            delete from integration.webhook where owner_id = :person_id and program_id is null
        )
        update integration.webhook set owner_id = null
        where owner_id = :person_id and program_id is not null
        """,
        person_id=person_id,
    )
