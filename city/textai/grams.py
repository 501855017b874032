"""N-grams as numbers: words 1–2 and, inside words, characters 2–5, of many texts at once.

Each n-gram is hashed to 63 bits, so that a model is two arrays instead of a dictionary of strings
and no two n-grams of a city ever share a number (a billion of them would: about one pair in 20).
The lowest bit says what it is: 0 words, 1 characters. A span's hash is a difference of prefix sums
of a polynomial modulo 2**64, which numpy takes for all spans of all texts in one step; that makes
one text cost a fraction of a millisecond, and training need no vectoriser in memory.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]

CHARACTERS = (2, 3, 4, 5)
_BETWEEN = "\0"
_SPACE = 32
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)


class Grams(NamedTuple):
    """The n-grams of some texts, one entry for each place where one stands."""

    hashes: Hashes
    texts: Numbers
    starts: Numbers
    ends: Numbers
    joined: str

    def written(self, entry: int) -> str:
        """Return an n-gram as it is written; a space stands for a word's edge."""
        return self.joined[self.starts[entry] : self.ends[entry]]


class _Powers:
    """Powers of the base and of its inverse, grown as longer texts come."""

    up: Hashes = np.ones(1, np.uint64)
    down: Hashes = np.ones(1, np.uint64)

    @classmethod
    def reach(cls, size: int) -> None:
        if len(cls.up) >= size:
            return
        size = max(size, 4096)
        cls.up = _powers(_BASE, size)
        cls.down = _powers(_INVERSE, size)


def grams(texts: list[str]) -> Grams:
    """Return the n-grams of tidy texts (see `words.tidy`)."""
    joined = _BETWEEN + _BETWEEN.join(texts) + _BETWEEN
    codes = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32)
    size = len(codes)
    _Powers.reach(size + 1)
    prefix = np.zeros(size + 1, np.uint64)
    np.cumsum((codes.astype(np.uint64) + np.uint64(7)) * _Powers.up[:size], out=prefix[1:])
    between = codes == 0
    text_of = np.cumsum(between) - 1
    spans = [*_words(codes), *_characters(codes, between)]
    starts = np.concatenate([span[0] for span in spans])
    ends = np.concatenate([span[1] for span in spans])
    salts = np.concatenate([np.full(len(s[0]), s[2], np.uint64) for s in spans])
    hashes = _mixed((prefix[ends] - prefix[starts]) * _Powers.down[starts] + salts)
    hashes = (hashes & np.uint64(0xFFFFFFFFFFFFFFFE)) | (salts & np.uint64(1))
    return Grams(hashes, text_of[starts], starts, ends, joined)


def counted(numbers: NDArray[Any]) -> tuple[NDArray[Any], Numbers]:
    """Return the distinct numbers in order, and how often each is there.

    As numpy's own `unique`, which brings in masked arrays when it is first used.
    """
    ordered = np.sort(numbers)
    new = np.ones(len(ordered), bool)
    new[1:] = ordered[1:] != ordered[:-1]
    begins = np.flatnonzero(new)
    return ordered[begins], np.diff(np.append(begins, len(ordered)))


def _words(codes: NDArray[np.uint32]) -> list[tuple[Numbers, Numbers, int]]:
    blank = (codes == _SPACE) | (codes == 0)
    edge = np.flatnonzero(np.diff(blank.view(np.int8)))
    starts, ends = edge[0::2] + 1, edge[1::2] + 1
    # Two words are neighbours when one space lies between them: between texts there are three.
    near = np.flatnonzero(starts[1:] - ends[:-1] == 1)
    return [(starts, ends, 2), (starts[near], ends[near + 1], 4)]


def _characters(
    codes: NDArray[np.uint32], between: NDArray[np.bool_]
) -> list[tuple[Numbers, Numbers, int]]:
    size = len(codes)
    # A run is a stretch in which a window may lie: a word with the spaces at both its edges.
    spaces = np.concatenate([[0], np.cumsum(codes == _SPACE)])
    walls = np.concatenate([[0], np.cumsum(between)])
    spans = []
    for length in CHARACTERS:
        starts = np.arange(max(0, size - length + 1))
        inner = spaces[starts + length - 1] - spaces[starts + 1]
        kept = starts[(inner == 0) & (walls[starts + length] == walls[starts])]
        spans.append((kept, kept + length, 2 * length + 1))
    return spans


def _powers(base: int, size: int) -> Hashes:
    steps = np.full(size, base, np.uint64)
    steps[0] = 1
    return np.cumprod(steps, dtype=np.uint64)


def _mixed(hashes: Hashes) -> Hashes:
    """Spread every bit over all bits (the last steps of SplitMix64)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))
