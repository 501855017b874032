"""Cells: a place as one whole number, so that a plain btree finds what lies in a box.

A *cell* interleaves the bits of a WGS84 longitude and latitude (Morton order), 31 bits each and
the longitude's bit first: 62 bits, never negative, at most 1.9 cm wide on the ground. Whatever
shares the first `bits` of its cell lies in one rectangle of the world, and for an odd number of
bits that rectangle is a square in degrees. Boxes become a few ranges of cells.

    where cell between 3… and 3…    -- once for each range of `cover(*box)`
    group by cell >> (62 - 33)      -- squares of 180 / 2**16 degrees, 305 m high
"""

from heapq import heappop, heappush
from math import asin, cos, degrees, radians, sin, sqrt
from typing import NamedTuple

BITS = 62
"""The bits of a whole cell."""

EARTH_RADIUS_METRES = 6_371_008.8
"""The mean radius of the earth (IUGG)."""

_AXIS_BITS = BITS // 2
_LAST = (1 << _AXIS_BITS) - 1
_COLUMNS_PER_DEGREE = (1 << _AXIS_BITS) / 360
_ROWS_PER_DEGREE = (1 << _AXIS_BITS) / 180
# 11 bits at a time: three look-ups reach all 31 bits, and the table costs nothing to build.
_SPREAD = [int(f"{number:b}", 4) for number in range(1 << 11)]


class Box(NamedTuple):
    """A rectangle in degrees (WGS84), edges included; west is never east of east."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, latitude: float, longitude: float) -> bool:
        """Whether the point lies in the box or on its edge."""
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


def cell_of(latitude: float, longitude: float) -> int:
    """Give the cell of a point in degrees: 0 <= cell < 2**62, in under 1 µs.

    Raises ValueError for what is no point of the earth (NaN too).
    """
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError(f"No point of the earth: {latitude}, {longitude}")
    column = int((longitude + 180) * _COLUMNS_PER_DEGREE)
    row = int((latitude + 90) * _ROWS_PER_DEGREE)
    return _interleave(min(column, _LAST), min(row, _LAST), _SPREAD)


def _interleave(column: int, row: int, spread: list[int] = _SPREAD) -> int:
    return (
        (spread[column >> 22] << 1 | spread[row >> 22]) << 44
        | (spread[column >> 11 & 2047] << 1 | spread[row >> 11 & 2047]) << 22
        | spread[column & 2047] << 1
        | spread[row & 2047]
    )


def parent(cell: int, bits: int) -> int:
    """Give the first `bits` (0 to 62) of a whole cell: the name of the rectangle it lies in."""
    return cell >> (BITS - bits)


def range_of(prefix: int, bits: int) -> tuple[int, int]:
    """Give the first and the last whole cell of the rectangle that `parent(…, bits)` named."""
    rest = BITS - bits
    return prefix << rest, (prefix + 1 << rest) - 1


def centre_of(cell: int, bits: int = BITS) -> tuple[float, float]:
    """Give the latitude and longitude in the middle of a cell, or of a prefix of 1 to 62 bits."""
    digits = f"{cell:0{bits}b}"
    column, row = digits[::2], digits[1::2] or "0"
    return (
        (int(row, 2) + 0.5) * 180 / (1 << bits // 2) - 90,
        (int(column, 2) + 0.5) * 360 / (1 << len(column)) - 180,
    )


def cover(
    south: float, west: float, north: float, east: float, *, most: int = 16
) -> list[tuple[int, int]]:
    """Give sorted, disjoint, inclusive ranges of whole cells that together hold the box.

    Every point of the box is in a range; what a range holds beyond the box is to be filtered out
    by the caller. At most `most` ranges, chosen so that they hold little beyond the box.
    Raises ValueError for a box that is upside down or crosses the 180th meridian.
    """
    if south > north or west > east or most < 1:
        raise ValueError(f"No box, or no ranges asked for: {south, west, north, east}, {most}")
    first, last = cell_of(south, west), cell_of(north, east)
    if first == last:
        return [(first, last)]
    left, right = _column(west), _column(east)
    bottom, top = _row(south), _row(north)
    # All of the box shares the bits in which its corners agree, for cells grow with both axes.
    rest = (first ^ last).bit_length()
    column = left >> (rest >> 1) << (rest >> 1)
    row = bottom >> (rest + 1 >> 1) << (rest + 1 >> 1)
    ranges: list[tuple[int, int]] = []
    open_cells = [(0, rest, column, row)]
    # Twice as many pieces as ranges: merging the closest afterwards is tighter than stopping early.
    while open_cells and len(ranges) + len(open_cells) < 2 * most:
        _, rest, column, row = heappop(open_cells)
        rest -= 1
        # The longitude's bit comes first, so it is the one to split while an even number remains.
        across, along = (1 << (rest >> 1), 0) if rest & 1 else (0, 1 << (rest >> 1))
        width, height = 1 << (rest >> 1), 1 << (rest + 1 >> 1)
        for c, r in ((column, row), (column + across, row + along)):
            w = min(right, c + width - 1) - max(left, c) + 1
            h = min(top, r + height - 1) - max(bottom, r) + 1
            if w <= 0 or h <= 0:
                continue
            waste = width * height - w * h
            if waste:
                heappush(open_cells, (-waste, rest, c, r))
            else:
                begin = _interleave(c, r)
                ranges.append((begin, begin + (1 << rest) - 1))
    for _, rest, c, r in open_cells:
        w, h = (1 << (rest >> 1)) - 1, (1 << (rest + 1 >> 1)) - 1
        ranges.append(
            (
                _interleave(max(left, c), max(bottom, r)),
                _interleave(min(right, c + w), min(top, r + h)),
            )
        )
    return _merge(ranges, most)


def _merge(ranges: list[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """Join ranges that touch, and then those with the smallest gaps until `most` are left."""
    ranges.sort()
    gaps = sorted((ranges[i + 1][0] - ranges[i][1] for i in range(len(ranges) - 1)), reverse=True)
    smallest_kept = gaps[most - 1] if len(gaps) >= most else 1
    merged = [ranges[0]]
    for begin, end in ranges[1:]:
        if begin - merged[-1][1] > smallest_kept:
            merged.append((begin, end))
        else:
            merged[-1] = (merged[-1][0], end)
    return merged


def _column(longitude: float) -> int:
    return min(int((longitude + 180) * _COLUMNS_PER_DEGREE), _LAST)


def _row(latitude: float) -> int:
    return min(int((latitude + 90) * _ROWS_PER_DEGREE), _LAST)


def circle_box(latitude: float, longitude: float, metres: float) -> Box:
    """Give the smallest box that holds everything within `metres` of a point.

    It ends at the poles and at the 180th meridian instead of crossing them.
    """
    angle = metres / EARTH_RADIUS_METRES
    # A hair more, so that rounding never loses a point at exactly that distance.
    up = degrees(angle) + 1e-9
    south, north = max(latitude - up, -90.0), min(latitude + up, 90.0)
    if south == -90 or north == 90:
        return Box(south, -180.0, north, 180.0)
    aside = degrees(asin(min(1.0, sin(angle) / cos(radians(latitude))))) + 1e-9
    return Box(south, max(longitude - aside, -180.0), north, min(longitude + aside, 180.0))


def metres_between(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Give the great-circle distance of two points (haversine; at most 0.6 % off the ellipsoid)."""
    phi, other_phi = radians(latitude), radians(other_latitude)
    up = sin((other_phi - phi) / 2)
    aside = sin(radians(other_longitude - longitude) / 2)
    chord = up * up + cos(phi) * cos(other_phi) * aside * aside
    return 2 * EARTH_RADIUS_METRES * asin(min(1.0, sqrt(chord)))
