import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from city.places.areas import METRES_PER_DEGREE
from city.places.boundaries import BadBoundaries, Feature, read_geojson, simplify_for_map
from city.settings import Bounds

HUE = Bounds(south=15.98, west=107.02, north=16.76, east=108.23)
SQUARE = [[107.0, 16.0], [107.5, 16.0], [107.5, 16.5], [107.0, 16.5], [107.0, 16.0]]
BOW_TIE = [[107.0, 16.0], [107.5, 16.5], [107.5, 16.0], [107.0, 16.5], [107.0, 16.0]]


def feature(code: Any = "19753", coordinates: Any = None, **properties: Any) -> dict[str, Any]:
    kind = properties.pop("type", "Polygon")
    geometry = {"type": kind, "coordinates": coordinates or [SQUARE]}
    return {"type": "Feature", "properties": {"code": code, **properties}, "geometry": geometry}


def collection(*features: Any, **members: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **members}).encode()


def only(data: bytes) -> Feature:
    (read,) = read_geojson(data)
    return read


@pytest.mark.parametrize("name", ["code", "ma", "MA_XA", "ward_code", "maPhuongXa", "id"])
def test_the_code_is_found_whatever_it_is_called(name: str) -> None:
    raw = feature()
    raw["properties"] = {name: "19753", "Tên": "?"}
    assert only(collection(raw)).code == "19753"


def test_the_code_may_be_the_id_of_the_feature() -> None:
    assert only(collection(feature(None) | {"id": 19753})).code == "19753"


def test_the_property_with_the_known_codes_wins() -> None:
    features = [feature(n, id=code) for n, code in enumerate(["19753", "19774"])]
    read = read_geojson(collection(*features), codes={"19753", "19774"})
    assert [one.code for one in read] == ["19753", "19774"]


def test_codes_that_a_table_program_took_for_numbers_get_their_zeros_back() -> None:
    read = read_geojson(collection(feature(4), feature(97.0)), codes={"00004", "00097"})
    assert [one.code for one in read] == ["00004", "00097"]


def test_the_full_name_is_preferred() -> None:
    assert only(collection(feature(name="Phú Xuân", fullName="Phường Phú Xuân"))).name == (
        "Phường Phú Xuân"
    )


def test_several_polygons_and_holes_are_kept() -> None:
    hole = [[107.1, 16.1], [107.2, 16.1], [107.2, 16.2], [107.1, 16.2], [107.1, 16.1]]
    island = [[[107.8, 16.0], [107.9, 16.0], [107.9, 16.1], [107.8, 16.0]]]
    area = only(collection(feature(coordinates=[[SQUARE, hole], island], type="MultiPolygon")))
    assert area.geometry.area == pytest.approx(0.25 - 0.01 + 0.005)


def test_a_ring_that_crosses_itself_is_repaired() -> None:
    area = only(collection(feature(coordinates=[BOW_TIE]))).geometry
    assert area.is_valid
    assert area.area == pytest.approx(0.125)


def test_heights_are_left_out() -> None:
    area = only(collection(feature(coordinates=[[[*at, 12.5] for at in SQUARE]]))).geometry
    assert not area.has_z


def test_a_byte_order_mark_is_no_reason_to_refuse() -> None:
    assert only(b"\xef\xbb\xbf" + collection(feature())).code == "19753"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not GeoJSON"),
        (b"PK\x03\x04 a zipped shape file", "not GeoJSON"),
        (b"\xff\xfe\x00", "not GeoJSON"),
        (b"[" * 100_000, "not GeoJSON"),
        (b"[]", "not GeoJSON"),
        (b'{"type": "Topology"}', "not a GeoJSON feature collection"),
        (collection(), "no areas"),
        (collection(feature(None)), "carry no code"),
        (collection(feature("1"), feature(None)), "carry no code"),
        (collection(feature("7"), feature("7")), "twice: 7"),
        (collection(feature(type="Point", coordinates=[107, 16])), "no polygon but: Point"),
        (collection(feature() | {"geometry": None}), "no polygon but: null"),
        (collection(feature(coordinates=[[[107, 16], [107, 17]]])), "broken"),
        (collection(feature(coordinates=[[[107], [108], [109], [107]]])), "broken"),
        (collection(feature(coordinates=[[["a", "b"]] * 4])), "broken"),
        (collection(feature(coordinates=[[[107, 16]] * 4])), "broken"),
        (collection(feature(coordinates=107)), "broken"),
        (
            collection(feature(coordinates=[[[562_000 + x, y] for x, y in SQUARE]])),
            "no degrees",
        ),
        (
            collection(feature(), crs={"type": "name", "properties": {"name": "EPSG:9217"}}),
            "EPSG:9217",
        ),
        (collection(feature(coordinates=[[at[::-1] for at in SQUARE]])), "swapped"),
    ],
)
def test_what_is_no_boundary_file_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(BadBoundaries, match=sentence):
        read_geojson(data)


def test_a_named_system_of_degrees_is_fine() -> None:
    name = {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}
    assert read_geojson(collection(feature(), crs={"type": "name", "properties": name}))


def test_wards_of_another_city_are_refused() -> None:
    with pytest.raises(BadBoundaries, match="no wards of this city: 20000"):
        read_geojson(collection(feature("20000")), codes={"19753"})


def test_a_file_that_forgets_a_ward_is_refused() -> None:
    with pytest.raises(BadBoundaries, match="missing: 19774"):
        read_geojson(collection(feature("19753")), codes={"19753", "19774"})


def test_areas_elsewhere_are_refused() -> None:
    far = [[x - 2, y] for x, y in SQUARE]
    with pytest.raises(BadBoundaries, match="outside the city: 19753"):
        read_geojson(collection(feature(coordinates=[far])), bounds=HUE)


def test_swapped_coordinates_are_told_apart_from_far_ones() -> None:
    boston = Bounds(south=42.22, west=-71.20, north=42.41, east=-70.92)
    ring = [[42.3, -71.1], [42.3, -71.0], [42.4, -71.0], [42.3, -71.1]]
    with pytest.raises(BadBoundaries, match="swapped"):
        read_geojson(collection(feature(coordinates=[ring])), bounds=boston)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadBoundaries, match="cannot be read"):
        read_geojson(tmp_path / "no.geojson")


def test_a_drawing_for_the_map_can_be_read_again() -> None:
    area = only(collection(feature())).geometry
    drawing = simplify_for_map([("19753", area)], {"19753": {"name": "Phường Phú Xuân"}})
    again = only(drawing)
    assert (again.code, again.name) == ("19753", "Phường Phú Xuân")
    assert again.geometry.equals(area)
    assert json.loads(simplify_for_map([]))["features"] == []


def test_a_drawing_for_the_map_has_no_gaps_between_neighbours() -> None:
    metre = 1 / METRES_PER_DEGREE
    areas = {
        "west": shapely.box(107.0, 16.0, 107.5, 16.5),
        "east": shapely.box(107.5 + 50 * metre, 16.0, 108.0, 16.5),
        "south": shapely.box(107.0, 15.9, 108.0, 16.0),
        "north": shapely.box(107.0, 16.5, 108.0, 16.6),
    }
    drawn = [one.geometry for one in read_geojson(simplify_for_map(areas.items()))]
    assert shapely.coverage_is_valid(drawn)
    assert shapely.union_all(drawn).equals(shapely.box(107.0, 15.9, 108.0, 16.6))


def test_a_drawing_that_cannot_be_small_enough_is_a_bug() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        simplify_for_map([("19753", only(collection(feature())).geometry)], most_bytes=50)
