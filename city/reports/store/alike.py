"""What has lately been reported at a place."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from city.cases import Status
from city.kernel import Work


class Candidate(Struct, frozen=True, kw_only=True):
    """A public report that may be about the same thing; `own`: the asker's own report."""

    id: UUID
    ref: str
    category: str
    description: str
    photo: UUID | None
    latitude: float
    longitude: float
    sent_at: datetime
    status: Status
    closed_at: datetime | None
    voices: int
    own: bool


async def list_alike(
    work: Work,
    *,
    squares: list[int],
    point: tuple[float, float],
    degrees: float,
    narrowing: float,
    since: datetime,
    person_id: UUID | None,
    most: int,
) -> list[Candidate]:
    """Return the newest public reports since then within a circle, as `search.py` draws it.

    Only places known to the point count. The squares and times are read from an index, and of the
    reports themselves only those that are given.
    """
    return await work.all(
        Candidate,
        """
        select r.id, r.ref, r.category, left(r.description, 400) as description,
               r.photos[1] as photo, r.latitude, r.longitude, r.sent_at, r.status, r.closed_at,
               r.voices, coalesce(r.reporter_id = :person_id::uuid, false) as own
        from unnest(:squares::bigint[]) as s (square)
        cross join lateral (
            select *
            from reports.report
            where shown and square = s.square and sent_at >= :since::timestamptz
              and power(latitude - :latitude::float8, 2) + power(
                  (longitude - :longitude::float8) * :narrowing::float8, 2
              ) <= power(:degrees::float8, 2)
              and place_precision = 'point'
            order by sent_at desc, id desc
            limit :most
        ) as r
        order by r.sent_at desc, r.id desc
        limit :most
        """,
        squares=squares,
        latitude=point[0],
        longitude=point[1],
        degrees=degrees,
        narrowing=narrowing,
        since=since,
        person_id=person_id,
        most=most,
    )
