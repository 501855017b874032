"""What the tests of numbers count: bare rows, put where cases are kept."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from city.kernel import Work, new_id, new_ref
from tests.harness import NOON


class Row(Struct, kw_only=True):
    """A case as the numbers see it. Without `closed_at` it is open, wherever `status` says."""

    due_at: datetime | None
    closed_at: datetime | None = None
    opened_at: datetime = NOON - timedelta(days=60)
    status: str = "done"
    state: str = ""
    category: str = "street-light"
    process: str = "time_bound"
    ward: str | None = None
    unit_id: UUID | None = None
    rating: str | None = None
    reopened: int = 0
    escalated: int = 0
    pauses: list[datetime] = []
    entered_at: datetime | None = None
    step_due_at: datetime | None = None
    private: bool = False


async def put(work: Work, rows: Iterable[Row]) -> None:
    """Put rows where cases are kept, past every rule."""
    for row in rows:
        ends = row.status in ("done", "rejected", "merged")
        status = "doing" if ends and row.closed_at is None else row.status
        await work.run(
            """
            insert into cases.case (id, ref, category, process, source, status, state, summary,
                latitude, longitude, cell, ward, unit_id, opened_at, due_at, queue_at, pauses,
                closed_at, rating, reopened, escalated, entered_at, step_due_at, private, head_hash)
            values (:id, :ref, :category, :process, 'import', :status, :state,
                'Written by a resident', 16.4, 107.5, 1, :ward, :unit_id,
                :opened_at, :due_at, :opened_at, :pauses,
                :closed_at, :rating, :reopened, :escalated, :entered_at, :step_due_at, :private, '')
            """,
            id=new_id(),
            ref=new_ref(),
            category=row.category,
            process=row.process,
            status=status,
            state=row.state or status,
            ward=row.ward,
            unit_id=row.unit_id,
            opened_at=row.opened_at,
            due_at=row.due_at,
            pauses=row.pauses,
            closed_at=row.closed_at,
            rating=row.rating,
            reopened=row.reopened,
            escalated=row.escalated,
            entered_at=row.entered_at,
            step_due_at=row.step_due_at,
            private=row.private,
        )
