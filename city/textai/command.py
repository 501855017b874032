"""The command line of suggestions: fit and score a model on a file, look for duplicates in one.

Nothing here needs a database. What is asked for is printed as one JSON document.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from city.settings import Settings
from city.textai.keeping import FITTED, folder_of, write_file
from city.textai.linear import BadModel, Linear, read_linear
from city.textai.model import CANDIDATE_DAYS, CANDIDATE_METRES, TICKED_DAYS, TICKED_METRES
from city.textai.nearby import Pairs, near_pairs, stand_ins
from city.textai.similar import duplicate_score, similarity
from city.textai.tables import BadTable, Row, read_table
from city.textai.training import OneLabel, figures, read_margins, train
from city.textai.words import strip_marks

WINDOWS = (
    (TICKED_METRES, TICKED_DAYS),
    (CANDIDATE_METRES, CANDIDATE_DAYS),
    (100, 30),
)
"""Metres and days within which reports are counted."""

_TIMES = (
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
)


def add_commands(commands: Any) -> None:
    """Add `suggest fit`, `suggest score` and `suggest duplicates` to the city's command line."""
    suggest = commands.add_parser("suggest", help="Fit, score and try suggestions on a CSV file.")
    kinds = suggest.add_subparsers(required=True, metavar="WHAT")
    _add(kinds, "fit", fit, "text,category: train a model, for a city to begin with")
    _add(kinds, "score", score, "text,category: how well the fitted model does, as JSON")
    found = _add(kinds, "duplicates", duplicates, "id,time,lat,lon[,category][,text]: near pairs")
    found.add_argument("--pairs", type=Path, help="write the pairs there, one JSON a line")
    found.add_argument("--metres", type=float, default=CANDIDATE_METRES, help="of the pairs (50)")
    found.add_argument("--days", type=float, default=CANDIDATE_DAYS, help="of the pairs (7)")


def _add(
    kinds: Any, name: str, do: Callable[[Settings, argparse.Namespace], None], says: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = kinds.add_parser(name, help=says, description=says)
    parser.add_argument("file", type=Path, help="a CSV file, plain or gzipped")
    if name != "duplicates":
        parser.add_argument("--model", type=Path, help="the model's file (DATA/textai)")
    parser.set_defaults(do=lambda here, arguments: _or_exit(do, here, arguments))
    return parser


def _or_exit(
    do: Callable[[Settings, argparse.Namespace], None],
    here: Settings,
    arguments: argparse.Namespace,
) -> None:
    try:
        do(here, arguments)
    except (BadTable, BadModel, OneLabel) as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}.")


def fit(here: Settings, arguments: argparse.Namespace) -> None:
    """Train a model on a file, write it, and print what it is worth on a hold-out of the file."""
    texts, labels = _texts(arguments.file)
    started = time.perf_counter()
    trained = train(texts, labels)
    seconds = time.perf_counter() - started
    file = _model_file(here, arguments)
    content = trained.model.dump()
    digest = write_file(file, content)
    measured = msgspec.to_builtins(trained.measured)
    del measured["before_top1"]
    write_file(file.with_suffix(".json"), json.dumps(measured, indent=1).encode())
    _print(
        {
            "model": str(file),
            "digest": digest,
            "bytes": len(content),
            "seconds": round(seconds, 2),
            **{k: round(v, 4) if isinstance(v, float) else v for k, v in measured.items()},
        }
    )


def score(here: Settings, arguments: argparse.Namespace) -> None:
    """Print how well the fitted model does on a file, as written and without diacritics."""
    texts, labels = _texts(arguments.file)
    file = _model_file(here, arguments)
    if not file.is_file():
        raise BadTable(f"There is no model {file}: make one with python -m city suggest fit FILE")
    model = read_linear(file.read_bytes())
    unknown = sorted(set(labels) - set(model.labels))
    _print(
        {
            "model": str(file),
            "texts": len(texts),
            "categories": len(set(labels)),
            "unknown_categories": unknown,
            "as_written": _scored(model, texts, labels),
            "without_diacritics": _scored(model, [strip_marks(t) for t in texts], labels),
        }
    )


def duplicates(here: Settings, arguments: argparse.Namespace) -> None:
    """Print what share of a file's reports lie near an earlier one, and the pairs."""
    rows = list(read_table(arguments.file, ("id", "time", "lat", "lon")))
    placed = [row for row in rows if row["lat"].strip() and row["lon"].strip()]
    if not placed:
        raise BadTable(f"{arguments.file.name} has no row with a place.")
    name = arguments.file.name
    lat = np.array([_degrees(name, row, "lat", 90) for row in placed])
    lon = np.array([_degrees(name, row, "lon", 180) for row in placed])
    times = _seconds(name, placed)
    started = time.perf_counter()
    crowded, points = stand_ins(lat, lon)
    windows = _windows(placed, lat, lon, times, crowded)
    rest = np.flatnonzero(~crowded)
    found = near_pairs(lat[rest], lon[rest], times[rest], arguments.metres, arguments.days)
    pairs = Pairs(*(np.concatenate(part) for part in zip(*found, strict=True))) if rest.size else ()
    described = _described([placed[at] for at in rest], pairs) if pairs else []
    summary: dict[str, Any] = {
        "reports": len(rows),
        "without_place": len(rows) - len(placed),
        "stand_ins": [{"lat": a, "lon": b, "reports": count} for a, b, count in points],
        "seconds": round(time.perf_counter() - started, 2),
        "windows": windows,
        "pairs_within": {"metres": arguments.metres, "days": arguments.days},
    }
    if arguments.pairs is not None:
        with arguments.pairs.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(pair, ensure_ascii=False) + "\n" for pair in described)
        summary["pairs_file"] = str(arguments.pairs)
    else:
        summary["pairs"] = described
    _print(summary)


def _texts(file: Path) -> tuple[list[str], list[str]]:
    texts, labels = [], []
    for row in read_table(file, ("text", "category")):
        if row["text"].strip() and row["category"].strip():
            texts.append(row["text"])
            labels.append(row["category"].strip())
    if not texts:
        raise BadTable(f"{file.name} has no row with both a text and a category.")
    return texts, labels


def _model_file(here: Settings, arguments: argparse.Namespace) -> Path:
    return arguments.model or folder_of(here.data) / FITTED


def _scored(model: Linear, texts: list[str], labels: list[str]) -> dict[str, float]:
    top1, top3, macro_f1 = figures(model, read_margins(model, texts), labels)
    some = texts[:500]
    started = time.perf_counter()
    for text in some:
        model.probabilities(text)
    spent = time.perf_counter() - started
    return {
        "top1": round(top1, 4),
        "top3": round(top3, 4),
        "macro_f1": round(macro_f1, 4),
        "ms_per_text": round(1000 * spent / len(some), 3),
    }


def _degrees(name: str, row: Row, column: str, most: float) -> float:
    try:
        value = float(row[column].strip().replace(",", "."))
    except ValueError:
        value = float("nan")
    if not -most <= value <= most:
        raise BadTable(
            f"{name}, line {row.line}: {column} is {row[column]!r}, not degrees from -{most:g} to "
            f"{most:g}."
        )
    return value


def _seconds(name: str, rows: list[Row]) -> Any:
    """Return the rows' times in seconds; one way of writing must fit them all."""
    given = [row["time"].strip() for row in rows]
    best: list[float] = []
    for way in (_iso, _epoch, *(_written(pattern) for pattern in _TIMES)):
        best = max(best, _as_far_as_it_goes(way, given), key=len)
        if len(best) == len(given):
            return np.array(best)
    row = rows[len(best)]
    raise BadTable(f"{name}, line {row.line}: {row['time']!r} is not a time like the others.")


def _as_far_as_it_goes(way: Callable[[str], float], given: list[str]) -> list[float]:
    seconds: list[float] = []
    try:
        seconds.extend(way(each) for each in given)
    except (ValueError, OverflowError):
        pass
    return seconds


def _iso(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _epoch(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < 1e14:
        raise ValueError(text)
    return seconds / 1000 if seconds > 1e11 else seconds


def _written(pattern: str) -> Callable[[str], float]:
    def read(text: str) -> float:
        return datetime.strptime(text, pattern).replace(tzinfo=UTC).timestamp()

    return read


def _windows(rows: list[Row], lat: Any, lon: Any, times: Any, crowded: Any) -> list[dict[str, Any]]:
    """Return for each window how many reports have an earlier one near them."""
    named = _numbered([row.get("category", "") for row in rows])
    marks = [np.zeros((3, len(rows)), bool) for _ in WINDOWS]
    counts = [0 for _ in WINDOWS]
    widest = max(metres for metres, _ in WINDOWS), max(days for _, days in WINDOWS)
    for pairs in near_pairs(lat, lon, times, *widest):
        same = named[pairs.first] == named[pairs.second]
        placed = ~(crowded[pairs.first] | crowded[pairs.second])
        for number, (metres, days) in enumerate(WINDOWS):
            near = (pairs.metres <= metres) & (pairs.seconds <= days * 86_400)
            counts[number] += int(near.sum())
            marks[number][0, pairs.second[near]] = True
            marks[number][1, pairs.second[near & placed]] = True
            marks[number][2, pairs.second[near & placed & same]] = True
    out = []
    for (metres, days), many, (every, placed, same) in zip(WINDOWS, counts, marks, strict=True):
        found: dict[str, Any] = {"metres": metres, "days": days, "pairs": many}
        found |= _share("flagged", every)
        if crowded.any():
            found |= _share("flagged_without_stand_ins", placed)
        if "category" in rows[0]:
            found |= _share("flagged_same_category", same)
        out.append(found)
    return out


def _share(name: str, marked: Any) -> dict[str, Any]:
    count = int(marked.sum())
    return {name: count, f"{name}_share": round(count / len(marked), 4)}


def _numbered(names: list[str]) -> Any:
    """Return a number for each name, the same for the same."""
    return np.unique([name.strip().lower() for name in names], return_inverse=True)[1]


def _described(rows: list[Row], pairs: Pairs) -> list[dict[str, Any]]:
    has_words, has_category = "text" in rows[0], "category" in rows[0]
    out = []
    order = np.lexsort((pairs.first, pairs.second))
    for at in order:
        a, b = rows[pairs.first[at]], rows[pairs.second[at]]
        metres, hours = float(pairs.metres[at]), float(pairs.seconds[at]) / 3600
        same = has_category and a["category"].strip().lower() == b["category"].strip().lower()
        words = similarity(a["text"], b["text"]) if has_words else 0.0
        pair: dict[str, Any] = {
            "first": a["id"],
            "second": b["id"],
            "metres": round(metres, 1),
            "hours": round(hours, 2),
        }
        if has_category:
            pair["same_category"] = same
        if has_words:
            pair["similarity"] = words
        pair["score"] = duplicate_score(metres, hours, same, words)
        pair["ticked"] = metres <= TICKED_METRES and hours <= TICKED_DAYS * 24
        out.append(pair)
    return out


def _print(document: dict[str, Any]) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=1))
