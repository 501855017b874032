"""The page that answers "what is my old ward called now?", and lists the wards there are."""

from collections import defaultdict
from typing import Any

from city.kernel import Says, say
from city.places import gazetteer
from city.places.api import language_of
from city.places.model import Kind, OldUnit, name_in
from city.places.old_units import MOST_LETTERS, find_old_units
from city.web import PUBLIC, Request, Response, get, page

_MOST_FOUND = 3

_KINDS: dict[Kind, dict[str, Any]] = {
    Kind.WARD: {"title": say("Wards of today"), "symbol": "building-2"},
    Kind.COMMUNE: {"title": say("Communes of today"), "symbol": "trees"},
    Kind.SPECIAL_ZONE: {"title": say("Special zones of today"), "symbol": "waves"},
    Kind.NEIGHBOURHOOD: {"title": say("Neighbourhoods"), "symbol": "house"},
}


@get("/addresses", allow=PUBLIC)
async def show_addresses(request: Request, q: str = "") -> Response:
    """Show what became of the former wards that these words name, and every ward there is."""
    words = q[:MOST_LETTERS].strip()
    language = language_of(request)
    old_units = gazetteer.list_old_units()
    return page(
        request,
        "places/addresses.html",
        words=words,
        most_letters=MOST_LETTERS,
        example=old_units[0].name if old_units else "",
        found=[_became(unit, language) for unit in find_old_units(words, old_units)],
        today=[name_in(ward, language) for ward in gazetteer.find_named_wards(words)],
        groups=_groups(old_units, language),
        approximate=gazetteer.is_approximate(),
    )


@get("/places/found", allow=PUBLIC)
async def found_places(request: Request, q: str = "") -> Response:
    """Show the few wards, of today or before, that words name: a part of a search page."""
    words = q[:MOST_LETTERS].strip()
    language = language_of(request)
    old_units = find_old_units(words, gazetteer.list_old_units())
    today = gazetteer.find_named_wards(words) if words else []
    return page(
        request,
        "places/found.html",
        words=words,
        found=[_became(unit, language) for unit in old_units[:_MOST_FOUND]],
        today=[name_in(ward, language) for ward in today[:_MOST_FOUND]],
    )


def _became(unit: OldUnit, language: str) -> dict[str, Any]:
    new, *others = [name_in(gazetteer.get_ward(code), language) for code in unit.new_codes]
    old = ", ".join(filter(None, (unit.name, unit.district)))
    became: Says = (
        say("{old} was divided. Most of it is now", old=old)
        if others
        else say("{old} is now", old=old)
    )
    return {"became": became, "name": new, "others": ", ".join(others)}


def _groups(old_units: list[OldUnit], language: str) -> list[dict[str, Any]]:
    """Give the wards by kind, each with the names of what went into it."""
    before = defaultdict(list)
    for unit in old_units:
        for code in unit.new_codes:
            before[code].append(unit.name)
    lines: dict[Kind, list[dict[str, Any]]] = {kind: [] for kind in _KINDS}
    for ward in gazetteer.list_wards():
        lines[ward.kind].append(
            {"name": name_in(ward, language), "before": ", ".join(before[ward.code])}
        )
    return [{**_KINDS[kind], "wards": wards} for kind, wards in lines.items() if wards]


routes = [found_places, show_addresses]
