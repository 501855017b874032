"""What makes the pages an app in the hand: manifest, service worker, and the pages it keeps.

See docs/reference/offline.md.
"""

import json
from typing import Any

from litestar import Request, Response

from city import settings
from city.app.advice import ADVICES
from city.identity import local_path
from city.web import PUBLIC, Static, get, keep_offline, page, redirect, render_words

Answer = Response[Any]
AnyRequest = Request[Any, Any, Any]

_YEAR = 365 * 24 * 3600
_SCRIPT = "text/javascript"
_IDB = "web/vendor/idb-keyval@"

PAGES = ("/offline", "/queue", "/emergency")
"""Kept from the beginning, whoever is there."""

_BESIDES = (
    "app/shell.css",
    "web/mark.svg",
    "web/vendor/fonts.css",
    "reports/alike-question.js",
    "reports/category-finder.js",
    "reports/category-questions.js",
    "reports/report-form.js",
)
_NOT_NEEDED = frozenset({"web/css/desk.css", "web/js/base-map.js", "web/js/reports-map.js"})
_NPM = ("/htmx.esm.min.js", "/index.js")
_PUSH = "messages/push-worker.js"


@get("/manifest.webmanifest", allow=PUBLIC)
async def show_manifest(request: AnyRequest) -> Answer:
    """Describe the app to the phone that installs it, in the language of the page that asked."""
    profile = settings.current().profile
    spoken = profile.spoken
    asked = request.query_params.get("for", "")
    language = asked if asked in spoken else request.scope["state"]["language"]
    static: Static = request.app.state.static
    manifest = _manifest(language, static)
    return Response(
        json.dumps(manifest, ensure_ascii=False),
        media_type="application/manifest+json",
        headers={"cache-control": "no-cache"},
    )


@get("/sw.js", allow=PUBLIC)
async def show_worker(request: AnyRequest) -> Answer:
    """Give out the service worker, or where this city wants none the one that removes itself."""
    static: Static = request.app.state.static
    if not settings.current().offline:
        return _script(static.body("web/sw-gone.js", squeezed=False).decode())
    files = _shell(static)
    parts = [static.url(next(n for n in static.files if n.startswith(_IDB) and "umd" in n))]
    parts.append(static.url("web/js/outbox-core.js"))
    if _PUSH in static.files:
        parts.append(static.url(_PUSH))
    told = {"VERSION": static.version, "SHELL": files, "PAGES": PAGES, "PARTS": parts}
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in told.items())
    return _script(head + static.body("web/sw.js", squeezed=False).decode())


@get("/work/worker.js", allow=PUBLIC)
async def show_old_worker(request: AnyRequest) -> Answer:
    """Take the officers' own worker of earlier versions off their phones: /sw.js does its work."""
    static: Static = request.app.state.static
    return _script(static.body("web/sw-gone.js", squeezed=False).decode())


@get("/offline", allow=PUBLIC)
async def show_offline(request: AnyRequest) -> Answer:
    """Say what can be done without a network: shown by the worker instead of any other page."""
    return keep_offline(page(request, "app/offline.html"), "all")


@get("/queue", allow=PUBLIC)
async def show_queue(request: AnyRequest) -> Answer:
    """Show what waits on this phone. Its script fills it: the city knows nothing of it yet."""
    return keep_offline(page(request, "app/queue.html"), "all")


@get("/emergency", allow=PUBLIC)
async def show_emergency(request: AnyRequest) -> Answer:
    """Show whom to call, and what to do until help is there."""
    advices = [
        {
            "id": advice.id,
            "icon": advice.icon,
            "tone": advice.tone,
            "title": advice.title.text,
            "lines": [line.text for line in advice.lines],
        }
        for advice in ADVICES
    ]
    return keep_offline(page(request, "app/emergency.html", advices=advices), "all")


@get("/low-data/{choice:str}", allow=PUBLIC)
async def choose_data(request: AnyRequest, choice: str) -> Answer:
    """Have this browser get small pages (`on`) or ordinary ones (anything else) from now on."""
    answer = redirect(local_path(request.query_params.get("next", "/")))
    answer.set_cookie(
        "low-data",
        "on" if choice == "on" else "off",
        max_age=_YEAR,
        path="/",
        samesite="lax",
        secure=settings.current().secure_cookies,
    )
    return answer


def _shell(static: Static) -> list[str]:
    """Return the addresses of what the pages that open without a network use.

    Fonts are not among them: whoever saves data never loads them, others keep them as they do.
    """
    ours = [
        name
        for name in static.files
        if name in _BESIDES
        or (name.startswith(("web/css/", "web/js/")) and name not in _NOT_NEEDED)
    ]
    # A folder of npm has its version in its name, so its files are asked for without another.
    npm = [name for name in static.files if name.endswith(_NPM) and "@" in name]
    return [*(static.url(name) for name in ours), *(f"/static/{n}" for n in npm)]


def _script(body: str) -> Answer:
    headers = {"service-worker-allowed": "/", "cache-control": "no-cache"}
    return Response(body, media_type=_SCRIPT, headers=headers)


def _manifest(language: str, static: Static) -> dict[str, Any]:
    profile = settings.current().profile

    def say(text: str) -> str:
        return render_words(language, text)

    def shortcut(name: str, url: str) -> dict[str, Any]:
        icon = {"src": static.url("web/vendor/app-192.png"), "sizes": "192x192"}
        return {"name": say(name), "url": url, "icons": [icon]}

    def picture(name: str, size: int, purpose: str) -> dict[str, str]:
        return {
            "src": static.url(f"web/vendor/{name}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }

    name = profile.name.get(language) or profile.name.get("en", "")
    return {
        "id": "/",
        "name": f"Tràng Tiền · {name}",
        "short_name": "Tràng Tiền",
        "description": profile.tagline.get(language) or profile.tagline.get("en", ""),
        "lang": language,
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": "#642a85",
        "background_color": "#faf8fc",
        "categories": ["government", "utilities"],
        "icons": [
            picture("app-192", 192, "any"),
            picture("app-512", 512, "any"),
            picture("app-maskable-512", 512, "maskable"),
        ],
        "shortcuts": [
            shortcut("Send a report", "/reports/new"),
            shortcut("My reports", "/mine"),
            shortcut("Map of reports", "/map"),
            shortcut("Emergency numbers", "/emergency"),
        ],
    }


routes = [
    show_manifest,
    show_worker,
    show_old_worker,
    show_offline,
    show_queue,
    show_emergency,
    choose_data,
]
