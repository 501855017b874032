from itertools import pairwise
from math import cos, degrees, radians, sin

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from city.places.cells import (
    BITS,
    Box,
    cell_of,
    centre_of,
    circle_box,
    cover,
    metres_between,
    parent,
    range_of,
)

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)
POINTS = st.tuples(LATITUDES, LONGITUDES)
FRACTIONS = st.tuples(st.floats(0, 1), st.floats(0, 1))
BRIDGE = (16.4685, 107.5890)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    south, north = sorted((draw(LATITUDES), draw(LATITUDES)))
    west, east = sorted((draw(LONGITUDES), draw(LONGITUDES)))
    return Box(south, west, north, east)


@st.composite
def small_boxes(draw: st.DrawFn) -> Box:
    """Boxes of the sizes that people look at, anywhere on earth."""
    south, west = draw(st.floats(-89, 88)), draw(st.floats(-179, 178))
    return Box(south, west, south + draw(st.floats(0, 1)), west + draw(st.floats(0, 1)))


def inside(box: Box, fractions: tuple[float, float]) -> tuple[float, float]:
    """A point of the box; rounding may not carry it over the edge."""
    latitude = box.south + fractions[0] * (box.north - box.south)
    longitude = box.west + fractions[1] * (box.east - box.west)
    return min(max(latitude, box.south), box.north), min(max(longitude, box.west), box.east)


@given(POINTS)
def test_a_cell_is_a_whole_number_that_fits_a_bigint(point: tuple[float, float]) -> None:
    assert 0 <= cell_of(*point) < 1 << BITS


@given(POINTS)
def test_the_middle_of_a_cell_is_within_its_width_of_the_point(point: tuple[float, float]) -> None:
    latitude, longitude = centre_of(cell_of(*point))
    assert abs(latitude - point[0]) <= 180 / 2**31
    assert abs(longitude - point[1]) <= 360 / 2**31


def test_the_bit_of_the_longitude_comes_first() -> None:
    assert parent(cell_of(-45, 90), 2) == 0b10
    assert parent(cell_of(45, -90), 2) == 0b01


@given(POINTS, st.integers(1, BITS))
def test_a_prefix_names_the_rectangle_the_cell_lies_in(
    point: tuple[float, float], bits: int
) -> None:
    cell = cell_of(*point)
    prefix = parent(cell, bits)
    first, last = range_of(prefix, bits)
    assert first <= cell <= last
    assert parent(cell_of(*centre_of(prefix, bits)), bits) == prefix


@pytest.mark.parametrize("bits", [21, 27, 33])
def test_an_odd_number_of_bits_names_a_square_in_degrees(bits: int) -> None:
    side = 180 / 2 ** (bits // 2)
    latitude, longitude = centre_of(parent(cell_of(*BRIDGE), bits), bits)
    here = parent(cell_of(latitude, longitude), bits)
    near, far = 0.499 * side, 0.501 * side
    assert parent(cell_of(latitude + near, longitude - near), bits) == here
    assert parent(cell_of(latitude + far, longitude), bits) != here
    assert parent(cell_of(latitude, longitude - far), bits) != here


@pytest.mark.parametrize("point", [(91, 0), (0, 181), (float("nan"), 0), (0, float("inf"))])
def test_what_is_no_point_of_the_earth_has_no_cell(point: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="No point"):
        cell_of(*point)


@given(boxes() | small_boxes(), FRACTIONS, st.integers(1, 40))
def test_every_point_of_a_box_lies_in_one_of_its_ranges(
    box: Box, fractions: tuple[float, float], most: int
) -> None:
    cell = cell_of(*inside(box, fractions))
    assert any(first <= cell <= last for first, last in cover(*box, most=most))


@given(boxes() | small_boxes(), st.integers(1, 40))
def test_the_ranges_of_a_box_are_few_sorted_and_apart(box: Box, most: int) -> None:
    ranges = cover(*box, most=most)
    assert 1 <= len(ranges) <= most
    assert all(first <= last for first, last in ranges)
    assert all(before[1] + 1 < after[0] for before, after in pairwise(ranges))


@pytest.mark.parametrize(("metres", "most_excess"), [(100, 1.7), (500, 1.7), (5_000, 1.7)])
def test_the_ranges_hold_little_beyond_the_box(metres: float, most_excess: float) -> None:
    for step in range(60):
        box = circle_box(BRIDGE[0] + step * 0.0031, BRIDGE[1] - step * 0.0047, metres)
        held = sum(last - first + 1 for first, last in cover(*box))
        cells = (box.east - box.west) * 2**31 / 360 * (box.north - box.south) * 2**31 / 180
        assert held < most_excess * cells


def test_a_box_of_one_point_is_one_cell() -> None:
    cell = cell_of(*BRIDGE)
    assert cover(*BRIDGE, *BRIDGE) == [(cell, cell)]


def test_the_whole_world_is_one_range() -> None:
    assert cover(-90, -180, 90, 180) == [(0, (1 << BITS) - 1)]


def test_a_box_upside_down_is_refused() -> None:
    with pytest.raises(ValueError, match="No box"):
        cover(17, 107, 16, 108)


@given(POINTS, st.floats(0.1, 50_000), st.floats(0, 360))
def test_everything_within_a_distance_lies_in_the_box_around_it(
    point: tuple[float, float], metres: float, bearing: float
) -> None:
    assume(abs(point[0]) < 80)
    assume(abs(point[1]) < 170)
    north = degrees(metres / 6_371_008.8) * cos(radians(bearing)) * 0.9999
    latitude = point[0] + north
    aside = degrees(metres / 6_371_008.8) * sin(radians(bearing)) / cos(radians(latitude))
    longitude = point[1] + aside * 0.99
    assume(metres_between(*point, latitude, longitude) <= metres)
    assert circle_box(*point, metres).holds(latitude, longitude)


def test_a_box_around_a_pole_holds_every_longitude() -> None:
    assert circle_box(89.99, 20, 5_000)[1::2] == (-180, 180)


def test_distances_are_those_on_the_ground() -> None:
    # From Trường Tiền bridge to the station of Huế, as a walker's map has it.
    assert metres_between(*BRIDGE, 16.4567, 107.5776) == pytest.approx(1_790, rel=0.01)
    assert metres_between(0, 0, 0, 180) == pytest.approx(20_015_115, rel=0.001)
    assert metres_between(*BRIDGE, *BRIDGE) == 0
