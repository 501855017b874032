"""Languages. A sentence in English is its own key; other languages have a catalogue per room."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from city.kernel import Says
from city.settings import current

_ROOMS = Path(__file__).parent.parent

LANGUAGE_NAMES = {
    "vi": "Tiếng Việt",
    "en": "English",
    "ko": "한국어",
    "zh": "简体中文",
    "fr": "Français",
    "ja": "日本語",
}
"""Languages call themselves by their own name, whatever language the page is in."""


class Words:
    """The words of one language."""

    def __init__(self, language: str, catalogue: Mapping[str, str]) -> None:
        """Speak this language with this catalogue; what it lacks is said in English."""
        self.language = language
        self.catalogue = catalogue

    def t(self, text: str | Says, /, **params: Any) -> str:
        """Return the sentence in this language."""
        if isinstance(text, Says):
            text, params = text.text, {**text.params, **params}
        said = self.catalogue.get(text, text)
        if not params:
            return said
        return said.format_map(
            {k: self.t(v) if isinstance(v, Says) else v for k, v in params.items()}
        )

    def tn(self, one: str, many: str, n: int, /, **params: Any) -> str:
        """Return the sentence for `n` things. A catalogue has both forms, each under its key."""
        return self.t(one if n == 1 else many, n=n, **params)


@lru_cache
def words_of(language: str) -> Words:
    """Return the words of a language, gathered from every room."""
    return Words(language, read_catalogue(language))


def read_catalogue(language: str) -> dict[str, str]:
    """Return every translated sentence of every room in this language."""
    catalogue: dict[str, str] = {}
    for file in sorted(_ROOMS.glob(f"*/locale/{language}.po")):
        with file.open("rb") as po:
            for message in read_po(po, locale=language):
                if message.id and message.string and "fuzzy" not in message.flags:
                    catalogue[str(message.id)] = str(message.string)
    return catalogue


def in_language(names: Mapping[str, str] | None, language: str) -> str:
    """Return a name in this language; empty if it has none at all.

    What has no name in a visitor's language is called by its English one, never by one that only
    the people of the city can read while there is an English one.
    """
    if not names:
        return ""
    profile = current().profile
    usual = (profile.language, "en") if language in profile.languages else ("en", profile.language)
    return next((names[code] for code in (language, *usual) if names.get(code)), "") or next(
        iter(names.values())
    )


# Combining marks of every script that has them as marks of its own (Unicode blocks).
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Return the text as somebody in a hurry types it: small, without diacritics."""
    if text.isascii():
        return text.casefold()
    # str.translate would take five times as long for two letters.
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return _MARKS.sub("", plain).casefold()


def words_in(*texts: str) -> str:
    """Return the words of the texts as they are searched: small, without marks or punctuation.

    PostgreSQL's parser would take "Lê Lợi/Hà Nội" for a file name, so it gets words only.
    """
    return " ".join(map(_words_in, texts))


# A report says the same as its case, and every one of a category has the names of that.
@lru_cache(maxsize=512)
def _words_in(text: str) -> str:
    return " ".join(_WORD.findall(folded(text)))
