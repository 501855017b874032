"""What this process knows by heart, and what it suggests from that. No I/O but a model's file."""

import logging
import time
from pathlib import Path

from city.textai import spam
from city.textai.embeddings import Embeddings, find_embeddings
from city.textai.hints import Hints
from city.textai.keeping import read_model
from city.textai.linear import Linear
from city.textai.model import Kind, Label, Reason, Score, Suggestion, Version

log = logging.getLogger("city.textai")

HALF_TRUST = 150
"""Decisions after which the model and the names of the categories count the same."""

NAMES = "names"


class Memory:
    """Labels, versions and models of this process."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.folder: Path | None = None
        self.labels: list[Label] = []
        self.hints = Hints([])
        self.embeddings: Embeddings | None = None
        self.versions: dict[Kind, Version] = {}
        self.read_at = 0.0
        self._models: dict[Kind, tuple[str, Linear | None]] = {}

    def model(self, kind: Kind) -> tuple[Linear | None, str]:
        """Return the model in use and its name; it is read when it is first asked for."""
        version = self.versions.get(kind)
        if version is None or self.folder is None:
            return None, ""
        held = self._models.get(kind)
        if held is None or held[0] != version.digest:
            held = (version.digest, read_model(self.folder / version.file, version.digest))
            self._models[kind] = held
        return held[1], f"{kind.value} {version.version}"

    def know(self, versions: list[Version]) -> None:
        """Take these as the versions in use."""
        self.versions = {version.kind: version for version in versions}
        self.read_at = time.monotonic()


memory = Memory()


def set_labels(labels: list[Label]) -> None:
    """Remember the categories in use and the words by which they can be recognised.

    For the room above to call when it opens, and when its categories change.
    """
    if labels == memory.labels:
        return
    memory.labels = list(labels)
    memory.hints = Hints(labels)
    memory.embeddings = find_embeddings(labels)


def suggest_categories(text: str, most: int = 3) -> list[Suggestion]:
    """Return the likeliest categories of a text, best first, with shares of certainty.

    Of the categories given to `set_labels` alone. Without a trained model, by their names,
    keywords and hints; with one, by both, the model counting the more the more it has learnt
    from. A text without a word gives none. Less than 2 ms of CPU for a report; nothing waits.
    """
    said, name = weigh(text)
    best = sorted(said.items(), key=lambda item: (-item[1], item[0]))[:most]
    return [Suggestion(code, round(score, 4), name) for code, score in best]


def weigh(text: str) -> tuple[dict[str, float], str]:
    """Return every category's share of certainty, and the name of what gave it."""
    if not any(letter.isalpha() for letter in text):
        return {}, NAMES
    by_names = memory.hints.probabilities(text)
    name = NAMES
    if by_names and memory.embeddings is not None:
        near = memory.embeddings.probabilities(text)
        # The root of the product: either may veto, and neither is sure alone.
        both = {code: (by_names[code] * near[code]) ** 0.5 for code in by_names}
        whole = sum(both.values()) or 1.0
        by_names = {code: share / whole for code, share in both.items()}
        name = f"{NAMES} + embeddings"
    model, version = memory.model(Kind.CATEGORY)
    if model is None:
        return by_names, name
    learnt = model.probabilities(text)
    if not by_names:
        return learnt, version
    known = {code: learnt.get(code, 0.0) for code in by_names}
    whole = sum(known.values())
    if whole < 1e-6:
        return by_names, name
    trust = model.examples / (model.examples + HALF_TRUST)
    fused = {code: trust * known[code] / whole + (1 - trust) * by_names[code] for code in by_names}
    return fused, f"{version} + {name}"


def explain(text: str, code: str) -> list[Reason]:
    """Return what in a text speaks most for a category: words it has learnt, keywords in it."""
    keywords = [Reason(words, 1.0) for words in memory.hints.found_in(text, code)]
    model, _ = memory.model(Kind.CATEGORY)
    learnt = model.reasons(text, code) if model is not None else []
    return [*keywords, *learnt]


def spam_score(text: str) -> Score:
    """Return how much a text looks like spam or abuse, 0 to 1, with reasons.

    It orders a queue. It never refuses anybody, and nothing may be hidden because of it.
    """
    model, name = memory.model(Kind.SPAM)
    return spam.rate(text, model, name)
