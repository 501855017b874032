"""Routes: each names the permission it needs, and its handler can ask for a unit of work.

A GET gets a work that only reads; any other method one that commits when the handler returns and
rolls back when it raises. Nothing has been sent when that happens.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import litestar
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from city.kernel import Forbidden, SignInNeeded, Unavailable, Work
from city.web.offline import MARK, is_somebody_else

PUBLIC = "public"
"""The permission of a route that anybody may use, signed in or not."""

PLAIN_BYTES = 256_000
"""The longest body of a request. Reading one is costly: 20 MB of fields keep a server for 12 s."""

UPLOAD_BYTES = 80_000_000
"""What a route that takes files asks for instead, as its `request_max_body_size`."""

Decorator = Callable[[Callable[..., Any]], HTTPRouteHandler]


def get(path: str | list[str], *, allow: str, **options: Any) -> Decorator:
    """Serve a GET to those who hold the permission `allow`."""
    return _route(litestar.get, path, allow, options)


def post(
    path: str | list[str],
    *,
    allow: str,
    status_code: int = 200,
    takes: Sequence[type] = (),
    from_anywhere: bool = False,
    helpers: bool = False,
    **options: Any,
) -> Decorator:
    """Serve a POST to those who hold the permission `allow`.

    `takes` are the shapes of its JSON body, for the description of the API. `from_anywhere` takes
    it from pages of other sites too: for what goes by a token or a secret of its own and by no
    cookie. `helpers`: on a route for everybody, who acts for somebody does it as that person.
    """
    options["opt"] = {"takes": list(takes), "from_anywhere": from_anywhere, "helpers": helpers}
    return _route(litestar.post, path, allow, {"status_code": status_code, **options})


def delete(
    path: str | list[str],
    *,
    allow: str,
    status_code: int = 200,
    takes: Sequence[type] = (),
    **options: Any,
) -> Decorator:
    """Serve a DELETE to those who hold the permission `allow`; otherwise as `post`."""
    options["opt"] = {"takes": list(takes)}
    return _route(litestar.delete, path, allow, {"status_code": status_code, **options})


def _route(
    decorate: Callable[..., Any], path: str | list[str], allow: str, options: dict[str, Any]
) -> Decorator:
    paths = [path] if isinstance(path, str) else path
    options.setdefault("include_in_schema", all(p.startswith("/api/") for p in paths))
    options.setdefault("opt", {})["allow"] = allow
    return decorate(path, guards=[_guard], **options)


async def _guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    # Async though it waits for nothing: Litestar sends a plain function to a thread, each time.
    if connection.scope["state"].get("foreign") and not handler.opt.get("from_anywhere"):
        raise Forbidden("This was sent from another site, so it was not accepted.")
    allow = handler.opt["allow"]
    if allow == PUBLIC:
        if not handler.opt.get("helpers"):
            connection.scope["user"] = connection.scope["user"].in_public()
        return
    if connection.scope["state"].get("unreachable"):
        raise Unavailable("The city's records cannot be reached just now.")
    actor = connection.scope["user"]
    if is_somebody_else(actor, connection.headers.get(MARK)):
        raise SignInNeeded("This was kept for somebody else. Please sign in as that person.")
    actor.require(allow)


async def _work(request: Request[Any, Any, Any]) -> AsyncIterator[Work]:
    scope = request.scope
    reading = scope["method"] in ("GET", "HEAD")
    database = scope["litestar_app"].state.database
    async with database.work(scope["user"], reading=reading) as work:
        yield work


work_dependency = {"work": Provide(_work)}
"""What lets a handler ask for `work: Work`."""
