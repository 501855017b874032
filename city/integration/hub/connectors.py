"""Speaking with other systems over HTTP: asking them page by page, telling them message by message.

What a system has to offer is small, so that it is soon made:

- `GET {address}/health` answers 2xx while it works.
- asked: `GET {address}/{kind}?page=1` gives `{"items": […], "next": 2}` and, on the first page, an
  `ETag` of the whole; `next` is null on the last page, 304 says that nothing is new.
- told: `POST {address}/{kind}` with a `Message-Id`, which it takes once, however often it comes.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
import msgspec
from msgspec import Struct

from city.integration.hub.model import MOST_BYTES, Words
from city.kernel import Says, say
from city.web import retry_after

_PATIENCE_SECONDS = 10
_MOST_PAGES = 100
_LONGEST_WAIT = timedelta(hours=6)

UNREACHABLE = say("It could not be reached.")
NO_ADDRESS = say("It has no address.")


class Answered(Struct, frozen=True):
    """What a system answered; status 0: it could not be reached. `ms` is how long it took."""

    status: int
    ms: int
    body: bytes = b""
    etag: str = ""
    wait: timedelta | None = None

    @property
    def is_good(self) -> bool:
        """Whether it did what it was asked."""
        return 200 <= self.status < 300

    @property
    def may_work_later(self) -> bool:
        """Whether trying again is of use."""
        return self.status in (0, 408, 425, 429) or self.status >= 500

    @property
    def fault(self) -> Says | None:
        """What was wrong, in a sentence."""
        if self.is_good:
            return None
        if self.status == 0:
            return UNREACHABLE
        return say("It answered with status {status}.", status=self.status)


class Pulled(Struct, frozen=True):
    """What a system gave when it was asked: everything, nothing new (`items` None), or a fault."""

    answered: Answered
    items: list[dict[str, Any]] | None = None
    size: int = 0
    fault: Says | None = None


class Way:
    """The way to other systems from this process, and where its simulated twins listen."""

    client: httpx2.AsyncClient | None = None
    twins: ClassVar[Words] = {}


def open_way(twins: Words) -> None:
    """Open the way; `twins` are the addresses of simulated systems by name."""
    Way.twins = dict(twins)


async def close_way() -> None:
    """Close every connection."""
    if Way.client is not None:
        await Way.client.aclose()
    Way.client, Way.twins = None, {}


def _client() -> httpx2.AsyncClient:
    # Made when first needed, for it reads the certificates of the machine, which takes its time.
    if Way.client is None:
        # No proxies and no redirects: a message goes where the registry says, or nowhere.
        Way.client = httpx2.AsyncClient(
            timeout=_PATIENCE_SECONDS, follow_redirects=False, trust_env=False
        )
    return Way.client


def is_address(address: str) -> bool:
    """Return whether this can be the address of a system."""
    if address.startswith("simulated:"):
        return address.removeprefix("simulated:") in ("water", "province")
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query
    except ValueError:
        return False


def _resolve(address: str) -> str:
    if address.startswith("simulated:"):
        return Way.twins.get(address.removeprefix("simulated:"), "")
    return address.rstrip("/")


async def check_health(address: str) -> tuple[int, Says | None]:
    """Return how many milliseconds a system took to answer, and what was wrong."""
    answered = await _ask("GET", address, "health")
    return answered.ms, answered.fault


async def pull(address: str, kind: str, etag: str) -> Pulled:
    """Ask a system for everything of a kind, unless nothing is new since this ETag."""
    headers = {"if-none-match": etag} if etag else {}
    items: list[dict[str, Any]] = []
    size, first, page = 0, None, 1
    while True:
        answered = await _ask("GET", address, f"{kind}?page={page}", headers=headers)
        first = first or answered
        if answered.status == 304 and page == 1 and etag:
            return Pulled(answered)
        try:
            found = msgspec.json.decode(answered.body, type=_Page) if answered.is_good else None
        except (msgspec.DecodeError, RecursionError):
            return Pulled(answered, fault=say("What it answered could not be read."))
        if found is None:
            return Pulled(answered, fault=answered.fault)
        size += len(answered.body)
        items += found.items
        if found.next is None:
            return Pulled(msgspec.structs.replace(answered, etag=first.etag), items, size)
        page, headers = max(found.next, page + 1), {}
        if page > _MOST_PAGES:
            return Pulled(answered, fault=say("It has more pages than we read."))


class _Page(Struct):
    items: list[dict[str, Any]]
    next: int | None = None


async def push(address: str, kind: str, message_id: UUID, body: bytes) -> Answered:
    """Tell a system something; it knows by the message's id whether it has been told before."""
    headers = {"content-type": "application/json", "message-id": str(message_id)}
    answered = await _ask("POST", address, kind, headers=headers, body=body)
    # 409: it has it already. Some systems say so, some take it twice as once.
    return msgspec.structs.replace(answered, status=200) if answered.status == 409 else answered


async def _ask(
    method: str, address: str, path: str, *, headers: Words | None = None, body: bytes = b""
) -> Answered:
    began = time.monotonic()

    def ms() -> int:
        return round((time.monotonic() - began) * 1000)

    base = _resolve(address)
    if not base:
        return Answered(0, 0)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            async with _client().stream(
                method, f"{base}/{path}", headers=headers or {}, content=body or None
            ) as answer:
                read = bytearray()
                async for chunk in answer.aiter_bytes():
                    read += chunk
                    if len(read) > MOST_BYTES:
                        return Answered(502, ms())
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, TimeoutError):
        return Answered(0, ms())
    etag = answer.headers.get("etag", "")[:200]
    wait = retry_after(answer.headers.get("retry-after", ""), datetime.now(UTC), _LONGEST_WAIT)
    return Answered(answer.status_code, ms(), bytes(read), etag, wait)
