"""The geometry of charts. Across in percent of the width and down in pixels.

So one drawing fits a phone and a wide screen with letters of the same size, without a script.
"""

from collections.abc import Callable, Sequence
from itertools import cycle
from math import ceil
from typing import Any

from city.opendata.charts.model import Chart, Point, Shape, Unit

TOP, PLOT, FOOT = 18, 190, 30
ROW = 44
MOST_LABELS = 6

Words = Callable[[float], str]


def draw(chart: Chart, points: Sequence[Point], words: Words) -> dict[str, Any]:
    """Return what a template draws: `kind`, `height`, and the marks of that kind.

    `words` writes a value as the reader's language does, with its unit.
    """
    if chart.shape is Shape.BARS:
        return _bars(chart, points, words)
    frame = _frame(chart, points, words)
    marks = {Shape.COLUMNS: _columns, Shape.PARTS: _parts, Shape.LINE: _line}[chart.shape]
    return frame | marks(points, frame["most"], words)


def nice_most(value: float) -> tuple[float, float]:
    """Return the end of an axis that takes in a value, and the step of its lines: five at most.

    Steps are 1, 2 or 5 of a power of ten and never less than 1: what is counted is whole.
    """
    step = 1.0
    for factor in cycle((2, 2.5, 2)):
        if value <= 5 * step:
            break
        step *= factor
    return max(ceil(value / step), 1) * step, step


def _bars(chart: Chart, points: Sequence[Point], words: Words) -> dict[str, Any]:
    longest = max((point.values[0] or 0 for point in points), default=0) or 1
    most = 100 if chart.unit is Unit.PERCENT else longest
    return {
        "kind": "bars",
        "height": ROW * len(points),
        "rows": [
            {
                "y": ROW * n,
                "name": point.name,
                "text": words(point.values[0] or 0),
                "width": _percent((point.values[0] or 0) / most),
            }
            for n, point in enumerate(points)
        ],
    }


def _frame(chart: Chart, points: Sequence[Point], words: Words) -> dict[str, Any]:
    """Return the axis, its lines, and the labels under it, thinned out where they would collide."""
    if chart.unit is Unit.PERCENT:
        most, step = 100.0, 50.0
    elif chart.shape is Shape.PARTS:
        most, step = nice_most(max((_sum(point) for point in points), default=0))
    else:
        most, step = nice_most(max((v or 0 for p in points for v in p.values), default=0))
    thin = ceil(len(points) / MOST_LABELS)
    last = len(points) - 1
    return {
        "kind": str(chart.shape),
        "height": TOP + PLOT + FOOT,
        "most": most,
        "foot": TOP + PLOT,
        "grid": [
            {"y": _y(n * step, most), "text": words(n * step)}
            for n in range(round(most / step) + 1)
        ],
        "labels": [
            {"x": _percent((n + 0.5) / len(points)), "text": point.name}
            for n, point in enumerate(points)
            if (last - n) % thin == 0
        ],
    }


def _columns(points: Sequence[Point], most: float, words: Words) -> dict[str, Any]:
    """Return a column for each value, those of one point side by side."""
    columns = []
    for n, point in enumerate(points):
        wide = 0.8 / len(points) / len(point.values)
        for k, value in enumerate(point.values):
            y = _y(value or 0, most)
            columns.append(
                {
                    "series": k,
                    "x": _percent((n + 0.1) / len(points) + k * wide),
                    "width": _percent(wide),
                    "y": y,
                    "height": round(TOP + PLOT - y, 1),
                    "text": f"{point.name}: {words(value or 0)}",
                }
            )
    return {"columns": columns}


def _parts(points: Sequence[Point], most: float, words: Words) -> dict[str, Any]:
    """Return the values of each point one upon the other."""
    columns = []
    for n, point in enumerate(points):
        below = 0.0
        for k, value in enumerate(point.values):
            if not value:
                continue
            foot, y = _y(below, most), _y(below + value, most)
            below += value
            columns.append(
                {
                    "series": k,
                    "x": _percent((n + 0.1) / len(points)),
                    "width": _percent(0.8 / len(points)),
                    "y": y,
                    "height": round(foot - y, 1),
                    "text": f"{point.name}: {words(value)}",
                }
            )
    return {"columns": columns}


def _line(points: Sequence[Point], most: float, words: Words) -> dict[str, Any]:
    """Return the stretches between neighbours that both have a value, and a dot for each value."""
    stretches, dots = [], []
    for k in range(len(points[0].values) if points else 0):
        before: tuple[str, float] | None = None
        for n, point in enumerate(points):
            value = point.values[k]
            if value is None:
                before = None
                continue
            here = (_percent((n + 0.5) / len(points)), _y(value, most))
            if before:
                stretches.append(
                    {"series": k, "x1": before[0], "y1": before[1], "x2": here[0], "y2": here[1]}
                )
            dots.append(
                {"series": k, "x": here[0], "y": here[1], "text": f"{point.name}: {words(value)}"}
            )
            before = here
    return {"stretches": stretches, "dots": dots}


def _y(value: float, most: float) -> float:
    return round(TOP + PLOT * (1 - value / most), 1)


def _percent(part: float) -> str:
    return f"{100 * part:.2f}%"


def _sum(point: Point) -> float:
    return sum(value or 0 for value in point.values)
