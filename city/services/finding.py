"""Finding a function or a help page by what people type, with or without diacritics."""

from collections.abc import Iterable
from functools import lru_cache
from typing import TypeVar

from city.services.helping import Article
from city.services.model import Service
from city.web import folded

MOST_LETTERS = 200
_MOST_WORDS = 8

Found = TypeVar("Found")
_Weighed = tuple[tuple[int, str], ...]


def find_services(services: Iterable[Service], words: str, most: int = 6) -> list[Service]:
    """Return the functions that have every word of these, the best first.

    A word may be unfinished. One in the name counts more than one in the description.
    """
    return _best([(one, _words_of(one)) for one in services], words, most)


def find_articles(articles: Iterable[Article], words: str, most: int = 4) -> list[Article]:
    """Return the help pages that have every word of these, the best first."""
    return _best([(one, _words_of_article(one)) for one in articles], words, most)


def _best(candidates: list[tuple[Found, _Weighed]], words: str, most: int) -> list[Found]:
    typed = folded(words[:MOST_LETTERS]).split()[:_MOST_WORDS]
    if not typed:
        return []
    scored = [(_score(typed, weighed), -n, one) for n, (one, weighed) in enumerate(candidates)]
    found = sorted((row for row in scored if row[0]), key=lambda row: row[:2], reverse=True)
    return [one for _, _, one in found[:most]]


def _score(typed: list[str], weighed: _Weighed) -> int:
    total = 0
    for word in typed:
        hits = [weight + (known == word) for weight, known in weighed if known.startswith(word)]
        if not hits:
            return 0
        total += max(hits)
    return total


@lru_cache(maxsize=2000)
def _weigh(parts: _Weighed) -> _Weighed:
    best: dict[str, int] = {}
    for weight, text in parts:
        for word in folded(text).replace(",", " ").replace(".", " ").replace(":", " ").split():
            best[word] = max(weight, best.get(word, 0))
    return tuple((weight, word) for word, weight in best.items())


def _words_of(service: Service) -> _Weighed:
    facts = service.facts
    return _weigh(
        (
            *((6, name) for name in facts.name.values()),
            *((4, words) for words in facts.words),
            *((2, about) for about in facts.about.values()),
        )
    )


def _words_of_article(article: Article) -> _Weighed:
    return _weigh(
        (
            *((6, title) for title in article.title.values()),
            *((4, words) for words in article.words),
            *((2, " ".join(paragraphs)) for paragraphs in article.body.values()),
        )
    )
