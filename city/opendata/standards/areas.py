"""Whether the area of a feature can be used: a polygon in degrees that does not cross itself."""

from typing import Annotated, Any

import msgspec
import shapely
from msgspec import Meta
from shapely import MultiPolygon, Polygon

from city.kernel import Says, say
from city.settings import Bounds

_Position = Annotated[list[float], Meta(min_length=2, max_length=3)]
_Ring = list[_Position]


def fault_of_area(geometry: Any, bounds: Bounds) -> Says | None:
    """Return what is wrong with a GeoJSON geometry (RFC 7946 §3.1) for the city, or None."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        return say("A Polygon or a MultiPolygon is wanted.")
    given = [geometry.get("coordinates")] if kind == "Polygon" else geometry.get("coordinates")
    try:
        parts = msgspec.convert(given, list[list[_Ring]])
    except msgspec.ValidationError:
        return say("Its coordinates are not rings of pairs of numbers.")
    if not parts or not all(parts):
        return say("The area is empty.")
    for ring in (ring for part in parts for ring in part):
        if len(ring) < 4 or ring[0] != ring[-1]:
            return say("A ring has at least four positions, and ends where it begins.")
        if not all(abs(one[0]) <= 180 and abs(one[1]) <= 180 for one in ring):
            return say("The coordinates are no degrees: the file must be in WGS 84.")
    return _fault_of_polygons(parts, bounds)


def _fault_of_polygons(parts: list[list[_Ring]], bounds: Bounds) -> Says | None:
    flat = [[[one[:2] for one in ring] for ring in part] for part in parts]
    try:
        area = MultiPolygon([Polygon(part[0], part[1:]) for part in flat])
    except (ValueError, TypeError, shapely.GEOSException):
        return say("Its coordinates are not rings of pairs of numbers.")
    if not area.is_valid:
        return say("The area crosses itself: {where}", where=shapely.is_valid_reason(area))
    if area.intersects(shapely.box(bounds.west, bounds.south, bounds.east, bounds.north)):
        return None
    if area.intersects(shapely.box(bounds.south, bounds.west, bounds.north, bounds.east)):
        return say("Latitude and longitude are swapped: GeoJSON writes the longitude first.")
    return say("The area lies outside the city.")
