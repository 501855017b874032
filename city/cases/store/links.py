"""The SQL of cases that belong together: parts, links, and what happened at the same place."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from city.cases.model import Case, Status
from city.cases.store.cases import scope_of
from city.kernel import Work


class Neighbour(Struct, frozen=True, kw_only=True):
    """Another case as a line on the page of this one. `kind`: part, whole, link, joined or place.

    `metres` from this case's place; `said` is the public answer or why it was not taken on.
    """

    id: UUID
    ref: str
    kind: str
    category: str
    status: Status
    summary: str
    metres: float
    latitude: float
    longitude: float
    opened_at: datetime
    closed_at: datetime | None
    revisit_on: date | None = None
    said: str = ""


async def add_link(work: Work, case_id: UUID, other_id: UUID, note: str) -> bool:
    """Link two cases, the smaller id first; False if they are linked."""
    return bool(
        await work.run(
            """
            insert into cases.link (case_id, other_id, note, linked_by, name, linked_at)
            values (:case_id, :other_id, :note, :by, :name, :now)
            on conflict do nothing
            """,
            case_id=case_id,
            other_id=other_id,
            note=note,
            by=work.actor.id,
            name=work.actor.name,
            now=work.now,
        )
    )


async def remove_link(work: Work, case_id: UUID, other_id: UUID) -> bool:
    """Unlink two cases, the smaller id first; False if they were not linked."""
    return bool(
        await work.run(
            "delete from cases.link where case_id = :case_id and other_id = :other_id",
            case_id=case_id,
            other_id=other_id,
        )
    )


async def count_open_parts(work: Work, case_id: UUID) -> int:
    """Count the parts of a case that are still open."""
    found = await work.value(
        int,
        "select count(*) from cases.case where parent_id = :id and closed_at is null",
        id=case_id,
    )
    return found or 0


async def list_neighbours(
    work: Work, case: Case, *, cells: list[tuple[int, int]], metres: float, most: int = 30
) -> list[Neighbour]:
    """Return the cases that belong to this one, and those at the same place, newest first.

    `cells` are the ranges of cells that cover a circle of so many metres. In one statement.
    """
    return await work.all(
        Neighbour,
        """
        with near as (
            select other.id, 'place' as kind
            from unnest(:low::bigint[], :high::bigint[]) as range (low, high)
            cross join lateral (
                select id from cases.case
                where cell between range.low and range.high and id <> :id
                order by opened_at desc
                limit 60
            ) as other
        ), belonging as (
            select id, 'part' as kind from cases.case where parent_id = :id
            union all select id, 'joined' from cases.case where merged_into = :id
            union all select :parent::uuid, 'whole' where :parent::uuid is not null
            union all select :into::uuid, 'goes_on' where :into::uuid is not null
            union all select other_id, 'link' from cases.link where case_id = :id
            union all select case_id, 'link' from cases.link where other_id = :id
        ), named as (
            select distinct on (id) id, kind
            from (select * from belonging union all select * from near) as every
            order by id, (kind = 'place')
        ), measured as (
            select c.id, c.ref, named.kind, c.category, c.status, left(c.summary, 200) as summary,
                   12742017.6 * asin(least(1, sqrt(
                       power(sin(radians(c.latitude - :latitude) / 2), 2)
                       + cos(radians(c.latitude)) * cos(radians(:latitude))
                       * power(sin(radians(c.longitude - :longitude) / 2), 2)))) as metres,
                   c.latitude, c.longitude, c.opened_at, c.closed_at, c.revisit_on,
                   left(case when c.status = 'rejected' then c.reason else c.answer end, 400)
                       as said
            from named
            join cases.case as c using (id)
            where :scope::uuid is null or c.unit_id = :scope or c.coop @> array[:scope::uuid]
        )
        select * from measured
        where kind <> 'place' or metres <= :metres
        order by (kind = 'place'), opened_at desc
        limit :most
        """,
        id=case.id,
        parent=case.parent_id,
        into=case.merged_into,
        low=[low for low, _ in cells],
        high=[high for _, high in cells],
        latitude=case.latitude,
        longitude=case.longitude,
        metres=metres,
        scope=scope_of(work.actor),
        most=most,
    )
