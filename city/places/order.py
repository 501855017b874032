"""The order of the Vietnamese alphabet, as a key that plain text comparison understands."""

import re
from unicodedata import normalize

# In the order of the dictionaries: none, huyền, hỏi, ngã, sắc, nặng.
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_LETTERS = {"ă": "a1", "â": "a2", "đ": "d1", "ê": "e1", "ô": "o1", "ơ": "o2", "ư": "u1"}


def sort_key(name: str) -> str:
    """Give a key by which names sort as in a Vietnamese dictionary (and so English ones too).

    Letters count first (a, ă, â, b, c, d, đ …), then tones; capitals and punctuation do not count,
    and numbers sort by their size: Quận 2 stands before Quận 10.
    """
    words = re.findall(r"\d+|[^\W\d_]+", normalize("NFC", name.lower()))
    return " ".join(map(_letters, words)) + "  " + "".join(map(_tone, words))


def _letters(word: str) -> str:
    return word.zfill(6) if word[0].isdigit() else "".join(map(_letter, word))


def _letter(letter: str) -> str:
    apart = normalize("NFD", letter)
    toneless = normalize("NFC", "".join(mark for mark in apart if mark not in _TONES))
    return _LETTERS.get(toneless) or f"{apart[0]}0"


def _tone(word: str) -> str:
    return next((_TONES[mark] for mark in normalize("NFD", word) if mark in _TONES), "0")
