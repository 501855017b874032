"""What came of a survey: counts, and never a group so small that somebody could be known in it."""

from collections.abc import Mapping, Sequence
from statistics import mean

from msgspec import Struct

from city.dialogue.model.surveys import Ask, Kind

FEWEST = 5
"""Fewer answers than this are not told apart from others."""


class Tally(Struct, frozen=True, kw_only=True):
    """A count from the answers: of `all`, by `ward` or `month` (YYYY-MM), how many `answered` a
    question, or how often it was answered with a `choice`."""

    part: str
    question: str
    choice: str
    n: int


class Cell(Struct, frozen=True, kw_only=True):
    """A choice (or a number, a ward, a month), how many, and of how many in percent."""

    code: str
    n: int
    percent: float


class Outcome(Struct, frozen=True, kw_only=True):
    """What was answered to one question. `mean` and `median` of a scale or a number."""

    ask: Ask
    answered: int
    cells: list[Cell]
    mean: float | None = None
    median: float | None = None


class Fold(Struct, frozen=True, kw_only=True):
    """Cells large enough to be shown, and how many answers all the others have together."""

    cells: list[Cell]
    rest: int


class Results(Struct, frozen=True, kw_only=True):
    """What came of a survey. With fewer than FEWEST answers there are no outcomes to show."""

    total: int
    outcomes: list[Outcome]
    wards: Fold
    months: Fold

    @property
    def too_few(self) -> bool:
        """Whether there are answers, but not enough to show them."""
        return 0 < self.total < FEWEST


def results_of(asks: Sequence[Ask], tallies: Sequence[Tally]) -> Results:
    """Return the results that these counts stand for. Texts are in no result."""
    by_part: dict[tuple[str, str], dict[str, int]] = {}
    for tally in tallies:
        by_part.setdefault((tally.part, tally.question), {})[tally.choice] = tally.n
    total = by_part.get(("all", ""), {}).get("", 0)
    outcomes = [] if total < FEWEST else [_outcome(ask, by_part) for ask in asks]
    return Results(
        total=total,
        outcomes=[outcome for outcome in outcomes if outcome.ask.kind.is_counted],
        wards=fold_cells(by_part.get(("ward", ""), {})),
        months=fold_cells(by_part.get(("month", ""), {})),
    )


def fold_cells(counts: Mapping[str, int]) -> Fold:
    """Return the counts of at least FEWEST by name; what is left out is none or as many too.

    Otherwise the rest could be had by taking what is shown from the total.
    """
    total = sum(counts.values())
    kept = {code: n for code, n in counts.items() if n >= FEWEST and code}
    rest = total - sum(kept.values())
    while 0 < rest < FEWEST and kept:
        smallest = min(kept, key=lambda code: (kept[code], code))
        rest += kept.pop(smallest)
    cells = [Cell(code=code, n=n, percent=_percent(n, total)) for code, n in sorted(kept.items())]
    return Fold(cells=cells, rest=rest)


def _outcome(ask: Ask, by_part: Mapping[tuple[str, str], Mapping[str, int]]) -> Outcome:
    answered = by_part.get(("answered", ask.id), {}).get("", 0)
    counts = by_part.get(("choice", ask.id), {})
    if ask.kind is Kind.NUMBER:
        order = sorted(counts, key=float)
        values = sorted(float(code) for code, n in counts.items() for _ in range(n))
    else:
        order = ask.choices
        values = (
            sorted(float(code) for code, n in counts.items() for _ in range(n))
            if ask.kind is Kind.SCALE
            else []
        )
    return Outcome(
        ask=ask,
        answered=answered,
        cells=[
            Cell(code=code, n=counts.get(code, 0), percent=_percent(counts.get(code, 0), answered))
            for code in order
        ],
        mean=round(mean(values), 2) if values else None,
        median=_median(values),
    )


def _median(values: Sequence[float]) -> float | None:
    if not values:
        return None
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def _percent(n: int, total: int) -> float:
    return round(100 * n / total, 1) if total else 0.0
