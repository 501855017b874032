"""What a category asks besides what everybody is asked: answers tidied, judged and read out.

Answers are kept by the code of the question, each as a list of strings, also where only one is
wanted. A report that is sorted into another category keeps what was answered.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from math import isfinite

from msgspec import Struct

from city import identity
from city.cases import Attribute, Category
from city.kernel import Says, say
from city.settings import current
from city.web import in_language

Given = Mapping[str, list[str]]

MOST_CODES = 20
MOST_VALUES = 20
LONGEST_VALUE = 1000
_LONGEST_CODE = 60

_UNKNOWN = say("This kind of report does not ask this.")
_REQUIRED = say("A question about this kind of thing must be answered.")
_NO_NUMBER = say("Please give a number.")
_NO_TIME = say("Please give a date and time.")
_NOT_LISTED = say("Please choose one of the list.")
_ONLY_ONE = say("Please give one answer only.")
_TOO_MANY = say("Please give at most {most} answers.", most=MOST_VALUES)
_TOO_MANY_CODES = say("Please answer at most {most} questions.", most=MOST_CODES)
_TOO_LONG = say("Please write at most {most} characters.", most=LONGEST_VALUE)

_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII
)


PREFIX = "attributes."
"""A form names the field of a question by this and the code of the question."""


class Question(Struct, frozen=True, kw_only=True):
    """A question as a form shows it, in the reader's language; `name` is that of its field."""

    name: str
    datatype: str
    question: str
    hint: str
    required: bool
    variable: bool
    options: list[dict[str, str]]


class Answer(Struct, frozen=True, kw_only=True):
    """A question of a category and what was answered, in the reader's language.

    A date and time is in `moments`, everything else in `texts`.
    """

    question: str
    texts: list[str]
    moments: list[datetime]


def tidy_attributes(category: Category, given: Given) -> dict[str, list[str]]:
    """Return the answers as they are judged and kept: trimmed, without those that say nothing.

    A time without a zone is the city's, as a form sends it; in a list nothing stands twice.
    """
    asked = {one.code: one for one in category.attributes}
    tidy: dict[str, list[str]] = {}
    for code, values in given.items():
        said = [text for value in values if (text := value.replace("\x00", "").strip())]
        one = asked.get(code)
        if one is not None and one.is_list:
            said = list(dict.fromkeys(said))
        elif one is not None and one.datatype == "datetime":
            said = [_with_zone(text) for text in said]
        if said:
            tidy[code] = said
    return tidy


def check_attributes(category: Category, given: Given) -> dict[str, Says]:
    """Return a sentence for every answer that cannot be, under `attributes.` and its code.

    A code that the category does not ask, a required one that is not answered, a number or an
    RFC 3339 time that is none, something that is not in the list, several answers where one is
    wanted, and more or longer ones than are kept.
    """
    if len(given) > MOST_CODES:
        return {"attributes": _TOO_MANY_CODES}
    asked = {one.code: one for one in category.attributes if one.variable}
    faults = {code: _fault_in(asked.get(code), values) for code, values in given.items()}
    faults |= {code: _REQUIRED for code, a in asked.items() if a.required and not given.get(code)}
    return {
        PREFIX + code[:_LONGEST_CODE]: fault for code, fault in faults.items() if fault is not None
    }


def public_attributes(given: Given) -> dict[str, list[str]]:
    """Return answers as anybody may read them: without what leads to somebody."""
    country = current().profile.country
    return {
        code: [identity.hide_addresses(value, country) for value in values]
        for code, values in given.items()
    }


def answers_of(
    given: Given, code: str, categories: Mapping[str, Category], language: str
) -> list[Answer]:
    """Return what was answered, in the order of the questions of the category with this code.

    What that category does not ask was answered before the report was sorted into it, or before
    the profile changed: then another category's question of the same code is shown, or the code.
    """
    first = categories.get(code)
    known: dict[str, Attribute] = {}
    for category in ([first] if first else []) + list(categories.values()):
        for one in category.attributes:
            known.setdefault(one.code, one)
    return [_answer(given[c], known.get(c), c, language) for c in _ordered(given, known)]


def questions_of(category: Category | None, language: str) -> list[Question]:
    """Return what a form asks for this category, in its order; nothing without one."""
    return [
        Question(
            name=PREFIX + one.code,
            datatype=one.datatype,
            question=in_language(one.question, language),
            hint=in_language(one.hint, language),
            required=one.required,
            variable=one.variable,
            options=[{"value": v.key, "label": in_language(v.name, language)} for v in one.values],
        )
        for one in (category.attributes if category else [])
    ]


def _ordered(given: Given, known: Iterable[str]) -> Iterator[str]:
    yield from (code for code in known if code in given)
    yield from (code for code in given if code not in set(known))


def _answer(values: list[str], asked: Attribute | None, code: str, language: str) -> Answer:
    question = in_language(asked.question, language) if asked else code
    if asked and asked.datatype == "datetime":
        moments = [moment for value in values if (moment := _moment(value))]
        return Answer(question=question, texts=[], moments=moments)
    names = {one.key: in_language(one.name, language) for one in asked.values} if asked else {}
    return Answer(question=question, texts=[names.get(v, v) for v in values], moments=[])


def _fault_in(asked: Attribute | None, values: list[str]) -> Says | None:
    if asked is None:
        return _UNKNOWN
    if len(values) > MOST_VALUES:
        return _TOO_MANY
    if len(values) > 1 and asked.datatype != "multivaluelist":
        return _ONLY_ONE
    if any(len(value) > LONGEST_VALUE for value in values):
        return _TOO_LONG
    if asked.is_list:
        keys = {value.key for value in asked.values}
        return None if keys.issuperset(values) else _NOT_LISTED
    if asked.datatype == "number" and not all(_is_number(value) for value in values):
        return _NO_NUMBER
    if asked.datatype == "datetime" and not all(_is_rfc3339(value) for value in values):
        return _NO_TIME
    return None


def _is_number(value: str) -> bool:
    return _NUMBER.fullmatch(value) is not None and isfinite(float(value))


def _moment(value: str) -> datetime | None:
    """Return the date and time that this says, with its zone if it has one; None if it is none."""
    if not _MOMENT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value.upper())
    except ValueError:
        return None


def _is_rfc3339(value: str) -> bool:
    moment = _moment(value)
    try:
        return moment is not None and moment.tzinfo is not None and bool(moment.astimezone(UTC))
    except OverflowError:
        return False


def _with_zone(value: str) -> str:
    moment = _moment(value)
    if moment is None or moment.tzinfo is not None:
        return value
    return moment.replace(tzinfo=current().profile.zone).isoformat()
