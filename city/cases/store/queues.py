"""The SQL of queues; a unit's officer gets those of that unit only."""

from datetime import datetime
from uuid import UUID

from city.cases.model import QueueCounts, QueueItem, Status
from city.cases.store.cases import scope_of
from city.kernel import Work


async def list_open(
    work: Work,
    *,
    statuses: list[Status],
    process: str | None = None,
    category: str | None = None,
    unit: UUID | None = None,
    due_before: datetime | None = None,
    words: str = "",
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[QueueItem]:
    """Return the open cases that the actor may see, whatever is due first on top.

    With `words`, those with these words in their summary or address.
    """
    return await work.all(
        QueueItem,
        """
        select id, ref, category, process, status, left(summary, 200) as summary, ward, address,
               private, unit_id, opened_at, verify_by, dispatch_by, due_at, step_due_at, closed_at,
               reopened, version, queue_at
        from cases.case
        where closed_at is null
          and status = any(:statuses::text[])
          and (:process::text is null or process = :process)
          and (:category::text is null or category = :category)
          and (:unit::uuid is null or unit_id = :unit)
          and (:scope::uuid is null or unit_id = :scope)
          and (:pattern = '' or summary ilike :pattern or address ilike :pattern)
          and (:due_before::timestamptz is null or due_at < :due_before)
          and (:after_at::timestamptz is null or (queue_at, id) > (:after_at, :after_id::uuid))
        order by queue_at, id
        limit :limit
        """,
        statuses=statuses,
        process=process,
        category=category,
        unit=unit,
        scope=scope_of(work.actor),
        due_before=due_before,
        pattern=_pattern(words),
        after_at=after[0] if after else None,
        after_id=after[1] if after else None,
        limit=limit,
    )


async def list_closed(
    work: Work,
    *,
    status: Status | None = None,
    category: str | None = None,
    unit: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[QueueItem]:
    """Return the closed cases that the actor may see, those closed last on top."""
    return await work.all(
        QueueItem,
        """
        select id, ref, category, process, status, left(summary, 200) as summary, ward, address,
               private, unit_id, opened_at, verify_by, dispatch_by, due_at, step_due_at, closed_at,
               reopened, version, closed_at as queue_at
        from cases.case
        where closed_at is not null
          and (:status::text is null or status = :status)
          and (:category::text is null or category = :category)
          and (:unit::uuid is null or unit_id = :unit)
          and (:scope::uuid is null or unit_id = :scope)
          and (:after_at::timestamptz is null or (closed_at, id) < (:after_at, :after_id::uuid))
        order by closed_at desc, id desc
        limit :limit
        """,
        status=status,
        category=category,
        unit=unit,
        scope=scope_of(work.actor),
        after_at=after[0] if after else None,
        after_id=after[1] if after else None,
        limit=limit,
    )


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


def _pattern(words: str) -> str:
    """Return a pattern that finds the words as they are written."""
    plain = words.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%" if plain else ""
