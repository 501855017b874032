"""Rendering pages. Each room keeps its templates in a folder named after itself."""

import hashlib
import hmac
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import minijinja
from litestar import Request, Response
from litestar.response import Redirect
from markupsafe import Markup, escape

from city.kernel import Says
from city.settings import Settings, current
from city.web.forms import Form
from city.web.offline import MARK, person_mark, saves_data
from city.web.qr import qr_picture
from city.web.reading import look_of
from city.web.static import Static
from city.web.times import Times
from city.web.words import LANGUAGE_NAMES, in_language, words_of

_SYMBOL = re.compile(r'<symbol id="([^"]+)"[^>]*>(.*?)</symbol>')
_ROOMS = Path(__file__).parent.parent

Answer = Response[Any]


class Pages:
    """The templates of every room, one environment for each language."""

    def __init__(self, settings: Settings, static: Static) -> None:
        """Prepare the environments; templates are compiled when first used."""
        self.settings = settings
        self.profile = settings.profile
        self.static = static
        importmap = static.importmap()
        digest = b64encode(hashlib.sha256(importmap.encode()).digest()).decode()
        self.importmap_source = f"'sha256-{digest}'"
        sprite = self.static.files.get("web/vendor/icons.svg")
        drawn = sprite.read_text(encoding="utf-8") if sprite else ""
        self._drawings = dict(_SYMBOL.findall(drawn))
        self._importmap = Markup(f'<script type="importmap">{importmap}</script>')  # noqa: S704
        self._environments = {lang: self._environment(lang) for lang in self.profile.spoken}

    def render(self, template: str, language: str, context: Mapping[str, Any]) -> str:
        """Return the page in this language."""
        return self._environments[language].render_template(template, **context)

    def _environment(self, language: str) -> minijinja.Environment:
        words, times = words_of(language), Times(language, self.profile.zone)
        options: Any = {
            "loader": _source,
            "auto_escape_callback": lambda name: name.endswith(".html"),
            "undefined_behavior": "semi_strict",
            "trim_blocks": True,
            "lstrip_blocks": True,
            "debug": False,  # Its traces would bring what somebody typed into the log.
        }
        environment = minijinja.Environment(**options)
        functions: dict[str, Any] = {
            "lang": language,
            "city": self._city(language),
            "t": words.t,
            "tn": words.tn,
            "static": lru_cache(lambda name: Markup(self.static.url(name))),  # noqa: S704 (ours)
            "icon": lru_cache(self._icon),
            "importmap": self._importmap,
            "qr": qr_picture,
            "sample": self.settings.sample,
            "vneid": self.settings.sample or bool(self.settings.oidc_url),
            "map_tiles": self.settings.map_tiles,
            "version": self.static.version if self.settings.offline else "",
        }
        for name, value in functions.items():
            environment.add_global(name, value)
        filters: dict[str, Any] = {
            "when": times.when,
            "day": times.day,
            "clock": times.clock,
            "ago": times.ago,
            "lasting": times.lasting,
            "number": times.number,
            "json": _json,
            "paragraphs": _paragraphs,
            "iso": lambda moment: moment.isoformat(),
        }
        for name, function in filters.items():
            environment.add_filter(name, function)
        return environment

    def _city(self, language: str) -> dict[str, Any]:
        return {
            "code": self.profile.code,
            "address": self.settings.url.partition("://")[2],
            "name": in_language(self.profile.name, language),
            "tagline": in_language(self.profile.tagline, language),
            "languages": self.profile.languages,
            "spoken": [{"code": c, "name": LANGUAGE_NAMES.get(c, c)} for c in self.profile.spoken],
            "bounds": self.profile.bounds,
            "centre": self.profile.centre,
            "zoom": self.profile.zoom,
            "hotline": self.profile.hotline,
            "emergency": [
                {
                    "number": number,
                    "name": in_language(self.profile.emergency_names.get(number), language),
                }
                for number in self.profile.emergency
            ],
        }

    def _icon(self, name: str, size: str = "") -> Markup:
        # Drawn into the page: a sprite with every icon of the city is 14 kB before the first one.
        scale = f' data-size="{size}"' if size else ""
        return Markup(  # noqa: S704 (its parts are ours)
            f'<svg class="icon"{scale} viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
            f"{self._drawings.get(name, '')}</svg>"
        )


def page(
    request: Request[Any, Any, Any], template: str, status: int = 200, **context: Any
) -> Answer:
    """Answer with a page in the reader's language."""
    scope = request.scope
    language = scope["state"]["language"]
    actor = scope["user"]
    form = context.get("form")
    if isinstance(form, Form):
        context["form"] = _translated(form, language)
    message = request.cookies.get("flash")
    context |= {
        "actor": actor,
        "can": actor.may,
        "path": scope["path"],
        "here": _here(scope["path"], scope["query_string"]),
        "theme": request.cookies.get("theme", "") if request.cookies else "",
        "look": look_of(request.cookies),
        "flash": _read_flash(message, language) if message else "",
        "unread": scope["state"].get("unread"),
        "low": saves_data(request),
        "mark": person_mark(actor.id),
    }
    body = request.app.state.pages.render(template, language, context)
    answer = Response(body, status_code=status, media_type="text/html")
    answer.headers["content-language"] = language
    answer.headers[MARK] = context["mark"]
    # A script that follows a redirect shows nobody what it was answered.
    if message and "json" not in request.headers.get("accept", ""):
        answer.delete_cookie("flash")
    return answer


def wants_fragment(request: Request[Any, Any, Any]) -> bool:
    """Return whether HTMX asks for a part of a page."""
    return request.headers.get("hx-request") == "true"


def redirect(path: str, flash: Says | None = None) -> Answer:
    """Send the browser on to a path of this city with a GET, perhaps with a word for the reader."""
    if not path.startswith("/") or path.startswith("//") or not path.isprintable() or "\\" in path:
        path = "/"
    answer = Redirect(path, status_code=303)
    if flash is not None:
        said = json.dumps([flash.text, dict(flash.params)])
        answer.set_cookie(
            "flash",
            f"{_seal(said)}.{quote(said)}",
            max_age=60,
            httponly=True,
            samesite="lax",
            secure=current().secure_cookies,
        )
    return answer


def render_words(language: str, text: str | Says, **params: Any) -> str:
    """Return a sentence in a language, for messages that are not pages."""
    return words_of(language).t(text, **params)


def _read_flash(cookie: str, language: str) -> str:
    """Return what the cookie says if we wrote it: a stranger's braces could fill the memory."""
    seal, _, said = cookie.partition(".")
    said = unquote(said)
    if not hmac.compare_digest(seal.encode(), _seal(said).encode()):
        return ""
    text, params = json.loads(said)
    return words_of(language).t(text, **params)


def _seal(said: str) -> str:
    return hmac.new(current().secret.encode(), f"flash {said}".encode(), hashlib.sha256).hexdigest()


def _here(path: str, query: bytes) -> str:
    """Return the address of the page, without the language it asks for: that may be changed."""
    rest = "&".join(p for p in query.decode("latin-1").split("&") if p and p[:5] != "lang=")
    return f"{path}?{rest}" if rest else path


def _translated(form: Form, language: str) -> dict[str, Any]:
    t = words_of(language).t
    return {
        "values": form.values,
        "errors": {name: t(says) for name, says in form.errors.items()},
        "problem": t(form.problem) if form.problem else None,
    }


def _source(name: str) -> str | None:
    room = name.partition("/")[0]
    file = _ROOMS / room / "templates" / name
    return file.read_text() if ".." not in name and file.is_file() else None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _paragraphs(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))
