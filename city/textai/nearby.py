"""Pairs of reports near each other in place and time, among many, in one go.

Reports are laid on a grid of squares as wide as the distance; only those of a square and its
neighbours are compared, newest with oldest by sorted time, all with numpy.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

EARTH_METRES = 6_371_008.8
"""The mean radius of the earth (IUGG)."""

_METRES_PER_DEGREE = EARTH_METRES * np.pi / 180
_AT_ONCE = 2_000_000

Numbers = NDArray[np.int64]
Reals = NDArray[np.float64]


class Pairs(NamedTuple):
    """Pairs of reports by their places in the list: which came first, how far, how long after."""

    first: Numbers
    second: Numbers
    metres: Reals
    seconds: Reals


def near_pairs(
    lat: Reals, lon: Reals, seconds: Reals, metres: float, days: float
) -> Iterator[Pairs]:
    """Yield, in pieces, every pair at most so many metres (haversine) and days apart.

    Degrees are WGS 84, times in seconds, edges included. Of a pair the earlier is first; at the
    same time the one that stands first in the list.
    """
    if len(lat) > 1:
        for a, b in _candidates(lat, lon, seconds, metres, days):
            yield _close(lat, lon, seconds, a, b, metres, days)


def stand_ins(lat: Reals, lon: Reals) -> tuple[NDArray[np.bool_], list[tuple[float, float, int]]]:
    """Return which reports lie on a point that stands for "somewhere", and those points.

    A system that must have a place puts what has none at the town hall: one exact point that bears
    more than 1 % of all reports, and at least 100. Nearness there means nothing.
    """
    points, which, counts = np.unique(
        np.stack([lat, lon], axis=1), axis=0, return_inverse=True, return_counts=True
    )
    crowded = counts > max(100, len(lat) / 100)
    named = [
        (float(points[at, 0]), float(points[at, 1]), int(counts[at]))
        for at in np.flatnonzero(crowded)
    ]
    return crowded[which.reshape(-1)], named


def haversine(lat1: Reals, lon1: Reals, lat2: Reals, lon2: Reals) -> Reals:
    """Return metres between points in degrees on a sphere of the earth's mean radius."""
    p1, p2 = np.radians(lat1), np.radians(lat2)
    half = np.sin((p2 - p1) / 2) ** 2
    half += np.cos(p1) * np.cos(p2) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_METRES * np.arcsin(np.sqrt(np.clip(half, 0, 1)))


def _candidates(
    lat: Reals, lon: Reals, seconds: Reals, metres: float, days: float
) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield pieces of the pairs in one square or in neighbouring ones that are near in time."""
    # Squares are as wide as the distance where the list lies farthest from the equator.
    tall = metres / _METRES_PER_DEGREE * 1.001
    wide = tall / max(0.01, float(np.cos(np.radians(np.abs(lat).max() + tall))))
    row = np.floor((lat + 90) / tall).astype(np.int64)
    column = np.floor((lon + 180) / wide).astype(np.int64)
    columns = int(np.ceil(360 / wide)) + 2
    square = row * columns + column
    order = np.lexsort((np.arange(len(lat)), seconds, square))
    cells, begins = np.unique(square[order], return_index=True)
    ends = np.append(begins[1:], len(order))
    when = seconds[order]
    span = days * 86_400
    # One number in the order of (square, time), so that a window is found by one search.
    lowest = float(when.min())
    length = float(when.max()) - lowest + 2 * span + 2
    which = np.repeat(np.arange(len(cells)), ends - begins)
    keys = which * length + (when - lowest)
    for step in (0, 1, columns - 1, columns, columns + 1):
        target = np.searchsorted(cells, cells[which] + step)
        target[target == len(cells)] = 0
        here = np.flatnonzero(cells[target] == cells[which] + step)
        base = target[here] * length + (when[here] - lowest)
        low = np.searchsorted(keys, base - span - 0.5, side="left")
        low = np.maximum(low, begins[target[here]])
        high = np.searchsorted(keys, base + span + 0.5, side="right")
        high = np.minimum(high, ends[target[here]])
        if step == 0:
            low = here + 1
        yield from _expanded(order, here, low, np.maximum(high, low))


def _expanded(
    order: Numbers, here: Numbers, low: Numbers, high: Numbers
) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield the pairs (here, low … high) in pieces that fit into memory."""
    many = high - low
    total = np.cumsum(many)
    start = 0
    while start < len(here):
        before = total[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(total, before + _AT_ONCE, side="right")))
        part = slice(start, stop)
        a = np.repeat(here[part], many[part])
        offset = np.arange(len(a)) - np.repeat(total[part] - many[part] - before, many[part])
        b = np.repeat(low[part], many[part]) + offset
        yield order[a], order[b]
        start = stop


def _close(
    lat: Reals, lon: Reals, seconds: Reals, a: Numbers, b: Numbers, metres: float, days: float
) -> Pairs:
    apart = np.abs(seconds[b] - seconds[a])
    kept = apart <= days * 86_400
    a, b = a[kept], b[kept]
    far = haversine(lat[a], lon[a], lat[b], lon[b])
    kept = far <= metres
    a, b, far = a[kept], b[kept], far[kept]
    turned = (seconds[b] < seconds[a]) | ((seconds[b] == seconds[a]) & (b < a))
    first, second = np.where(turned, b, a), np.where(turned, a, b)
    return Pairs(first, second, far, seconds[second] - seconds[first])
