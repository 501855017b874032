"""How cases stand, for programs that the city lets know: no words and nobody's name."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from city.cases.model import Process, Rating, Source, Status
from city.kernel import Work


class Standing(Struct, frozen=True, kw_only=True):
    """How a case stands. `merged_into` is the reference of the case it goes on in."""

    id: UUID
    ref: str
    category: str
    process: Process
    source: Source
    status: Status
    state: str
    private: bool
    ward: str | None
    latitude: float
    longitude: float
    unit_id: UUID | None
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    rating: Rating | None
    reopened: int
    merged_into: str | None
    version: int


async def list_standings(work: Work, case_ids: Sequence[UUID]) -> list[Standing]:
    """Return how these cases stand."""
    return await work.all(
        Standing,
        """
        select one.id, one.ref, one.category, one.process, one.source, one.status, one.state,
               one.private, one.ward, one.latitude, one.longitude, one.unit_id, one.opened_at,
               one.due_at, one.closed_at, one.rating, one.reopened, onward.ref as merged_into,
               one.version
        from cases.case as one
        left join cases.case as onward on onward.id = one.merged_into
        where one.id = any(:case_ids::uuid[])
        """,
        case_ids=list(case_ids),
    )
