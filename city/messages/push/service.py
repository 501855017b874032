"""Handing pushes to push services over HTTP (RFC 8030), and never to anything else.

Where a push goes is what a browser said, which anybody can invent. So only `https:` on its own
port is taken, and a name is looked up here, at each connection: an address that is not of the
public Internet is refused, whatever name it hides behind (SSRF, CWE-918).
"""

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpcore2
from httpcore2 import AsyncNetworkBackend, AsyncNetworkStream
from msgspec import Struct

from city.web import retry_after

AT_ONCE = 64
SIMULATED = "http://push.trangtien.test"
"""Where the devices of the simulated push service are. No name server knows this name."""

_PATIENCE_SECONDS = 15
_MOST_ANSWER_BYTES = 65_536
_LONGEST_WAIT = timedelta(days=1)


class BadEndpoint(ValueError):
    """This is no address of a push service."""


class Answer(Struct, frozen=True):
    """What a push service said. Status 0: nothing, it could not be reached."""

    status: int
    wait: timedelta | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the service will deliver it."""
        return 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether there is no such device any more."""
        return self.status in (404, 410)

    @property
    def may_work_later(self) -> bool:
        """Whether trying again is of use."""
        return self.status in (0, 408, 425, 429) or self.status >= 500


class PublicNetwork(AsyncNetworkBackend):
    """Connections to addresses that are allowed, and to the simulated push service if there is one.

    It is asked for each connection and connects to the address it has looked at, so that no name
    can be one address when it is checked and another when it is used.
    """

    def __init__(
        self, twin_port: int | None = None, allows: Callable[[str], bool] | None = None
    ) -> None:
        """Lead `push.trangtien.test` to this port of this machine, if there is one.

        `allows` says of an IP address whether it may be connected to: by default, if it is public.
        """
        self.allows = allows or is_public
        self.twin_port = twin_port
        self._plain: AsyncNetworkBackend = httpcore2.AnyIOBackend()  # type: ignore[assignment]

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (as httpcore asks)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to the first address of a name; all of them have to be public."""
        if self.twin_port is not None and host == urlsplit(SIMULATED).hostname:
            return await self._plain.connect_tcp("127.0.0.1", self.twin_port, timeout)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, TimeoutError) as error:
            raise httpcore2.ConnectError("the name was not found") from error
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses or not all(self.allows(address) for address in addresses):
            raise BadEndpoint("this is no address of the public Internet")
        return await self._plain.connect_tcp(addresses[0], port, timeout)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """Refuse: nobody elsewhere is one."""
        raise BadEndpoint("a push service is not on this machine")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class PushServices:
    """The way to push services; connections stay open between pushes."""

    def __init__(self, network: PublicNetwork) -> None:
        """Reach them over this network."""
        self.twin_port = network.twin_port
        self._pool = httpcore2.AsyncConnectionPool(
            max_connections=AT_ONCE, keepalive_expiry=60, network_backend=network
        )

    async def post(self, endpoint: str, headers: dict[str, str], body: bytes) -> Answer:
        """Hand one push over; say what the service answered. Never follows a redirect."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                async with self._pool.stream(
                    "POST", endpoint, headers=_headers(endpoint, headers, body), content=body
                ) as answer:
                    read = 0
                    async for chunk in answer.aiter_stream():
                        read += len(chunk)
                        if read > _MOST_ANSWER_BYTES:
                            break
                    return Answer(answer.status, wait_of(answer.headers, datetime.now(UTC)))
        except BadEndpoint:
            return Answer(410)  # Such a device never was, or has moved to where nobody may go.
        except (httpcore2.UnsupportedProtocol, httpcore2.LocalProtocolError):
            return Answer(410)
        except (
            httpcore2.NetworkError,
            httpcore2.TimeoutException,
            httpcore2.ProtocolError,
            OSError,
        ):
            return Answer(0)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


def origin_of(endpoint: str, *, simulated: bool = False) -> str:
    """Return the origin of a push service's address, such as `https://push.example`.

    Raises BadEndpoint unless it is `https:` on the usual port of a public name or address, or of
    the simulated service where that is allowed.
    """
    if not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        raise BadEndpoint("this is no address")
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadEndpoint("this is no address") from error
    if simulated and endpoint.startswith(f"{SIMULATED}/"):
        return SIMULATED
    if parts.scheme != "https" or port not in (None, 443) or parts.username is not None:
        raise BadEndpoint("push services are https on port 443")
    if ("." not in host and ":" not in host) or host.endswith((".local", ".internal", ".test")):
        raise BadEndpoint("this name is not of the public Internet")
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        return f"https://{host}"
    if not is_public(str(literal)):
        raise BadEndpoint("this is no address of the public Internet")
    return f"https://[{host}]" if ":" in host else f"https://{host}"


def is_public(address: str) -> bool:
    """Return whether an address is of the public Internet, also where one hides in another."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            found = inner
    return found.is_global and not found.is_multicast


def wait_of(headers: list[tuple[bytes, bytes]], now: datetime) -> timedelta | None:
    """Return how long a service wants to be left alone, a second at least and a day at most."""
    given = next((v for n, v in headers if n.lower() == b"retry-after"), b"").decode("latin-1")
    wait = retry_after(given, now, _LONGEST_WAIT)
    return None if wait is None else max(wait, timedelta(seconds=1))


def _headers(endpoint: str, headers: dict[str, str], body: bytes) -> list[tuple[str, str]]:
    host = urlsplit(endpoint).netloc
    return [("Host", host), *headers.items(), ("Content-Length", str(len(body)))]
