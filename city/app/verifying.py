"""Checking that something official is the city's: by its code, whatever paper or picture bears it.

Rooms that issue something official offer `verify(work, code) -> web.Official | None`.
"""

from datetime import UTC
from typing import Any
from urllib.parse import quote

from litestar import Request, Response

from city import cases, reports
from city.kernel import Work
from city.settings import current
from city.web import (
    PUBLIC,
    Official,
    get,
    in_language,
    page,
    public_keys,
    read_official,
    redirect,
    sign,
)

Answer = Response[Any]

_ISSUERS = (reports, cases)
_TONES = {"valid": "done", "replaced": "moderate", "withdrawn": "late"}
_SYMBOLS = {"valid": "badge-check", "replaced": "history", "withdrawn": "ban"}


@get("/verify", allow=PUBLIC)
async def ask_code(request: Request[Any, Any, Any]) -> Answer:
    """Ask for a code, or go on to the page of the one that was typed."""
    typed = request.query_params.get("code", "")
    code = read_official(typed)
    if code:
        return redirect(f"/verify/{code}")
    return page(request, "app/verify.html", 404 if typed else 200, found=None, code=typed[:60])


@get("/verify/{code:str}", allow=PUBLIC)
async def verify(request: Request[Any, Any, Any], work: Work, code: str) -> Answer:
    """Show what the city vouches for under this code, or that it knows nothing of it."""
    read = read_official(code)
    if read and read != code:
        return redirect(f"/verify/{quote(read)}")
    found = await _find(work, read) if read else None
    if found is None:
        return page(request, "app/verify.html", 404, found=None, code=code[:60])
    facts = _facts(found)
    return page(
        request,
        "app/verify.html",
        found=found,
        code=found.code,
        issued_by=in_language(found.issued_by, request.scope["state"]["language"]),
        tone=_TONES[found.state],
        sign=_SYMBOLS[found.state],
        checked_at=f"{current().url}/verify/{found.code}",
        signature=sign(current().data, facts, "trangtien-official+jws"),
        now=work.now,
    )


@get("/.well-known/trangtien-keys.json", allow=PUBLIC)
async def show_keys() -> dict[str, Any]:
    """Give the public key with which the city's signatures are checked (a JWK set)."""
    return public_keys(current().data)


async def _find(work: Work, code: str) -> Official | None:
    for room in _ISSUERS:
        if found := await room.verify(work, code):
            return found
    return None


def _facts(found: Official) -> dict[str, Any]:
    """Return what is signed: in English and the city's own words, whoever asks."""
    usual = current().profile.language
    return {
        "iss": current().url,
        "code": found.code,
        "kind": found.kind.text,
        "title": found.title.text.format_map(dict(found.title.params)),
        "issued_by": in_language(found.issued_by, usual),
        "issued_at": found.issued_at.astimezone(UTC).isoformat(timespec="seconds"),
        "state": found.state,
        "sha256": found.fingerprint,
    }


routes = [ask_code, verify, show_keys]
