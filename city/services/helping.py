"""Help: how the app is used and what its words mean, as data in `help.toml`."""

import tomllib
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec import Struct

_FILE = Path(__file__).parent / "help.toml"


class Article(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A help page. Words are by language; `body` has one paragraph an entry.

    `links` are paths of this city with their labels.
    """

    code: str
    icon: str
    title: dict[str, str]
    body: dict[str, list[str]]
    words: list[str] = []
    links: list["Link"] = []


class Link(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to go on from a help page."""

    href: str
    label: dict[str, str]


class _File(Struct, forbid_unknown_fields=True):
    article: list[Article]


@lru_cache
def articles() -> dict[str, Article]:
    """Return every help page by its code, in their order."""
    file = msgspec.convert(tomllib.loads(_FILE.read_text()), _File)
    return {article.code: article for article in file.article}
