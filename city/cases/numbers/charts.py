"""The geometry of a chart of rates over time; templates draw it as SVG."""

from collections.abc import Sequence
from typing import Any

WIDTH, HEIGHT = 340, 170
LEFT, RIGHT, TOP, BOTTOM = 34, 8, 8, 24
MOST_LABELS = 6


def rate_lines(labels: Sequence[str], lines: dict[str, Sequence[float | None]]) -> dict[str, Any]:
    """Return a chart of percentages, one line for each name; None is a gap in its line.

    Lengths are units of the drawing, which is WIDTH wide and HEIGHT high. A point without a
    neighbour is in `dots` only. Labels are thinned out where they would run into each other.
    """
    step = (WIDTH - LEFT - RIGHT) / max(len(labels) - 1, 1)
    thin = -(-len(labels) // MOST_LABELS)
    xs = [round(LEFT + step * n, 1) for n in range(len(labels))]
    if len(labels) == 1:
        xs = [(LEFT + WIDTH - RIGHT) / 2]
    last = len(labels) - 1
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "bottom": HEIGHT - BOTTOM,
        "grid": [{"y": _height(percent), "percent": percent} for percent in (0, 50, 100)],
        "labels": [
            {"x": x, "text": text}
            for n, (x, text) in enumerate(zip(xs, labels, strict=True))
            if (last - n) % thin == 0
        ],
        "lines": [
            {
                "name": name,
                "paths": _paths(xs, values),
                "dots": [
                    {"x": x, "y": _height(value), "label": label, "percent": value}
                    for x, value, label in zip(xs, values, labels, strict=True)
                    if value is not None
                ],
            }
            for name, values in lines.items()
        ],
    }


def _paths(xs: Sequence[float], values: Sequence[float | None]) -> list[str]:
    """Return the stretches without a gap, each as the `points` of a polyline."""
    paths: list[list[str]] = [[]]
    for x, value in zip(xs, values, strict=True):
        if value is None:
            paths.append([])
        else:
            paths[-1].append(f"{x},{_height(value)}")
    return [" ".join(path) for path in paths if len(path) > 1]


def _height(percent: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - percent / 100), 1)
