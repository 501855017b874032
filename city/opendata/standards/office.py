"""Files that come to be checked: taken as they stream in, looked through aside, and let go."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, TypeVar, cast

from city.kernel import Database, Invalid, Problem, TooMany, say
from city.opendata.standards import store
from city.opendata.standards.checking import check_file, mark_file
from city.opendata.standards.model import Checked, Item, Standard
from city.opendata.standards.reading import MOST_BYTES, TooLong, Unreadable
from city.web import FITS, Request

_IN_MEMORY = 1 << 20
_MOST_WAITING = 8
_HEAD = 4096
_BEFORE_JSON = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
"""What may stand before JSON: marks of how it is written, and space."""

Result = TypeVar("Result")


class _Desk:
    """One file of a process is looked at a time, and few may wait: it is a second of work."""

    def __init__(self) -> None:
        self.turn = asyncio.Semaphore(1)
        self.waiting = 0


_desk = _Desk()


async def list_codes(database: Database, request: Request[Any, Any, Any]) -> dict[str, list[Item]]:
    """Return the codes of every list as they were last published."""
    async with database.work(request.user, reading=True) as work:
        return {version.code: version.items for version in await store.list_latest(work)}


async def take_body(request: Request[Any, Any, Any]) -> BinaryIO:
    """Return the body of a request as a file; a long one is on disk, and gone once closed."""
    file = cast(BinaryIO, SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 (closed by who asks)
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > MOST_BYTES:
            file.close()
            raise TooLong("The file is larger than {most} MB.", most=MOST_BYTES // 1_000_000)
        file.write(piece)
    return file


def check_promise(request: Request[Any, Any, Any], file: BinaryIO) -> None:
    """Raise Problem for an empty body, and for JSON that is called CSV or the reverse."""
    file.seek(0)
    begins = file.read(_HEAD).lstrip(_BEFORE_JSON)[:1]
    kind = request.content_type[0].lower()
    is_json = begins in (b"{" if kind.endswith("geo+json") else b"[{")
    named = kind.endswith("json") or kind == "text/csv"  # Of any other kind it is looked into.
    if begins and (not named or is_json is kind.endswith("json")):
        return
    file.close()
    if not begins:
        raise Problem("The body is empty.")
    if not is_json:
        raise Unreadable("This is not JSON.")
    request.scope["state"][FITS] = True  # A text is as it is described, whatever it says.
    raise Invalid({"": say("This is JSON and not CSV.")})


async def look_through(
    request: Request[Any, Any, Any], file: BinaryIO, standard: Standard
) -> Checked:
    """Return what does not fit; raise Unreadable or TooLong."""
    codes = await list_codes(request.app.state.database, request)
    language = request.scope["state"]["language"]
    return await _aside(lambda: check_file(file, standard, codes, language))


async def give_marked(
    request: Request[Any, Any, Any], file: BinaryIO, standard: Standard
) -> AsyncIterator[bytes]:
    """Return the marked copy in pieces, once it is sure that there is one. Closes the file."""
    await look_through(request, file, standard)
    codes = await list_codes(request.app.state.database, request)
    language = request.scope["state"]["language"]
    return _pieces(file, mark_file(file, standard, codes, language))


async def _pieces(file: BinaryIO, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    with file:
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece


async def _aside(task: Callable[[], Result]) -> Result:
    if _desk.waiting >= _MOST_WAITING:
        raise TooMany(
            "Many files are being checked just now. Please try again in a minute.", seconds=60
        )
    _desk.waiting += 1
    try:
        async with _desk.turn:
            return await asyncio.to_thread(task)
    finally:
        _desk.waiting -= 1
