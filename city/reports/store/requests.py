"""Reports as programs read them: one statement for each order in which they may be wanted.

What is chosen by is in the indexes, so the rows themselves are fetched for one page only.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict

from city.cases import Rating, Status
from city.kernel import Work


class PublicReport(Struct, frozen=True, kw_only=True):
    """A report that is not private, with what the public was told. Nothing about who sent it.

    `merged_ref` is the report it was joined with, unless that one is private. `reason` is an
    English sentence to be translated.
    """

    id: UUID
    ref: str
    status: Status
    open: bool
    category: str
    description: str
    photos: list[UUID]
    unit_id: UUID | None
    unit_name: dict[str, str] | None
    sent_at: datetime
    updated_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    address: str
    ward: str | None
    latitude: float
    longitude: float
    place_precision: str
    answer: str
    reason: str
    rating: Rating | None
    voices: int
    attributes: dict[str, list[str]]
    merged_ref: str | None


class Wanted(Struct, frozen=True, kw_only=True):
    """Which page of which reports, with `since` and after it, before `until`.

    In lists by change these are about the change, and `sent_since`, `sent_until` about the report.

    No categories are all of them. `boxed`: within the box, and the circle if `degrees` is not 0
    (see `lists.Page`). The page begins beyond the report of `from_at` and `from_id`.
    """

    states: list[bool]
    categories: list[str]
    since: datetime
    until: datetime
    sent_since: datetime
    sent_until: datetime
    from_at: datetime
    from_id: UUID
    most: int
    skip: int = 0
    tsquery: str = ""
    boxed: bool = False
    south: float = -90
    west: float = -180
    north: float = 90
    east: float = 180
    latitude: float = 0
    longitude: float = 0
    degrees: float = 0
    narrowing: float = 1


async def list_requests_by_ref(work: Work, refs: list[str]) -> list[PublicReport]:
    """Return the reports of these references, newest first; private ones are left out."""
    return await work.all(
        PublicReport,
        """
        select * from reports.request where ref = any(:refs::text[])
        order by sent_at desc, id desc
        """,
        refs=refs,
    )


async def list_newest_requests(work: Work, wanted: Wanted) -> list[PublicReport]:
    """Return public reports, newest first."""
    return await work.all(
        PublicReport,
        """
        select r.* from (
            select id from reports.report
            where shown and open = any(:states::boolean[])
              and sent_at >= :since::timestamptz and sent_at < :until::timestamptz
              and (sent_at, id) < (:from_at::timestamptz, :from_id::uuid)
              and (:categories::text[] = '{}' or category = any(:categories))
              and (not :boxed::boolean or (
                  cell is not null and latitude between :south::float8 and :north::float8
                  and longitude between :west::float8 and :east::float8
                  and (:degrees::float8 = 0
                       or power(latitude - :latitude::float8, 2)
                          + power((longitude - :longitude::float8) * :narrowing::float8, 2)
                          <= power(:degrees, 2))))
            order by sent_at desc, id desc
            limit :most offset :skip
        ) as chosen
        join reports.request as r on r.id = chosen.id
        order by r.sent_at desc, r.id desc
        """,
        **asdict(wanted),
    )


async def list_requests_of_categories(work: Work, wanted: Wanted) -> list[PublicReport]:
    """Return public reports of the wanted categories, newest first, wherever they are."""
    return await work.all(
        PublicReport,
        """
        select r.* from (
            select each.id, each.sent_at
            from unnest(:categories::text[]) as c (category)
            cross join unnest(:states::boolean[]) as s (state)
            cross join lateral (
                select id, sent_at from reports.report
                where shown and category = c.category and open = s.state
                  and sent_at >= :since::timestamptz and sent_at < :until::timestamptz
                  and (sent_at, id) < (:from_at::timestamptz, :from_id::uuid)
                order by sent_at desc, id desc
                limit :most::bigint + :skip::bigint
            ) as each
            order by each.sent_at desc, each.id desc
            limit :most offset :skip
        ) as chosen
        join reports.request as r on r.id = chosen.id
        order by r.sent_at desc, r.id desc
        """,
        **asdict(wanted),
    )


async def list_found_requests(work: Work, wanted: Wanted) -> list[PublicReport]:
    """Return public reports that have the wanted words, newest first.

    Words that many have are found among the newest 1,000; only if those are too few is the index
    of words asked, which would bring tens of thousands to choose a page from.
    """
    return await work.all(
        PublicReport,
        """
        with recent as materialized (
            select n.id, n.sent_at from (
                select id, sent_at, search, open, category, cell, latitude, longitude
                from reports.report
                where shown and (sent_at, id) < (:from_at::timestamptz, :from_id::uuid)
                order by sent_at desc, id desc
                limit 1000
            ) as n
            where n.sent_at >= :since::timestamptz and n.sent_at < :until::timestamptz
              and n.search @@ to_tsquery('simple', :tsquery) and n.open = any(:states::boolean[])
              and (:categories::text[] = '{}' or n.category = any(:categories))
              and (not :boxed::boolean or (
                  n.cell is not null and n.latitude between :south::float8 and :north::float8
                  and n.longitude between :west::float8 and :east::float8
                  and (:degrees::float8 = 0
                       or power(n.latitude - :latitude::float8, 2)
                          + power((n.longitude - :longitude::float8) * :narrowing::float8, 2)
                          <= power(:degrees, 2))))
            order by n.sent_at desc, n.id desc
            limit :most::bigint + :skip::bigint
        )
        select r.* from (
            (select id from recent
            where (select count(*) from recent) >= :most::bigint + :skip::bigint
            order by sent_at desc, id desc offset :skip)
            union all
            (select id from reports.report
            where (select count(*) from recent) < :most::bigint + :skip::bigint
              and shown and search @@ to_tsquery('simple', :tsquery)
              and open = any(:states::boolean[])
              and sent_at >= :since::timestamptz and sent_at < :until::timestamptz
              and (sent_at, id) < (:from_at::timestamptz, :from_id::uuid)
              and (:categories::text[] = '{}' or category = any(:categories))
              and (not :boxed::boolean or (
                  cell is not null and latitude between :south::float8 and :north::float8
                  and longitude between :west::float8 and :east::float8
                  and (:degrees::float8 = 0
                       or power(latitude - :latitude::float8, 2)
                          + power((longitude - :longitude::float8) * :narrowing::float8, 2)
                          <= power(:degrees, 2))))
            order by sent_at desc, id desc
            limit :most offset :skip)
        ) as chosen
        join reports.request as r on r.id = chosen.id
        order by r.sent_at desc, r.id desc
        """,
        **asdict(wanted),
    )


async def list_oldest_requests(work: Work, wanted: Wanted) -> list[PublicReport]:
    """Return public reports, oldest first."""
    return await work.all(
        PublicReport,
        """
        select r.* from (
            select id from reports.report
            where shown and open = any(:states::boolean[])
              and sent_at >= :since::timestamptz and sent_at < :until::timestamptz
              and (sent_at, id) > (:from_at::timestamptz, :from_id::uuid)
              and (:categories::text[] = '{}' or category = any(:categories))
              and (:tsquery::text = '' or id in (
                  select id from reports.report where search @@ to_tsquery('simple', :tsquery)))
              and (not :boxed::boolean or (
                  cell is not null and latitude between :south::float8 and :north::float8
                  and longitude between :west::float8 and :east::float8
                  and (:degrees::float8 = 0
                       or power(latitude - :latitude::float8, 2)
                          + power((longitude - :longitude::float8) * :narrowing::float8, 2)
                          <= power(:degrees, 2))))
            order by sent_at, id
            limit :most offset :skip
        ) as chosen
        join reports.request as r on r.id = chosen.id
        order by r.sent_at, r.id
        """,
        **asdict(wanted),
    )


async def list_changed_requests(work: Work, wanted: Wanted) -> list[PublicReport]:
    """Return reports by when they last changed, the latest first.

    Also those that have left the public list because they were joined or not taken on.
    """
    return await work.all(
        PublicReport,
        """
        select r.* from (
            select id from reports.report
            where not private and open = any(:states::boolean[])
              and updated_at >= :since::timestamptz and updated_at < :until::timestamptz
              and sent_at >= :sent_since::timestamptz and sent_at < :sent_until::timestamptz
              and (updated_at, id) < (:from_at::timestamptz, :from_id::uuid)
              and (:categories::text[] = '{}' or category = any(:categories))
              and (:tsquery::text = '' or id in (
                  select id from reports.report where search @@ to_tsquery('simple', :tsquery)))
              and (not :boxed::boolean or (
                  cell is not null and latitude between :south::float8 and :north::float8
                  and longitude between :west::float8 and :east::float8
                  and (:degrees::float8 = 0
                       or power(latitude - :latitude::float8, 2)
                          + power((longitude - :longitude::float8) * :narrowing::float8, 2)
                          <= power(:degrees, 2))))
            order by updated_at desc, id desc
            limit :most offset :skip
        ) as chosen
        join reports.request as r on r.id = chosen.id
        order by r.updated_at desc, r.id desc
        """,
        **asdict(wanted),
    )


async def list_requests_as_they_changed(work: Work, wanted: Wanted) -> list[PublicReport]:
    """Return reports by when they last changed, the earliest first: what a mirror follows."""
    return await work.all(
        PublicReport,
        """
        select r.* from (
            select id from reports.report
            where not private and open = any(:states::boolean[])
              and updated_at >= :since::timestamptz and updated_at < :until::timestamptz
              and sent_at >= :sent_since::timestamptz and sent_at < :sent_until::timestamptz
              and (updated_at, id) > (:from_at::timestamptz, :from_id::uuid)
              and (:categories::text[] = '{}' or category = any(:categories))
              and (:tsquery::text = '' or id in (
                  select id from reports.report where search @@ to_tsquery('simple', :tsquery)))
              and (not :boxed::boolean or (
                  cell is not null and latitude between :south::float8 and :north::float8
                  and longitude between :west::float8 and :east::float8
                  and (:degrees::float8 = 0
                       or power(latitude - :latitude::float8, 2)
                          + power((longitude - :longitude::float8) * :narrowing::float8, 2)
                          <= power(:degrees, 2))))
            order by updated_at, id
            limit :most offset :skip
        ) as chosen
        join reports.request as r on r.id = chosen.id
        order by r.updated_at, r.id
        """,
        **asdict(wanted),
    )
