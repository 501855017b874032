"""Recognising a category with no history: the text against names, keywords and hints."""

import numpy as np

from city.textai.grams import counted, grams
from city.textai.linear import Floats, Vocabulary
from city.textai.model import Label
from city.textai.words import plain

SHARPNESS = 14.0
"""How sure a similarity makes; fitted on the sentences of the tests."""

PHRASE_WEIGHT = 0.35
"""What a whole keyword in the text is worth beside the similarity of n-grams (0 to 1)."""

_PHRASE_WORDS = 5


class Hints:
    """The labels of a city, and what in a text points to each. Diacritics do not count here."""

    def __init__(self, labels: list[Label]) -> None:
        """Learn the texts of each label; short ones are keywords and names, long ones hints."""
        self.codes = [label.code for label in labels]
        self._phrases: list[dict[str, float]] = [{} for _ in labels]
        said = [[plain(text) for text in label.texts] for label in labels]
        for phrases, texts in zip(self._phrases, said, strict=True):
            for text in texts:
                if text.strip() and is_short(text):
                    phrases[text] = 1.0
        self._weigh_phrases()
        # A keyword says more about its category than a sentence of instructions.
        joined = [" ".join(t for t in texts for _ in range(_times(t))) or " " for texts in said]
        found = grams([" ".join(text.split()).join("  ") for text in joined])
        hashes, _ = counted(found.hashes)
        places = np.searchsorted(hashes, found.hashes)
        pairs, _ = counted(places * (len(labels) + 1) + found.texts)
        counts = np.bincount(pairs // (len(labels) + 1), minlength=len(hashes))
        idf = np.log((1 + len(labels)) / (1 + counts)) + 1
        self._vocabulary = Vocabulary(hashes, idf.astype(np.float32))
        self._matrix = self._dense(joined)

    def probabilities(self, text: str) -> dict[str, float]:
        """Return a share of certainty for each label; all the same if nothing points anywhere."""
        if not self.codes:
            return {}
        words = plain(text)
        scores = self._dense([words])[0] @ self._matrix.T / 2
        scores += PHRASE_WEIGHT * self._keywords(words)
        odds = np.exp(SHARPNESS * (scores - scores.max()))
        return dict(zip(self.codes, map(float, odds / odds.sum()), strict=True))

    def found_in(self, text: str, code: str) -> list[str]:
        """Return the names and keywords of a label that stand in the text."""
        if code not in self.codes:
            return []
        words = plain(text)
        phrases = self._phrases[self.codes.index(code)]
        return [phrase.strip() for phrase in phrases if phrase in words]

    def _weigh_phrases(self) -> None:
        owners: dict[str, int] = {}
        for phrases in self._phrases:
            for phrase in phrases:
                owners[phrase] = owners.get(phrase, 0) + 1
        for phrases in self._phrases:
            for phrase in phrases:
                phrases[phrase] = (0.6 + 0.4 * min(3, len(phrase.split()))) / owners[phrase]

    def _keywords(self, words: str) -> Floats:
        found = [
            sum(weight for phrase, weight in phrases.items() if phrase in words)
            for phrases in self._phrases
        ]
        return np.array([amount / (1 + amount) for amount in found], np.float32)

    def _dense(self, texts: list[str]) -> Floats:
        rows = self._vocabulary.rows(grams(texts), len(texts))
        out = np.zeros((len(texts), len(self._vocabulary.hashes)), np.float32)
        which = np.repeat(np.arange(len(texts)), np.diff(rows.pointers))
        out[which, rows.columns] = rows.values
        return out


def is_short(text: str) -> bool:
    """Return whether this is a name or keyword rather than a sentence."""
    return len(text.split()) <= _PHRASE_WORDS


def _times(text: str) -> int:
    return 3 if is_short(text) else 1
