"""The words of a process: names in every language of the city, and forms that can be asked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jsonschema

from city.kernel import say
from city.processes.checks.steps import is_name
from city.processes.model import Definition, Fault

_MOST_LETTERS = 400


def check_wording(definition: Definition, languages: Sequence[str]) -> Iterator[Fault]:
    """Yield what is wrong with the names and the forms."""
    if not is_name(definition.code):
        says = say("A name has at most 40 letters (a to z), digits, “-” and “_”.")
        yield Fault("code", says)
    named: list[tuple[str, Mapping[str, str], bool]] = [("name", definition.name, True)]
    named.append(("words", definition.words, False))
    for name, state in definition.states.items():
        named.append((f"states.{name}.name", state.name, True))
        named.append((f"states.{name}.public", state.public, False))
    named += [(f"transitions.{way.id}.name", way.name, False) for way in definition.transitions]
    named += [
        (f"checklist.{n}.name", task.name, True) for n, task in enumerate(definition.checklist)
    ]
    for path, words, needed in named:
        if needed or words:
            yield from _complete(path, words, languages)
    for way in definition.transitions:
        if way.form:
            yield from _form(f"transitions.{way.id}.form", way.form)


def _complete(path: str, words: Mapping[str, str], languages: Sequence[str]) -> Iterator[Fault]:
    for language in languages:
        if not words.get(language, "").strip():
            yield Fault(path, say("The words for “{language}” are missing.", language=language))
    for language, text in words.items():
        if len(text) > _MOST_LETTERS:
            says = say("Please write at most {most} characters.", most=_MOST_LETTERS)
            yield Fault(f"{path}.{language}", says)


def _form(path: str, form: Mapping[str, Any]) -> Iterator[Fault]:
    if form.get("type") != "object":
        yield Fault(f"{path}.type", say("A form is a JSON Schema of “type: object”."))
    if any(not ref.startswith("#") for ref in _refs(form)):
        yield Fault(path, say("A form may not refer to other files."))
    try:
        jsonschema.Draft202012Validator.check_schema(form)
    except jsonschema.SchemaError as error:
        inner = "".join(f".{part}" for part in error.absolute_path)
        says = say("This form is not valid JSON Schema: {reason}.", reason=error.message[:200])
        yield Fault(f"{path}{inner}", says)
    except RecursionError:
        yield Fault(path, say("This is nested too deeply."))


def _refs(schema: Any) -> Iterator[str]:
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            waiting += part.values()
            for key in ("$ref", "$dynamicRef"):
                if isinstance(ref := part.get(key), str):
                    yield ref
        elif isinstance(part, list):
            waiting += part
