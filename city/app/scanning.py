"""The scanner: a code is read by the phone itself, and only what is the city's is opened."""

from typing import Any
from urllib.parse import quote, urlsplit

from litestar import Request, Response

from city.settings import current
from city.web import PUBLIC, get, page, redirect

Answer = Response[Any]

_LONGEST = 2000
_LETTERS = "".join(c for c in map(chr, range(33, 127)) if c.isalnum())


@get("/scan", allow=PUBLIC)
async def scan(request: Request[Any, Any, Any]) -> Answer:
    """Show the scanner, or go where a code leads that was typed (`?code=`).

    Nothing of what the camera sees leaves the phone. Codes are read by the browser or, where it
    cannot, by WebAssembly of our own: this page alone may run any.
    """
    typed = request.query_params.get("code", "").strip()[:_LONGEST]
    if typed and (onward := where_to(typed)):
        return redirect(onward)
    answer = page(request, "app/scan.html", 404 if typed else 200, typed=typed)
    policy: str = request.app.state.content_policy
    answer.headers["content-security-policy"] = policy.replace(
        "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"
    )
    return answer


def where_to(text: str) -> str:
    """Return the page of this city that a code leads to; empty if it leads to none.

    A code is an address of this city, or the number of a sign (6 letters), the reference of a
    report (8) or the code of something official (12).
    """
    here = urlsplit(current().url)
    there = urlsplit(text) if text.startswith(("http://", "https://")) else None
    if there is not None:
        if there.netloc != here.netloc:
            return ""
        return there.path + (f"?{there.query}" if there.query else "") or "/"
    plain = "".join(letter for letter in text.upper() if letter in _LETTERS)
    if len(plain) != sum(letter not in " -–—.·" for letter in text):
        return ""
    path = {6: "/p/", 8: "/reports/", 12: "/verify/"}.get(len(plain), "")
    return path + quote(plain) if path else ""


routes = [scan]
