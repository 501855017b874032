"""A linear model over n-grams: a few arrays, read and applied with numpy alone.

A file of it is a plain `.npz` without pickles: reading one runs nobody's code.
"""

import io
import json
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from city.textai.grams import Grams, Hashes, counted, grams
from city.textai.model import Reason
from city.textai.words import plain, tidy

FORMAT = "city-textai-1"
Floats = NDArray[np.float32]


class BadModel(ValueError):
    """The file is not a model of this format."""


class Rows(NamedTuple):
    """TF-IDF of some texts, as the parts of a compressed sparse row matrix."""

    values: Floats
    columns: NDArray[np.int32]
    pointers: NDArray[np.int64]


class Vocabulary:
    """The n-grams a model knows, and how rare each is."""

    def __init__(self, hashes: Hashes, idf: Floats) -> None:
        """Know these n-grams; the hashes are in order."""
        self.hashes = hashes
        self.idf = idf
        # Words and characters weigh the same in a text, however many characters a word has.
        self.is_characters = (hashes & np.uint64(1)).astype(np.int64)

    def rows(self, found: Grams, count: int) -> Rows:
        """Return `count` texts as rows: (1 + log tf) · idf, words and characters of length 1."""
        columns = np.searchsorted(self.hashes, found.hashes)
        columns[columns == len(self.hashes)] = 0
        known = self.hashes[columns] == found.hashes
        size = len(self.hashes)
        both, times = counted(found.texts[known] * size + columns[known])
        texts, columns = both // size, both % size
        values = (1 + np.log(times)) * self.idf[columns]
        block = 2 * texts + self.is_characters[columns]
        lengths = np.sqrt(np.bincount(block, values * values, minlength=2 * count))
        values /= lengths[block]
        pointers = np.zeros(count + 1, np.int64)
        np.cumsum(np.bincount(texts, minlength=count), out=pointers[1:])
        return Rows(values.astype(np.float32), columns.astype(np.int32), pointers)


class Linear:
    """A trained model: for each label a weight of each n-gram."""

    def __init__(
        self,
        labels: list[str],
        vocabulary: Vocabulary,
        weights: NDArray[np.float16],
        bias: Floats,
        *,
        sharpness: float,
        examples: int,
    ) -> None:
        """Weights are n-grams × labels; `sharpness` turns margins into probabilities."""
        self.labels = labels
        self.vocabulary = vocabulary
        self.weights = weights
        self.bias = bias
        self.sharpness = sharpness
        self.examples = examples

    def margins(self, texts: list[str]) -> Floats:
        """Return texts × labels: how far on a label's side each tidy text lies."""
        rows = self.vocabulary.rows(grams(texts), len(texts))
        out = np.repeat(self.bias[None, :], len(texts), axis=0)
        for text in range(len(texts)):
            part = slice(rows.pointers[text], rows.pointers[text + 1])
            weights = self.weights[rows.columns[part]].astype(np.float32)
            out[text] += rows.values[part] @ weights
        return out

    def probabilities(self, text: str) -> dict[str, float]:
        """Return what share of certainty each label has for a text as it was written.

        The text is read as written and without diacritics, and both count the same: a text with
        half its diacritics is near one of them.
        """
        whole = self.read(text)
        return dict(zip(self.labels, map(float, self.softmax(whole[None, :])[0]), strict=True))

    def read(self, text: str) -> Floats:
        """Return the margins of a text as it was written."""
        return self.margins(list({tidy(text): None, plain(text): None})).mean(axis=0)

    def softmax(self, margins: Floats) -> Floats:
        """Return probabilities for margins."""
        scaled = margins * self.sharpness
        odds = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    def reasons(self, text: str, label: str, most: int = 6) -> list[Reason]:
        """Return the whole words, or else parts of words, that speak most for a label."""
        if label not in self.labels:
            return []
        found = grams([tidy(text)])
        rows = self.vocabulary.rows(found, 1)
        against = self.weights[rows.columns].astype(np.float32)
        own = against[:, self.labels.index(label)]
        worth = rows.values * (own - against.mean(axis=1))
        by_hash = dict(zip(self.vocabulary.hashes[rows.columns].tolist(), worth, strict=True))
        said: dict[str, float] = {}
        for entry, number in enumerate(found.hashes.tolist()):
            if (weight := by_hash.get(number, 0.0)) > 0:
                said.setdefault(found.written(entry), float(weight))
        chosen: list[Reason] = []
        for words, weight in sorted(said.items(), key=lambda item: (item[0][0] == " ", -item[1])):
            part = words.strip()
            if len(part) < 3 or any(part in other.words for other in chosen):
                continue
            chosen.append(Reason(part, round(weight, 3)))
        return sorted(chosen, key=lambda reason: -reason.weight)[:most]

    def dump(self) -> bytes:
        """Return the model as the bytes of a file."""
        about = {
            "format": FORMAT,
            "labels": self.labels,
            "sharpness": self.sharpness,
            "examples": self.examples,
        }
        out = io.BytesIO()
        np.savez(
            out,
            about=np.frombuffer(json.dumps(about).encode(), np.uint8),
            hashes=self.vocabulary.hashes,
            idf=self.vocabulary.idf,
            weights=self.weights,
            bias=self.bias,
        )
        return out.getvalue()


def read_linear(content: bytes) -> Linear:
    """Return the model in a file; raise BadModel if it is none."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            about = json.loads(file["about"].tobytes())
            if about["format"] != FORMAT:
                raise BadModel(f"The model has the format {about['format']}, not {FORMAT}.")
            hashes, idf = file["hashes"], file["idf"]
            weights, bias = file["weights"], file["bias"]
        labels = [str(label) for label in about["labels"]]
        if weights.shape != (len(hashes), len(labels)) or len(idf) != len(hashes):
            raise BadModel("The parts of the model do not belong together.")
        return Linear(
            labels,
            Vocabulary(hashes, idf),
            weights,
            bias,
            sharpness=float(about["sharpness"]),
            examples=int(about["examples"]),
        )
    except BadModel:
        raise
    except Exception as error:  # A broken zip can fail in many ways.
        raise BadModel(f"The file is not a model: {error}") from error
