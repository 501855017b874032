"""What places does: taking the wards from the city's profile, and their boundaries from a file."""

import asyncio
from hashlib import sha256
from pathlib import Path

import msgspec
import shapely

from city.kernel import Work
from city.places import store
from city.places.boundaries import BadBoundaries, read_geojson, simplify_for_map
from city.places.gazetteer import areas_of
from city.places.model import BaseMap, BoundariesImported, Boundary, Ward, name_in
from city.places.order import sort_key
from city.places.profile import read_wards
from city.settings import Bounds, current, read_profile

_DRAWING = 1
"""To be raised when the same wards are to be drawn in another way."""


async def load_profile(work: Work, folder: Path) -> None:
    """Bring the wards and former units up to what the profile in this folder says.

    Doing it twice changes nothing. Wards that the profile drops are retired. Until boundaries are
    imported, areas are derived from the wards' centres and called approximate. Raises BadProfile.
    """
    given = await asyncio.to_thread(read_wards, folder)
    profile = read_profile(folder)
    rows = [
        msgspec.to_builtins(ward) | {"sort_key": sort_key(name_in(ward, profile.language))}
        for ward in given.wards
    ]
    await store.set_wards(work, rows)
    await store.retire_wards(work, [ward.code for ward in given.wards])
    await store.set_old_units(work, msgspec.to_builtins(given.old_units))
    await store.drop_old_units(work, [unit.code for unit in given.old_units])
    await _draw(work, profile.bounds)


async def import_boundaries(work: Work, file: Path) -> str:
    """Take the boundaries of every ward from a GeoJSON file; return a line on what became of it.

    A file that cannot be used changes nothing and raises BadBoundaries with a sentence; one that
    is in already changes nothing either. Announces BoundariesImported. Servers know the new
    boundaries within half a minute. Needs `identity.manage`, or to be the city itself.
    """
    if not work.actor.may("city.react"):
        work.actor.require("identity.manage")
    bounds = current().profile.bounds
    codes = [ward.code for ward in await store.list_wards(work) if ward.retired_at is None]
    if not codes:
        raise BadBoundaries("The city has no wards yet. Load its profile first.")
    features = await asyncio.to_thread(read_geojson, file, codes=codes, bounds=bounds)
    await store.set_boundaries(
        work,
        [feature.code for feature in features],
        [shapely.to_wkb(feature.geometry) for feature in features],
        file.name,
    )
    drawn = await _draw(work, bounds)
    if drawn is None:
        return f"{file.name}: nothing new, the boundaries of all {len(codes)} wards were in."
    work.announce(BoundariesImported(version=drawn.version, source=file.name))
    return (
        f"{file.name}: the boundaries of {len(codes)} wards are in; "
        f"drawn for maps they take {len(drawn.geojson) / 1000:.0f} kB."
    )


async def _draw(work: Work, bounds: Bounds) -> BaseMap | None:
    """Draw the base map anew, unless everything it depends on is as it was."""
    wards = [ward for ward in await store.list_wards(work) if ward.retired_at is None]
    boundaries = await store.list_boundaries(work)
    told = msgspec.json.encode(
        [_DRAWING, bounds, wards, await store.list_old_units(work), boundaries]
    )
    version = sha256(told).hexdigest()[:16]
    if version == await store.find_version(work):
        return None
    # Half a second of work for forty wards, during which a server goes on answering.
    drawn = await asyncio.to_thread(_drawn, wards, boundaries, bounds, version)
    await store.set_base_map(work, drawn)
    return drawn


def _drawn(wards: list[Ward], boundaries: list[Boundary], bounds: Bounds, version: str) -> BaseMap:
    areas, approximate = areas_of(wards, boundaries, bounds)
    names = {
        ward.code: {f"name_{language}": name for language, name in ward.name.items()}
        for ward in wards
    }
    try:
        return BaseMap(simplify_for_map(areas, names), approximate, version)
    except ValueError as error:
        raise BadBoundaries("These areas are too many to be drawn on a phone's map.") from error
