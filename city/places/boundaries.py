"""Boundaries: reading a city's wards from a GeoJSON file, and drawing them small for the map."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from city.kernel import Problem
from city.places.areas import GAP_METRES, METRES_PER_DEGREE
from city.settings import Bounds

MOST_BYTES = 100_000_000

# What data sets call these, in order of trust; case, spaces, "_" and "-" do not count.
_CODES = (
    "wardcode",
    "code",
    "maxa",
    "maphuongxa",
    "madvhc",
    "mahc",
    "ma",
    "geoid",
    "id",
)
_NAMES = (
    "fullname",
    "namevi",
    "tenxa",
    "tenphuongxa",
    "tendvhc",
    "tenhc",
    "ten",
    "wardname",
    "neighborhood",
    "name",
)
_DEGREE_SYSTEMS = ("crs84", "4326", "wgs84", "wgs 84")


class BadBoundaries(Problem):
    """A boundary file that cannot be used, and why."""

    status = 422


class Feature(msgspec.Struct, frozen=True):
    """One ward of a boundary file: its code, its name ("" if the file has none), its area."""

    code: str
    name: str
    geometry: BaseGeometry
    """Polygon or MultiPolygon in degrees: x is the longitude, y the latitude (WGS84)."""


class _Raw(msgspec.Struct):
    """A GeoJSON feature (RFC 7946) before anybody trusts it."""

    geometry: dict[str, Any] | None = None
    properties: dict[str, Any] | None = None
    id: str | int | float | None = None


class _Collection(msgspec.Struct):
    type: str = ""
    features: list[_Raw] = []
    crs: dict[str, Any] | None = None


_Ring = list[list[float]]


def read_geojson(
    source: bytes | Path, *, codes: Collection[str] = (), bounds: Bounds | None = None
) -> list[Feature]:
    """Read the boundaries of wards from a GeoJSON feature collection (RFC 7946).

    Takes the property that carries the codes whatever it is called, Polygon and MultiPolygon, and
    repairs rings that cross themselves. With `codes` the file must hold exactly these wards; with
    `bounds` every area must touch that box. Raises BadBoundaries with a sentence otherwise.
    """
    collection = _decode(source)
    _check_system(collection.crs)
    if not collection.features:
        raise BadBoundaries("The file holds no areas.")
    found = _codes_of(collection.features, frozenset(codes))
    _check_codes(found, frozenset(codes))
    areas = [_area_of(raw, code) for raw, code in zip(collection.features, found, strict=True)]
    _check_place(areas, found, bounds or Bounds(-90, -180, 90, 180))
    return [
        Feature(code, _name_of(raw), area)
        for raw, code, area in zip(collection.features, found, areas, strict=True)
    ]


def _decode(source: bytes | Path) -> _Collection:
    try:
        data = source.read_bytes() if isinstance(source, Path) else source
    except OSError as error:
        raise BadBoundaries("The file cannot be read: {reason}", reason=error) from error
    if len(data) > MOST_BYTES:
        raise BadBoundaries("The file is larger than {most} MB.", most=MOST_BYTES // 1_000_000)
    try:
        collection = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Collection)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadBoundaries("The file is not GeoJSON: {reason}", reason=error) from error
    if collection.type != "FeatureCollection":
        raise BadBoundaries("The file is not a GeoJSON feature collection.")
    return collection


def _check_system(crs: dict[str, Any] | None) -> None:
    """Refuse a named coordinate system that is not WGS84 degrees (the member is GeoJSON 2008's)."""
    if not crs:
        return
    properties = crs.get("properties")
    name = str(properties.get("name", "") if isinstance(properties, dict) else "")
    if name and not any(known in name.lower() for known in _DEGREE_SYSTEMS):
        raise BadBoundaries(
            "The file uses the coordinate system {name}; it must be in WGS 84 degrees.",
            name=name,
        )


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def _property(raw: _Raw, wanted: str) -> str:
    for name, value in (raw.properties or {}).items():
        if _plain(name) == wanted and isinstance(value, (str, int, float)):
            return _text(value)
    return ""


def _text(value: str | float) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value).strip()


def _codes_of(features: Sequence[_Raw], known: frozenset[str]) -> list[str]:
    """Take the property that every feature has, and prefer one that gives the known codes."""
    choices = [[_property(raw, wanted) for raw in features] for wanted in _CODES]
    choices.append([_text(raw.id) if raw.id is not None else "" for raw in features])
    complete = [values for values in choices if all(values)]
    if not complete:
        raise BadBoundaries("Some areas carry no code. Give each one a property called “code”.")
    if not known:
        return complete[0]
    width = max(map(len, known))
    # A table program that took the codes for numbers has eaten their leading zeros.
    padded = [
        [v if v in known else v.zfill(width) if v.zfill(width) in known else v for v in values]
        for values in complete
    ]
    return max(padded, key=lambda values: sum(value in known for value in values))


def _name_of(raw: _Raw) -> str:
    return next(filter(None, (_property(raw, wanted) for wanted in _NAMES)), "")


def _check_codes(found: Sequence[str], known: frozenset[str]) -> None:
    twice = sorted({code for code in found if found.count(code) > 1})
    if twice:
        raise BadBoundaries("These codes occur twice: {codes}", codes=_some(twice))
    unknown = sorted(set(found) - known) if known else []
    if unknown:
        raise BadBoundaries("These codes are no wards of this city: {codes}", codes=_some(unknown))
    missing = sorted(known - set(found))
    if missing:
        raise BadBoundaries("These wards are missing: {codes}", codes=_some(missing))


def _some(codes: Sequence[str], most: int = 10) -> str:
    return ", ".join(codes[:most]) + (" …" if len(codes) > most else "")


def _area_of(raw: _Raw, code: str) -> BaseGeometry:
    shape = raw.geometry or {}
    kind = shape.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        raise BadBoundaries(
            "The area {code} is no polygon but: {kind}", code=code, kind=kind or "null"
        )
    try:
        rings = [shape.get("coordinates")] if kind == "Polygon" else shape.get("coordinates")
        parts = msgspec.convert(rings, list[list[_Ring]])
        area = MultiPolygon([Polygon(ring[0], ring[1:]) for ring in parts if ring])
        if not area.is_valid:
            area = _polygons_of(shapely.make_valid(area))
    except (
        msgspec.ValidationError,
        ValueError,
        IndexError,
        shapely.GEOSException,
    ) as error:
        raise BadBoundaries("The ring of the area {code} is broken.", code=code) from error
    if area.is_empty or not area.area:
        raise BadBoundaries("The ring of the area {code} is broken.", code=code)
    area = shapely.force_2d(area)
    west, south, east, north = area.bounds
    # A swapped file passes here, so that it is told what is wrong with it below.
    if not (west >= -180 and east <= 180 and south >= -180 and north <= 180):
        raise BadBoundaries(
            "The coordinates of the area {code} are no degrees: the file must be in WGS 84.",
            code=code,
        )
    return area.geoms[0] if isinstance(area, MultiPolygon) and len(area.geoms) == 1 else area


def _polygons_of(geometry: BaseGeometry) -> BaseGeometry:
    """Leave out the lines and points that a repair may leave behind."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return shapely.union_all([part for part in parts if isinstance(part, Polygon)])


def _check_place(areas: Sequence[BaseGeometry], codes: Sequence[str], bounds: Bounds) -> None:
    frame = shapely.box(bounds.west, bounds.south, bounds.east, bounds.north)
    turned = shapely.box(bounds.south, bounds.west, bounds.north, bounds.east)
    away = [code for code, area in zip(codes, areas, strict=True) if not area.intersects(frame)]
    if not away:
        return
    if all(area.intersects(turned) for area in areas):
        raise BadBoundaries(
            "Latitude and longitude are swapped: GeoJSON writes the longitude first."
        )
    raise BadBoundaries("These areas lie outside the city: {codes}", codes=_some(away))


def simplify_for_map(
    areas: Iterable[tuple[str, BaseGeometry]],
    properties: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    most_bytes: int = 60_000,
) -> bytes:
    """Draw areas as GeoJSON of at most `most_bytes` with 5 decimals (1 m), for a base map.

    Each feature carries the area's key as "code" and what `properties` has for it. Borders stay
    common to both neighbours. Raises ValueError when not even the coarsest drawing fits.
    """
    pairs = list(areas)
    if not pairs:
        return _draw([], [], {})
    # Without closing the gaps first, every border would be drawn as two lines that drift apart.
    whole = shapely.coverage_clean(  # pyright: ignore[reportAttributeAccessIssue]: too new
        [area for _, area in pairs], gap_width=GAP_METRES / METRES_PER_DEGREE
    )
    keys = [key for key, _ in pairs]
    tolerance = 0.0001
    while tolerance < 1:
        drawing = _draw(keys, shapely.coverage_simplify(whole, tolerance), properties or {})
        if len(drawing) <= most_bytes:
            return drawing
        tolerance *= 1.25
    raise ValueError(f"{len(pairs)} areas do not fit into {most_bytes} bytes")


def _draw(
    keys: Sequence[str],
    areas: Iterable[BaseGeometry],
    properties: Mapping[str, Mapping[str, Any]],
) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"code": key, **properties.get(key, {})},
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [
                    [_line(ring) for ring in (part.exterior, *part.interiors)]
                    for part in shapely.get_parts(area).tolist()
                ],
            },
        }
        for key, area in zip(keys, areas, strict=True)
    ]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def _line(ring: BaseGeometry) -> list[tuple[float, float]]:
    return [(round(x, 5), round(y, 5)) for x, y in shapely.get_coordinates(ring).tolist()]
