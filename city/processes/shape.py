"""Whether what was read has the shape of a definition: every fault at once, each with its path."""

import re
from typing import Any

import msgspec

from city.kernel import Says, say
from city.processes.model import Definition, Fault, Span, State, Task, Transition

_PARTS: dict[str, type[Any]] = {"deadlines": Span, "states": State}
_LISTS: dict[str, type[Any]] = {"transitions": Transition, "checklist": Task}
_WHERE = re.compile(r" - at `(?:key in )?\$(.*)`$")
_PATTERNS = (
    (re.compile(r"missing required field `(.+)`"), say("“{name}” is missing here.")),
    (re.compile(r"contains unknown field `(.+)`"), say("“{name}” is not known here.")),
    (re.compile(r"Invalid enum value '?(.*?)'?$"), say("“{name}” cannot be chosen here.")),
)
_KINDS = {
    "int": say("a whole number"),
    "str": say("a text"),
    "bool": say("true or false"),
    "array": say("a list"),
    "object": say("names with values"),
    "null": say("nothing"),
    "float": say("a number"),
}
_EXPECTED = re.compile(r"Expected `(\w+)[^`]*`, got `(\w+)`")


def faults_of_shape(content: Any) -> list[Fault]:
    """Return everything that keeps this from being read as a Definition."""
    if not isinstance(content, dict):
        return [Fault("", say("A definition begins with “code:”, “name:” and so on."))]
    whole, faults = dict(content), []
    for name, kind in _PARTS.items():
        if isinstance(given := content.get(name), dict):
            whole[name] = {}
            for key, value in given.items():
                faults += _faults(value, kind, f"{name}.{key}")
    for name, kind in _LISTS.items():
        if isinstance(given := content.get(name), list):
            whole[name] = []
            for at, value in enumerate(given):
                faults += _faults(value, kind, f"{name}.{at}")
    return [*_faults(whole, Definition, ""), *faults]


def _faults(value: Any, kind: type[Any], path: str) -> list[Fault]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        text = str(error)
        where = _WHERE.search(text)
        inner = where[1].replace("[", ".").replace("]", "").strip(".") if where else ""
        # msgspec does not tell the key in a mapping: the mapping itself is near enough.
        inner = inner.partition("....")[0]
        says = _sentence(text[: where.start()] if where else text)
        return [Fault(f"{path}.{inner}".strip("."), says)]
    return []


def _sentence(text: str) -> Says:
    for pattern, says in _PATTERNS:
        if found := pattern.search(text):
            return Says(says.text, {"name": found[1]})
    if found := _EXPECTED.search(text):
        wanted, given = (_KINDS.get(word, say("something else")) for word in found.groups())
        return say("Here should be {wanted}, not {given}.", wanted=wanted, given=given)
    return say("This cannot be used: {reason}.", reason=text)
