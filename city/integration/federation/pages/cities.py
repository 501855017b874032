"""The cities that cases are handed over to: a list, and the form of one."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from city import cases, places, settings
from city.integration.federation import office
from city.integration.federation.model import (
    MOMENT_NAMES,
    SENDING_NAMES,
    SENDING_TONES,
    STATE_NAMES,
    Destination,
    Form,
    Moment,
    Sending,
    State,
    pairs_of,
    written_pairs,
)
from city.integration.federation.store import destinations
from city.integration.federation.store import sendings as store
from city.integration.federation.twin import MOODS, Mood, Neighbour
from city.kernel import Conflict, Invalid, Says, Work, say
from city.web import (
    LANGUAGE_NAMES,
    Request,
    Response,
    get,
    in_language,
    page,
    post,
    read_form,
    redirect,
    render_words,
)
from city.web import Form as Typed

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]

_MOST = 50
_BASE = "/desk/federation"
_TONES = {State.TEST: "moderate", State.LIVE: "done", State.PAUSED: "idle"}

neighbour = Neighbour()
"""The simulated city of this process."""


class DestinationForm(msgspec.Struct, frozen=True, kw_only=True):
    """What an administrator says of another city."""

    code: Annotated[str, Meta(max_length=40)] = ""
    name: Annotated[str, Meta(max_length=100)] = ""
    url: Annotated[str, Meta(max_length=300)] = ""
    jurisdiction_id: Annotated[str, Meta(max_length=100)] = ""
    key: Annotated[str, Meta(max_length=500)] = ""
    form: Form = "json"
    language: Annotated[str, Meta(max_length=5)] = "vi"
    state: State = State.TEST
    moment: Moment = Moment.ROUTE
    trusted: bool = False
    categories: Annotated[str, Meta(max_length=10_000)] = ""
    attributes: Annotated[str, Meta(max_length=10_000)] = ""
    wards: Annotated[list[str], Meta(max_length=500)] = []
    version: int = 1


class TwinForm(msgspec.Struct, frozen=True, kw_only=True):
    """How the simulated city is to behave."""

    mood: Mood


@get(_BASE, allow="integration.view")
async def show_cities(request: AnyRequest, work: Work) -> Answer:
    """Show the cities that cases are handed over to, and how it goes."""
    counts = await store.count_states(work)
    return page(
        request,
        "integration/federation/cities.html",
        dead=sum(one.get("dead", 0) for one in counts.values()),
        rows=[
            {"there": one, "counts": counts.get(one.code, {}), **_shown(one)}
            for one in await destinations.list_destinations(work)
        ],
    )


@get(f"{_BASE}/new", allow="integration.manage")
async def show_new(request: AnyRequest, work: Work) -> Answer:
    """Show the form of a city that is not known yet."""
    return await _show(request, work, None, Typed())


@post(f"{_BASE}/new", allow="integration.manage")
async def add_city(request: AnyRequest, work: Work) -> Answer:
    """Make another city known."""
    given, typed = await read_form(request, DestinationForm)
    city = _read(given, typed, given.code) if given else None
    if given is None or city is None:
        return await _show(request, work, None, typed, 422)
    try:
        await office.add_destination(work, city, given.key)
    except Invalid as invalid:
        typed.errors |= invalid.errors
        return await _show(request, work, None, typed, 422)
    return redirect(f"{_BASE}/{city.code}", flash=say("Saved."))


@get(f"{_BASE}/{{code:str}}", allow="integration.view")
async def show_city(request: AnyRequest, work: Work, code: str) -> Answer:
    """Show a city, what was last handed over to it, and its form."""
    return await _show(request, work, await office.get_destination(work, code), Typed())


@post(f"{_BASE}/{{code:str}}", allow="integration.manage")
async def change_city(request: AnyRequest, work: Work, code: str) -> Answer:
    """Change what is known of a city, or how far it is."""
    known = await office.get_destination(work, code)
    given, typed = await read_form(request, DestinationForm)
    city = _read(given, typed, code) if given else None
    if given is None or city is None:
        return await _show(request, work, known, typed, 422)
    try:
        await office.change_destination(work, city, given.key)
    except Invalid as invalid:
        typed.errors |= invalid.errors
        return await _show(request, work, known, typed, 422)
    except Conflict as conflict:
        typed.problem = conflict.says
        return await _show(request, work, known, typed, 409)
    return redirect(f"{_BASE}/{code}", flash=say("Saved."))


@post(f"{_BASE}/{{code:str}}/twin", allow="integration.manage")
async def set_mood(request: AnyRequest, work: Work, code: str) -> Answer:
    """Have the simulated city behave in another way."""
    city = await office.get_destination(work, code)
    given, _ = await read_form(request, TwinForm)
    if given is not None and city.is_simulated:
        neighbour.mood = given.mood
    return redirect(f"{_BASE}/{code}", flash=say("Saved."))


def _read(given: DestinationForm, typed: Typed, code: str) -> Destination | None:
    """Return what was typed as a destination, or None with what is wrong in the form."""
    pairs: dict[str, dict[str, str]] = {}
    for name in ("categories", "attributes"):
        pairs[name], bad = pairs_of(getattr(given, name))
        if bad:
            typed.refuse(name, "Line {n} is not “one = other”.", n=bad[0])
    if typed.errors:
        return None
    return Destination(
        code=code,
        name=given.name.strip(),
        url=given.url.strip().rstrip("/"),
        jurisdiction_id=given.jurisdiction_id.strip(),
        form=given.form,
        language=given.language,
        state=given.state,
        moment=given.moment,
        trusted=given.trusted,
        categories=pairs["categories"],
        attributes=pairs["attributes"],
        wards=given.wards,
        version=given.version,
    )


async def _show(
    request: AnyRequest, work: Work, city: Destination | None, typed: Typed, status: int = 200
) -> Answer:
    language: str = request.scope["state"]["language"]
    shown = city or Destination(code="", name="", url="")
    known = await cases.known_categories(work)
    sendings = await store.list_sendings(work, "", shown.code, _MOST) if city else []
    return page(
        request,
        "integration/federation/city.html",
        status,
        is_new=city is None,
        there=shown,
        form=typed,
        categories=written_pairs(shown.categories),
        attributes=written_pairs(shown.attributes),
        known=[(one.code, in_language(one.name, language)) for one in known.values()],
        wards=[
            {"value": ward.code, "label": in_language(ward.name, language)}
            for ward in places.list_wards()
        ],
        states=_options(STATE_NAMES, language),
        moments=_options(MOMENT_NAMES, language),
        tongues=[{"value": code, "label": name} for code, name in LANGUAGE_NAMES.items()],
        rows=[sending_row(one) for one in sendings],
        moods=_options(MOODS, language) if shown.is_simulated and settings.current().sample else [],
        mood=neighbour.mood,
        **_shown(shown),
    )


def _options(names: Mapping[Any, Says], language: str) -> list[dict[str, str]]:
    return [
        {"value": str(value), "label": render_words(language, says)}
        for value, says in names.items()
    ]


def _shown(city: Destination) -> dict[str, Any]:
    return {"state": STATE_NAMES[city.state], "tone": _TONES[city.state]}


def sending_row(sending: Sending) -> dict[str, Any]:
    """Return a sending as lists show it."""
    says: Says = SENDING_NAMES[sending.state]
    return {"sending": sending, "state": says, "tone": SENDING_TONES[sending.state]}


routes: list[Any] = [show_cities, show_new, add_city, show_city, change_city, set_mood]
