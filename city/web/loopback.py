"""A small HTTP server on this machine, for the simulated twins of systems elsewhere."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import httptools
from msgspec import Struct

log = logging.getLogger("city.web")

_MOST_BYTES = 2_000_000


class Asked(Struct, frozen=True):
    """A request as a twin sees it. Names of headers are in small letters."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Reply(Struct, frozen=True):
    """What a twin answers; a body is JSON unless the headers say otherwise."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = {}


class Loopback:
    """Listens on a free port of this machine, and answers as it is told to."""

    def __init__(self, answer: Callable[[Asked], Awaitable[Reply]]) -> None:
        """Have this function answer, which may be asked several things at once."""
        self.answer = answer
        self.port = 0
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """Where it listens, once it does."""
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> None:
        """Listen; `port` and `address` then say where."""
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no more, and end what is open."""
        if self._server is not None:
            self._server.close()
            for talk in self._talks:
                talk.cancel()
            await asyncio.gather(*self._talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None  # noqa: S101 (for the checker of types)
        self._talks.add(talk)
        try:
            while (asked := await _read(reader)) is not None:
                writer.write(_written(await self.answer(asked)))
                await writer.drain()
        except (OSError, httptools.HttpParserError, asyncio.CancelledError):
            pass
        except Exception:
            log.exception("a simulated system failed")
        finally:
            self._talks.discard(talk)
            writer.close()


def _written(reply: Reply) -> bytes:
    headers = {"content-type": "application/json"} if reply.body else {}
    headers |= reply.headers | {"content-length": str(len(reply.body))}
    lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + reply.body


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    """Return the next request on a connection, or None when the other side has hung up."""
    parts = _Parts()
    parser = httptools.HttpRequestParser(parts)
    while not parts.whole:
        chunk = await reader.read(65_536)
        if not chunk or len(parts.body) > _MOST_BYTES:
            return None
        parser.feed_data(chunk)
    url = urlsplit(parts.url.decode("latin-1"))
    query = {name: values[-1] for name, values in parse_qs(url.query).items()}
    method = parser.get_method().decode()
    return Asked(method, url.path, query, parts.headers, bytes(parts.body))


class _Parts:
    """Takes a request apart, as httptools asks."""

    def __init__(self) -> None:
        self.url, self.whole = b"", False
        self.headers: dict[str, str] = {}
        self.body = bytearray()

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.whole = True
