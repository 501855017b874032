"""How somebody wants to read: language, theme, size of the text, contrast, motion.

It works without an account: the browser keeps it in cookies, and every page bears it as
attributes of its root, for `tokens.css` to follow.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from litestar import Request, Response
from markupsafe import Markup

from city.kernel import Says, say
from city.settings import current

_YEAR = 365 * 24 * 3600

SIZES: dict[str, Says] = {
    "100": say("Ordinary"),
    "115": say("Larger"),
    "130": say("Large"),
    "150": say("Very large"),
}
"""How large the text is, in per cent."""

THEMES: dict[str, Says] = {
    "": say("As the device"),
    "light": say("Light"),
    "dark": say("Dark"),
}


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has chosen; what is empty follows the device."""

    language: str = ""
    theme: Literal["", "light", "dark"] = ""
    size: Literal["100", "115", "130", "150"] = "100"
    contrast: Literal["", "more"] = ""
    motion: Literal["", "less"] = ""
    next: str = ""


def read_look(cookies: Mapping[str, str]) -> Look:
    """Return what a browser's cookies say; what is not known there is as the device has it."""
    size, theme = cookies.get("size", ""), cookies.get("theme", "")
    found = {
        "theme": theme if theme in THEMES else "",
        "size": size if size in SIZES else "100",
        "contrast": "more" if cookies.get("contrast") == "more" else "",
        "motion": "less" if cookies.get("motion") == "less" else "",
    }
    return msgspec.convert(found, Look)


def look_of(cookies: Mapping[str, str] | None) -> Markup:
    """Return the attributes of the root of a page for this reader, each with a space before it."""
    if not cookies:
        return Markup()
    look = read_look(cookies)
    said = {
        "data-size": look.size if look.size != "100" else "",
        "data-contrast": look.contrast,
        "data-motion": look.motion,
    }
    written = "".join(f' {name}="{value}"' for name, value in said.items() if value)
    return Markup(written)  # noqa: S704 (its parts are ours)


def keep_look(request: Request[Any, Any, Any], answer: Response[Any], look: Look) -> Response[Any]:
    """Return the answer, which has this browser keep the look for a year."""
    chosen = msgspec.structs.asdict(look)
    for name in ("language", "theme", "size", "contrast", "motion"):
        value = chosen[name]
        if name == "language" and value not in current().profile.spoken:
            continue
        if value and (name, value) != ("size", "100"):
            answer.set_cookie(
                name,
                value,
                max_age=_YEAR,
                path="/",
                samesite="lax",
                secure=current().secure_cookies,
            )
        elif name in request.cookies:
            answer.delete_cookie(name)
    return answer
