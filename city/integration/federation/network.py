"""The way to other cities' servers, which nobody can make lead anywhere else.

Names are looked up here for each connection, and what is connected to is the very address that
was looked at (SSRF, CWE-918). Redirects are not followed: a server is where the page says it is.
"""

import asyncio
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import urlencode

import httpcore2
from msgspec import Struct

from city.integration.webhooks.posting import is_address
from city.integration.webhooks.sending import reach
from city.messages import BadEndpoint, PublicNetwork

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
    network = PublicNetwork(allows=reach().allows)
    try:
        async with (
            asyncio.timeout(PATIENCE_SECONDS),
            httpcore2.AsyncConnectionPool(network_backend=network) as pool,
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
    except BadEndpoint:
        return Heard(status=0, arrived=False, refused=True)
    except (httpcore2.ConnectError, httpcore2.ConnectTimeout, httpcore2.UnsupportedProtocol):
        return Heard(status=0, arrived=False)
    except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError):
        return Heard(status=0)
    except (OSError, TimeoutError, ValueError):
        return Heard(status=0)
