"""Taking files in, and giving pictures and films out."""

import re
from uuid import UUID

from litestar.response import Stream

from city.kernel import Database, Missing, Problem, Work
from city.media import actions, store
from city.media.files import TYPES
from city.media.model import File, Kept, Size, thumb_url
from city.web import PUBLIC, UPLOAD_BYTES, Request, Response, UploadFile, get, post

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@post("/media", allow="media.send", status_code=201, request_max_body_size=UPLOAD_BYTES)
async def keep_upload(request: Request, work: Work) -> Kept:
    """Take in one file (multipart, field `file`) and say what became of it."""
    posted = await request.form()
    upload = posted.get("file")
    if not isinstance(upload, UploadFile):
        raise Problem("Please choose a photo or a video.")
    file = await actions.keep_upload(work, upload.file, upload.filename)
    return Kept(
        id=file.id,
        kind=file.kind,
        thumbnail_url=thumb_url(file.id),
        latitude=file.latitude,
        longitude=file.longitude,
        taken_at=file.taken_at,
    )


@get("/files/{id:uuid}/{size:str}", allow=PUBLIC)
async def show_file(request: Request, id: UUID, size: str) -> Response:
    """Give out a picture or a film; its address never shows anything else, so it may be kept.

    By the reader only: a private report's photo has an address like any other. The database is
    let go before the file store is asked, which may be slow.
    """
    database: Database = request.app.state.database
    async with database.work(request.user, reading=True) as work:
        file = await store.find_file(work, id)
    name = _name_of(file, size) if file else None
    if name is None:
        raise Missing("This picture is no longer here.")
    tag = f'"{name.rpartition("/")[2][:20]}"'
    headers = {
        "cache-control": "private, max-age=31536000, immutable",
        "etag": tag,
        "accept-ranges": "bytes",
        "cross-origin-resource-policy": "cross-origin",  # Programs are given these addresses.
    }
    if request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers=headers)
    kind = TYPES[f".{name.rpartition('.')[2]}"]
    files = actions.Rooms.files
    try:
        length = await files.size(name)
    except FileNotFoundError:
        raise Missing("This picture is no longer here.") from None
    part = _RANGE.fullmatch(request.headers.get("range", ""))
    first, last = _bounds(part[1], part[2], length) if part else (0, length - 1)
    if first > last:
        headers["content-range"] = f"bytes */{length}"
        return Response(b"", status_code=416, headers=headers)
    if part:
        headers["content-range"] = f"bytes {first}-{last}/{length}"
    headers["content-length"] = str(last - first + 1)
    pieces = files.stream(name, first, last - first + 1)
    return Stream(pieces, status_code=206 if part else 200, media_type=kind, headers=headers)


def _name_of(file: File, size: str) -> str | None:
    names: dict[str, str | None] = {
        Size.THUMB: file.thumb,
        Size.LARGE: file.large,
        Size.FILM: file.film,
        Size.OPEN: file.film or file.large,
    }
    return names.get(size)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """Return the first and last byte that a Range header asks for (RFC 9110 §14.1.2)."""
    if not first:
        return max(0, size - int(last or 0)), size - 1
    return int(first), min(int(last) if last else size - 1, size - 1)


routes = [keep_upload, show_file]
