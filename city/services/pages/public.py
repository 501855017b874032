"""Every function there is, one of them, favourites, and as whom the first page is met."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode

import msgspec

from city import identity
from city.kernel import Problem, Work, say
from city.services import actions, known, views
from city.services.finding import MOST_LETTERS, find_articles, find_services
from city.services.helping import articles
from city.services.model import (
    AUDIENCE_NAMES,
    STATE_NAMES,
    STATE_TONES,
    Audience,
    Face,
    Service,
    State,
    in_language,
)
from city.services.views import FACE_NAMES
from city.settings import current
from city.web import PUBLIC, Request, Response, get, page, post, read_form, redirect

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]

FACE_COOKIE = "face"
_A_YEAR = 365 * 24 * 3600


class Star(msgspec.Struct, frozen=True):
    """A star given or, with `off`, taken away."""

    off: bool = False


class Stars(msgspec.Struct, frozen=True):
    """The functions that have a star on a device, the first one first."""

    codes: list[str] = []


class Chosen(msgspec.Struct, frozen=True):
    """As whom somebody wants to meet the first page."""

    face: Face


@get("/services", allow=PUBLIC)
async def show_services(request: AnyRequest, work: Work, q: str = "", audience: str = "") -> Answer:
    """Show every function in its group, narrowed to an audience, a state and words."""
    language = request.scope["state"]["language"]
    state = request.query_params.get("state", "")
    registry = await known.refresh(work)
    choices = await views.choices_of(work)
    staff = request.user.may("cases.view")
    whom = Audience(audience) if audience in list(Audience) else None
    found = registry.for_audience(whom, staff=staff)
    counts = Counter(one.facts.state for one in found)
    if state in list(State):
        found = [one for one in found if one.facts.state == state]
    words = q[:MOST_LETTERS].strip()
    if words:
        found = find_services(found, words, most=len(found))
    return page(
        request,
        "services/list.html",
        words=words,
        groups=_grouped(registry, found, language),
        total=len(found),
        favourites=[
            views.line_of(registry.by_code[code], language)
            for code in choices.favourites
            if code in registry.by_code and not (words or whom or state)
        ],
        audiences=_audiences(whom, state, words, staff=staff),
        states=_states(counts, whom, state, words),
        narrowed=bool(whom or state or words),
    )


@get("/services/found", allow=PUBLIC)
async def found_services(request: AnyRequest, work: Work, q: str = "") -> Answer:
    """Show the functions and help pages that words fit: a part of a search page."""
    return page(request, "services/found.html", **await find_for(request, work, q))


@get("/services/tiles", allow=PUBLIC)
async def show_tiles(request: AnyRequest, work: Work, codes: str = "") -> Answer:
    """Show tiles of these functions: a part of the first page, for stars kept on a device."""
    registry = await known.refresh(work)
    wanted = [registry.by_code.get(code) for code in codes[:2000].split(",")[: views.MOST_CODES]]
    shown = [one for one in wanted if one is not None and not one.facts.hidden]
    language = request.scope["state"]["language"]
    return page(request, "services/tiles.html", tiles=views.lines_of(shown, language))


@get("/services/{code:str}", allow=PUBLIC)
async def show_service(request: AnyRequest, work: Work, code: str) -> Answer:
    """Show one function: what it is, who runs it, when it is open, what it needs, how it is."""
    language = request.scope["state"]["language"]
    service = await actions.get_service(work, code)
    registry = await known.refresh(work)
    choices = await views.choices_of(work)
    unit = service.facts.unit and await identity.find_unit(work, service.facts.unit)
    group = next((g for g in registry.groups if g.code == service.facts.group), None)
    return page(
        request,
        "services/service.html",
        detail=views.detail_of(service, work.now, language),
        unit=unit or None,
        unit_name=in_language(unit.name, language) if unit else "",
        group=in_language(group.name, language) if group else "",
        audience_names=[AUDIENCE_NAMES[one] for one in service.facts.audience],
        state_name=STATE_NAMES[service.facts.state],
        state_tone=STATE_TONES[service.facts.state],
        starred=code in choices.favourites,
    )


@post("/services/favourites", allow="me", status_code=204)
async def bring_stars(request: AnyRequest, work: Work) -> None:
    """Take over the stars of a device on which its person has signed in since."""
    stars, _ = await read_form(request, Stars)
    if stars:
        await actions.bring_favourites(work, stars.codes[: actions.MOST_FAVOURITES])


@post("/services/{code:str}/favourite", allow="me")
async def star_service(request: AnyRequest, work: Work, code: str) -> Answer:
    """Give a function a star, or take it away."""
    star, _ = await read_form(request, Star)
    if star and star.off:
        await actions.remove_favourite(work, code)
        return redirect(f"/services/{code}", flash=say("No star any more."))
    await actions.add_favourite(work, code)
    return redirect(f"/services/{code}", flash=say("It now stands first on your home page."))


@post("/face", allow=PUBLIC)
async def choose_face(request: AnyRequest, work: Work) -> Answer:
    """Meet the first page as somebody else from now on."""
    chosen, _ = await read_form(request, Chosen)
    if chosen is None:
        raise Problem("Please choose one of the list.")
    await actions.choose_face(work, chosen.face)
    answer = redirect("/")
    answer.set_cookie(
        FACE_COOKIE,
        chosen.face.value,
        max_age=_A_YEAR,
        httponly=True,
        samesite="lax",
        secure=current().secure_cookies,
    )
    return answer


async def find_for(request: AnyRequest, work: Work, q: str) -> dict[str, Any]:
    """Return what templates need to show the functions and help pages that words fit."""
    language = request.scope["state"]["language"]
    words = q[:MOST_LETTERS].strip()
    registry = await known.refresh(work)
    services = registry.for_audience(None, staff=request.user.may("cases.view"))
    return {
        "words": words,
        "services": views.lines_of(find_services(services, words), language),
        "articles": [
            {
                "href": f"/services/help/{article.code}",
                "icon": article.icon,
                "title": in_language(article.title, language),
            }
            for article in find_articles(articles().values(), words)
        ],
    }


def faces() -> list[dict[str, Any]]:
    """Return the faces of the first page, for its switch."""
    return [
        {"code": face.value, "name": name, "icon": views.FACE_ICONS[face]}
        for face, name in FACE_NAMES.items()
    ]


def _grouped(
    registry: known.Registry, services: list[Service], language: str
) -> list[dict[str, Any]]:
    groups = [
        {
            "code": group.code,
            "name": in_language(group.name, language),
            "lines": views.lines_of((s for s in services if s.facts.group == group.code), language),
        }
        for group in registry.groups
    ]
    return [group for group in groups if group["lines"]]


def _audiences(
    whom: Audience | None, state: str, words: str, *, staff: bool
) -> list[dict[str, Any]]:
    chips = [{"name": say("Everybody"), "code": "", "current": whom is None}]
    chips += [
        {"name": name, "code": one.value, "current": one is whom}
        for one, name in AUDIENCE_NAMES.items()
        if staff or one is not Audience.STAFF
    ]
    return [
        {**chip, "href": _href(audience=str(chip["code"]), state=state, q=words)} for chip in chips
    ]


def _states(
    counts: Counter[State], whom: Audience | None, state: str, words: str
) -> list[dict[str, Any]]:
    audience = whom.value if whom else ""
    return [
        {
            "name": name,
            "tone": STATE_TONES[one],
            "count": counts[one],
            "current": one == state,
            "href": _href(audience=audience, state="" if one == state else one.value, q=words),
        }
        for one, name in STATE_NAMES.items()
        if counts[one]
    ]


def _href(**query: str) -> str:
    given = urlencode({name: value for name, value in query.items() if value})
    return f"/services?{given}" if given else "/services"


routes = [
    bring_stars,
    choose_face,
    found_services,
    show_service,
    show_services,
    show_tiles,
    star_service,
]
