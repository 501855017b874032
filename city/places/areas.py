"""Areas: which ward a point lies in, answered in this process without the database."""

from collections.abc import Hashable, Iterable, Mapping
from math import cos, pi, radians, sqrt
from typing import Generic, TypeVar

import shapely
from shapely import GeometryCollection, MultiPoint, Point, STRtree
from shapely.geometry.base import BaseGeometry

from city.places.cells import EARTH_RADIUS_METRES
from city.settings import Bounds

Key = TypeVar("Key", bound=Hashable)

METRES_PER_DEGREE = EARTH_RADIUS_METRES * pi / 180
GAP_METRES = 150.0
"""Neighbours simplified one by one leave gaps between them; wider ones are no accident."""


class Areas(Generic[Key]):
    """An index over areas in degrees (WGS84) that says which of them holds a point.

    `find` takes about 10 µs for wards of a thousand corners, and 0.1 ms in a gap. On a shared
    edge, or where two areas overlap, the area given first wins.
    """

    def __init__(
        self, areas: Iterable[tuple[Key, BaseGeometry]], *, gap_metres: float = GAP_METRES
    ) -> None:
        pairs = list(areas)
        self._keys = [key for key, _ in pairs]
        self._gap = gap_metres
        _, south, _, north = GeometryCollection([area for _, area in pairs]).bounds
        # Metres in both directions, so that the nearest area is the nearest on the ground.
        self._east = METRES_PER_DEGREE * cos(radians((south + north) / 2))
        self._areas = [_scaled(area, self._east) for _, area in pairs]
        self._tree = STRtree(self._areas)
        # Closing the union by half a gap's width fills the gaps and moves no outer border.
        self._outline = (
            shapely.union_all(self._areas).buffer(gap_metres / 2).buffer(-gap_metres / 2)
        )
        for area in (*self._areas, self._outline):
            shapely.prepare(area)

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, latitude: float, longitude: float) -> Key | None:
        """Give the key of the area that holds the point, or None outside all of them.

        A point in a hairline gap between neighbours belongs to the nearest of them.
        """
        x, y = longitude * self._east, latitude * METRES_PER_DEGREE
        point = Point(x, y)
        # The tree answers in no order of its own, and the first area given has to win.
        for number in sorted(self._tree.query(point).tolist()):
            if shapely.intersects_xy(self._areas[number], x, y):
                return self._keys[number]
        if not shapely.intersects_xy(self._outline, x, y):
            return None
        return self._nearest(point)

    def _nearest(self, point: Point) -> Key | None:
        gap = self._gap
        around = shapely.box(point.x - gap, point.y - gap, point.x + gap, point.y + gap)
        # One by one: a prepared area measures a distance without walking its whole ring.
        distances = [
            (shapely.distance(self._areas[number], point), number)
            for number in self._tree.query(around).tolist()
        ]
        distance, number = min(distances, default=(gap, 0))
        return self._keys[number] if distance < gap else None


def areas_from_centres(
    centres: Iterable[tuple[Key, float, float]],
    bounds: Bounds,
    *,
    areas_km2: Mapping[Key, float] | None = None,
) -> list[tuple[Key, BaseGeometry]]:
    """Draw approximate areas in degrees for a city that has no boundaries yet.

    `centres` are (key, latitude, longitude); a key may have several points, all in its area. Every
    place in `bounds` goes to the nearest point, if that is not too far away: 1.5 times the radius
    of a disc as large as `areas_km2` says, and 1.5 km where it says nothing. This is right for
    about 8 of 10 places of Huế (7 of 10 with one point a ward), so pages must call such areas
    approximate.
    """
    points: dict[tuple[float, float], Key] = {}
    for key, latitude, longitude in centres:
        # Two areas cannot share a point: the first keeps it.
        points.setdefault((longitude, latitude), key)
    if not points:
        return []
    east = METRES_PER_DEGREE * cos(radians((bounds.south + bounds.north) / 2))
    frame = _scaled(shapely.box(bounds.west, bounds.south, bounds.east, bounds.north), east)
    spots = _scaled(MultiPoint(list(points)), east)
    nearest = shapely.voronoi_polygons(spots, extend_to=frame, ordered=True)
    pieces: dict[Key, list[BaseGeometry]] = {}
    for key, spot, piece in zip(
        points.values(),
        shapely.get_parts(spots),
        shapely.get_parts(nearest),
        strict=True,
    ):
        km2 = (areas_km2 or {}).get(key)
        reach = 1_500 * (sqrt(km2 / pi) if km2 else 1)
        pieces.setdefault(key, []).append(piece.intersection(spot.buffer(reach)))
    drawn = ((key, shapely.union_all(parts).intersection(frame)) for key, parts in pieces.items())
    return [(key, _in_degrees(area, east)) for key, area in drawn if not area.is_empty]


def _scaled(geometry: BaseGeometry, east: float) -> BaseGeometry:
    return shapely.transform(geometry, lambda at: at * [east, METRES_PER_DEGREE])


def _in_degrees(geometry: BaseGeometry, east: float) -> BaseGeometry:
    """Return it in degrees, to a centimetre: to the last digit its edges cross by a hair."""
    return shapely.set_precision(
        shapely.transform(geometry, lambda at: at / [east, METRES_PER_DEGREE]), 1e-7
    )
