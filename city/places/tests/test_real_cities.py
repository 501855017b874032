"""The same with real data, where a copy of it lies beside the repository (or in CITY_DATA)."""

import csv
import gzip
import json
import os
import random
import time
from pathlib import Path

import pytest
import shapely

from city.places import (
    Areas,
    Feature,
    areas_from_centres,
    read_geojson,
    read_wards,
    simplify_for_map,
)
from city.settings import ROOT, read_profile

DATA = Path(os.environ.get("CITY_DATA") or ROOT.parent / "shared" / "data")
PROFILES = ROOT / "profiles"


def data(name: str) -> Path:
    if not (DATA / name).exists():
        pytest.skip(f"{name} is neither in CITY_DATA nor beside the repository")
    return DATA / name


@pytest.fixture(scope="module")
def boundaries() -> list[Feature]:
    return read_geojson(
        data("hue_wards_2025.geojson"),
        codes={ward.code for ward in read_wards(PROFILES / "hue").wards},
        bounds=read_profile(PROFILES / "hue").bounds,
    )


@pytest.fixture(scope="module")
def areas(boundaries: list[Feature]) -> Areas[str]:
    return Areas((one.code, one.geometry) for one in boundaries)


def test_the_wards_of_the_profile_are_those_of_the_resolution() -> None:
    units = json.loads(data("hue_units_2025.json").read_text())
    hue = read_wards(PROFILES / "hue")
    assert {w.code: w.name["vi"] for w in hue.wards} == {u["code"]: u["name"] for u in units}
    assert {(unit.code, code) for unit in hue.old_units for code in unit.new_codes} == {
        (old["code"], unit["code"]) for unit in units for old in unit["merged_from"]
    }
    for unit in units:
        west, south, east, north = unit["bbox"]
        bounds = read_profile(PROFILES / "hue").bounds
        assert bounds.contains(south, west)
        assert bounds.contains(north, east)


def test_known_places_lie_in_their_wards(areas: Areas[str]) -> None:
    assert areas.find(16.4693, 107.5790) == "19753"  # The Ngọ Môn gate of the citadel.
    assert areas.find(16.4567, 107.5776) == "19789"  # The railway station.
    assert areas.find(16.2345, 108.0830) == "20137"  # Lăng Cô.
    assert areas.find(16.2390, 107.2250) in {"20044", "20056", "20071"}  # The town of A Lưới.
    assert areas.find(16.7500, 108.0000) is None  # The sea.
    assert areas.find(16.0544, 108.2022) is None  # Đà Nẵng.


def test_no_point_inside_the_city_falls_between_its_wards(
    areas: Areas[str], boundaries: list[Feature]
) -> None:
    whole = shapely.union_all([one.geometry for one in boundaries])
    gaps = [shapely.Polygon(ring) for part in whole.geoms for ring in part.interiors]
    assert len(gaps) > 100
    for gap in gaps:
        point = gap.representative_point()
        assert areas.find(point.y, point.x) is not None


def test_a_ward_is_found_in_a_fifth_of_a_millisecond(areas: Areas[str]) -> None:
    chance = random.Random(1)
    points = [(chance.uniform(16, 16.75), chance.uniform(107.1, 108.2)) for _ in range(2_000)]
    spent = []
    for _ in range(5):
        begun = time.process_time()
        for point in points:
            areas.find(*point)
        spent.append((time.process_time() - begun) / len(points))
    assert min(spent) < 200e-6 / 4


def test_the_wards_of_hue_fit_into_60_kb(boundaries: list[Feature]) -> None:
    drawing = simplify_for_map((one.code, one.geometry) for one in boundaries)
    assert len(drawing) <= 60_000
    before = {one.code: one.geometry.area for one in boundaries}
    for one in read_geojson(drawing):
        assert one.geometry.area == pytest.approx(before[one.code], rel=0.1)


def test_areas_drawn_from_centres_are_right_for_most_places_of_hue(
    boundaries: list[Feature],
) -> None:
    wards = read_wards(PROFILES / "hue").wards
    drawn = Areas(
        areas_from_centres(
            [(ward.code, *point) for ward in wards for point in ward.points],
            read_profile(PROFILES / "hue").bounds,
            areas_km2={ward.code: ward.area_km2 for ward in wards if ward.area_km2},
        )
    )
    chance = random.Random(1)
    right = refused = asked = 0
    for one in boundaries:
        west, south, east, north = one.geometry.bounds
        for _ in range(40):
            x, y = chance.uniform(west, east), chance.uniform(south, north)
            if shapely.intersects_xy(one.geometry, x, y):
                found = drawn.find(y, x)
                asked, right = asked + 1, right + (found == one.code)
                refused += found is None
    assert right / asked > 0.75
    assert refused / asked < 0.01


def test_areas_drawn_from_the_cases_of_boston_agree_with_them() -> None:
    wards = read_wards(PROFILES / "boston").wards
    names = {name: ward.code for ward in wards for name in (ward.name["en"], *ward.also)}
    drawn = Areas(
        areas_from_centres(
            [(ward.code, *point) for ward in wards for point in ward.points],
            read_profile(PROFILES / "boston").bounds,
        )
    )
    right = asked = 0
    with gzip.open(data("boston_311_2015_jan_jun.csv.gz"), "rt") as file:
        for row in csv.DictReader(file):
            place = (float(row["LATITUDE"]), float(row["LONGITUDE"]))
            name = row["neighborhood"]
            if place == (42.3594, -71.0587) or name not in names:
                continue
            assert drawn.find(*place) is not None, row
            asked, right = asked + 1, right + (drawn.find(*place) == names[name])
    assert asked > 40_000
    assert right / asked > 0.9
