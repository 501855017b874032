"""The SQL of numbers: one statement for each table, all from the rows of cases."""

from datetime import datetime
from typing import Any
from uuid import UUID

from city import settings
from city.cases.numbers.model import By, Figures, Flow, LateCase, LateGroup, Narrowed, Period, Table
from city.kernel import Work

ALL = Narrowed()


async def list_figures(work: Work, by: By, period: Period, narrowed: Narrowed = ALL) -> Table:
    """Return the figures of a period, put together by something, and of all of it as a total.

    What they mean is said by `Figures`. Everything is counted, whoever asks: pages for a unit's
    officer narrow it to that unit. Rows come in the order of their key, the nameless last.
    """
    rows = await work.all(
        Figures,
        """
        with counted as (
            select case :by::text
                       when 'unit' then unit_id::text
                       when 'category' then category
                       when 'ward' then ward
                       when 'process' then process
                       when 'month' then to_char(due_at at time zone :zone::text, 'YYYY-MM')
                       when 'week' then date_trunc('week', due_at at time zone :zone)::date::text
                   end as key, due_at, closed_at is null as open,
                   due_at >= :since and due_at < :until
                       and (closed_at is not null or cardinality(pauses) % 2 = 0
                            or due_at < pauses[cardinality(pauses)]) as due,
                   due_at < :now and (cardinality(pauses) % 2 = 0
                                      or due_at < pauses[cardinality(pauses)]) as past,
                   cardinality(pauses) % 2 = 1 as stands, rating,
                   closed_at <= due_at as on_time, reopened > 0 as again,
                   extract(epoch from closed_at - opened_at)::float8 as seconds
            from cases.case
            where status not in ('rejected', 'merged')
              and (closed_at is null or due_at >= :since and due_at < :until)
              and (:unit::uuid is null or unit_id = :unit)
              and (:category::text is null or category = :category)
              and (:ward::text is null or ward = :ward)
              and not (:public::boolean and private)
        )
        select key, grouping(key) = 1 as whole, count(*) filter (where due) as due,
               count(*) filter (where due and on_time) as on_time,
               count(*) filter (where due and not open) as processed,
               count(*) filter (where due and (again or not open)) as returned,
               count(*) filter (where due and again) as reopened,
               count(*) filter (where due and rating is not null) as rated,
               count(*) filter (where due and rating in ('satisfied', 'acceptable')) as content,
               count(*) filter (where due and rating = 'satisfied') as satisfied,
               percentile_cont(array[0.5, 0.9]) within group (order by seconds)
                   filter (where due and not open) as spans,
               count(*) filter (where open) as open,
               count(*) filter (where stands and open) as waiting,
               count(*) filter (where open and past) as late,
               min(due_at) filter (where open and past) as oldest_due_at
        from counted
        group by grouping sets ((key), ())
        having grouping(key) = 1 or :by not in ('month', 'week') or count(*) filter (where due) > 0
        order by key
        """,
        now=work.now,
        public=narrowed.public,
        **_asked(by, period),
        **_filters(narrowed),
    )
    return Table([row for row in rows if not row.whole], next(row for row in rows if row.whole))


async def list_flow(work: Work, by: By, period: Period, narrowed: Narrowed = ALL) -> list[Flow]:
    """Return how much came in and was answered in a period, put together by something.

    Months and weeks are those in which cases came in or were answered. Commands are not counted:
    nobody sent them. Rows come in the order of their key, the nameless last.
    """
    return await work.all(
        Flow,
        """
        with counted as (
            select opened_at as at, true as came, unit_id, category, ward, process
            from cases.case
            where opened_at >= :since and opened_at < :until and process <> 'command'
              and not (:public::boolean and private)
            union all
            select closed_at, false, unit_id, category, ward, process
            from cases.case
            where closed_at >= :since and closed_at < :until and process <> 'command'
              and status = 'done' and not (:public and private)
        )
        select case :by::text
                   when 'unit' then unit_id::text
                   when 'category' then category
                   when 'ward' then ward
                   when 'process' then process
                   when 'month' then to_char(at at time zone :zone::text, 'YYYY-MM')
                   when 'week' then date_trunc('week', at at time zone :zone)::date::text
               end as key,
               count(*) filter (where came) as received,
               count(*) filter (where not came) as answered
        from counted
        where (:unit::uuid is null or unit_id = :unit)
          and (:category::text is null or category = :category)
          and (:ward::text is null or ward = :ward)
        group by 1
        order by 1
        """,
        public=narrowed.public,
        **_asked(by, period),
        **_filters(narrowed),
    )


async def count_late(work: Work, narrowed: Narrowed = ALL) -> list[LateGroup]:
    """Return how many open cases are past their due time, by unit and by where they stand."""
    return await work.all(
        LateGroup,
        """
        select unit_id, status, state, count(*) as late,
               count(*) filter (where reopened > 0) as reopened,
               count(*) filter (where escalated > 0) as escalated, min(due_at) as oldest_due_at
        from cases.case
        where closed_at is null and due_at < :now
          and (cardinality(pauses) % 2 = 0 or due_at < pauses[cardinality(pauses)])
          and (:unit::uuid is null or unit_id = :unit)
          and (:category::text is null or category = :category)
          and (:ward::text is null or ward = :ward)
        group by unit_id, status, state
        """,
        now=work.now,
        **_filters(narrowed),
    )


async def list_due(
    work: Work,
    *,
    before: datetime,
    since: datetime | None = None,
    stands: list[str] | None = None,
    narrowed: Narrowed = ALL,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[LateCase]:
    """Return the open cases due before a moment, and not before `since`; the oldest first.

    `before=work.now` gives what is late. `stands` picks those that stand somewhere, each as
    `status/state`. `after` is the due time and id of the last one seen.
    """
    return await work.all(
        LateCase,
        """
        select id, ref, category, process, status, state, left(summary, 200) as summary, ward,
               address, private, unit_id, opened_at, due_at, entered_at, step_due_at, revisit_on,
               reopened, escalated
        from cases.case
        where closed_at is null and due_at < :before
          and (cardinality(pauses) % 2 = 0 or due_at < pauses[cardinality(pauses)])
          and (:since::timestamptz is null or due_at >= :since)
          and (:stands::text[] is null or status || '/' || state = any(:stands))
          and (:unit::uuid is null or unit_id = :unit)
          and (:category::text is null or category = :category)
          and (:ward::text is null or ward = :ward)
          and (:after_at::timestamptz is null or (due_at, id) > (:after_at, :after_id::uuid))
        order by due_at, id
        limit :limit
        """,
        before=before,
        since=since,
        stands=stands,
        after_at=after[0] if after else None,
        after_id=after[1] if after else None,
        limit=limit,
        **_filters(narrowed),
    )


def _filters(narrowed: Narrowed) -> dict[str, Any]:
    return {"unit": narrowed.unit, "category": narrowed.category, "ward": narrowed.ward}


def _asked(by: By, period: Period) -> dict[str, Any]:
    zone = settings.current().profile.time_zone
    return {"by": by, "zone": zone, "since": period.since, "until": period.until}
