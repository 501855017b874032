"""What the API answers: a tag for what is read, and one answer however often the same is sent.

A GET's answer has a weak ETag, the digest of its body; who sends it back in `If-None-Match` is told
304 and no more. It is counted where the body is written, so that it costs no statement.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from email.utils import format_datetime
from functools import wraps
from hashlib import blake2b
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures.headers import Accept
from litestar.handlers import BaseRouteHandler
from litestar.response.base import ASGIResponse

from city.kernel import Conflict, Invalid, Problem, Work, begin_answer, keep_answer, say

Handler = Callable[..., Awaitable[Any]]
Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]

JSON = "application/json"

LEAST_KEY, MOST_KEY = 8, 80
"""The characters an Idempotency-Key may have."""

_KEY = re.compile(f"[!-~]{{{LEAST_KEY},{MOST_KEY}}}")


class Outdated(Problem):
    """The thing is not any more as the request says it was (`If-Match`)."""

    status = 412
    title = "It has changed meanwhile"


class NotAcceptable(Problem):
    """The request takes only kinds of answers that are not given here (`Accept`)."""

    status = 406
    title = "Not a kind we can give"


def acceptable(given: Iterable[str]) -> Guard:
    """Return a guard that refuses who takes none of these media types, and no JSON either.

    It asks before anything is done; afterwards an answer is what it is.
    """
    kinds = list(dict.fromkeys([JSON, "application/problem+json", *given]))

    async def check(
        connection: ASGIConnection[Any, Any, Any, Any], route: BaseRouteHandler
    ) -> None:
        asked = connection.headers.get("accept", "")
        if not asked.strip() or JSON in asked or "*/*" in asked:
            return  # As nearly everybody asks.
        if Accept(asked).best_match(kinds) is None:
            raise NotAcceptable("This is given as {kinds} only.", kinds=", ".join(kinds))

    return check


class ApiResponse(Response[Any]):
    """An answer of the API."""

    def to_asgi_response(self, *args: Any, **named: Any) -> ASGIResponse:
        """Write the body, and leave it out for who has it already."""
        answer = super().to_asgi_response(*args, **named)
        request = args[1] if len(args) > 1 else named["request"]
        if request.scope["method"] != "GET" or answer.status_code != 200:
            return answer
        tag = answer.headers.get("etag")
        if tag is None:
            tag = weak_tag(answer.body)
            answer.headers["etag"] = tag
        answer.headers.setdefault("vary", "accept-language, cookie, authorization, x-api-key")
        asked = request.headers.get("if-none-match")
        if asked is not None and is_among(tag, asked):
            answer.body = b""
            answer.content_length = 0
            answer.status_code = 304
            for name in ("content-type", "content-length"):
                answer.headers.pop(name, None)
        return answer


def weak_tag(body: bytes) -> str:
    """Return the weak ETag of a body."""
    return f'W/"{blake2b(body, digest_size=12).hexdigest()}"'


def version_tag(version: int) -> str:
    """Return the strong ETag of a thing that has a version, for `If-Match`."""
    return f'"{version}"'


def is_among(tag: str, asked: str) -> bool:
    """Return whether a list of tags as in If-None-Match has this one, weakly compared."""
    plain = tag.removeprefix("W/")
    return any(one.strip().removeprefix("W/") in (plain, "*") for one in asked[:2000].split(","))


def require_version(request: Request[Any, Any, Any], version: int) -> None:
    """Raise Outdated unless `If-Match` names this version, or is not there."""
    asked = request.headers.get("if-match", "").strip()
    tags = {one.strip().removeprefix("W/") for one in asked.split(",")}
    if asked and not tags & {"*", version_tag(version)}:
        raise Outdated("It has changed since you read it. Please read it again.")


def http_date(moment: datetime) -> str:
    """Return a moment as headers have it (RFC 9110, to the second)."""
    return format_datetime(moment.replace(microsecond=0), usegmt=True)


def idempotency_key(request: Request[Any, Any, Any]) -> str | None:
    """Return the Idempotency-Key of a request, if it has one; raise Invalid for what is none."""
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        says = say("An idempotency key has 8 to 80 letters, digits or signs, and no spaces.")
        raise Invalid({"Idempotency-Key": says})
    return key


def answered_once(handler: Handler, status: int) -> Handler:
    """Let a POST with an Idempotency-Key be done once; the same again is answered alike.

    The answer is kept in the transaction of what is done (24 hours, for whoever sent it): both are
    there, or neither. The same key with another body is refused with 409. A handler that does not
    ask for both `request` and `work` is left as it is.
    """
    if not {"request", "work"} <= set(inspect.signature(handler).parameters):
        return handler

    @wraps(handler)
    async def once(**given: Any) -> Any:
        request: Request[Any, Any, Any] = given["request"]
        work: Work = given["work"]
        key = idempotency_key(request)
        who = work.actor.program_id or work.actor.id
        if key is None or who is None:
            return await handler(**given)
        id = _digest(who.bytes, request.scope["path"].encode(), key.encode())
        asked = _digest(request.scope["query_string"], await request.body())
        before = await begin_answer(work, id, asked)
        if before is not None:
            if before.request != asked:
                raise Conflict("This idempotency key was used for something else.")
            return ApiResponse(
                before.body or None,
                status_code=before.status,
                media_type="application/json",
                headers={"idempotency-replayed": "true"},
            )
        answer = await handler(**given)
        content = answer.content if isinstance(answer, Response) else answer
        body = b"" if content is None else msgspec.json.encode(content)
        code = (isinstance(answer, Response) and answer.status_code) or status
        await keep_answer(work, id, code, body)
        return answer

    return once


def _digest(*parts: bytes) -> bytes:
    digest = blake2b(digest_size=24)
    for part in parts:
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.digest()
