import pytest
import shapely
from shapely import box

from city.places.areas import METRES_PER_DEGREE, Areas, areas_from_centres
from city.places.cells import metres_between
from city.settings import Bounds

METRE = 1 / METRES_PER_DEGREE
AROUND = Bounds(south=16.0, west=107.0, north=17.0, east=108.0)


def test_a_point_belongs_to_the_area_that_holds_it() -> None:
    areas = Areas([("west", box(107.0, 16.0, 107.5, 16.5)), ("east", box(107.5, 16.0, 108, 16.5))])
    assert areas.find(16.2, 107.2) == "west"
    assert areas.find(16.2, 107.7) == "east"
    assert len(areas) == 2


def test_a_point_outside_belongs_to_none() -> None:
    areas = Areas([("west", box(107.0, 16.0, 107.5, 16.5))])
    assert areas.find(16.2, 107.5 + 20 * METRE) is None
    assert areas.find(0, 0) is None
    assert areas.find(float("nan"), 107) is None


def test_the_first_area_wins_on_a_shared_edge_and_where_two_overlap() -> None:
    a, b = box(107.0, 16.0, 107.5, 16.5), box(107.4, 16.0, 108, 16.5)
    assert Areas([("a", a), ("b", b)]).find(16.2, 107.45) == "a"
    assert Areas([("b", b), ("a", a)]).find(16.2, 107.45) == "b"


def test_a_point_in_a_hairline_gap_belongs_to_the_nearest_area() -> None:
    areas = Areas(
        [
            ("west", box(107.0, 16.0, 107.5, 16.5)),
            ("east", box(107.5 + 100 * METRE, 16.0, 108, 16.5)),
        ]
    )
    assert areas.find(16.2, 107.5 + 30 * METRE) == "west"
    assert areas.find(16.2, 107.5 + 80 * METRE) == "east"


def test_a_point_in_a_wide_gap_belongs_to_none() -> None:
    areas = Areas(
        [
            ("west", box(107.0, 16.0, 107.5, 16.5)),
            ("east", box(107.5 + 400 * METRE, 16.0, 108, 16.5)),
        ]
    )
    assert areas.find(16.2, 107.5 + 30 * METRE) is None


def test_a_hole_belongs_to_none() -> None:
    ring = box(107.0, 16.0, 107.5, 16.5).difference(box(107.2, 16.2, 107.3, 16.3))
    areas = Areas([("ring", ring)])
    assert areas.find(16.25, 107.25) is None
    assert areas.find(16.1, 107.1) == "ring"


def test_a_city_without_areas_finds_nothing() -> None:
    assert Areas([]).find(16.2, 107.2) is None


def test_drawn_areas_give_every_place_to_the_nearest_point() -> None:
    centres = [("a", 16.2, 107.2), ("b", 16.2, 107.22), ("b", 16.21, 107.23)]
    areas = Areas(areas_from_centres(centres, AROUND))
    for step in range(100):
        here = (16.195 + step % 10 * 0.002, 107.195 + step // 10 * 0.004)
        nearest = min(centres, key=lambda centre: metres_between(*here, *centre[1:]))
        if metres_between(*here, *nearest[1:]) < 1_400:
            assert areas.find(*here) == nearest[0]


def test_drawn_areas_reach_as_far_as_their_size_lets_them() -> None:
    small, large = (
        Areas(areas_from_centres([("a", 16.5, 107.5)], AROUND, areas_km2={"a": km2}))
        for km2 in (3.14159, 314.159)
    )
    assert small.find(16.5 + 1_400 * METRE, 107.5) == "a"
    assert small.find(16.5 + 1_600 * METRE, 107.5) is None
    assert large.find(16.5 + 14_000 * METRE, 107.5) == "a"


def test_drawn_areas_stay_inside_the_city() -> None:
    drawn = areas_from_centres([("a", 16.01, 107.01)], AROUND, areas_km2={"a": 500})
    west, south, _, _ = drawn[0][1].bounds
    assert (south, west) == (pytest.approx(16.0), pytest.approx(107.0))


def test_two_areas_with_one_centre_leave_it_to_the_first() -> None:
    drawn = areas_from_centres([("a", 16.5, 107.5), ("b", 16.5, 107.5)], AROUND)
    assert [key for key, _ in drawn] == ["a"]
    assert areas_from_centres([], AROUND) == []


def test_drawn_areas_do_not_overlap() -> None:
    centres = [(str(n), 16.3 + n % 3 * 0.02, 107.3 + n // 3 * 0.02) for n in range(9)]
    drawn = [area for _, area in areas_from_centres(centres, AROUND)]
    whole = shapely.union_all(drawn).area
    assert sum(area.area for area in drawn) == pytest.approx(whole, rel=1e-6)
