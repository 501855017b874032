"""Whether two texts say the same, and whether two reports are perhaps one."""

from collections.abc import Sequence
from math import exp

import numpy as np

from city.textai.grams import counted, grams
from city.textai.linear import Floats
from city.textai.words import plain

_COMMON = 0.1
"""What words that nearly every report has are worth beside others."""

_FILLING = """
    va la co o tai cho cua thi ma bi duoc da dang nay do kia nhung cac mot xin rat qua lam em anh
    toi chung the a of is at in on to and it this that there please
"""


def similarity(a: str, b: str) -> float:
    """Return how alike two texts are, 0 to 1; diacritics, case and order hardly count."""
    return similar_to(a, [b])[0]


def similar_to(text: str, others: Sequence[str]) -> list[float]:
    """Return how alike a text is to each of the others, 0 to 1.

    The cosine of word 1–2 and character 2–5 n-grams, both kinds alike, without diacritics. A text
    without words is like nothing.
    """
    if not others:
        return []
    vectors = _vectors([plain(each) for each in (text, *others)])
    return [round(float(min(1.0, max(0.0, near))), 4) for near in vectors[1:] @ vectors[0]]


def _vectors(texts: list[str]) -> Floats:
    found = grams(texts)
    known, _ = counted(found.hashes)
    columns = np.searchsorted(known, found.hashes)
    both, times = counted(found.texts * len(known) + columns)
    rows, columns = both // len(known), both % len(known)
    weights = np.ones(len(known), np.float32)
    filling = grams([f" {word} " for word in _FILLING.split()]).hashes
    weights[np.isin(known, filling) & (known & np.uint64(1) == 0)] = _COMMON
    values = (1 + np.log(times)) * weights[columns]
    block = 2 * rows + (known[columns] & np.uint64(1)).astype(np.int64)
    lengths = np.sqrt(np.bincount(block, values * values, minlength=2 * len(texts)))
    out = np.zeros((len(texts), len(known)), np.float32)
    # A short text has no word pairs, but always characters: half the length for each kind.
    out[rows, columns] = values / lengths[block] / np.sqrt(2)
    return out


def duplicate_score(metres: float, hours: float, same_category: bool, similarity: float) -> float:
    """Return how likely two reports are about one thing, 0 to 1, to put candidates in order.

    Nearness in place halves about every 25 m and in time about every 3 days, as the excess of real
    pairs over chance does; the category and the words (`similarity`, 0 to 1) do the rest. The same
    place, hour, category and words give 1; what is far away gives nearly 0 whatever it says.
    """
    place = exp(-max(0.0, metres) / 36)
    time = exp(-abs(hours) / 104)
    words = min(1.0, max(0.0, similarity))
    about = 0.7 + 0.3 * words if same_category else 0.35 + 0.35 * words
    return round(place * time * about, 4)
