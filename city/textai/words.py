"""Words as the models read them: one spelling for what people write in many ways.

`tidy` keeps the diacritics, `plain` takes them away, as somebody in a hurry types. Both give words
with one space before, between and after them: that space is part of the n-grams at a word's edge.
"""

import re
import unicodedata

MOST_CHARACTERS = 4000
"""What is read of a text. A report has at most a few hundred; the rest of a novel says no more."""

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+")
_DIGIT = re.compile(r"\d")
_LONG = re.compile(r"(\D)\1{2,}")
_WORD = re.compile(r"[^\s\x00-/:-@\[-`{-¿×÷\u2000-\u206f\u3000-\u3004\u3008-\u3020\uff01-\uff0f]+")
# Tone marks on the first letter of oa, oe and uy, the older way of writing, become the newer.
_OLD = [
    (old + end, first + new)
    for first, marked in {"o": "òóỏõọ", "u": "ùúủũụ"}.items()
    for end, toned in {"a": "àáảãạ", "e": "èéẻẽẹ", "y": "ỳýỷỹỵ"}.items()
    for old, new in zip(marked, toned, strict=True)
    if (end == "y") == (first == "u")
]
_TONES = dict(_OLD)
_TONE = re.compile("|".join(_TONES))
_MARKS = re.compile("[\u0300-\u036f]")


def strip_marks(text: str) -> str:
    """Return the text without the diacritics of Latin, Greek and Cyrillic letters, đ as d.

    Marks of other scripts are letters of theirs and stay.
    """
    if text.isascii():
        return text
    # str.translate would take five times as long for two letters.
    apart = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return unicodedata.normalize("NFC", _MARKS.sub("", apart))


def tidy(text: str) -> str:
    """Return the words of a text in one spelling, with their diacritics: ` den duong tat `.

    Small letters in NFC, hoà for hòa, every digit as 0, addresses as one word, a letter that is
    drawn out only twice. A text without words gives one space.
    """
    text = unicodedata.normalize("NFC", text[:MOST_CHARACTERS]).lower()
    if "@" in text or "://" in text or "www." in text:
        text = _ADDRESS.sub(" 0address0 ", text)
    if not text.isascii():
        text = _TONE.sub(lambda found: _TONES[found[0]], text)
    text = _LONG.sub(r"\1\1", _DIGIT.sub("0", text))
    words = _WORD.findall(text)
    return f" {' '.join(words)} " if words else " "


def plain(text: str) -> str:
    """Return `tidy` without diacritics."""
    return strip_marks(tidy(text))
