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
from city.web.answers import ApiResponse, acceptable, answered_once
from city.web.offline import MARK, is_somebody_else
from city.web.parameters import known_parameters

PUBLIC = "public"
"""The permission of a route that anybody may use, signed in or not."""

PLAIN_BYTES = 256_000
"""The longest body of a request. Reading one is costly: 20 MB of fields keep a server for 12 s."""

UPLOAD_BYTES = 80_000_000
"""What a route that takes files asks for instead, as its `request_max_body_size`."""

Decorator = Callable[[Callable[..., Any]], HTTPRouteHandler]

# Everything under /api/ and /open311/ is described in /openapi.json (include_in_schema=False: not).
# What cannot be read from a handler's annotations is said where it is routed:
#
#   takes=[NewReport]                its JSON body: one of these shapes
#   form=NewRequest                  its body as a form; a field of list[bytes] or bytes is a file,
#                                    and makes it multipart too
#   brings={"text/csv": bytes, "application/json": list[Row]}
#                                    its body by media type, when it is no shape of ours: bytes and
#                                    str are the body itself, None is anything
#   query=Wanted                     a shape whose fields are its parameters, for a handler that
#                                    reads request.query_params by itself
#   gives={"application/json": list[Service], "text/xml": None}
#                                    its answer by media type, when it returns a bare Response
#   refuses={"application/json": list[Fault], "text/xml": None}
#                                    its refusals, when they are not problem+json
#   also={200: "It had been sent before."}
#                                    further statuses with the same body
#   tells={"Link": "The next page."}      headers of its answer
#   leads={"get_report": {"ref": "$response.body#/0/ref"}}
#                                    links to operations that cannot be known from addresses and
#                                    answers (see links.py)
#   reads=("If-Match",)              it changes something that has a version (see require_version)
#   may=(404,)                       statuses of refusals that cannot be known from the route
#   each={"verb": {"claim": ("claim_case", "Claim a case", Nothing)}}
#                                    described as one operation for each word that a part of its
#                                    address can be: operationId, summary and body
#   code="open311_list_requests"     its operationId, when the function's name is not its own
#
# A POST under /api/ that asks for `request` and `work` is done once for each Idempotency-Key
# (see answers.py), unless it says once=False.

_SAID = (
    *("takes", "form", "brings", "query", "gives", "refuses", "also", "tells", "leads", "reads"),
    *("may", "each", "code"),
)
_DESCRIBED = ("/api/", "/open311/")


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
    once: bool = True,
    **options: Any,
) -> Decorator:
    """Serve a POST to those who hold the permission `allow`.

    `takes` are the shapes of its JSON body, for the description of the API. `from_anywhere` takes
    it from pages of other sites too: for what goes by a token or a secret of its own and by no
    cookie. `helpers`: on a route for everybody, who acts for somebody does it as that person.
    """
    once = once and _is_api(path)
    options["opt"] = {"from_anywhere": from_anywhere, "helpers": helpers, "once": once}
    decorate = _route(
        litestar.post, path, allow, {"status_code": status_code, "takes": list(takes), **options}
    )
    if not once:
        return decorate
    return lambda handler: decorate(answered_once(handler, status_code))


def patch(
    path: str | list[str],
    *,
    allow: str,
    status_code: int = 200,
    takes: Sequence[type] = (),
    **options: Any,
) -> Decorator:
    """Serve a PATCH to those who hold the permission `allow`; otherwise as `post`."""
    return _route(
        litestar.patch, path, allow, {"status_code": status_code, "takes": list(takes), **options}
    )


def delete(
    path: str | list[str],
    *,
    allow: str,
    status_code: int = 200,
    takes: Sequence[type] = (),
    **options: Any,
) -> Decorator:
    """Serve a DELETE to those who hold the permission `allow`; otherwise as `post`."""
    return _route(
        litestar.delete, path, allow, {"status_code": status_code, "takes": list(takes), **options}
    )


def _route(
    decorate: Callable[..., Any], path: str | list[str], allow: str, options: dict[str, Any]
) -> Decorator:
    paths = [path] if isinstance(path, str) else path
    options.setdefault("include_in_schema", all(p.startswith(_DESCRIBED) for p in paths))
    opt = options.setdefault("opt", {})
    opt["allow"] = allow
    for name in _SAID:
        if name in options:
            opt[name] = options.pop(name)
    if _is_api(path):
        options.setdefault("response_class", ApiResponse)
        guards = [_guard, acceptable(opt.get("gives") or ())]
        if "query" in opt:
            return decorate(path, guards=guards, **options)
        return lambda handler: decorate(
            path, guards=[*guards, known_parameters(handler)], **options
        )(handler)
    return decorate(path, guards=[_guard], **options)


def _is_api(path: str | list[str]) -> bool:
    return all(p.startswith("/api/") for p in ([path] if isinstance(path, str) else path))


async def _guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    # Async though it waits for nothing: Litestar sends a plain function to a thread, each time.
    if (refusal := connection.scope["state"].get("refusal")) is not None:
        raise refusal
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
