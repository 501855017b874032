"""Reports told so generally that nobody can be picked out: at least k share what is said of each.

The method is local recoding: what is told of a report is made more general step by step (the
month becomes a quarter, then a year; the category its group, then nothing; the ward the whole
city) until at least k reports share the same place, time and category. What does not reach k with
the last step is left out. See docs/reference/open-data.md for what this does not protect against.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

CITY = "*"
"""Stands for the whole city, or for any category."""


class Cell(Struct, frozen=True, order=True):
    """A place, a time and a category, as exact or as general as they may be told.

    The place is the code of a ward, or `*`; the time a year, a quarter or a month (`2026`,
    `2026-Q4`, `2026-11`); the category a code, a group as `group:waste`, or `*`.
    """

    place: str
    time: str
    category: str


class Outcome(Struct, frozen=True, order=True):
    """What became of a report: it is told of each, but never told apart by."""

    outcome: str
    on_time: str
    days: str


Step = Callable[[Cell, Mapping[str, str]], Cell]


def generalise(counts: Mapping[Cell, int], groups: Mapping[str, str], k: int) -> dict[Cell, Cell]:
    """Return for each exact cell the one that may be told of its reports.

    `counts` says how many reports each exact cell has, `groups` to which group a category
    belongs. Every cell that is told has at least k reports; what has none to be told as is
    missing from the result.
    """
    told: dict[Cell, Cell] = {}
    left = {cell: n for cell, n in counts.items() if n > 0}
    for step in STEPS:
        together: Counter[Cell] = Counter()
        for cell, n in left.items():
            together[step(cell, groups)] += n
        enough = {cell for cell in left if together[step(cell, groups)] >= k}
        for cell in enough:
            told[cell] = step(cell, groups)
            del left[cell]
    return told


def rows_of(
    exact: Mapping[tuple[Cell, Outcome], int], groups: Mapping[str, str], k: int
) -> Iterator[tuple[Cell, Outcome]]:
    """Give one row for each report that may be told of, in an order that says nothing.

    `exact` counts the reports of each exact cell and outcome: there are far fewer of these than
    reports, so that the memory does not grow with the reports.
    """
    counts: Counter[Cell] = Counter()
    for (cell, _), n in exact.items():
        counts[cell] += n
    told = generalise(counts, groups, k)
    general: Counter[tuple[Cell, Outcome]] = Counter()
    for (cell, outcome), n in exact.items():
        if cell in told:
            general[told[cell], outcome] += n
    for row in sorted(general):
        for _ in range(general[row]):
            yield row


def _step(place: bool, time: str, category: str) -> Step:
    def step(cell: Cell, groups: Mapping[str, str]) -> Cell:
        general = {
            "exact": cell.category,
            "group": f"group:{groups.get(cell.category, CITY)}",
            "any": CITY,
        }
        return Cell(
            place=cell.place if place else CITY,
            time=_TIMES[time](cell.time),
            category=general[category],
        )

    return step


def _quarter(month: str) -> str:
    return f"{month[:4]}-Q{(int(month[5:7]) + 2) // 3}"


_TIMES: dict[str, Callable[[str], str]] = {
    "month": lambda month: month,
    "quarter": _quarter,
    "year": lambda month: month[:4],
}

STEPS: tuple[Step, ...] = tuple(
    _step(place, time, category)
    for place, time, category in (
        (True, "month", "exact"),
        (True, "quarter", "exact"),
        (True, "month", "group"),
        (True, "year", "exact"),
        (True, "quarter", "group"),
        (True, "year", "group"),
        (False, "month", "exact"),
        (False, "quarter", "exact"),
        (False, "year", "exact"),
        (False, "year", "group"),
        (False, "year", "any"),
    )
)
"""From the most exact to the most general; place is kept longer than time."""
