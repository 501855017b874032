"""The gazetteer: the wards and their areas as this process knows them, so that asking costs no I/O.

It is read once when the room opens. A watcher then looks every half minute whether the version in
the database is another one, which any process may have made (`python -m city import wards`).
"""

import asyncio
import logging
from collections.abc import Sequence
from functools import lru_cache

import shapely
from msgspec import Struct
from shapely.geometry.base import BaseGeometry

from city.kernel import NOBODY, Database, Missing, Unavailable, Work
from city.places import store
from city.places.areas import Areas, areas_from_centres
from city.places.boundaries import simplify_for_map
from city.places.model import BaseMap, Boundary, OldUnit, OutsideCity, Ward, name_in
from city.places.old_units import find_old_units
from city.settings import Bounds, Settings, current

log = logging.getLogger("city.places")

FRESH_SECONDS = 30.0
"""How long other processes may go on with boundaries that have been replaced."""
EMPTY_SECONDS = 2.0
"""How soon a process that knows no wards yet looks again."""


class Gazetteer(Struct, frozen=True):
    """What there is to know about the places of the city, at one version."""

    base_map: BaseMap
    wards: list[Ward]
    """Those in use, in the order of the Vietnamese alphabet."""
    by_code: dict[str, Ward]
    """The retired ones too."""
    old_units: list[OldUnit]
    areas: Areas[str] | None


_NOTHING = Gazetteer(BaseMap(simplify_for_map([]), False, ""), [], {}, [], None)


class _Memory:
    """What this process knows, and who keeps it fresh."""

    def __init__(self) -> None:
        self.known = _NOTHING
        self.watcher: asyncio.Task[None] | None = None


_memory = _Memory()


async def open_room(settings: Settings, database: Database) -> None:
    """Read the wards, unless this version of them is known already, and keep watch on them."""
    await close_room()
    bounds = settings.profile.bounds
    try:
        await refresh(database, bounds)
    except Unavailable:
        log.warning("the wards could not be read yet")
    # Whatever else looks like a database has one connection, which a watcher cannot share.
    if isinstance(database, Database):
        _memory.watcher = asyncio.create_task(_watch(database, bounds))


async def close_room() -> None:
    """Stop watching. What is known stays known."""
    watcher, _memory.watcher = _memory.watcher, None
    if watcher is not None:
        watcher.cancel()
        await asyncio.gather(watcher, return_exceptions=True)


async def refresh(database: Database, bounds: Bounds) -> None:
    """Read the wards again if the database has another version: one statement if it has not."""
    async with database.work(NOBODY, reading=True) as work:
        version = await store.find_version(work)
        if version != _memory.known.base_map.version:
            _memory.known = await _read(work, bounds)


async def _watch(database: Database, bounds: Bounds) -> None:
    while True:
        await asyncio.sleep(FRESH_SECONDS if _memory.known.wards else EMPTY_SECONDS)
        try:
            await refresh(database, bounds)
        except Unavailable:
            pass  # Said by /ready; what is known is good enough until then.
        except Exception:
            log.exception("the wards could not be read again")


async def _read(work: Work, bounds: Bounds) -> Gazetteer:
    # First the version: if the rest is newer already, the next look finds another version.
    base_map = await store.find_base_map(work)
    if base_map is None:
        return _NOTHING
    wards = await store.list_wards(work)
    used = [ward for ward in wards if ward.retired_at is None]
    areas, _ = areas_of(used, await store.list_boundaries(work), bounds)
    return Gazetteer(
        base_map,
        used,
        {ward.code: ward for ward in wards},
        await store.list_old_units(work),
        await asyncio.to_thread(Areas, areas) if areas else None,
    )


def areas_of(
    wards: Sequence[Ward], boundaries: Sequence[Boundary], bounds: Bounds
) -> tuple[list[tuple[str, BaseGeometry]], bool]:
    """Give the area of each ward in degrees, and whether they are approximate.

    They are derived from centres unless every ward has a boundary.
    """
    if wards and {ward.code for ward in wards} <= {one.ward_code for one in boundaries}:
        return [(one.ward_code, shapely.from_wkb(one.geometry)) for one in boundaries], False
    centres = [
        (ward.code, *point)
        for ward in wards
        for point in ward.points or ((ward.latitude, ward.longitude),)
    ]
    sizes = {ward.code: ward.area_km2 for ward in wards if ward.area_km2}
    return areas_from_centres(centres, bounds, areas_km2=sizes), True


def find_ward(latitude: float, longitude: float) -> Ward | None:
    """Give the ward that holds a point in degrees (WGS 84), or None outside the city.

    Takes about 10 µs and asks nobody.
    """
    known = _memory.known
    if known.areas is None or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    code = _code_at(known.areas, latitude, longitude)
    return None if code is None else known.by_code[code]


@lru_cache(maxsize=256)
def _code_at(areas: Areas, latitude: float, longitude: float) -> str | None:
    """Give the area's code; kept, because one request asks for its place more than once."""
    return areas.find(latitude, longitude)


def require_ward(latitude: float, longitude: float) -> Ward:
    """Give the ward that holds a point, or raise OutsideCity with a sentence for the reader."""
    ward = find_ward(latitude, longitude)
    if ward is None:
        raise OutsideCity("This place is outside the city. Please choose a place within it.")
    return ward


def get_ward(code: str) -> Ward:
    """Give the ward of this code, a retired one too; raise Missing if there never was one."""
    ward = _memory.known.by_code.get(code)
    if ward is None:
        raise Missing("There is no ward of this code.")
    return ward


def list_wards() -> list[Ward]:
    """Give the wards there are now, in the order of the Vietnamese alphabet."""
    return list(_memory.known.wards)


def list_old_units() -> list[OldUnit]:
    """Give the units that were there before the last reform, for `find_old_units`."""
    return list(_memory.known.old_units)


def find_named_wards(words: str) -> list[Ward]:
    """Give the wards of today that somebody's words name, as `find_old_units` reads them."""
    language = current().profile.language
    named = [
        OldUnit(ward.code, name_in(ward, language), "", (ward.code,))
        for ward in _memory.known.wards
    ]
    return [get_ward(unit.code) for unit in find_old_units(words, named)]


def is_approximate() -> bool:
    """Whether the wards' areas are derived from their centres, for want of boundaries."""
    return _memory.known.base_map.approximate


def base_map() -> BaseMap:
    """Give the wards drawn for maps; an empty drawing before a profile was loaded."""
    return _memory.known.base_map
