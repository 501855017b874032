"""Where a page of a queue ended, as a short word for an address."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from city.kernel import Problem

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write_cursor(at: datetime, id: UUID) -> str:
    """Return the place after a line, exact to the microsecond."""
    return f"{(at - _EPOCH) // timedelta(microseconds=1)}.{id.hex}"


def read_cursor(written: str) -> tuple[datetime, UUID] | None:
    """Return the place that was written, None for an empty word; raise Problem if wrong."""
    if not written:
        return None
    try:
        micros, _, id = written.partition(".")
        return _EPOCH + timedelta(microseconds=int(micros)), UUID(hex=id)
    except (ValueError, OverflowError) as error:
        raise Problem("This page of the list cannot be found. Please begin again.") from error
