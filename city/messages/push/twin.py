"""The simulated push service of a sample city: a real HTTP server on a port of this machine.

It takes what RFC 8030 says a push service takes, at `http://push.trangtien.test/<token>`, checks
the city's signature (RFC 8292) and the coding, and answers as it is told to. Being the device as
well, it opens what it got, so that everybody can read it at /simulated/outbox.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httptools
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from city.kernel import NOBODY, Conflict, Database, Missing, Work
from city.messages.push import store
from city.messages.push.model import SimulatedDevice
from city.messages.push.seal import CURVE, MOST_BYTES, public_bytes, unseal
from city.messages.push.service import SIMULATED
from city.messages.push.vapid import base64url, from_base64url
from city.settings import current

log = logging.getLogger("city.messages.push")

ANSWERS = (201, 404, 410, 429, 503)

Arrived = Callable[[Database, UUID, str, str, str], Awaitable[None]]
"""Keeps what arrived: the delivery, the device's token, title and body."""

_REASONS = {201: "Created", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 410: "Gone"}


class _Asked(msgspec.Struct):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class SimulatedPushService:
    """Listens on loopback and takes pushes for the simulated devices of a database."""

    def __init__(self, database: Database, arrived: Arrived) -> None:
        """Find devices in this database and give what they got to `arrived`."""
        self.database = database
        self.arrived = arrived
        self.port = 0
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self._one_at_a_time = asyncio.Lock()

    async def open(self) -> None:
        """Listen on a free port of this machine; `port` then says which."""
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no more, and end what is open."""
        if self._server is not None:
            self._server.close()
            for talk in self._talks:
                talk.cancel()
            await asyncio.gather(*self._talks, return_exceptions=True)

    async def answer(self, asked: _Asked) -> tuple[int, dict[str, str]]:
        """Return how to answer a request, and keep what it brought if it is a good one."""
        if asked.method != "POST":
            return 405, {"allow": "POST"}
        if not asked.headers.get("ttl", "").isdecimal():
            return 400, {}  # RFC 8030, section 5.2: a push has to say for how long it is good.
        if len(asked.body) > MOST_BYTES:
            return 413, {}
        if asked.headers.get("content-encoding") != "aes128gcm":
            return 415, {}
        if not is_signed(asked.headers.get("authorization", ""), SIMULATED, time.time()):
            return 403, {}
        # One after the other: a test has but one connection.
        async with self._one_at_a_time:
            return await self._take(asked)

    async def _take(self, asked: _Asked) -> tuple[int, dict[str, str]]:
        token = asked.path.strip("/")
        async with self.database.work(NOBODY, reading=True) as work:
            device = await store.find_device(work, token)
        if device is None:
            return 404, {}
        if device.answer != 201:
            wait = {"retry-after": str(device.retry_after)} if device.retry_after else {}
            return device.answer, wait
        try:
            key = ec.derive_private_key(int.from_bytes(device.private_key, "big"), CURVE)
            said = msgspec.json.decode(unseal(asked.body, key, device.auth))
            shown = said["notification"]
            delivery = UUID(shown["data"]["delivery"])
        except Exception:
            log.warning("a simulated device could not read a push", exc_info=True)
            return 400, {}
        body = f"{shown['body']}\n\n{shown['navigate']}"
        await self.arrived(self.database, delivery, token, shown["title"], body)
        return 201, {"location": f"{SIMULATED}/message/{delivery}"}

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None  # noqa: S101
        self._talks.add(talk)
        try:
            while (asked := await _read(reader)) is not None:
                status, headers = await self.answer(asked)
                lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Answer')}"]
                lines += [f"{name}: {value}" for name, value in headers.items()]
                lines += ["content-length: 0", "", ""]
                writer.write("\r\n".join(lines).encode())
                await writer.drain()
        except (OSError, httptools.HttpParserError, asyncio.CancelledError):
            pass
        except Exception:
            log.exception("the simulated push service failed")
        finally:
            self._talks.discard(talk)
            writer.close()


async def _read(reader: asyncio.StreamReader) -> _Asked | None:
    """Return the next request on a connection, or None when the other side has hung up."""
    parts = _Parts()
    parser = httptools.HttpRequestParser(parts)
    while not parts.whole:
        chunk = await reader.read(65_536)
        if not chunk or len(parts.body) > 1_000_000:
            return None
        parser.feed_data(chunk)
    return _Asked(
        parser.get_method().decode(), parts.url.decode("latin-1"), parts.headers, bytes(parts.body)
    )


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


def is_signed(header: str, origin: str, now: float) -> bool:
    """Return whether an Authorization header is a good VAPID one for this origin (RFC 8292)."""
    scheme, _, rest = header.partition(" ")
    pairs = (part.strip().partition("=") for part in rest.split(","))
    fields = {name: value for name, _, value in pairs}
    if scheme.lower() != "vapid" or not {"t", "k"} <= fields.keys():
        return False
    try:
        point = from_base64url(fields["k"])
        x, y = base64url(point[1:33]), base64url(point[33:])
        key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})
        claims: dict[str, Any] = jwt.decode(fields["t"], key, algorithms=["ES256"]).claims
        until = float(claims["exp"])
    except (JoseError, ValueError, KeyError, TypeError):
        return False
    who = str(claims.get("sub", ""))
    good_for = until - now
    return (
        claims.get("aud") == origin
        and 0 < good_for <= 24 * 3600
        and who.startswith(("https:", "mailto:"))
    )


async def add_device(work: Work) -> dict[str, Any]:
    """Make a simulated device, and return its subscription as a browser would give it."""
    if not current().sample:
        raise Missing("This is not a sample city.")
    key = ec.generate_private_key(CURVE)
    device = SimulatedDevice(
        token=secrets.token_urlsafe(24),
        private_key=key.private_numbers().private_value.to_bytes(32, "big"),
        auth=secrets.token_bytes(16),
        answer=201,
        retry_after=0,
        made_at=work.now,
    )
    await store.add_device(work, device)
    return {
        "endpoint": f"{SIMULATED}/{device.token}",
        "expirationTime": None,
        "keys": {"p256dh": base64url(public_bytes(key)), "auth": base64url(device.auth)},
    }


async def set_answer(work: Work, token: str, answer: int, retry_after: int) -> None:
    """Have the simulated service answer so for a device from now on."""
    if not current().sample:
        raise Missing("This is not a sample city.")
    if answer not in ANSWERS or not 0 <= retry_after <= 86_400:
        raise Conflict("The simulated push service does not know this answer.")
    if not await store.set_answer(work, token, answer, retry_after):
        raise Missing("We could not find what you asked for.")
