"""The SQL of things in the street."""

from collections.abc import Sequence
from uuid import UUID

from city.kernel import Work
from city.reports.points.model import NewPoint, Point
from city.reports.store.alike import Candidate


async def add_points(work: Work, points: Sequence[NewPoint], wards: Sequence[str]) -> list[int]:
    """List these things, each in its ward; return their numbers in the same order."""
    found = await work.values(
        int,
        """
        insert into reports.point (
            kind, name, category, latitude, longitude, address, ward, unit, own_number, added_at
        )
        select kind, name, category, latitude, longitude, address, ward, unit, own_number,
               :now::timestamptz
        from unnest(
            :kinds::text[], :names::text[], :categories::text[], :latitudes::float8[],
            :longitudes::float8[], :addresses::text[], :wards::text[], :units::text[],
            :own_numbers::text[]
        ) with ordinality as new (
            kind, name, category, latitude, longitude, address, ward, unit, own_number, place
        )
        order by place
        returning number
        """,
        now=work.now,
        kinds=[one.kind for one in points],
        names=[one.name for one in points],
        categories=[one.category for one in points],
        latitudes=[one.latitude for one in points],
        longitudes=[one.longitude for one in points],
        addresses=[one.address for one in points],
        wards=list(wards),
        units=[one.unit for one in points],
        own_numbers=[one.own_number for one in points],
    )
    return sorted(found)


async def find_point(work: Work, number: int) -> Point | None:
    """Return the thing of this number, a retired one too."""
    return await work.maybe(
        Point,
        """
        select number, kind, name, category, latitude, longitude, address, ward, unit, own_number,
               added_at, retired_at
        from reports.point where number = :number
        """,
        number=number,
    )


async def list_points(
    work: Work, *, kind: str, ward: str, words: str, after: int, most: int
) -> list[Point]:
    """Return things in use, the latest first, with how many open reports there are of each.

    Empty `kind`, `ward` or `words` (of name, address or own number) ask for nothing; `after` is
    the number the page before ended with, or 0.
    """
    return await work.all(
        Point,
        """
        select number, kind, name, category, latitude, longitude, address, ward, unit, own_number,
               added_at, retired_at, (
                   select count(*)
                   from reports.point_report join reports.report on report.id = report_id
                   where point = number and open
               ) as open_reports
        from reports.point
        where retired_at is null
          and (:kind::text = '' or kind = :kind)
          and (:ward::text = '' or ward = :ward)
          and (:words::text = '' or strpos(
              lower(concat_ws(' ', name, address, own_number)), lower(:words)) > 0)
          and (:after::integer = 0 or number < :after)
        order by number desc
        limit :most
        """,
        kind=kind,
        ward=ward,
        words=words,
        after=after,
        most=most,
    )


async def list_numbered(work: Work, numbers: Sequence[int]) -> list[Point]:
    """Return the things of these numbers that are in use, in the order of the numbers."""
    return await work.all(
        Point,
        """
        select number, kind, name, category, latitude, longitude, address, ward, unit, own_number,
               added_at, retired_at
        from reports.point
        where number = any(:numbers::integer[]) and retired_at is null
        order by number
        """,
        numbers=list(numbers),
    )


async def list_taken(work: Work, own_numbers: Sequence[str]) -> set[tuple[str, str]]:
    """Return which kinds and own numbers, of these own numbers, are listed already."""
    found = await work.all(
        Point,
        """
        select number, kind, name, category, latitude, longitude, address, ward, unit, own_number,
               added_at, retired_at
        from reports.point
        where own_number = any(:own_numbers::text[]) and own_number <> '' and retired_at is null
        """,
        own_numbers=list(own_numbers),
    )
    return {(point.kind, point.own_number) for point in found}


async def retire_point(work: Work, number: int) -> bool:
    """Take a thing out of use; False if it was so already."""
    changed = await work.run(
        """
        update reports.point set retired_at = :now::timestamptz
        where number = :number and retired_at is null
        """,
        number=number,
        now=work.now,
    )
    return changed > 0


async def add_point_report(work: Work, report_id: UUID, number: int) -> None:
    """Keep that a report is about this thing."""
    await work.run(
        """
        insert into reports.point_report (report_id, point) values (:report_id, :number)
        """,
        report_id=report_id,
        number=number,
    )


async def list_open_at(work: Work, number: int, person_id: UUID | None) -> list[Candidate]:
    """Return the newest public reports about a thing that are still open, three at most."""
    return await work.all(
        Candidate,
        """
        select id, ref, category, left(description, 400) as description, photos[1] as photo,
               latitude, longitude, sent_at, status, closed_at, voices,
               coalesce(reporter_id = :person_id::uuid, false) as own
        from reports.point_report join reports.report on report.id = report_id
        where point = :number and shown and open
        order by sent_at desc, id desc
        limit 3
        """,
        number=number,
        person_id=person_id,
    )
