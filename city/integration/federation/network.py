"""The way to other cities' servers, which nobody can make lead anywhere else.

Names are looked up here for each connection, and what is connected to is the very address that
was looked at (SSRF, CWE-918). Redirects are not followed: a server is where the page says it is.
"""

import asyncio
import socket
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

import httpcore2
from httpcore2 import AsyncNetworkBackend, AsyncNetworkStream
from msgspec import Struct

from city.integration.webhooks.posting import Reach, is_address
from city.integration.webhooks.sending import reach

PATIENCE_SECONDS = 15.0
_MOST_BYTES = 4_000_000


class Heard(Struct, frozen=True, kw_only=True):
    """What a server answered. Status 0: nothing.

    `arrived`: what was said may have arrived, whatever was answered; `link` is the Link header.
    """

    status: int
    body: bytes = b""
    arrived: bool = True
    refused: bool = False
    link: str = ""


class Network(AsyncNetworkBackend):
    """Connections as far as a reach goes."""

    def __init__(self, reach: Reach) -> None:
        """Connect as far as this reach goes."""
        self.reach = reach
        self._plain: AsyncNetworkBackend = httpcore2.AnyIOBackend()  # type: ignore[assignment]

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (as httpcore asks)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to the first address of a name; all of them have to be within reach."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, TimeoutError) as error:
            raise httpcore2.ConnectError("the name was not found") from error
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses or not all(self.reach.allows(address) for address in addresses):
            raise OutOfReach("this is no address of the public Internet")
        return await self._plain.connect_tcp(addresses[0], port, timeout)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """Refuse: no other city is one."""
        raise OutOfReach("another city is not on this machine")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class OutOfReach(ValueError):
    """This address may not be spoken with."""


class Twins:
    """Where the simulated cities of this process listen, by name."""

    addresses: ClassVar[dict[str, str]] = {}


def resolve(url: str) -> str:
    """Return the address of a server; that of a simulated one is known to this process only."""
    if url.startswith("simulated:"):
        return Twins.addresses.get(url.removeprefix("simulated:"), "")
    return url.rstrip("/")


def may_be_server(url: str) -> bool:
    """Return whether this can be the address of a server, as far as its letters tell."""
    if url.startswith("simulated:"):
        return url.removeprefix("simulated:") in Twins.addresses
    return is_address(url, reach()) and "?" not in url


async def speak(
    method: str, url: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] = {}
) -> Heard:
    """Say something to a server and return what it answered, within fifteen seconds."""
    body = urlencode(form).encode() if form is not None else None
    lines = [("Accept", "application/json, text/xml"), ("User-Agent", "Trang-Tien-Open311/1")]
    if body is not None:
        lines.append(("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"))
    lines += headers.items()
    try:
        async with (
            asyncio.timeout(PATIENCE_SECONDS),
            httpcore2.AsyncConnectionPool(network_backend=Network(reach())) as pool,
            pool.stream(method, url, headers=lines, content=body) as answer,
        ):
            read = bytearray()
            async for piece in answer.aiter_stream():
                read += piece
                if len(read) > _MOST_BYTES:
                    return Heard(status=0)
            known = {name.lower(): value for name, value in answer.headers}
            link = known.get(b"link", b"").decode("latin-1")
            return Heard(status=answer.status, body=bytes(read), link=link)
    except OutOfReach:
        return Heard(status=0, arrived=False, refused=True)
    except (httpcore2.ConnectError, httpcore2.ConnectTimeout, httpcore2.UnsupportedProtocol):
        return Heard(status=0, arrived=False)
    except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError):
        return Heard(status=0)
    except (OSError, TimeoutError, ValueError):
        return Heard(status=0)
