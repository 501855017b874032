"""Surveys: questions as data, who is asked, and what becomes of an answer that was typed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from difflib import SequenceMatcher
from enum import StrEnum
from math import isfinite
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct
from msgspec.structs import replace

from city.kernel import Event, Says, say
from city.settings import current

MOST_ASKS = 40
"""How many questions a survey can have."""

MOST_OPTIONS = 30
_SHORT, _LONG = 200, 2000
_LIKE_BEFORE = 0.8
LANGUAGES = ("vi", "en")
"""What a survey has to speak before it can be published."""

Given = Mapping[str, Sequence[str]]


class Kind(StrEnum):
    """What an answer is: one of some, several of some, 1 to 5, a number, a line, or a text."""

    ONE = "one"
    MANY = "many"
    SCALE = "scale"
    NUMBER = "number"
    TEXT = "text"
    LONG = "long"

    @property
    def is_counted(self) -> bool:
        """Whether answers can be counted; texts cannot."""
        return self not in (Kind.TEXT, Kind.LONG)


KIND_NAMES: dict[Kind, Says] = {
    Kind.ONE: say("One choice"),
    Kind.MANY: say("Several choices"),
    Kind.SCALE: say("A scale from 1 to 5"),
    Kind.NUMBER: say("A number"),
    Kind.TEXT: say("A short text"),
    Kind.LONG: say("A long text"),
}


class Option(Struct, frozen=True, kw_only=True):
    """One of the choices; `words` by language."""

    id: str
    words: dict[str, str]


class Only(Struct, frozen=True, kw_only=True):
    """The earlier question, and the choice (or step of its scale) that has to be its answer."""

    question: str
    option: str


class Ask(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One question of a survey. `least` and `most` bound a number.

    With `only_if` it is asked only if another, earlier one was answered so, and is itself asked.
    """

    id: str
    kind: Kind
    words: dict[str, str]
    hint: dict[str, str] = {}
    options: list[Option] = []
    required: bool = False
    least: float | None = None
    most: float | None = None
    only_if: Only | None = None

    @property
    def choices(self) -> list[str]:
        """What can be chosen; the steps of a scale are choices too."""
        if self.kind is Kind.SCALE:
            return ["1", "2", "3", "4", "5"]
        return [option.id for option in self.options]


class Phase(StrEnum):
    """Where a survey stands."""

    DRAFT = "draft"
    SOON = "soon"
    OPEN = "open"
    CLOSED = "closed"


class Draft(Struct, frozen=True, kw_only=True):
    """What whoever asks writes. Dates are days of the city, both of them included."""

    title: dict[str, Annotated[str, Meta(max_length=200)]]
    intro: dict[str, Annotated[str, Meta(max_length=2000)]]
    asks: Annotated[list[Ask], Meta(max_length=MOST_ASKS)]
    wards: list[str] = []
    audience: list[Literal["resident", "visitor", "business"]] = []
    assurance: Annotated[int, Meta(ge=0, le=2)] = 0
    opens_on: date | None = None
    closes_on: date | None = None
    named: bool = False
    changeable: bool = False
    live: bool = False


class Survey(Struct, frozen=True, kw_only=True):
    """What the city, or a unit of it (`owner_id`), asks; words by language.

    `named`: answers bear names. `changeable`: until it closes. `live`: results are public while it
    runs. `answered_on` and `given` are the reader's own, where they were asked for.
    """

    id: UUID
    ref: str
    owner_id: UUID | None
    owner_name: dict[str, str] | None
    title: dict[str, str]
    intro: dict[str, str]
    asks: list[Ask]
    wards: list[str]
    audience: list[str]
    assurance: int
    opens_at: datetime | None
    closes_at: datetime | None
    named: bool
    changeable: bool
    live: bool
    published_at: datetime | None
    closed_at: datetime | None
    reworded_at: datetime | None
    follow_up: dict[str, str]
    followed_up_at: datetime | None
    sample: bool
    version: int
    answered_on: date | None = None
    given: dict[str, Any] | None = None
    given_ward: str | None = None
    takers: int = 0

    def phase(self, now: datetime) -> Phase:
        """Return where it stands at this moment."""
        if self.published_at is None or self.opens_at is None or self.closes_at is None:
            return Phase.DRAFT
        if self.closed_at is not None or self.closes_at <= now:
            return Phase.CLOSED
        return Phase.OPEN if self.opens_at <= now else Phase.SOON

    def has_results(self, now: datetime) -> bool:
        """Whether everybody may see what was answered so far."""
        phase = self.phase(now)
        return phase is Phase.CLOSED or (self.live and phase is Phase.OPEN)


class SurveyFollowedUp(Event, frozen=True):
    """Whoever asked has said what became of it."""

    survey_id: UUID


def in_language(words: Mapping[str, str] | None, language: str) -> str:
    """Return what is said in this language, or else in the city's own, or in any."""
    if not words:
        return ""
    own = words.get(language) or words.get(current().profile.language)
    return own or next(iter(words.values()))


def shown(asks: Sequence[Ask], answers: Mapping[str, Any]) -> list[Ask]:
    """Return the questions that are asked of somebody who answers the others so."""
    asked: dict[str, Ask] = {}
    for ask in asks:
        only = ask.only_if
        if only is None or (
            only.question in asked and only.option in _chosen(answers.get(only.question))
        ):
            asked[ask.id] = ask
    return list(asked.values())


def read_answers(asks: Sequence[Ask], given: Given) -> tuple[dict[str, Any], dict[str, Says]]:
    """Return the answers that were typed, and a sentence for each question that lacks a good one.

    What was given to a question that is not asked is dropped, so that nothing unseen is kept.
    """
    answers: dict[str, Any] = {}
    errors: dict[str, Says] = {}
    asked: set[str] = set()
    for ask in asks:
        only = ask.only_if
        if only is not None and (
            only.question not in asked or only.option not in _chosen(answers.get(only.question))
        ):
            continue
        asked.add(ask.id)
        typed = [text.strip() for text in given.get(ask.id, ()) if text.strip()]
        if not typed:
            if ask.required:
                errors[ask.id] = say("Please answer this question.")
            continue
        answer = _READERS[ask.kind](ask, typed)
        if isinstance(answer, Says):
            errors[ask.id] = answer
        else:
            answers[ask.id] = answer
    return answers, errors


def faults_in(draft: Draft, today: date) -> dict[str, Says]:
    """Return what has to be put right before this can be published, by field."""
    faults: dict[str, Says] = {}
    if not all(draft.title.get(language) for language in LANGUAGES):
        faults["title_vi"] = say("A survey needs a title in Vietnamese and in English.")
    if not draft.asks:
        faults[""] = say("A survey needs at least one question.")
    if draft.opens_on is None or draft.closes_on is None:
        faults["opens_on"] = say("Please say from when until when it is open.")
    elif draft.closes_on < draft.opens_on:
        faults["closes_on"] = say("It cannot close before it opens.")
    elif draft.closes_on < today:
        faults["closes_on"] = say("This day is over already.")
    earlier: dict[str, Ask] = {}
    for ask in draft.asks:
        if found := _ask_fault(ask, earlier):
            faults[ask.id] = found
        earlier[ask.id] = ask
    return faults


def typos_only(before: Draft, after: Draft) -> bool:
    """Whether two texts of a survey differ in spelling only: same structure, nearly same words."""
    if _wordless(before) != _wordless(after):
        return False
    return all(
        was == now or (bool(now) and SequenceMatcher(None, was, now).ratio() >= _LIKE_BEFORE)
        for was, now in zip(_words(before), _words(after), strict=True)
    )


def _ask_fault(ask: Ask, earlier: Mapping[str, Ask]) -> Says | None:
    if not all(ask.words.get(language) for language in LANGUAGES):
        return say("Please write this question in Vietnamese and in English.")
    if ask.kind in (Kind.ONE, Kind.MANY):
        if not 2 <= len(ask.options) <= MOST_OPTIONS:
            return say("Please give at least two choices, one on each line.")
        if not all(o.words.get(language) for o in ask.options for language in LANGUAGES):
            return say("Please write each choice in both languages, with a | between.")
    if ask.least is not None and ask.most is not None and ask.least > ask.most:
        return say("The smallest number is larger than the largest.")
    only = ask.only_if
    if only is not None:
        other = earlier.get(only.question)
        if other is None or only.option not in other.choices:
            return say("This question hangs on an answer that no earlier question has.")
    return None


def _wordless(draft: Draft) -> Draft:
    def bare(words: dict[str, str]) -> dict[str, str]:
        return dict.fromkeys(sorted(words), "")

    asks = [
        replace(
            ask,
            words=bare(ask.words),
            hint=bare(ask.hint),
            options=[replace(option, words=bare(option.words)) for option in ask.options],
        )
        for ask in draft.asks
    ]
    return replace(draft, title=bare(draft.title), intro=bare(draft.intro), asks=asks)


def _words(draft: Draft) -> list[str]:
    said = [draft.title, draft.intro]
    for ask in draft.asks:
        said += [ask.words, ask.hint, *(option.words for option in ask.options)]
    return [words[language] for words in said for language in sorted(words)]


def _chosen(answer: Any) -> list[str]:
    if answer is None:
        return []
    return [str(each) for each in (answer if isinstance(answer, list) else [answer])]


def _one(ask: Ask, typed: list[str]) -> str | Says:
    return typed[0] if typed[0] in ask.choices else say("Please choose one of the list.")


def _many(ask: Ask, typed: list[str]) -> list[str] | Says:
    if not set(typed) <= set(ask.choices):
        return say("Please choose from the list.")
    return [choice for choice in ask.choices if choice in typed]


def _scale(ask: Ask, typed: list[str]) -> int | Says:
    return int(typed[0]) if typed[0] in ask.choices else say("Please choose from 1 to 5.")


def _number(ask: Ask, typed: list[str]) -> int | float | Says:
    try:
        number = float(typed[0].replace(",", "."))
    except ValueError:
        return say("Please give a number.")
    if not isfinite(number) or abs(number) > 1e12:
        return say("This number is not possible here.")
    if ask.least is not None and number < ask.least:
        return say("Please give a number of at least {least}.", least=_plain(ask.least))
    if ask.most is not None and number > ask.most:
        return say("Please give a number of at most {most}.", most=_plain(ask.most))
    return _plain(number)


def _text(ask: Ask, typed: list[str]) -> str | Says:
    most = _SHORT if ask.kind is Kind.TEXT else _LONG
    if len(typed[0]) > most:
        return say(
            "Please write at most {most} characters; this has {n}.", most=most, n=len(typed[0])
        )
    return typed[0]


def _plain(number: float) -> int | float:
    return int(number) if number == int(number) else number


_READERS: dict[Kind, Callable[[Ask, list[str]], Any]] = {
    Kind.ONE: _one,
    Kind.MANY: _many,
    Kind.SCALE: _scale,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.LONG: _text,
}
