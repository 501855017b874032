"""Which code somebody may have meant: by another name of it, or by one that is written alike."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from city.opendata.standards.model import Item
from city.web import folded, in_language

_LONGEST = 80
_ALIKE = 0.72
_MOST_TRIES = 400
"""Comparing with every name takes a millisecond or more, so of a long file only so many are."""


class Nearest:
    """The codes of a list by all that people call them."""

    def __init__(self, items: Iterable[Item], old: Iterable[Item] = (), language: str = "") -> None:
        """Know these codes; `old` ones lead to the code they became."""
        self._names: dict[str, str] = {}
        self._tries = 0
        self.means: dict[str, str] = {}
        known = list(items)
        for item in known:
            self.means[item.code] = in_language(item.name, language)
            self._learn(item, item.code)
        for item in old:
            if item.becomes:
                self._learn(item, item.becomes[0])
        self._tried: dict[str, str] = {}

    def __contains__(self, code: str) -> bool:
        """Return whether it is one of the codes."""
        return code in self.means

    def of(self, given: str) -> str:
        """Return the code that may have been meant, or nothing."""
        plain = _plain(given)
        if not plain or len(plain) > _LONGEST:
            return ""
        if found := self._names.get(plain):
            return found
        if plain not in self._tried and self._tries < _MOST_TRIES:
            self._tries += 1
            alike = get_close_matches(plain, self._names, n=1, cutoff=_ALIKE)
            self._tried[plain] = self._names[alike[0]] if alike else ""
        return self._tried.get(plain, "")

    def _learn(self, item: Item, code: str) -> None:
        for name in (item.code, *item.name.values(), *item.also):
            self._names.setdefault(_plain(name), code)


def names_alike(given: str, names: Iterable[str]) -> str:
    """Return the name of a column that may have been meant, or nothing."""
    plain = {_plain(name): name for name in names}
    found = get_close_matches(_plain(given)[:_LONGEST], plain, n=1, cutoff=_ALIKE)
    return plain[found[0]] if found else ""


def nearest_by(lists: Mapping[str, list[Item]], code: str, language: str) -> Nearest:
    """Return the codes of a list that is published."""
    old = lists.get("old-wards", []) if code == "wards" else []
    return Nearest(lists.get(code, []), old, language)


def _plain(text: str) -> str:
    return " ".join(folded(text).replace("_", " ").replace("-", " ").split())
