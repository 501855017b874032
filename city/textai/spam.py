"""A score that puts a queue in order: rules everybody can read, and what the desk has decided."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from city.kernel import Says, say
from city.textai.linear import Linear
from city.textai.model import Score
from city.textai.words import strip_marks, tidy

_LINK = re.compile(
    r"https?://|www\.|\b\w[\w-]*\.(?:com|net|org|info|top|xyz|shop|vip|club|win|bet)\b"
)
_PHONE = re.compile(r"(?:\+?84|0)(?:[\s.-]?\d){9}\b")
_DRAWN = re.compile(r"([^\W\d])\1{4,}|([!?])\2{3,}")

RULES = {
    "link": 0.45,
    "many links": 0.3,
    "selling": 0.45,
    "abuse": 0.5,
    "repetition": 0.4,
    "shouting": 0.2,
    "very short": 0.25,
    "no words": 0.5,
    "telephone and selling": 0.2,
}
"""What each rule adds to the doubt; together they never reach certainty."""

_SAYS = {
    "link": say("a link"),
    "many links": say("many links"),
    "selling": say("something is for sale"),
    "abuse": say("rude words"),
    "repetition": say("the same again and again"),
    "shouting": say("all in capitals"),
    "very short": say("very short"),
    "no words": say("no words"),
    "telephone and selling": say("a telephone number with something for sale"),
    "like earlier spam": say("like what the desk has called spam before"),
}


def says(reason: str) -> Says:
    """Return a reason in words for people."""
    return _SAYS[reason]


def rate(text: str, model: Linear | None, name: str) -> Score:
    """Return how much a text looks like spam or abuse, 0 to 1, and which rules say so."""
    reasons = _rules(text)
    trust = 1.0
    for reason in reasons:
        trust *= 1 - RULES[reason]
    value = 1 - trust
    if model is None or "spam" not in model.labels:
        return Score(round(value, 4), reasons, "rules")
    learnt = model.probabilities(text)["spam"]
    # Few decisions teach little: rules and model weigh the same at 200.
    weight = model.examples / (model.examples + 200)
    if learnt > 0.5:
        reasons = [*reasons, "like earlier spam"]
    return Score(round((1 - weight) * value + weight * learnt, 4), reasons, f"rules + {name}")


def _rules(text: str) -> list[str]:
    words = tidy(text)
    several = strip_marks(words).split()
    selling, abuse = _listed(words)
    links = len(_LINK.findall(text.lower()))
    said = {
        "link": links > 0,
        "many links": links > 2,
        "selling": selling,
        "abuse": abuse,
        "repetition": _repeats(several) or bool(_DRAWN.search(text)),
        "shouting": _shouts(text),
        "very short": 0 < len(several) < 3,
        "no words": not any(map(str.isalpha, words)),
    }
    said["telephone and selling"] = said["selling"] and bool(_PHONE.search(text))
    return [reason for reason in RULES if said[reason]]


def _repeats(words: list[str]) -> bool:
    if len(words) < 6:
        return False
    return len(set(words)) / len(words) < (0.4 if len(words) < 60 else 0.25)


def _shouts(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    return letters > 20 and sum(map(str.isupper, text)) > 0.7 * letters


def _listed(words: str) -> tuple[bool, bool]:
    """Return whether tidy words sell something, and whether they abuse somebody."""
    selling, abuse = _lists(words == strip_marks(words))
    return any(each in words for each in selling), any(each in words for each in abuse)


@lru_cache
def _lists(bare: bool) -> tuple[list[str], list[str]]:
    """Return the phrases that sell and those that abuse, for texts with or without diacritics."""
    content = tomllib.loads((Path(__file__).parent / "abuse.toml").read_text(encoding="utf-8"))
    unclear = set(content["unclear"]) if bare else set()

    def phrases(name: str) -> list[str]:
        kept = [tidy(phrase) for phrase in content[name] if phrase not in unclear]
        return [strip_marks(phrase) for phrase in kept] if bare else kept

    return phrases("selling"), phrases("abuse")
