"""What anybody may know of reports, as programs are told it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from city.cases import Rating, Status
from city.kernel import Work


class PublicState(Struct, frozen=True, kw_only=True):
    """How a report stands for anybody; of a `private` one nothing but its reference may be told.

    `merged_into` is the reference of the report it goes on in. Places are WGS84 degrees.
    """

    case_id: UUID
    ref: str
    private: bool
    category: str
    status: Status
    ward: str | None
    latitude: float
    longitude: float
    sent_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    updated_at: datetime
    unit_id: UUID | None
    unit_name: dict[str, str] | None
    rating: Rating | None
    voices: int
    merged_into: str | None
    answer: str
    summary: str


async def list_public_states(work: Work, case_ids: Sequence[UUID]) -> list[PublicState]:
    """Return how the reports of these cases stand; a case may have none."""
    return await work.all(
        PublicState,
        """
        select report.case_id, report.ref, report.private, report.category, report.status,
               report.ward, report.latitude, report.longitude, report.sent_at, report.due_at,
               report.closed_at, report.updated_at, report.unit_id, report.unit_name,
               report.rating, report.voices, onward.ref as merged_into, report.answer,
               left(report.description, 200) as summary
        from reports.report as report
        left join reports.report as onward
            on onward.case_id = report.merged_into and not onward.private
        where report.case_id = any(:case_ids::uuid[])
        """,
        case_ids=list(case_ids),
    )
