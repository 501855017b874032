"""Which methods an address takes: told by OPTIONS, and with every 405 (RFC 9110)."""

import re
from functools import lru_cache

from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.types import Send

from city.web.sharing import sent_beforehand


def allowed_methods(app: Litestar, path: str) -> list[str]:
    """Return the methods that an address takes; none if there is nothing at it."""
    fitting = [
        route
        for route in app.routes
        if isinstance(route, HTTPRoute) and _pattern(route.path_format).fullmatch(path)
    ]
    if not fitting:
        return []
    # Of several the one that names more of the address: that is how requests find their way.
    route = min(fitting, key=lambda one: [part[:1] == "{" for part in one.path_format.split("/")])
    found = {str(method) for method in route.methods}
    if "GET" in found:
        found.add("HEAD")
    return sorted(found)


async def answer_options(send: Send, path: str, methods: list[str]) -> None:
    """Say which methods there are, without a body; a browser, what may be sent from elsewhere."""
    allow = (b"allow", ", ".join(methods).encode())
    headers = [allow, *sent_beforehand(path, methods)]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


@lru_cache(maxsize=2000)
def _pattern(path_format: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]+\}", path_format.rstrip("/") or "/")
    return re.compile("[^/]+".join(re.escape(part) for part in parts) + "/?")
