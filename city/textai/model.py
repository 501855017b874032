"""What suggestions are made of: labels, suggestions, scores, versions of models, examples."""

from datetime import datetime
from enum import StrEnum

import msgspec

CANDIDATE_METRES = 50
"""How near a report must lie to be shown as perhaps the same."""

CANDIDATE_DAYS = 7
"""How far apart in time two reports may be to be shown as perhaps the same."""

TICKED_METRES = 25
"""How near a report must lie to be ticked beforehand."""

TICKED_DAYS = 3
"""How far apart in time two reports may be to be ticked beforehand.

These four come from 62,000 real reports of one city: within 25 m and 3 days at most 4.9 % of the
reports are flagged, and four in five of those pairs are more than chance; within 50 m and 7 days
10.4 %, two in three (docs/reference/suggestions.md).
"""

LEAST_EXAMPLES = 50
"""Decisions below which no model is trained: the categories' names know more."""


class Kind(StrEnum):
    """What a model tells."""

    CATEGORY = "category"
    SPAM = "spam"


class Origin(StrEnum):
    """Why a version of a model was made."""

    NIGHTLY = "nightly"
    ASKED = "asked"
    FITTED = "fitted"


class Label(msgspec.Struct, frozen=True):
    """A category as it can be recognised without any history: its name, keywords and hints.

    Texts of up to five words count as names and keywords, longer ones as hints. `name` is what
    people are shown, by language.
    """

    code: str
    texts: list[str]
    name: dict[str, str] = {}


class Suggestion(msgspec.Struct, frozen=True):
    """A category a text may belong to; `score` is 0 to 1, `model` says who thinks so."""

    code: str
    score: float
    model: str


class Score(msgspec.Struct, frozen=True):
    """How much a text looks like spam or abuse, 0 to 1, with the rules that say so.

    It orders a queue. It never refuses anybody.
    """

    value: float
    reasons: list[str]
    model: str


class Reason(msgspec.Struct, frozen=True):
    """An n-gram of a text and how much it speaks for a category."""

    words: str
    weight: float


class Confusion(msgspec.Struct, frozen=True):
    """How often texts of one category were taken for another's in the hold-out."""

    label: str
    taken_for: str
    count: int


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """How well a model does on texts it was not trained on. Shares are 0 to 1."""

    examples: int
    held_out: int
    labels: int
    top1: float
    top3: float
    macro_f1: float
    plain_top1: float
    confusions: list[Confusion] = []
    before_top1: float | None = None


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A trained model. Its file is trusted because `digest` (SHA-256) is its own."""

    kind: Kind
    version: int
    origin: Origin
    file: str
    digest: str
    trained_at: datetime
    in_use: bool
    examples: int
    labels: int
    held_out: int
    top1: float
    top3: float
    macro_f1: float
    plain_top1: float
    confusions: list[Confusion]


class Example(msgspec.Struct, frozen=True):
    """A decision of the desk, to learn from. The text has lost its digits and addresses."""

    key: str
    text: str
    label: str


class Accuracy(msgspec.Struct, frozen=True, kw_only=True):
    """How often what was suggested was what people then chose, by the model that suggested."""

    model: str
    shown: int
    decided: int
    first: int
    among_three: int
