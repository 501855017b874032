"""What a phone may keep for reading without a network, and for whom.

Every page names the person it was made for by a mark that says nothing about them. The service
worker (`static/sw.js`) keeps only what an answer allows it to, under that mark, and drops
everything of one mark as soon as an answer comes for another, or for nobody.
See docs/reference/offline.md.
"""

import hashlib
import hmac
from typing import Any, Literal
from uuid import UUID

from litestar import Request, Response

from city.kernel import Actor
from city.settings import current

MARK = "x-person"
"""The header that says for whom an answer is, or on whose behalf a kept report is sent."""

KEEP = "x-offline"
"""The header that lets a phone keep an answer."""


def person_mark(person_id: UUID | None) -> str:
    """Return the mark of a person in this installation's phones; empty for nobody."""
    if person_id is None:
        return ""
    said = b"mark " + person_id.bytes
    return hmac.new(current().secret.encode(), said, hashlib.sha256).hexdigest()[:20]


def keep_offline(answer: Response[Any], whose: Literal["person", "all"]) -> Response[Any]:
    """Return the answer, which the reader's phone may keep: for this person alone, or for all."""
    answer.headers[KEEP] = whose
    return answer


def is_somebody_else(actor: Actor, claimed: str | None) -> bool:
    """Return whether a request says that it is sent on behalf of another than who is signed in.

    Two people share a phone: what one of them left to be sent must never go in the other's name.
    """
    return claimed is not None and claimed != person_mark(actor.id)


def saves_data(request: Request[Any, Any, Any]) -> bool:
    """Return whether this reader wants small pages: said here, or by the browser (Save-Data)."""
    chosen = request.cookies.get("low-data", "")
    if chosen:
        return chosen == "on"
    return request.headers.get("save-data", "").lower() == "on"
