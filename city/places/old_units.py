"""Old units: answering "my ward was Phường Đúc", however it is typed.

Names match with or without diacritics, with the tone mark on either vowel (Hóa, Hoá), with i for y
(Vĩ Dạ, Vỹ Dạ), and in the middle of an address.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from unicodedata import combining, normalize

from msgspec import Struct

from city.places.model import OldUnit

MOST_LETTERS = 300
"""What is read of an address: no address is longer."""

_TONES = "\u0300\u0301\u0303\u0323"
# Folded as what is typed is folded: y is i.
_UNIT_KINDS = ("phuong", "xa", "thi tran", "dac khu", "p", "x", "tt", "ward", "commune")
_DISTRICT_KINDS = ("quan", "huien", "thi xa", "thanh pho", "q", "h", "tx", "tp", "district")
_MOST_SYLLABLES = 8


def convert_old(code_or_name: str, units: Iterable[OldUnit], district: str = "") -> list[str]:
    """Give the codes of the wards that a former unit went to: none if nobody knows it.

    Several when it was divided, or when several units had that name and `district` does not say
    which of them is meant.
    """
    units = list(units)
    known = [unit for unit in units if unit.code == code_or_name.strip()]
    if not known:
        wanted = _join(_without_kind(_syllables(district), _DISTRICT_KINDS))
        there = [unit for unit in units if wanted and _name_of(unit).district == wanted]
        known = find_old_units(code_or_name, there or units)
    return list(dict.fromkeys(code for unit in known for code in unit.new_codes))


def find_old_units(words: str, units: Iterable[OldUnit]) -> list[OldUnit]:
    """Give the former units that somebody's words name, in the order in which they are named.

    Diacritics that are there must be right, those left out do not matter. Where the same words name
    several units, those win whose present name it is (not a still older one) and whose district is
    named too. 133 units take about 0.1 ms.
    """
    syllables = _syllables(words)
    spans = _spans(syllables)
    typed = _join(syllables)
    found: dict[tuple[int, int], list[tuple[tuple[bool, bool], OldUnit]]] = {}
    for unit in units:
        name = _name_of(unit)
        for word in name.words & spans.keys():
            for begin, end in spans[word]:
                own = word == name.folded
                if own and _contradicts(syllables[begin:end], name.toned):
                    continue
                near = bool(name.district) and name.district in typed
                found.setdefault((begin, end), []).append(((own, near), unit))
    named: dict[str, OldUnit] = {}
    for (begin, end), matches in sorted(found.items(), key=lambda item: item[0]):
        if any(b <= begin and end <= e and (b, e) != (begin, end) for b, e in found):
            continue
        best = max(rank for rank, _ in matches)
        named |= {unit.code: unit for rank, unit in matches if rank == best}
    return list(named.values())


def _spans(syllables: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    """Give by its folded word each run of syllables that may be the name of a unit."""
    folded = [fold(syllable) for syllable in syllables]
    spans: dict[str, list[tuple[int, int]]] = {}
    for begin in range(len(folded)):
        before = " ".join(["", *folded[max(0, begin - 2) : begin]])
        if before.endswith(tuple(f" {kind}" for kind in _DISTRICT_KINDS)):
            continue
        is_named = before.endswith(tuple(f" {kind}" for kind in _UNIT_KINDS))
        for end in range(begin + 1, min(begin + _MOST_SYLLABLES, len(folded)) + 1):
            # One syllable alone may be anything ("Đức"), unless it is called a ward.
            if end - begin > 1 or is_named or len(folded) == 1:
                spans.setdefault("".join(folded[begin:end]), []).append((begin, end))
    return spans


class _Name(Struct, frozen=True):
    """A unit's name without the word that says what kind of unit it is."""

    folded: str
    toned: tuple[str, ...]
    words: frozenset[str]
    district: str


@lru_cache(maxsize=20_000)
def _name_of(unit: OldUnit) -> _Name:
    short = _without_kind(_syllables(unit.name), _UNIT_KINDS)
    folded = _join(short)
    return _Name(
        folded,
        tuple(map(_toned, short)),
        frozenset({folded, *map(fold, unit.also)}),
        _join(_without_kind(_syllables(unit.district), _DISTRICT_KINDS)),
    )


def _without_kind(syllables: list[str], kinds: Sequence[str]) -> list[str]:
    folded = [fold(syllable) for syllable in syllables]
    for kind in kinds:
        size = kind.count(" ") + 1
        if len(folded) > size and " ".join(folded[:size]) == kind:
            return syllables[size:]
    return syllables


def _syllables(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", normalize("NFC", text[:MOST_LETTERS]))


def _join(syllables: Iterable[str]) -> str:
    return "".join(map(fold, syllables))


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Give the letters and digits of a text as one word: small, no diacritics, i for y."""
    letters = normalize("NFD", text.lower().replace("đ", "d")).replace("y", "i")
    return "".join(letter for letter in letters if letter.isalnum() and not combining(letter))


def _contradicts(typed: Sequence[str], toned: Sequence[str]) -> bool:
    """Whether diacritics that were typed say that another name is meant: Thuận Hòa, Thuận Hóa."""
    return len(typed) == len(toned) and any(
        _toned(syllable) not in (right, fold(syllable))
        for syllable, right in zip(typed, toned, strict=True)
    )


@lru_cache(maxsize=20_000)
def _toned(syllable: str) -> str:
    """Give a syllable with its tone mark at its end, so that both placements become one.

    The tones hỏi and ngã count as one, for they are spoken alike in Huế and confused in writing.
    """
    letters = normalize("NFD", syllable.lower()).replace("\u0309", "\u0303")
    tone = "".join(letter for letter in letters if letter in _TONES)
    rest = "".join(letter for letter in letters if letter not in _TONES)
    return normalize("NFC", rest).replace("y", "i") + tone
