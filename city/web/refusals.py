"""How the description of the API tells what can be refused, and with which headers."""

from collections.abc import Mapping
from typing import Any, Protocol

from city.web.kinds import KINDS
from city.web.shapes import Schema, Shapes

PROBLEM: Schema = {
    "type": "object",
    "title": "Problem",
    "description": "What was refused and why (RFC 9457), in the reader's language.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "The kind of refusal: a page that says what to do about it.",
        },
        "title": {"type": "string", "description": "The kind of refusal in words."},
        "status": {"type": "integer", "description": "The status, once more."},
        "detail": {"type": "string", "description": "What is to be done, as a sentence."},
        "instance": {"type": "string", "description": "The number of this request."},
        "errors": {
            "type": "array",
            "description": "One for each field or parameter that is wrong.",
            "items": {
                "type": "object",
                "required": ["pointer", "field", "detail"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "A JSON Pointer (RFC 6901) to the field, as a fragment.",
                    },
                    "field": {"type": "string", "description": "Its name."},
                    "detail": {"type": "string", "description": "What is wrong with it."},
                },
            },
        },
    },
}


def _header(words: str, **schema: Any) -> Schema:
    return {"description": words, "schema": {"type": "string", **schema}}


HEADERS: Schema = {
    "ETag": _header("The state of what was answered, for If-None-Match and If-Match."),
    "Retry-After": {
        "description": "The seconds to wait before it is sent again.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "WWW-Authenticate": _header("How to say who one is (RFC 6750)."),
}


class Described(Protocol):
    """An operation, as far as its refusals go."""

    @property
    def path(self) -> str:
        """Its address."""
        ...

    @property
    def method(self) -> str:
        """Its method, in small letters."""
        ...

    @property
    def said(self) -> Any:
        """What was said where it is routed."""
        ...

    def among(self, media: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """Return the media types that its address can give, of all that were said."""
        ...


def refusals_of(operation: Described, shapes: Shapes) -> Schema:
    """Return the refusals that an operation can come to, by their status."""
    content: Schema = {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    }
    if refuses := operation.among(operation.said.get("refuses")):
        content = {
            media: ({"schema": shapes.of(kind)} if kind is not None else {})
            for media, kind in refuses.items()
        }
    found: Schema = {}
    for kind in KINDS:
        code = str(kind.status)
        if kind.status not in _statuses(operation) or code in found:
            continue
        found[code] = {"description": f"{kind.title}. {kind.means}", "content": content}
        if kind.status in (429, 503):
            found[code]["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
        if kind.status == 401:
            reference = {"$ref": "#/components/headers/WWW-Authenticate"}
            found[code]["headers"] = {"WWW-Authenticate": reference}
    return found


def _statuses(operation: Described) -> set[int]:
    # A key that does not hold is refused wherever it comes, and so is one that asks too often.
    found = {400, 401, 403, 422, 429, 503} | set(operation.said.get("may") or ())
    if "{" in operation.path:
        found.add(404)
    if operation.path.startswith("/api/"):
        found.add(406)  # Before anything is done, for whoever takes no JSON.
    if operation.method != "get":
        found |= {409, 413}
    if any(operation.said.get(body) for body in ("takes", "form", "brings")):
        found.add(415)
    if "If-Match" in operation.said.get("reads", ()):
        found.add(412)
    return found
