"""Forms of surveys: what was typed as answers, and a survey as whoever asks writes it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from city.dialogue.model import MOST_ASKS, Ask, Draft, Kind, Only, Option
from city.dialogue.model.surveys import MOST_OPTIONS
from city.kernel import Says, say
from city.web import Request

Posted = dict[str, list[str]]

_MOST_TYPED = 20_000
_ASKED = re.compile(r"q([0-9]{1,4})-kind")
_ROLES = ("resident", "visitor", "business")


async def read_posted(request: Request[Any, Any, Any]) -> Posted:
    """Return every text of a posted form, by name; what is too long to be one is cut."""
    posted: Posted = {}
    for name, value in (await request.form()).multi_items():
        if isinstance(value, str):
            text = value[:_MOST_TYPED].replace("\r\n", "\n").replace("\x00", "")
            posted.setdefault(name, []).append(text)
    return posted


def values_of(asks: Sequence[Ask], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers as a form shows them: what was kept, or what was typed (as lists)."""
    values: dict[str, Any] = {}
    for ask in asks:
        answer = given.get(ask.id)
        if answer is None:
            continue
        each = [str(one) for one in (answer if isinstance(answer, list) else [answer])]
        values[ask.id] = each if ask.kind is Kind.MANY else (each[0] if each else "")
    return values


def read_draft(posted: Posted) -> tuple[Draft, dict[str, Says]]:
    """Return the survey that was typed, and what of it cannot be read, by field.

    A draft may lack anything. Each question comes as fields `qN-…` of its own; one that is ticked
    `gone`, or says nothing in any language, is left out; `place` puts them in order, and what has
    none comes last.
    """
    faults: dict[str, Says] = {}
    asks = _read_asks(posted, faults)
    draft = Draft(
        title=_words(posted, "title", 200),
        intro=_words(posted, "intro", 2000),
        asks=asks[:MOST_ASKS],
        wards=posted.get("wards", []),
        audience=[role for role in _ROLES if role in posted.get("audience", [])],
        assurance=_number(posted, "assurance", 0, 2),
        opens_on=_date(posted, "opens_on", faults),
        closes_on=_date(posted, "closes_on", faults),
        named=_text(posted, "named") == "true",
        changeable=_text(posted, "changeable") == "true",
        live=_text(posted, "live") == "true",
    )
    return draft, faults


def values_of_draft(draft: Draft) -> dict[str, Any]:
    """Return a survey as its form shows it."""
    values: dict[str, Any] = {
        "wards": draft.wards,
        "audience": list(draft.audience),
        "assurance": str(draft.assurance),
        "opens_on": draft.opens_on.isoformat() if draft.opens_on else "",
        "closes_on": draft.closes_on.isoformat() if draft.closes_on else "",
        "named": "true" if draft.named else "",
        "changeable": "true" if draft.changeable else "",
        "live": "true" if draft.live else "",
    }
    for name, words in (("title", draft.title), ("intro", draft.intro)):
        values |= {f"{name}_{language}": words.get(language, "") for language in ("vi", "en")}
    for place, ask in enumerate(draft.asks, 1):
        values |= {f"{ask.id}-{name}": value for name, value in _of_ask(ask, place).items()}
    return values


def next_id(asks: Sequence[Ask]) -> str:
    """Return the id of the next question: none is ever used twice in a survey as it stands."""
    return f"q{max([0, *(int(ask.id[1:]) for ask in asks)]) + 1}"


def _of_ask(ask: Ask, place: int) -> dict[str, Any]:
    return {
        "place": str(place),
        "kind": str(ask.kind),
        "vi": ask.words.get("vi", ""),
        "en": ask.words.get("en", ""),
        "hint_vi": ask.hint.get("vi", ""),
        "hint_en": ask.hint.get("en", ""),
        "options": "\n".join(
            f"{o.words.get('vi', '')} | {o.words.get('en', '')}" for o in ask.options
        ),
        "required": "true" if ask.required else "",
        "least": "" if ask.least is None else f"{ask.least:g}",
        "most": "" if ask.most is None else f"{ask.most:g}",
        "only": f"{ask.only_if.question}={ask.only_if.option}" if ask.only_if else "",
    }


def _read_asks(posted: Posted, faults: dict[str, Says]) -> list[Ask]:
    # Fields of a form do not come in the order in which they stood on the page.
    numbers = sorted(int(n[1]) for name in posted if (n := _ASKED.fullmatch(name)))
    found: list[tuple[float, Ask]] = []
    for id in [f"q{number}" for number in numbers[: MOST_ASKS + 1]]:
        ask = _read_ask(posted, id, faults)
        if ask is not None:
            found.append((_place(posted, id), ask))
    return [ask for _, ask in sorted(found, key=lambda pair: pair[0])]


def _read_ask(posted: Posted, id: str, faults: dict[str, Says]) -> Ask | None:
    words = _words(posted, id, 400, joint="-")
    if _text(posted, f"{id}-gone") == "true" or not words:
        return None
    kind = _text(posted, f"{id}-kind")
    if kind not in set(Kind):
        faults[id] = say("Please choose one of the list.")
        kind = Kind.TEXT
    kind = Kind(kind)
    question, _, option = _text(posted, f"{id}-only").partition("=")
    return Ask(
        id=id,
        kind=kind,
        words=words,
        hint=_words(posted, f"{id}-hint", 400),
        options=_options(posted, id) if kind in (Kind.ONE, Kind.MANY) else [],
        required=_text(posted, f"{id}-required") == "true",
        least=_bound(posted, f"{id}-least", id, faults) if kind is Kind.NUMBER else None,
        most=_bound(posted, f"{id}-most", id, faults) if kind is Kind.NUMBER else None,
        only_if=Only(question=question, option=option) if option else None,
    )


def _options(posted: Posted, id: str) -> list[Option]:
    lines = [line.strip() for line in _text(posted, f"{id}-options").split("\n") if line.strip()]
    options = []
    for number, line in enumerate(lines[: MOST_OPTIONS + 1], 1):
        vi, _, en = line.partition("|")
        said = {"vi": vi.strip()[:200], "en": en.strip()[:200]}
        words = {language: text for language, text in said.items() if text}
        options.append(Option(id=str(number), words=words))
    return options


def _words(posted: Posted, name: str, most: int, joint: str = "_") -> dict[str, str]:
    said = {lang: _text(posted, f"{name}{joint}{lang}")[:most] for lang in ("vi", "en")}
    return {language: text for language, text in said.items() if text}


def _text(posted: Posted, name: str) -> str:
    given = posted.get(name)
    return given[-1].strip() if given else ""


def _number(posted: Posted, name: str, least: int, most: int) -> int:
    text = _text(posted, name)
    return min(most, max(least, int(text))) if text.isascii() and text.isdecimal() else least


def _place(posted: Posted, id: str) -> float:
    try:
        place = float(_text(posted, f"{id}-place").replace(",", "."))
    except ValueError:
        return float("inf")
    return place if abs(place) < 1e9 else float("inf")  # False for NaN as well.


def _bound(posted: Posted, name: str, id: str, faults: dict[str, Says]) -> float | None:
    text = _text(posted, name)
    if not text:
        return None
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = float("nan")
    if not abs(number) <= 1e12:  # False for NaN as well.
        faults[id] = say("Please give a number.")
        return None
    return number


def _date(posted: Posted, name: str, faults: dict[str, Says]) -> date | None:
    text = _text(posted, name)
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        faults[name] = say("This does not look right. Please check it.")
        return None
    if not 2000 <= found.year <= 2200:
        faults[name] = say("This does not look right. Please check it.")
        return None
    return found
