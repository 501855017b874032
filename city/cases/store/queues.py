"""The SQL of queues and figures; a unit's officer gets those of that unit only."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from city.cases.model import QueueCounts, QueueItem
from city.cases.store.cases import scope_of
from city.kernel import Work


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is narrowed to; None narrows nothing.

    `words` is a tsquery. `unclaimed`: those that nobody has in hand, and nobody had since
    `claimed_since`.
    """

    statuses: list[str] | None = None
    process: str | None = None
    category: str | None = None
    ward: str | None = None
    unit: UUID | None = None
    due_before: datetime | None = None
    escalated: bool | None = None
    claimed_by: UUID | None = None
    unclaimed: bool | None = None
    claimed_since: datetime | None = None
    source: str | None = None
    reopened: bool | None = None
    words: str | None = None


class BoardItem(QueueItem, frozen=True, kw_only=True):
    """A line of the desk's list: with who has it in hand, and what somebody can still take back."""

    photos: int
    escalated: int
    claimed_by: UUID | None
    claimed_name: str
    claimed_at: datetime | None
    held_verb: str | None


class WorkItem(QueueItem, frozen=True, kw_only=True):
    """A line of a unit's list, with where it is."""

    latitude: float
    longitude: float
    revisit_on: date | None


async def list_work(work: Work, *, unit: UUID | None, limit: int) -> list[WorkItem]:
    """Return the open cases that a unit leads or helps with, whatever is due first on top."""
    return await work.all(
        WorkItem,
        """
        select id, ref, category, process, status, left(summary, 200) as summary, ward, address,
               private, unit_id, opened_at, verify_by, dispatch_by, due_at, step_due_at, closed_at,
               reopened, version, queue_at, latitude, longitude, revisit_on
        from cases.case
        where closed_at is null
          and status in ('routed', 'doing', 'waiting', 'answered')
          and (unit_id = :unit or coop <> '{}' and coop @> array[:unit::uuid])
        order by queue_at, id
        limit :limit
        """,
        unit=unit,
        limit=limit,
    )


async def list_board(
    work: Work, wanted: Wanted, *, after: tuple[datetime, UUID] | None = None, limit: int = 20
) -> list[BoardItem]:
    """Return the open cases that the actor may see, whatever is due first on top.

    PostgreSQL plans this for what is asked each time, as what is null falls away then.
    """
    return await work.all(
        BoardItem,
        """
        select c.id, ref, category, process, status, left(summary, 200) as summary, ward, address,
               private, c.unit_id, opened_at, verify_by, dispatch_by, due_at, step_due_at,
               closed_at, reopened, version, queue_at, cardinality(photos) as photos, escalated,
               claimed_by, claimed_name, claimed_at, held.verb as held_verb
        from cases.case as c
        left join cases.held on held.case_id = c.id and held.refused is null
        where closed_at is null
          and (:statuses::text[] is null or status = any(:statuses))
          and (:process::text is null or process = :process)
          and (:category::text is null or category = :category)
          and (:ward::text is null or ward = :ward)
          and (:unit::uuid is null or c.unit_id = :unit)
          and (:scope::uuid is null or c.unit_id = :scope)
          and (:due_before::timestamptz is null or due_at < :due_before)
          and (:escalated::boolean is null or escalated > 0)
          and (:claimed_by::uuid is null
               or claimed_by = :claimed_by and claimed_at >= :claimed_since)
          and (:unclaimed::boolean is null
               or claimed_by is null or claimed_at < :claimed_since)
          and (:source::text is null or source = :source)
          and (:reopened::boolean is null or reopened > 0)
          and (:words::text is null or words @@ to_tsquery('simple', :words))
          and (:after_at::timestamptz is null or (queue_at, c.id) > (:after_at, :after_id::uuid))
        order by queue_at, c.id
        limit :limit
        """,
        scope=scope_of(work.actor),
        after_at=after[0] if after else None,
        after_id=after[1] if after else None,
        limit=limit,
        **_fields(wanted),
    )


async def list_board_closed(
    work: Work, wanted: Wanted, *, after: tuple[datetime, UUID] | None = None, limit: int = 20
) -> list[BoardItem]:
    """Return the closed cases that the actor may see, those closed last on top."""
    return await work.all(
        BoardItem,
        """
        select id, ref, category, process, status, left(summary, 200) as summary, ward, address,
               private, unit_id, opened_at, verify_by, dispatch_by, due_at, step_due_at, closed_at,
               reopened, version, closed_at as queue_at, cardinality(photos) as photos, escalated,
               claimed_by, claimed_name, claimed_at, null::text as held_verb
        from cases.case
        where closed_at is not null
          and (:statuses::text[] is null or status = any(:statuses))
          and (:process::text is null or process = :process)
          and (:category::text is null or category = :category)
          and (:ward::text is null or ward = :ward)
          and (:unit::uuid is null or unit_id = :unit)
          and (:scope::uuid is null or unit_id = :scope)
          and (:source::text is null or source = :source)
          and (:reopened::boolean is null or reopened > 0)
          and (:words::text is null or words @@ to_tsquery('simple', :words))
          and (:after_at::timestamptz is null or (closed_at, id) < (:after_at, :after_id::uuid))
        order by closed_at desc, id desc
        limit :limit
        """,
        scope=scope_of(work.actor),
        after_at=after[0] if after else None,
        after_id=after[1] if after else None,
        limit=limit,
        **_fields(wanted),
    )


async def count_board(work: Work, wanted: Wanted, *, most: int) -> int:
    """Count the open cases that are wanted and that the actor may see, up to `most`."""
    found = await work.value(
        int,
        """
        select count(*) from (
            select 1 from cases.case
            where closed_at is null
              and (:statuses::text[] is null or status = any(:statuses))
              and (:process::text is null or process = :process)
              and (:category::text is null or category = :category)
              and (:ward::text is null or ward = :ward)
              and (:unit::uuid is null or unit_id = :unit)
              and (:scope::uuid is null or unit_id = :scope)
              and (:due_before::timestamptz is null or due_at < :due_before)
              and (:escalated::boolean is null or escalated > 0)
              and (:claimed_by::uuid is null
                   or claimed_by = :claimed_by and claimed_at >= :claimed_since)
              and (:unclaimed::boolean is null
                   or claimed_by is null or claimed_at < :claimed_since)
              and (:source::text is null or source = :source)
              and (:reopened::boolean is null or reopened > 0)
              and (:words::text is null or words @@ to_tsquery('simple', :words))
            limit :most
        ) as found
        """,
        scope=scope_of(work.actor),
        most=most,
        **_fields(wanted),
    )
    return found or 0


def _fields(wanted: Wanted) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in wanted.__struct_fields__}


async def count_queue(work: Work, *, soon: datetime, midnight: datetime) -> QueueCounts:
    """Count the cases that the actor may see, by where they stand."""
    return await work.one(
        QueueCounts,
        """
        select count(*) filter (where process = 'instant') as instant,
               count(*) filter (where status = 'new') as new,
               count(*) filter (where status = 'accepted') as route,
               count(*) filter (where status in ('routed', 'doing')) as units,
               count(*) filter (where status = 'answered') as check,
               count(*) filter (where due_at < :now) as late,
               count(*) filter (where queue_at >= :now and queue_at < :soon) as soon,
               (select count(*) from cases.case
                where closed_at >= :midnight and closed_at is not null and status = 'done'
                  and (:scope::uuid is null or unit_id = :scope)) as done_today
        from cases.case
        where closed_at is null and (:scope::uuid is null or unit_id = :scope)
        """,
        now=work.now,
        soon=soon,
        midnight=midnight,
        scope=scope_of(work.actor),
    )
