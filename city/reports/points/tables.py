"""Things in the street from a table (CSV), looked over before anything is listed."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from city.kernel import Problem, Says, Work
from city.reports.points import actions
from city.reports.points.model import KINDS, NewPoint
from city.web import check, folded

MOST_LINES = 1000
MOST_LETTERS = 100_000

COLUMNS: dict[str, tuple[str, ...]] = {
    "kind": ("loai",),
    "name": ("ten",),
    "category": ("linh vuc",),
    "latitude": ("lat", "vi do"),
    "longitude": ("lon", "lng", "kinh do"),
    "address": ("dia chi",),
    "unit": ("don vi",),
    "own_number": ("so hieu", "ma"),
}
"""The columns of a table, and other names that they go by."""

_NEEDED = ("kind", "name", "latitude", "longitude")


@dataclass
class Line:
    """A line of a table: what it lists, and what is wrong with it."""

    number: int
    written: str
    point: NewPoint | None = None
    faults: dict[str, Says] = field(default_factory=dict)


async def read_table(work: Work, text: str) -> list[Line]:
    """Return what every line of a table would list; nothing is listed yet.

    Raises Problem with a sentence if it is no table of ours or too long.
    """
    if len(text) > MOST_LETTERS:
        raise Problem("Please bring in at most {n} lines at once.", n=MOST_LINES)
    text = text.removeprefix("\ufeff").replace("\x00", "")
    lines = [_line(number, cells) for number, cells in _rows(text)]
    if not lines:
        raise Problem("There is nothing in this table.")
    if len(lines) > MOST_LINES:
        raise Problem("Please bring in at most {n} lines at once.", n=MOST_LINES)
    good = [line for line in lines if line.point is not None]
    looked = await actions.look_over(work, [line.point for line in good if line.point])
    for line, (ready, faults) in zip(good, looked, strict=True):
        line.point, line.faults = ready, faults
    return lines


def faults_in(lines: Sequence[Line]) -> int:
    """Return how many lines have something wrong."""
    return sum(bool(line.faults) for line in lines)


def _rows(text: str) -> list[tuple[int, dict[str, str]]]:
    first = text.split("\n", 1)[0]
    comma = next((mark for mark in ("\t", ";") if first.count(mark) > first.count(",")), ",")
    rows = csv.reader(io.StringIO(text), delimiter=comma, skipinitialspace=True)
    try:
        header = [_column(name) for name in next(rows, [])]
        if missing := [name for name in _NEEDED if name not in header]:
            raise Problem(
                "The first line has to name the columns; it lacks {names}.",
                names=", ".join(missing),
            )
        return [
            (rows.line_num, cells)
            for row in rows
            if any(
                (cells := {k: v.strip() for k, v in zip(header, row, strict=False) if k}).values()
            )
        ]
    except csv.Error as error:
        raise Problem("The file cannot be read: {reason}", reason=str(error)) from error


def _column(written: str) -> str:
    plain = " ".join(folded(written).replace("_", " ").split())
    for name, others in COLUMNS.items():
        if plain == name.replace("_", " ") or plain in others:
            return name
    return ""


def _line(number: int, cells: dict[str, str]) -> Line:
    kind = cells.get("kind", "")
    if kind not in KINDS:
        cells["kind"] = kind.lower().replace(" ", "-").replace("_", "-")
    for name in ("latitude", "longitude"):
        # A spreadsheet that speaks Vietnamese writes 16,4685.
        cells[name] = cells.get(name, "").replace(",", ".")
    point, faults = check(NewPoint, cells)
    return Line(number, " · ".join(v for v in cells.values() if v)[:200], point, faults)
