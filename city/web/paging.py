"""Lists that go on: a cursor in `next`, and the same as a link (RFC 8288)."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from litestar import Request, Response
from litestar.params import Parameter

from city.kernel import Problem
from city.settings import current
from city.web.answers import ApiResponse

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Cursor = Annotated[
    str,
    Parameter(
        pattern="^([0-9a-f]{1,14}\\.[0-9a-f]{32})?$",
        description="The `next` of the page before. Nothing: the first page.",
    ),
]
"""Where a page begins, as an address has it."""

Words = Annotated[str, Parameter(max_length=200, description="Words, with or without diacritics.")]
Code = Annotated[str, Parameter(max_length=80, description="A code. Nothing: all of them.")]

GOES_ON = {"Link": "The next page, with rel=next, if there is one."}
"""What `tells` of a route with a list says."""


def write_cursor(at: datetime, id: UUID) -> str:
    """Return the place after a line, exact to the microsecond."""
    return f"{(at - _EPOCH) // timedelta(microseconds=1):x}.{id.hex}"


def read_cursor(written: str) -> tuple[datetime, UUID] | None:
    """Return the place that was written, None for an empty word; raise Problem if it is none."""
    if not written:
        return None
    try:
        micros, _, id = written.partition(".")
        return _EPOCH + timedelta(microseconds=int(micros, 16)), UUID(hex=id)
    except (ValueError, OverflowError) as error:
        raise Problem("This page of the list cannot be found. Please begin again.") from error


def paged(request: Request[Any, Any, Any], body: Any, next: str | None) -> Response[Any]:
    """Answer with a page of a list, and where the next one is."""
    answer = ApiResponse(body)
    if next is not None:
        given = parse_qsl(request.scope["query_string"].decode(errors="replace"), True)
        query = [(name, value) for name, value in given if name != "cursor"]
        address = f"{request.scope['path']}?{urlencode([*query, ('cursor', next)])}"
        answer.headers["link"] = f'<{current().url}{address}>; rel="next"'
    return answer
