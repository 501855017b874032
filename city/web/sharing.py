"""What pages of other sites may read (CORS, as the Fetch standard has it): never by a cookie.

An answer that is shared says `*`, with which a browser neither sends nor keeps cookies: who asks
from elsewhere is nobody, or whoever the key says that comes along.
"""

from collections.abc import Container, Iterable

from city.web.door import MACHINE_PATHS, Header

SHARED_PATHS = (*MACHINE_PATHS, "/oauth/", "/opendata/", "/standards/", "/partners/notify")
"""Where a browser may ask beforehand what it may send."""

_ORIGIN = b"access-control-allow-origin"
_TOLD = b"access-control-expose-headers"

_EXPOSED = ", ".join(
    [
        *("Change-Position", "Content-Disposition", "Content-Language", "ETag"),
        *("Idempotency-Replayed", "Last-Modified", "Link", "Location"),
        *("RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate", "X-Request-Id"),
    ]
).encode()
"""The headers that a script may read besides those which every script may."""

_SENT = ", ".join(
    [
        *("Authorization", "X-API-Key", "Content-Type", "Idempotency-Key", "Message-Id"),
        *("If-Match", "If-None-Match", "Last-Event-ID"),
    ]
).encode()
"""The headers that a script may send besides those which every script may."""


def shared(path: str, own: Container[bytes]) -> list[Header]:
    """Return what lets scripts of other sites read an answer that has these headers already.

    That of a machine's address, and any that says itself that it may be read.
    """
    found: list[Header] = []
    if _ORIGIN not in own:
        if not path.startswith(MACHINE_PATHS):
            return found
        found.append((_ORIGIN, b"*"))
    if _TOLD not in own:
        found.append((_TOLD, _EXPOSED))
    return found


def sent_beforehand(path: str, methods: Iterable[str]) -> list[Header]:
    """Return what a browser is told that asks what a script of another site may send."""
    if not path.startswith(SHARED_PATHS):
        return []
    return [
        (_ORIGIN, b"*"),
        (b"access-control-allow-methods", ", ".join(methods).encode()),
        (b"access-control-allow-headers", _SENT),
        (b"access-control-max-age", b"7200"),
    ]
