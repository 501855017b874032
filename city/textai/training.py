"""Training: a linear support vector machine over n-grams, by stochastic gradient descent.

Texts are read in pieces, so that memory does not grow with their number; scikit-learn is imported
only here, and a city trains in a process of its own (`main`).
"""

import json
import math
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from city.textai.grams import counted, grams
from city.textai.linear import Floats, Linear, Vocabulary, read_linear
from city.textai.model import Confusion, Example, Measured
from city.textai.words import plain, tidy

PIECE = 400
"""Texts read at once; each costs about 100 kB meanwhile."""

MOST_WEIGHTS = 3_000_000
"""N-grams × labels of a model, six bytes each in training thrice over, two in its file."""

LEAST_NGRAMS, MOST_NGRAMS = 1 << 15, 1 << 18
DISTINCT = 3_000_000
"""N-grams counted at once; beyond that those seen only once are forgotten."""

PIECES_A_STEP = 8

REMEMBERED = 8_000_000
"""Entries of rows (8 bytes each) kept at once; beyond that texts are read anew in each pass."""

SHARPNESS = 3.0
"""How sure margins make, where there is no hold-out to learn it from."""

UPDATES = 400_000
"""Texts shown to the model in all, if there are few; in at least 2 and at most 30 passes."""


class Trained(NamedTuple):
    """A model and what it is worth."""

    model: Linear
    measured: Measured


class OneLabel(ValueError):
    """There is nothing to tell apart."""


def train(texts: Sequence[str], labels: Sequence[str], *, before: Linear | None = None) -> Trained:
    """Return a model of these texts, measured on a share that it had not seen.

    Every text counts twice, as written and without diacritics. The hold-out is every tenth text
    (every fifth below 5,000), the same ones each time; equal texts are on one side. `before` is
    another model to be measured on the same texts. Raises OneLabel if all labels are the same.
    """
    if len(set(labels)) < 2:
        raise OneLabel("A model needs texts of at least two categories.")
    every = list(range(len(texts)))
    share = 5 if len(texts) < 5000 else 10
    held = np.fromiter((_is_held_out(text, share) for text in texts), bool, len(texts))
    rest, apart = np.flatnonzero(~held).tolist(), np.flatnonzero(held).tolist()
    if len(apart) < 5 or len({labels[i] for i in rest}) < 2:
        return Trained(_fit(texts, labels, every), _unmeasured(texts, labels))
    trial = _fit(texts, labels, rest)
    measured, sharpness = _measure(trial, texts, labels, apart, before)
    model = _fit(texts, labels, every)
    model.sharpness = sharpness
    return Trained(model, measured)


def _fit(texts: Sequence[str], labels: Sequence[str], chosen: list[int]) -> Linear:
    # Only here: a city that serves pages has no need of it.
    from sklearn.linear_model import SGDClassifier  # noqa: PLC0415

    classes = sorted({labels[i] for i in chosen})
    number = {label: i for i, label in enumerate(classes)}
    vocabulary = _vocabulary(texts, chosen, len(classes))
    order = np.random.default_rng(7).permutation(chosen).tolist()
    passes = min(30, max(2, math.ceil(UPDATES / (2 * len(order)))))
    # alpha = 1 / (C n) with C = 1, as LinearSVC would have it by default.
    machine: Any = SGDClassifier(
        loss="hinge",
        alpha=1 / (2 * len(order)),
        average=True,
        max_iter=passes,
        tol=None,  # pyright: ignore[reportArgumentType]
        random_state=7,
    )

    def pieces() -> Iterator[tuple[Any, NDArray[np.int64]]]:
        return _pieces(texts, labels, order, vocabulary, number)

    kept = _all_of(pieces())
    if kept is not None:
        machine.fit(*kept)
    else:
        every = np.arange(len(classes))
        for _ in range(passes):
            for rows, wanted in pieces():
                machine.partial_fit(rows, wanted, classes=every)
    weights, bias = machine.coef_, machine.intercept_
    if len(classes) == 2:
        weights, bias = np.vstack([-weights, weights]), np.array([-bias[0], bias[0]])
    return Linear(
        classes,
        vocabulary,
        np.ascontiguousarray(weights.T, np.float16),
        np.asarray(bias, np.float32),
        sharpness=SHARPNESS,
        examples=len(chosen),
    )


def _all_of(pieces: Iterator[tuple[Any, NDArray[np.int64]]]) -> tuple[Any, Any] | None:
    """Return all pieces as one, or None if they are too many to be kept."""
    from scipy.sparse import vstack  # noqa: PLC0415

    rows, wanted, entries = [], [], 0
    for some, labels in pieces:
        entries += some.nnz
        if entries > REMEMBERED:
            return None
        rows.append(some)
        wanted.append(labels)
    return vstack(rows, format="csr"), np.concatenate(wanted)


def _pieces(
    texts: Sequence[str],
    labels: Sequence[str],
    order: list[int],
    vocabulary: Vocabulary,
    number: dict[str, int],
) -> Iterator[tuple[Any, NDArray[np.int64]]]:
    """Yield rows and their labels, each text as written and without diacritics."""
    from scipy.sparse import csr_matrix, vstack  # noqa: PLC0415

    width = len(vocabulary.hashes)
    held: list[Any] = []
    wanted: list[int] = []
    for start in range(0, len(order), PIECE):
        here = order[start : start + PIECE]
        written = [tidy(texts[i]) for i in here]
        both = written + [plain(text) for text in written]
        rows = vocabulary.rows(grams(both), len(both))
        parts = (rows.values, rows.columns, rows.pointers)
        held.append(csr_matrix(parts, shape=(len(both), width)))
        wanted += [number[labels[i]] for i in here] * 2
        # Each step of the machine copies all its weights, so a step takes several pieces.
        if len(held) == PIECES_A_STEP or start + PIECE >= len(order):
            yield vstack(held, format="csr"), np.array(wanted)
            held, wanted = [], []


def _vocabulary(texts: Sequence[str], chosen: list[int], labels: int) -> Vocabulary:
    """Return the n-grams that stand in most texts; of many texts not what only one of them has."""
    hashes = np.zeros(0, np.uint64)
    counts = np.zeros(0, np.int32)
    for start in range(0, len(chosen), PIECE):
        written = [tidy(texts[i]) for i in chosen[start : start + PIECE]]
        found = grams(written + [plain(text) for text in written])
        # Once for each text, however often it stands there.
        order = np.lexsort((found.texts, found.hashes))
        h, t = found.hashes[order], found.texts[order]
        first = np.ones(len(h), bool)
        first[1:] = (h[1:] != h[:-1]) | (t[1:] != t[:-1])
        hashes, counts = _added(hashes, counts, *counted(h[first]))
        if len(hashes) > DISTINCT:
            hashes, counts = hashes[counts > 1], counts[counts > 1]
    least = 1 if len(chosen) < 30_000 else 3
    most = min(MOST_NGRAMS, max(LEAST_NGRAMS, MOST_WEIGHTS // labels))
    kept = counts >= least
    if int(kept.sum()) > most:
        kept = counts >= np.partition(counts, len(counts) - most)[len(counts) - most]
    hashes, counts = hashes[kept], counts[kept]
    idf = np.log((1 + 2 * len(chosen)) / (1 + counts)) + 1
    return Vocabulary(hashes, idf.astype(np.float32))


def _added(
    hashes: NDArray[np.uint64],
    counts: NDArray[np.int32],
    more: NDArray[np.uint64],
    times: NDArray[np.int64],
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Return both counts together; hashes stay in order."""
    if not len(hashes):
        return more, times.astype(np.int32)
    at = np.searchsorted(hashes, more)
    at[at == len(hashes)] = 0
    known = hashes[at] == more
    counts[at[known]] += times[known].astype(np.int32)
    new, new_times = more[~known], times[~known].astype(np.int32)
    where = np.searchsorted(hashes, new)
    return np.insert(hashes, where, new), np.insert(counts, where, new_times)


def _is_held_out(text: str, share: int) -> bool:
    return zlib.crc32(plain(text).encode()) % share == 0


def read_margins(model: Linear, texts: Sequence[str]) -> Floats:
    """Return the margins of many texts as they were written, in pieces."""
    parts = []
    for start in range(0, len(texts), PIECE):
        written = [tidy(text) for text in texts[start : start + PIECE]]
        bare = [plain(text) for text in written]
        parts.append((model.margins(written) + model.margins(bare)) / 2)
    return np.concatenate(parts) if parts else np.zeros((0, len(model.labels)), np.float32)


def figures(model: Linear, margins: Floats, labels: Sequence[str]) -> tuple[float, float, float]:
    """Return top-1 and top-3 accuracy and macro F1 (over the labels that occur), 0 to 1."""
    order = np.argsort(-margins, axis=1)[:, :3]
    first = [model.labels[i] for i in order[:, 0]]
    top1 = sum(a == b for a, b in zip(first, labels, strict=True)) / len(labels)
    three = sum(
        label in {model.labels[i] for i in row} for row, label in zip(order, labels, strict=True)
    )
    said, right = Counter(first), Counter(a for a, b in zip(first, labels, strict=True) if a == b)
    true = Counter(labels)
    f1 = [2 * right[label] / (said[label] + true[label]) for label in true.keys() | said.keys()]
    return top1, three / len(labels), sum(f1) / len(f1)


def _measure(
    trial: Linear,
    texts: Sequence[str],
    labels: Sequence[str],
    apart: list[int],
    before: Linear | None,
) -> tuple[Measured, float]:
    shown = [texts[i] for i in apart]
    wanted = [labels[i] for i in apart]
    margins = read_margins(trial, shown)
    bare = read_margins(trial, [plain(text) for text in shown])
    top1, top3, macro_f1 = figures(trial, margins, wanted)
    first = [trial.labels[i] for i in np.argmax(margins, axis=1)]
    confused = Counter((b, a) for a, b in zip(first, wanted, strict=True) if a != b)
    measured = Measured(
        examples=len(texts),
        held_out=len(apart),
        labels=len(set(labels)),
        top1=top1,
        top3=top3,
        macro_f1=macro_f1,
        plain_top1=figures(trial, bare, wanted)[0],
        confusions=[Confusion(a, b, n) for (a, b), n in confused.most_common(10)],
        before_top1=figures(before, read_margins(before, shown), wanted)[0] if before else None,
    )
    return measured, _sharpness(trial, margins, wanted)


def _sharpness(trial: Linear, margins: Floats, wanted: list[str]) -> float:
    """Return the factor with which the softmax of the margins is most honest on these texts."""
    number = {label: i for i, label in enumerate(trial.labels)}
    known = [i for i, label in enumerate(wanted) if label in number]
    if not known:
        return SHARPNESS
    right = np.array([number[wanted[i]] for i in known])

    def surprise(sharpness: float) -> float:
        scaled = margins[known] * sharpness
        scaled -= scaled.max(axis=1, keepdims=True)
        total = np.log(np.exp(scaled).sum(axis=1))
        return float((total - scaled[np.arange(len(known)), right]).mean())

    return min((0.5 * 1.2**step for step in range(20)), key=surprise)


def _unmeasured(texts: Sequence[str], labels: Sequence[str]) -> Measured:
    return Measured(
        examples=len(texts),
        held_out=0,
        labels=len(set(labels)),
        top1=0,
        top3=0,
        macro_f1=0,
        plain_top1=0,
    )


class Spool(Sequence[str]):
    """Texts in a file of JSON lines, read when they are asked for."""

    def __init__(self, file: Path) -> None:
        """Read where each line begins, and the labels."""
        self._file = file.open("rb")
        self._begins: list[int] = []
        self.labels: list[str] = []
        names: dict[str, str] = {}
        begin = 0
        for line in self._file:
            label = msgspec.json.decode(line, type=Example).label
            self._begins.append(begin)
            self.labels.append(names.setdefault(label, label))
            begin += len(line)

    def __len__(self) -> int:
        """Return how many texts there are."""
        return len(self._begins)

    def __getitem__(self, number: Any) -> Any:
        """Return a text; slices are not needed here and not given."""
        self._file.seek(self._begins[int(number)])
        return msgspec.json.decode(self._file.readline(), type=Example).text


def main(spool: str, out: str, before: str = "") -> None:
    """Train on a spool file, write the model to `out`, print what it is worth as JSON."""
    texts = Spool(Path(spool))
    former = read_linear(Path(before).read_bytes()) if before else None
    trained = train(texts, texts.labels, before=former)
    Path(out).write_bytes(trained.model.dump())
    print(json.dumps(msgspec.to_builtins(trained.measured)))
