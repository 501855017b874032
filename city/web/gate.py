"""The gate every request passes: who asks, in which language, from where, and what went out."""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
from litestar import Request
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from city.kernel import NOBODY, Actor, Database, Unavailable, new_id
from city.settings import Settings
from city.web.door import MACHINE_PATHS, Admit, Knock, Visit
from city.web.methods import allowed_methods, answer_options
from city.web.sharing import shared

log = logging.getLogger("city.web")

SESSION = "session"
_SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}

FindActor = Callable[[Database, str], Awaitable[Actor | None]]


class Gate:
    """ASGI middleware around the whole application.

    - gives the request an id, which every log line and every error page bears;
    - refuses a form posted from another site, by the browser's own Sec-Fetch-Site or Origin
      (docs/decisions/0005); cookies are SameSite=Lax besides;
    - puts the actor in `scope["user"]` and the language in `scope["state"]["language"]`;
    - sets the security headers, and writes one line of log without personal data.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        database: Database,
        settings: Settings,
        find_actor: FindActor,
        csp: str,
        admit: Admit | None = None,
    ) -> None:
        """Stand before `app`."""
        self.app = app
        self.database = database
        self.find_actor = find_actor
        self.admit = admit
        self.languages = settings.profile.spoken
        self.headers = _headers(csp, secure=settings.secure_cookies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = {name: value for name, value in scope["headers"]}
        request_id = new_id().hex
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        jar = _cookies(headers.get(b"cookie", b""))
        # No word of a person has a NUL in it, and PostgreSQL can keep none.
        scope["query_string"] = scope["query_string"].replace(b"%00", b"")
        scope["user"] = NOBODY
        if asked := _asked_language(scope["query_string"], self.languages):
            jar["language"] = asked
        state["language"] = language_of(jar, headers.get(b"accept-language", b""), self.languages)
        status, size = 500, 0
        visit: Visit | None = None
        # A HEAD is answered as a GET whose body is left out on its way.
        is_head = scope["method"] == "HEAD"
        if is_head:
            scope = {**scope, "method": "GET"}  # type: ignore[assignment]

        async def send_on(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.body":
                if is_head:
                    message["body"] = b""
                size += len(message.get("body", b""))
            if message["type"] == "http.response.start":
                status = message["status"]
                more = visit.headers(status) if visit else []
                message["headers"] = self._headed(scope["path"], message, more, request_id, asked)
            await send(message)

        try:
            visit = await self._recognise(scope, headers, jar)
            if scope["method"] == "OPTIONS" and (
                methods := allowed_methods(self.app, scope["path"])  # type: ignore[arg-type]
            ):
                await answer_options(send_on, scope["path"], methods)
                return
            await self.app(scope, receive, send_on)
        finally:
            if visit:
                visit.done(status, size)
            log.info(
                "request",
                extra={
                    "request_id": request_id,
                    "method": scope["method"],
                    "route": scope.get("path_template", ""),
                    "status": status,
                    "ms": round((time.perf_counter() - started) * 1000, 1),
                },
            )

    def _headed(
        self,
        path: str,
        message: Any,
        more: list[tuple[bytes, bytes]],
        request_id: str,
        asked: str,
    ) -> list[tuple[bytes, bytes]]:
        """Return an answer's headers and ours. What it says of itself is left as it is.

        So a page that needs more than the others (the scanner) brings a policy of its own.
        """
        told = {name for name, _ in more}
        headers = [header for header in message.get("headers", []) if header[0] not in told]
        own = {name for name, _ in headers}
        if b"content-security-policy" in own:
            own.add(b"x-frame-options")  # Who may frame it, its own policy says.
        headers += [*more, *shared(path, own)]
        headers += (header for header in self.headers if header[0] not in own)
        headers.append((b"x-request-id", request_id.encode()))
        if asked:
            headers.append((b"set-cookie", language_cookie(asked)))
        if b"cache-control" not in own:
            headers.append((b"cache-control", b"private, no-cache"))
        return headers

    async def _recognise(
        self, scope: Any, headers: Mapping[bytes, bytes], jar: Mapping[str, str]
    ) -> Visit | None:
        """Put in the scope who asks and in which language; return how a program goes on."""
        state, path, visit = scope["state"], scope["path"], None
        if (token := jar.get(SESSION)) and not path.startswith("/static/"):
            try:
                scope["user"] = await self.find_actor(self.database, token) or NOBODY
            except Unavailable:
                state["unreachable"] = True  # Who asks is not known now, and may be somebody.
        bears = b"authorization" in headers or b"x-api-key" in headers
        by_program = path.startswith(MACHINE_PATHS)
        # Who sends a key means it: a wrong one is refused, though a session comes along.
        keyed = by_program and (b"x-api-key" in headers or _is_bearer(headers))
        # No browser adds a key by itself, as it does with cookies: it was this script's to send.
        forged = scope["method"] not in _SAFE and _is_foreign(scope, headers)
        state["foreign"] = forged and not (keyed and self.admit)
        if self.admit and (keyed or (scope["user"] is NOBODY and (bears or by_program))):
            address = scope["client"][0] if scope.get("client") else ""
            knock = Knock(scope["method"], path, address, headers)
            visit = await self.admit(self.database, knock)
            scope["user"], state["refusal"] = visit.actor, visit.refusal
        if scope["user"].language in self.languages and "language" not in jar:
            state["language"] = scope["user"].language
        return visit


def _is_bearer(headers: Mapping[bytes, bytes]) -> bool:
    return headers.get(b"authorization", b"")[:7].lower() == b"bearer "


def language_of(jar: Mapping[str, str], accepted: bytes, languages: list[str]) -> str:
    """Return the language to answer in: the one chosen, else one the browser asks for."""
    chosen = jar.get("language")
    if chosen in languages:
        return chosen
    for part in accepted.decode("latin-1").split(","):
        code = part.partition(";")[0].strip().partition("-")[0].lower()
        if code in languages:
            return code
    return languages[0]


def language_cookie(language: str) -> bytes:
    """Return the header that has a browser speak this language for a year."""
    return f"language={language}; Max-Age={365 * 24 * 3600}; Path=/; SameSite=lax".encode()


def _asked_language(query: bytes, languages: list[str]) -> str:
    """Return the language that the address asks for (`?lang=ko`), or an empty string."""
    if b"lang=" not in query:
        return ""
    asked = dict(parse_qsl(query.decode("latin-1"))).get("lang", "")
    return asked if asked in languages else ""


def cookie(request: Request[Any, Any, Any], name: str) -> str:
    """Return a cookie, or an empty string."""
    return request.cookies.get(name, "")


def _cookies(header: bytes) -> dict[str, str]:
    """Return the cookies; http.cookies would drop all of them for one that it cannot read."""
    pairs = (part.strip().partition("=") for part in header.decode("latin-1").split(";"))
    return {name: value for name, _, value in pairs if value}


def _is_foreign(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    """Return whether a browser says that another site made it send this."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site not in (b"same-origin", b"none")
    origin = headers.get(b"origin")
    if origin is None:
        return False  # Not a browser, so there are no cookies to abuse.
    return urlsplit(origin).netloc != headers.get(b"host", b"")


def _headers(csp: str, *, secure: bool) -> list[tuple[bytes, bytes]]:
    headers = {
        "content-security-policy": csp,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": "geolocation=(self), camera=(self), microphone=(), payment=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-frame-options": "DENY",
    }
    if secure:
        headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class JsonLines(logging.Formatter):
    """One JSON object per line."""

    _STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "says": record.getMessage(),
        }
        line |= {k: v for k, v in vars(record).items() if k not in self._STANDARD}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=str).decode()
