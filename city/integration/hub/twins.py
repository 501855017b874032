"""Simulated twins of other systems: real HTTP servers on ports of this machine.

`water` is a water company that is asked for the outages it has announced; `province` the system
of a province that is told of answered cases. Both are invented, and every page says so.
"""

import asyncio
import hashlib
import logging
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import httptools
import msgspec

log = logging.getLogger("city.integration.hub")

_PAGE = 10
_REASONS = {200: "OK", 201: "Created", 304: "Not Modified", 404: "Not Found"}


class Asked(msgspec.Struct):
    """A request as a twin sees it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Reply(msgspec.Struct):
    """What a twin answers."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = {}


class Twin(Protocol):
    """A simulated system: it answers what it is asked."""

    async def answer(self, asked: Asked) -> Reply:
        """Answer as the real one would."""
        ...


class WaterCompany:
    """Has announced outages, which it gives away page by page."""

    name = "water"

    def __init__(self) -> None:
        """Announce outages for the next days."""
        self.outages = _outages(datetime.now(UTC))
        self.asked = 0

    async def answer(self, asked: Asked) -> Reply:
        """Answer as the water company does."""
        if asked.path == "/health":
            return Reply(200, b'{"status":"ok"}')
        if asked.method != "GET" or asked.path != "/outage":
            return Reply(404)
        self.asked += 1
        whole = msgspec.json.encode(self.outages)
        etag = f'"{hashlib.sha256(whole).hexdigest()[:20]}"'
        if asked.headers.get("if-none-match") == etag:
            return Reply(304, headers={"etag": etag})
        page = int(asked.query.get("page", "1"))
        first = (page - 1) * _PAGE
        more = first + _PAGE < len(self.outages)
        found = {"items": self.outages[first : first + _PAGE], "next": page + 1 if more else None}
        return Reply(200, msgspec.json.encode(found), {"etag": etag})


class Province:
    """Takes messages, each id once; and fails as often as it is told to."""

    name = "province"

    def __init__(self) -> None:
        """Begin without any message."""
        self.taken: dict[str, Any] = {}
        self.came = 0
        self.failing: list[int] = []

    async def answer(self, asked: Asked) -> Reply:
        """Answer as the province's system does."""
        if asked.path == "/health":
            return Reply(200, b'{"status":"ok"}')
        message_id = asked.headers.get("message-id", "")
        if asked.method != "POST" or not message_id:
            return Reply(404)
        self.came += 1
        if self.failing:
            return Reply(self.failing.pop(0), headers={"retry-after": "30"})
        if message_id in self.taken:
            return Reply(200, b'{"taken":"before"}')
        self.taken[message_id] = msgspec.json.decode(asked.body)
        return Reply(201, b'{"taken":"now"}')


class Listening:
    """A twin that listens on loopback."""

    def __init__(self, twin: Twin) -> None:
        """Have this twin answer."""
        self.twin = twin
        self.address = ""
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Listen on a free port of this machine; `address` then says where."""
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Listen no more, and end what is open."""
        if self._server is not None:
            self._server.close()
            for talk in self._talks:
                talk.cancel()
            await asyncio.gather(*self._talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None  # noqa: S101
        self._talks.add(talk)
        try:
            while (asked := await _read(reader)) is not None:
                reply = await self.twin.answer(asked)
                lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Answer')}"]
                lines += [f"{name}: {value}" for name, value in reply.headers.items()]
                lines += ["content-type: application/json", f"content-length: {len(reply.body)}"]
                writer.write("\r\n".join([*lines, "", ""]).encode() + reply.body)
                await writer.drain()
        except (OSError, httptools.HttpParserError, asyncio.CancelledError):
            pass
        except Exception:
            log.exception("a simulated system failed")
        finally:
            self._talks.discard(talk)
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    """Return the next request on a connection, or None when the other side has hung up."""
    parts = _Parts()
    parser = httptools.HttpRequestParser(parts)
    while not parts.whole:
        chunk = await reader.read(65_536)
        if not chunk or len(parts.body) > 2_000_000:
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


_PLACES = ("KL", "VD", "TH", "TX", "AC", "PX", "HA", "TA", "PB", "HT", "HC", "KT")
_WHY = ("Súc xả đường ống", "Thay van D300", "Đấu nối tuyến mới", "Sửa chữa rò rỉ")


def _outages(now: datetime) -> list[dict[str, Any]]:
    """Return outages as this company writes them: its own ward codes, its own dates."""
    day = (now + timedelta(hours=7)).replace(hour=8, minute=0)
    found: list[dict[str, Any]] = []
    for n, place in enumerate(_PLACES * 2):
        start = day + timedelta(days=n // 4 + 1, hours=n % 3)
        found.append(
            {
                "maThongBao": f"CN-{start:%Y%m%d}-{n + 1:02}",
                "khuVuc": place,
                "tuGio": f"{start:%d/%m/%Y %H:%M}",
                "denGio": f"{start + timedelta(hours=3 + n % 4):%d/%m/%Y %H:%M}",
                "lyDo": _WHY[n % len(_WHY)],
                "apLuc": {"giaTri": f"{n % 3 + 1},5", "donVi": "bar"},
                "soHo": 60 + 35 * (n % 7),
                "nguoiTruc": {"ten": "Người trực mẫu", "soDienThoai": "000 0000 000"},
            }
        )
    return found
