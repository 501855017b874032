"""What templates and programs are shown of services, in the reader's language."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct

from city.kernel import Actor, Says, Work, say
from city.services import known, store
from city.services.health import STALE
from city.services.hours import Opening, opening_of
from city.services.model import (
    ASSURANCE_NEEDED,
    EVERYBODY,
    STATE_NAMES,
    STATE_TONES,
    Choices,
    Face,
    Service,
    State,
    in_language,
)
from city.settings import current

TILES = 7
"""How many functions stand on the first page, besides the one that leads to all of them."""
MOST_CODES = 24

FACE_NAMES: dict[Face, Says] = {
    Face.RESIDENT: say("Resident"),
    Face.VISITOR: say("Visitor"),
    Face.BUSINESS: say("Business"),
    Face.HELPER: say("Helper"),
}
FACE_ICONS = {
    Face.RESIDENT: "house",
    Face.VISITOR: "luggage",
    Face.BUSINESS: "store",
    Face.HELPER: "hand-helping",
}


class Line(Struct, frozen=True, kw_only=True):
    """A function in a list or on a tile. `page` tells of it, `go` leads straight to it."""

    code: str
    title: str
    about: str
    icon: str
    page: str
    go: str
    badge: Says | None
    tone: str


class Home(Struct, frozen=True, kw_only=True):
    """What services bring to the first page: tiles, rows with a word on each, and for whom."""

    face: Face
    tiles: list[Line]
    rows: list[Line]
    favourites: list[str]
    emergency_page: bool


class Detail(Struct, frozen=True, kw_only=True):
    """A function on its own page. `button` is where its one button leads; empty: there is none."""

    line: Line
    state: State
    partner: str
    button: str
    needs: Says
    offline: bool
    opening: Opening | None
    instead: str
    instead_link: str
    everybody: bool
    broken_since: datetime | None
    looked_at: datetime | None
    stale: bool


def line_of(service: Service, language: str) -> Line:
    """Return a function as a line of a list."""
    facts = service.facts
    page = f"/services/{service.code}"
    goes = facts.state is State.WORKING and not service.broken
    badge, tone = STATE_NAMES[facts.state], STATE_TONES[facts.state]
    if service.broken:
        badge, tone = say("Interrupted"), "late"
    return Line(
        code=service.code,
        title=in_language(facts.name, language),
        about=in_language(facts.about, language),
        icon=facts.icon,
        page=page,
        go=facts.link if goes else page,
        badge=None if goes else badge,
        tone=tone,
    )


def lines_of(services: Iterable[Service], language: str) -> list[Line]:
    """Return functions as lines of a list."""
    return [line_of(service, language) for service in services]


def detail_of(service: Service, now: datetime, language: str) -> Detail:
    """Return a function as its own page shows it."""
    facts = service.facts
    works = facts.state is State.WORKING
    return Detail(
        line=line_of(service, language),
        state=facts.state,
        partner=in_language(facts.partner, language),
        button="" if facts.state is State.COMING else facts.link,
        needs=ASSURANCE_NEEDED[facts.assurance],
        offline=facts.offline,
        opening=opening_of(facts.hours, now, language),
        instead=in_language(facts.instead, language),
        instead_link=facts.instead_link,
        everybody=set(facts.audience) >= set(EVERYBODY),
        broken_since=service.since if service.broken else None,
        looked_at=service.looked_at if works else None,
        stale=bool(works and service.looked_at and now - service.looked_at > STALE),
    )


async def home_of(work: Work, chosen: str, language: str) -> Home:
    """Return what the first page shows of services: one statement for who is signed in, else none.

    `chosen` is the face in the reader's cookie, for those who are not signed in.
    """
    registry = await known.refresh(work)
    choices = await choices_of(work)
    face = face_of(work.actor, choices, chosen, language)
    return Home(
        face=face,
        tiles=tiles_of(registry, face, choices.favourites, language),
        rows=lines_of(_placed(registry, "home_rows", face), language),
        favourites=choices.favourites,
        emergency_page=_works(registry.by_code.get("emergency")),
    )


async def choices_of(work: Work) -> Choices:
    """Return what the actor has chosen; nobody in particular has chosen nothing."""
    if not work.actor.is_signed_in:
        return Choices()
    return await store.get_choices(work, work.actor.person_id)


def face_of(actor: Actor, choices: Choices, chosen: str, language: str) -> Face:
    """Return as whom somebody meets the first page.

    Signed in: what they chose or their role says. Otherwise what this device chose; without that,
    whoever reads another language than the city's is a visitor.
    """
    if choices.face is not None:
        return choices.face
    if chosen in list(Face):
        return Face(chosen)
    if actor.is_signed_in:
        return Face.HELPER if actor.may("identity.help") else Face.RESIDENT
    return Face.RESIDENT if language == current().profile.language else Face.VISITOR


def tiles_of(
    registry: known.Registry, face: Face, favourites: list[str], language: str
) -> list[Line]:
    """Return the tiles of the first page: favourites first, then what is usual for the face."""
    own = [s for code in favourites if (s := registry.by_code.get(code)) and not s.facts.hidden]
    usual = [one for one in _placed(registry, "home", face) if one not in own]
    return lines_of([*own, *usual][: max(TILES, len(own))], language)


def as_json(service: Service) -> dict[str, Any]:
    """Return a function for programs, with its words in every language there is."""
    facts = service.facts
    return {
        "code": service.code,
        "group": facts.group,
        "name": facts.name,
        "about": facts.about,
        "icon": facts.icon,
        "audience": facts.audience,
        "assurance": facts.assurance,
        "state": facts.state,
        "link": facts.link or None,
        "partner": facts.partner or None,
        "instead": facts.instead or None,
        "unit": facts.unit or None,
        "hours": facts.hours,
        "offline": facts.offline,
        "interrupted_since": service.since if service.broken else None,
        "looked_at": service.looked_at,
    }


def _placed(registry: known.Registry, field: str, face: Face) -> list[Service]:
    """Return what stands on the first page for this face and can be used, in its order."""
    placed = [
        (getattr(one.facts, field)[face], one)
        for one in registry.shown
        if face in getattr(one.facts, field) and one.facts.state is not State.COMING
    ]
    return [one for _, one in sorted(placed, key=lambda pair: pair[0])]


def _works(service: Service | None) -> bool:
    return bool(service and service.facts.state is State.WORKING and not service.facts.hidden)
