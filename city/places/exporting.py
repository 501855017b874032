"""The wards as areas, for those who draw maps of their own."""

import asyncio

from shapely.geometry.base import BaseGeometry

from city.kernel import Work
from city.places import store
from city.places.gazetteer import areas_of
from city.places.model import Ward
from city.settings import current


async def list_areas(work: Work) -> tuple[list[tuple[Ward, BaseGeometry | None]], bool]:
    """Return the wards there are, each with its area in degrees (WGS84), and whether by guess.

    The areas are the imported boundaries in full, or else derived from the wards' centres.
    """
    wards = [ward for ward in await store.list_wards(work) if ward.retired_at is None]
    boundaries = await store.list_boundaries(work)
    bounds = current().profile.bounds
    areas, approximate = await asyncio.to_thread(areas_of, wards, boundaries, bounds)
    by_code = dict(areas)
    return [(ward, by_code.get(ward.code)) for ward in wards], approximate
