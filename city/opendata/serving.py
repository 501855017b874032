"""Files of data sets over HTTP: their tags, parts of them, and squeezed for those who ask.

By then the database has been let go: somebody who reads slowly holds a file, and nothing else.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, BinaryIO

from litestar.response import Stream

from city.kernel import Database
from city.opendata.model import LICENCE, MEDIA_TYPES, DataSet, Format
from city.opendata.snapshots import Snapshot, fresh_snapshot, open_file
from city.web import Request, Response

PIECE_BYTES = 1 << 17
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_SQUEEZED = frozenset({Format.CSV, Format.GEOJSON, Format.JSON})


async def serve_file(
    request: Request[Any, Any, Any], dataset: DataSet, form: Format
) -> Response[Any]:
    """Answer with a data set as it stands, or with a part of it (RFC 9110 §13 and §14)."""
    database: Database = request.app.state.database
    snapshot = await fresh_snapshot(database, dataset)
    part = _RANGE.fullmatch(request.headers.get("range", ""))
    squeezed = form in _SQUEEZED and part is None and _takes_gzip(request)
    headers = headers_of(dataset, snapshot, form, squeezed=squeezed)
    if is_known(request, headers["etag"], snapshot.since):
        return Response(b"", status_code=304, headers=headers)
    _, file = await open_file(database, dataset, snapshot, form, squeezed=squeezed)
    length = os.fstat(file.fileno()).st_size
    first, last = 0, length - 1
    if part is not None and _is_meant(request, headers):
        first, last = _bounds(part[1], part[2], length)
        if first > last:
            file.close()
            headers["content-range"] = f"bytes */{length}"
            return Response(b"", status_code=416, headers=headers)
        headers["content-range"] = f"bytes {first}-{last}/{length}"
    if squeezed:
        headers["content-encoding"] = "gzip"
    headers["content-length"] = str(last - first + 1)
    return Stream(
        _pieces(file, first, last - first + 1),
        status_code=206 if "content-range" in headers else 200,
        media_type=MEDIA_TYPES[form],
        headers=headers,
    )


def headers_of(
    dataset: DataSet, snapshot: Snapshot, form: Format, *, squeezed: bool
) -> dict[str, str]:
    """Return what every answer with this file says of it."""
    own = "-gz" if squeezed else ""
    return {
        "etag": f'"{snapshot.digest[:20]}-{form}{own}"',
        "last-modified": format_datetime(snapshot.since.replace(microsecond=0), usegmt=True),
        "change-position": snapshot.position,
        "accept-ranges": "bytes",
        "cache-control": "private, no-cache" if dataset.permission else "public, no-cache",
        "vary": "accept-encoding",
        "content-disposition": f'attachment; filename="{dataset.code}.{form}"',
        "link": f'</opendata/{dataset.code}>; rel="describedby", <{LICENCE}>; rel="license"',
        "access-control-allow-origin": "*",
    }


def is_known(request: Request[Any, Any, Any], tag: str, since: datetime | None = None) -> bool:
    """Return whether whoever asks has this already, by its tag or else by its age."""
    if known := request.headers.get("if-none-match"):
        tags = [one.strip().removeprefix("W/") for one in known.split(",")]
        return "*" in tags or tag.removeprefix("W/") in tags
    asked = _moment(request.headers.get("if-modified-since", ""))
    return since is not None and asked is not None and since.replace(microsecond=0) <= asked


def _is_meant(request: Request[Any, Any, Any], headers: dict[str, str]) -> bool:
    """Return whether a part is wanted of this file and not of an older one (If-Range)."""
    given = request.headers.get("if-range")
    return given is None or given in (headers["etag"], headers["last-modified"])


def _takes_gzip(request: Request[Any, Any, Any]) -> bool:
    for one in request.headers.get("accept-encoding", "").split(","):
        name, _, quality = one.strip().partition(";")
        if name.strip().lower() in ("gzip", "*"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """Return the first and last byte that a Range header asks for (RFC 9110 §14.1.2)."""
    if not first:
        return max(0, size - int(last or 0)), size - 1
    return int(first), min(int(last) if last else size - 1, size - 1)


def _moment(written: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(written)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


async def _pieces(file: BinaryIO, first: int, length: int) -> AsyncIterator[bytes]:
    with file:
        file.seek(first)
        while length > 0:
            piece = await asyncio.to_thread(file.read, min(PIECE_BYTES, length))
            if not piece:
                return
            length -= len(piece)
            yield piece
