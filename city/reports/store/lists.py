"""Lists of reports, newest first, a page at a time from where the last one ended.

Each is one statement that reads little more than the page it gives. Where the two groups of states
are wanted together, each is read by itself from its index and the two are merged: an index that
orders both at once would have to skip whatever is not wanted.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict

from city.kernel import Work
from city.reports.model import Card


class Page(Struct, frozen=True, kw_only=True):
    """Which page of which list: filters that are empty let everything through.

    `states` are the groups wanted: true for open, false for closed. The page begins after the
    report that was sent at `before_at` and bears `before_id`. Squares and a circle narrow it to a
    place: the circle has `degrees` of latitude around a point where a degree of longitude
    is `narrowing` times as long. That takes the earth as flat, wrong by under 0.1 % within 5 km.
    """

    states: list[bool]
    category: str
    ward: str
    unit_id: UUID | None
    before_at: datetime
    before_id: UUID
    most: int
    tsquery: str = ""
    squares: list[int] = []
    latitude: float = 0
    longitude: float = 0
    degrees: float = 0
    narrowing: float = 1


async def list_newest(work: Work, page: Page) -> list[Card]:
    """Return the newest public reports."""
    return await work.all(
        Card,
        """
        select r.id, r.ref, r.category, left(r.description, 200) as summary,
               r.photos[1] as photo, r.address, r.ward, r.latitude, r.longitude, r.private,
               r.sent_at, r.status, r.unit_name, r.due_at, r.closed_at, r.rating,
               r.voices
        from unnest(:states::boolean[]) as wanted (state)
        cross join lateral (
            select *
            from reports.report
            where shown and open = wanted.state
              and (sent_at, id) < (:before_at::timestamptz, :before_id::uuid)
            order by sent_at desc, id desc
            limit :most
        ) as r
        order by r.sent_at desc, r.id desc
        limit :most
        """,
        **asdict(page),
    )


async def list_by_category(work: Work, page: Page) -> list[Card]:
    """Return the newest public reports of the page's category."""
    return await work.all(
        Card,
        """
        select r.id, r.ref, r.category, left(r.description, 200) as summary,
               r.photos[1] as photo, r.address, r.ward, r.latitude, r.longitude, r.private,
               r.sent_at, r.status, r.unit_name, r.due_at, r.closed_at, r.rating,
               r.voices
        from unnest(:states::boolean[]) as wanted (state)
        cross join lateral (
            select *
            from reports.report
            where shown and category = :category and open = wanted.state
              and (sent_at, id) < (:before_at::timestamptz, :before_id::uuid)
            order by sent_at desc, id desc
            limit :most
        ) as r
        order by r.sent_at desc, r.id desc
        limit :most
        """,
        **asdict(page),
    )


async def list_by_ward(work: Work, page: Page) -> list[Card]:
    """Return the newest public reports of the page's ward, perhaps of a category or unit only."""
    return await work.all(
        Card,
        """
        select r.id, r.ref, r.category, left(r.description, 200) as summary,
               r.photos[1] as photo, r.address, r.ward, r.latitude, r.longitude, r.private,
               r.sent_at, r.status, r.unit_name, r.due_at, r.closed_at, r.rating,
               r.voices
        from unnest(:states::boolean[]) as wanted (state)
        cross join lateral (
            select *
            from reports.report
            where shown and ward = :ward and open = wanted.state
              and (:category::text = '' or category = :category)
              and (:unit_id::uuid is null or unit_id = :unit_id)
              and (sent_at, id) < (:before_at::timestamptz, :before_id::uuid)
            order by sent_at desc, id desc
            limit :most
        ) as r
        order by r.sent_at desc, r.id desc
        limit :most
        """,
        **asdict(page),
    )


async def list_by_unit(work: Work, page: Page) -> list[Card]:
    """Return the newest public reports a unit has, perhaps of a category only."""
    return await work.all(
        Card,
        """
        select r.id, r.ref, r.category, left(r.description, 200) as summary,
               r.photos[1] as photo, r.address, r.ward, r.latitude, r.longitude, r.private,
               r.sent_at, r.status, r.unit_name, r.due_at, r.closed_at, r.rating,
               r.voices
        from unnest(:states::boolean[]) as wanted (state)
        cross join lateral (
            select *
            from reports.report
            where shown and unit_id = :unit_id and open = wanted.state
              and (:category::text = '' or category = :category)
              and (sent_at, id) < (:before_at::timestamptz, :before_id::uuid)
            order by sent_at desc, id desc
            limit :most
        ) as r
        order by r.sent_at desc, r.id desc
        limit :most
        """,
        **asdict(page),
    )


async def list_near(work: Work, page: Page) -> list[Card]:
    """Return the newest public reports within the page's circle.

    The page is looked for among the newest of all first, and that search ends as soon as it is
    full, as it soon is where much happens. Otherwise each square of the circle gives its
    newest, so that it matters little how many lie there. Only those of the page are then fetched.
    """
    return await work.all(
        Card,
        """
        with recent as materialized (
            select n.id, n.sent_at
            from (
                select id, sent_at, cell, latitude, longitude, category, ward, unit_id, open
                from reports.report
                where shown and (sent_at, id) < (:before_at::timestamptz, :before_id::uuid)
                order by sent_at desc, id desc
                limit 400
            ) as n
            where n.cell is not null and n.open = any(:states::boolean[])
              and (:category::text = '' or n.category = :category)
              and (:ward::text = '' or n.ward = :ward)
              and (:unit_id::uuid is null or n.unit_id = :unit_id)
              and power(n.latitude - :latitude::float8, 2)
                  + power((n.longitude - :longitude::float8) * :narrowing::float8, 2)
                  <= power(:degrees::float8, 2)
            order by n.sent_at desc, n.id desc
            limit :most
        )
        select r.id, r.ref, r.category, left(r.description, 200) as summary,
               r.photos[1] as photo, r.address, r.ward, r.latitude, r.longitude, r.private,
               r.sent_at, r.status, r.unit_name, r.due_at, r.closed_at, r.rating, r.voices
        from (
            select id, sent_at from recent where (select count(*) from recent) >= :most
            union all
            (select near.id, near.sent_at
            from unnest(:squares::bigint[]) as s (square)
            cross join lateral (
                select id, sent_at
                from reports.report
                where shown and square = s.square
                  and open = any(:states::boolean[])
                  and (:category::text = '' or category = :category)
                  and (:ward::text = '' or ward = :ward)
                  and (:unit_id::uuid is null or unit_id = :unit_id)
                  and (sent_at, id) < (:before_at::timestamptz, :before_id::uuid)
                  and power(latitude - :latitude, 2)
                      + power((longitude - :longitude) * :narrowing, 2) <= power(:degrees, 2)
                order by sent_at desc, id desc
                limit :most
            ) as near
            where (select count(*) from recent) < :most
            order by near.sent_at desc, near.id desc
            limit :most)
        ) as chosen
        join reports.report as r on r.id = chosen.id
        order by r.sent_at desc, r.id desc
        """,
        **asdict(page),
    )


async def list_found(work: Work, page: Page) -> list[Card]:
    """Return the newest public reports that have the words of the page's query.

    Words that many reports have are found among the newest of all; only if those are too few is the
    index of words asked, which would otherwise bring tens of thousands to choose 20 from.
    """
    return await work.all(
        Card,
        """
        with recent as materialized (
            select n.id
            from (
                select id, sent_at, search, open, category, ward, unit_id, latitude, longitude
                from reports.report
                where shown and (sent_at, id) < (:before_at::timestamptz, :before_id::uuid)
                order by sent_at desc, id desc
                limit 1000
            ) as n
            where n.search @@ to_tsquery('simple', :tsquery) and n.open = any(:states::boolean[])
              and (:category::text = '' or n.category = :category)
              and (:ward::text = '' or n.ward = :ward)
              and (:unit_id::uuid is null or n.unit_id = :unit_id)
              and (:degrees::float8 = 0
                   or power(n.latitude - :latitude::float8, 2)
                      + power((n.longitude - :longitude::float8) * :narrowing::float8, 2)
                      <= power(:degrees, 2))
            order by n.sent_at desc, n.id desc
            limit :most
        ), found as (
            select id from recent where (select count(*) from recent) >= :most
            union all
            (select r.id
            from reports.report as r
            where (select count(*) from recent) < :most
              and r.shown and r.search @@ to_tsquery('simple', :tsquery)
              and r.open = any(:states)
              and (:category = '' or r.category = :category)
              and (:ward = '' or r.ward = :ward)
              and (:unit_id is null or r.unit_id = :unit_id)
              and (:degrees = 0
                   or power(r.latitude - :latitude, 2)
                      + power((r.longitude - :longitude) * :narrowing, 2) <= power(:degrees, 2))
              and (r.sent_at, r.id) < (:before_at, :before_id)
            order by r.sent_at desc, r.id desc
            limit :most)
        )
        select r.id, r.ref, r.category, left(r.description, 200) as summary,
               r.photos[1] as photo, r.address, r.ward, r.latitude, r.longitude, r.private,
               r.sent_at, r.status, r.unit_name, r.due_at, r.closed_at, r.rating,
               r.voices
        from found
        join reports.report as r on r.id = found.id
        order by r.sent_at desc, r.id desc
        limit :most
        """,
        **asdict(page),
    )


async def list_mine(
    work: Work, reporter_id: UUID, before_at: datetime, before_id: UUID, most: int
) -> list[Card]:
    """Return what this person has sent, newest first, whatever became of it."""
    return await work.all(
        Card,
        """
        select id, ref, category, left(description, 200) as summary, photos[1] as photo, address,
               ward, latitude, longitude, private, sent_at, status, unit_name, due_at, closed_at,
               rating, voices
        from reports.report
        where reporter_id = :reporter_id
          and (sent_at, id) < (:before_at::timestamptz, :before_id::uuid)
        order by sent_at desc, id desc
        limit :most
        """,
        reporter_id=reporter_id,
        before_at=before_at,
        before_id=before_id,
        most=most,
    )


async def list_waiting(work: Work, reporter_id: UUID, most: int) -> list[Card]:
    """Return what waits for this person: questions, and answers they have not yet rated."""
    return await work.all(
        Card,
        """
        select id, ref, category, left(description, 200) as summary, photos[1] as photo, address,
               ward, latitude, longitude, private, sent_at, status, unit_name, due_at, closed_at,
               rating, voices, question
        from reports.report
        where reporter_id = :reporter_id
          and (question <> '' or (status = 'done' and rating is null))
        order by question <> '' desc, closed_at desc, id desc
        limit :most
        """,
        reporter_id=reporter_id,
        most=most,
    )
