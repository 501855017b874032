"""Posting to addresses that strangers named: over HTTP/1.1 on connections that are kept, and
never to a machine that is none of theirs.

The name of an address is looked up here for each connection, and what is connected to is the very
address that was looked at: nothing else can be behind it a moment later (SSRF, CWE-918). A
redirect is not followed. httptools parses the answers; a general client takes four times as long
(docs/reference/webhooks.md).
"""

import asyncio
import ipaddress
import socket
import ssl
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import cast
from urllib.parse import SplitResult, urlsplit

import httptools
from msgspec import Struct

from city.web import retry_after

PATIENCE_SECONDS = 10
MOST_ANSWER_BYTES = 4096
IDLE_SECONDS = 30
IDLE_EACH = 64

_MOST_RECEIVED_BYTES = 65_536
_LONGEST_WAIT = timedelta(hours=1)


class Reach(Struct, frozen=True):
    """Where may be posted besides the public Internet: to this machine, or anywhere."""

    this_machine: bool = False
    anywhere: bool = False

    def allows(self, address: str) -> bool:
        """Return whether an IP address may be connected to."""
        found = _plain(address)
        if self.anywhere:
            return not (found.is_multicast or found.is_unspecified)
        if found.is_loopback:
            return self.this_machine
        return found.is_global and not found.is_multicast


class Refused(OSError):
    """This address may not be posted to."""


class Posted(Struct, frozen=True, kw_only=True):
    """What was answered. Status 0: nothing, for the reason in `error`."""

    status: int
    answer: str = ""
    error: str = ""
    wait: timedelta | None = None


class Posts:
    """The connections of this process; those to one server are kept for the next time."""

    def __init__(self, reach: Reach) -> None:
        """Post as far as this reach goes."""
        self.reach = reach
        self._idle: dict[tuple[str, str, int], list[_Line]] = defaultdict(list)
        self._tls = ssl.create_default_context()

    async def post(self, url: str, headers: bytes, body: bytes) -> Posted:
        """Post a body and return what came of it, within ten seconds.

        `headers` are the lines besides Host and Content-Length, each with its end.
        """
        place = _place(url)
        message = b"POST %b HTTP/1.1\r\nHost: %b\r\nContent-Length: %d\r\n%b\r\n%b" % (
            place.target,
            place.host_header,
            len(body),
            headers,
            body,
        )
        line: _Line | None = None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                line = self._kept(place)
                if line is not None and (answer := await line.say(message)) is not None:
                    return self._keep(place, line, answer)
                # There was none, or its server had closed it before it heard anything.
                line = await self._connect(place)
                answer = await line.say(message)
                if answer is None:
                    return Posted(status=0, error="the connection was closed without an answer")
                return self._keep(place, line, answer)
        except TimeoutError:
            return Posted(status=0, error=f"no answer within {PATIENCE_SECONDS} seconds")
        except (OSError, ValueError, httptools.HttpParserError) as error:
            said = getattr(error, "strerror", None) or str(error) or type(error).__name__
            return Posted(status=0, error=said[:300])
        finally:
            if line is not None and line.is_busy:
                line.close()

    async def close(self) -> None:
        """Close every connection."""
        for lines in self._idle.values():
            for line in lines:
                line.close()
        self._idle.clear()

    def _kept(self, place: "_Place") -> "_Line | None":
        lines = self._idle.get(place.key)
        while lines:
            line = lines.pop()
            if line.is_open and time.monotonic() - line.since < IDLE_SECONDS:
                return line
            line.close()
        return None

    def _keep(self, place: "_Place", line: "_Line", answer: Posted) -> Posted:
        idle = self._idle[place.key]
        if line.may_stay and len(idle) < IDLE_EACH:
            line.since = time.monotonic()
            idle.append(line)
        else:
            line.close()
        return answer

    async def _connect(self, place: "_Place") -> "_Line":
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise OSError("the name was not found") from error
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses or not all(self.reach.allows(address) for address in addresses):
            raise Refused("this is no address of the public Internet")
        tls = self._tls if place.is_secure else None
        _, line = await loop.create_connection(
            _Line,
            addresses[0],
            place.port,
            ssl=tls,
            server_hostname=place.host if tls else None,
        )
        return line


class _Line(asyncio.Protocol):
    """One connection, on which one thing at a time is said and answered."""

    def __init__(self) -> None:
        self.since = 0.0
        self.is_open = False
        self.is_busy = False
        self.may_stay = False
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[Posted | None] | None = None
        self._begin()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._body = bytearray()
        self._wait: timedelta | None = None
        self._received = 0

    async def say(self, message: bytes) -> Posted | None:
        """Send a request and return its answer; None if the server was gone before any of it."""
        if self._transport is None or not self.is_open:
            return None
        self._begin()
        self.is_busy, self.may_stay = True, False
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(message)
        answer = await self._answered
        self.is_busy = False
        return answer

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort() if self.is_busy else self._transport.close()
        self.is_open = self.is_busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's own are no heirs of asyncio's.
        self._transport, self.is_open = cast(asyncio.Transport, transport), True

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = self.may_stay = False
        if self._waits() is None:
            return
        if self._received == 0:
            self._finish(None)
        elif not self._end_by_closing():
            self._fail(OSError("the connection broke off within the answer"))

    def _end_by_closing(self) -> bool:
        """End an answer that is as long as the connection lasts; false if it is not such a one."""
        status = self._status()
        if status < 200 or not self._headed:
            return False
        self._finish(self._posted(status))
        return True

    def data_received(self, data: bytes) -> None:
        if self._waits() is None:
            self.close()  # Nobody asked.
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail(OSError("it would speak another protocol"))
            return
        except httptools.HttpParserError as error:
            self._fail(error)
            return
        if self._received > _MOST_RECEIVED_BYTES and self._waits() is not None:
            self._fail(OSError("the answer is too long"))

    _headed = False

    def on_message_begin(self) -> None:
        self._headed = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"retry-after":
            self._wait = retry_after(value.decode("latin-1"), datetime.now(UTC), _LONGEST_WAIT)

    def on_headers_complete(self) -> None:
        self._headed = True

    def on_body(self, body: bytes) -> None:
        self._body += body[: MOST_ANSWER_BYTES - len(self._body)]
        if len(self._body) >= MOST_ANSWER_BYTES:
            self._finish(self._posted(self._status()))  # The rest does not interest us.

    def on_message_complete(self) -> None:
        status = self._status()
        if status >= 200 and self._waits() is not None:
            self.may_stay = self._parser.should_keep_alive()
            self._finish(self._posted(status))

    def _status(self) -> int:
        return int(self._parser.get_status_code())

    def _posted(self, status: int) -> Posted:
        text = self._body.decode("utf-8", "replace").replace("\x00", "")
        return Posted(status=status, answer=text, wait=self._wait)

    def _waits(self) -> "asyncio.Future[Posted | None] | None":
        waiting = self._answered
        return waiting if waiting is not None and not waiting.done() else None

    def _finish(self, answer: Posted | None) -> None:
        if (waiting := self._waits()) is not None:
            waiting.set_result(answer)

    def _fail(self, error: Exception) -> None:
        if (waiting := self._waits()) is not None:
            waiting.set_exception(error)


class _Place(Struct, frozen=True):
    """Where an address leads."""

    key: tuple[str, str, int]
    host: str
    port: int
    is_secure: bool
    host_header: bytes
    target: bytes


@lru_cache(maxsize=4096)
def _place(url: str) -> _Place:
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Place(
        (parts.scheme, host, port), host, port, secure, parts.netloc.encode(), target.encode()
    )


def is_address(url: str, reach: Reach) -> bool:
    """Return whether something may be posted to this address, as far as its letters tell.

    It is https; http only to this machine or, if anywhere may be posted to, inside. There is no
    user in it and no fragment.
    """
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    if parts.username is not None or parts.fragment or not host or port == 0:
        return False
    if not _may_have_scheme(parts, host, reach):
        return False
    try:
        return reach.allows(host)
    except ValueError:
        inside = host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
        here = host == "localhost" and reach.this_machine
        return here or reach.anywhere or ("." in host and not inside)


def _may_have_scheme(parts: SplitResult, host: str, reach: Reach) -> bool:
    if parts.scheme == "https":
        return True
    if parts.scheme != "http":
        return False
    here = host in ("localhost", "127.0.0.1", "::1")
    return reach.anywhere or (reach.this_machine and here)


def _plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return an IP address, and the one that hides in it."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return inner
    return found
