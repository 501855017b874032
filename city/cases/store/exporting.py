"""What everybody may know of cases, for those who follow the city with a feed reader."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from city.kernel import Work


class PublicAnswer(Struct, frozen=True, kw_only=True):
    """An answer that everybody may read, and what it answers; `summary` has its first letters."""

    id: UUID
    ref: str
    category: str
    ward: str | None
    address: str
    summary: str
    answer: str
    unit_id: UUID | None
    closed_at: datetime


async def list_newest_answers(
    work: Work, category: str, ward: str, most: int
) -> list[PublicAnswer]:
    """Return the newest public answers to reports: of a category or a ward, if one is given."""
    return await work.all(
        PublicAnswer,
        """
        select id, ref, category, ward, address, left(summary, 200) as summary, answer, unit_id,
               closed_at
        from cases.case
        where closed_at is not null and status = 'done' and not private and source = 'report'
          and answer <> '' and (:category::text = '' or category = :category)
          and (:ward::text = '' or ward = :ward)
        order by closed_at desc, id desc
        limit :most
        """,
        category=category,
        ward=ward,
        most=most,
    )
