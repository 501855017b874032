"""What the pages of partners share."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from city.partners.model import Application, explain
from city.web import Request, Response, in_language

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]

OPEN = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "www-authenticate, retry-after",
    "cross-origin-resource-policy": "cross-origin",
}
"""Headers of what pages of other origins may read: nothing that goes by a cookie."""


def widened(request: AnyRequest, answer: Answer, directive: str, origin: str) -> Answer:
    """Return the answer with one more source in the city's content policy, for this page alone."""
    answer.headers["content-security-policy"] = _widen(
        answer.headers.get("content-security-policy") or request.app.state.content_policy,
        directive,
        origin,
    )
    return answer


def _widen(policy: str, directive: str, origin: str) -> str:
    parts = [part.strip() for part in policy.split(";")]
    if any(part.split(" ")[0] == directive for part in parts):
        parts = [f"{p} {origin}" if p.split(" ")[0] == directive else p for p in parts]
    else:
        parts.append(f"{directive} {origin}")
    return "; ".join(parts)


def as_json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer a program, which keeps nothing of it."""
    return Response(
        msgspec.json.encode(body),
        status_code=status,
        media_type="application/json",
        headers={"cache-control": "no-store", **(headers or {})},
    )


def away(address: str, **given: str) -> Answer:
    """Send the browser to an application, with these parameters besides those of its address."""
    glue = "&" if urlsplit(address).query else "?"
    told = urlencode({name: value for name, value in given.items() if value})
    location = f"{address}{glue}{told}" if told else address
    return Response(
        b"",
        status_code=303,
        headers={
            "location": location,
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",
        },
    )


def language_of(request: AnyRequest) -> str:
    """Return the reader's language."""
    return str(request.scope["state"]["language"])


def shown(application: Application, language: str) -> dict[str, Any]:
    """Return an application as templates know it."""
    return {
        "code": application.code,
        "name": in_language(application.name, language),
        "summary": in_language(application.summary, language),
        "run_by": application.run_by,
        "contact": application.contact,
        "state": application.state,
        "mode": application.mode,
        "home_url": application.home_url,
        "origin": application.origin,
        "redirect_uris": application.redirect_uris,
        "scopes": explain(application.scopes),
        "public": application.public,
        "sample": application.sample,
        "made_at": application.made_at,
        "changed_at": application.changed_at,
    }
