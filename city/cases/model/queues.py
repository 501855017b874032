"""What queues and figures are made of."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from city.processes import Process, Status


class QueueItem(Struct, frozen=True, kw_only=True):
    """A line of a queue. `summary` holds its first 200 letters."""

    id: UUID
    ref: str
    category: str
    process: Process
    status: Status
    summary: str
    ward: str | None
    address: str
    private: bool
    unit_id: UUID | None
    opened_at: datetime
    verify_by: datetime | None
    dispatch_by: datetime | None
    due_at: datetime | None
    step_due_at: datetime | None
    closed_at: datetime | None
    reopened: int
    version: int
    queue_at: datetime


class QueueCounts(Struct, frozen=True):
    """How many cases stand where; `soon` are those whose step is due within an hour."""

    instant: int
    new: int
    route: int
    units: int
    check: int
    late: int
    soon: int
    done_today: int
