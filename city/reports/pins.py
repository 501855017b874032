"""The map: which squares a view shows, and how pins are added up.

A view of any size is answered by one statement from at most a few thousand counted squares, never
from the reports themselves, and is exact at that instant: what has changed since the last count
lies in `pin_change`, written with the report, and is added in the same statement.

Three sums are kept for each square: how many, where (so that a cluster sits in the middle of its
reports, and a single one exactly where it is), and the exclusive or of their references as 40-bit
numbers. That last one needs no list to tell who is there: whatever came and went again has
cancelled out, and of a single report its own reference is left.
"""

from math import floor
from typing import NamedTuple

from msgspec import Struct

from city import places
from city.kernel import number_ref

LEVELS = (9, 11, 13, 15, 17, 19, 21)
"""The counted squares: 180/2**level degrees high and wide, 39 km to 9.5 m. What lies between two
of them is added up from the finer one."""

MOST_SQUARES = 400
"""A view is shown in so many squares at most, and so are its bytes."""

MILLION = 1_000_000
_FINEST = LEVELS[-1]
_ALONG = sum(1 << bit for bit in range(0, 62, 2))
_UP = _ALONG << 1


class Square(Struct, frozen=True):
    """The reports in one square: how many, the sums of their places, and their references' xor."""

    n: int
    ref_xor: int
    east: int
    north: int


class Clusters(Struct, frozen=True, kw_only=True):
    """A view of the map.

    `clusters` has `[longitude, latitude, n, ref]` (WGS84 degrees) for each place with reports;
    `ref` is the reference of a single report and null for more. `total` is the sum of all n.
    """

    clusters: list[tuple[float, float, int, str | None]]
    total: int


class View(NamedTuple):
    """A view in squares: what the statement needs to know of it.

    Squares of the view are `cell >> shift` for cells counted on `level`, and `cell >> rest` for
    whole cells. Interleaved numbers can be compared one axis at a time by masking the other out,
    so `along` and `up` say exactly which squares are in.
    """

    level: int
    shift: int
    rest: int
    lows: list[int]
    highs: list[int]
    along: int
    along_low: int
    along_high: int
    up: int
    up_low: int
    up_high: int


def view_of(
    south: float, west: float, north: float, east: float, zoom: float | None = None
) -> View:
    """Return the squares that touch a box in degrees (WGS84).

    At `zoom` (of 512-pixel tiles, as MapLibre counts) a square is about 64 pixels wide; squares are
    larger where there would be more than MOST_SQUARES of them.
    """
    size = _FINEST if zoom is None else max(0, min(_FINEST, round(zoom) + 2))
    while size and _across(west, east, size) * _across(south, north, size) > MOST_SQUARES:
        size -= 1
    level = next(level for level in LEVELS if level >= size)
    bits = 2 * size + 1
    rest = 62 - bits
    first = places.cell_of(south, west) >> rest
    last = places.cell_of(north, east) >> rest
    counted = 62 - (2 * level + 1)
    ranges = places.cover(*_snapped(first, last, bits), most=12)
    return View(
        level=level,
        shift=2 * (level - size),
        rest=rest,
        lows=[low >> counted for low, _ in ranges],
        highs=[high >> counted for _, high in ranges],
        along=_ALONG,
        along_low=first & _ALONG,
        along_high=last & _ALONG,
        up=_UP,
        up_low=first & _UP,
        up_high=last & _UP,
    )


def clusters_of(squares: list[Square]) -> Clusters:
    """Return the squares as the map draws them."""
    return Clusters(
        clusters=[
            (
                round(s.east / s.n / MILLION - 180, 5),
                round(s.north / s.n / MILLION - 90, 5),
                s.n,
                number_ref(s.ref_xor) if s.n == 1 else None,
            )
            for s in squares
        ],
        total=sum(s.n for s in squares),
    )


def _across(low: float, high: float, size: int) -> int:
    squares = (1 << size) / 180
    return floor(high * squares) - floor(low * squares) + 1


def _snapped(first: int, last: int, bits: int) -> tuple[float, float, float, float]:
    """Return the box of all squares from the south-western to the north-eastern, edges left out.

    `cover` of the view itself would cut the squares at its edge where they are counted finer.
    """
    half = 180 / (1 << bits // 2) / 2 * 0.999999
    south, west = places.centre_of(first, bits)
    north, east = places.centre_of(last, bits)
    return south - half, west - half, north + half, east + half
