"""What a step asks besides: the answers to its form, taken from a page or from a program."""

from collections.abc import Mapping
from typing import Any

import jsonschema

from city.kernel import Invalid, Says, say
from city.processes.model import Transition

_YES = {"true": True, "on": True, "1": True, "yes": True, "false": False, "": False}


def take_form(way: Transition, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was given for the form of a step; raise Invalid with a sentence by field.

    Texts become numbers or truth where the form asks for these, as HTML forms send only texts;
    empty ones are left out. What the form does not know is refused.
    """
    if not way.form:
        if given:
            raise Invalid({name: say("There is no field of this name.") for name in given})
        return {}
    fields = way.form.get("properties", {})
    values = {
        name: _typed(value, fields.get(name, {}))
        for name, value in given.items()
        if not (isinstance(value, str) and not value.strip())
    }
    errors: dict[str, Says] = {}
    for error in jsonschema.Draft202012Validator(way.form).iter_errors(values):
        name = str(error.absolute_path[0]) if error.absolute_path else _about(error)
        errors.setdefault(name, _sentence(error))
    if errors:
        raise Invalid(errors)
    return values


def _typed(value: Any, field: Any) -> Any:
    kind = field.get("type") if isinstance(field, Mapping) else None
    if not isinstance(value, str):
        return value
    text = value.strip()
    try:
        if kind == "integer":
            return int(text)
        if kind == "number":
            return float(text.replace(",", "."))
    except ValueError:
        return text
    return _YES.get(text.lower(), text) if kind == "boolean" else text


def _about(error: Any) -> str:
    """Return the field that is missing or unknown, as far as the error tells."""
    if error.validator == "required":
        return next((name for name in error.validator_value if name not in error.instance), "")
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        return next((name for name in error.instance if name not in known), "")
    return ""


def _sentence(error: Any) -> Says:
    kind, value = error.validator, error.validator_value
    if kind == "required":
        return say("Please fill this in.")
    if kind == "additionalProperties":
        return say("There is no field of this name.")
    if kind == "enum":
        return say("Please choose one of the list.")
    if kind == "type":
        number = value in ("integer", "number")
        return (
            say("Please give a number.")
            if number
            else say("This does not look right. Please check it.")
        )
    if kind in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
        return say("This number is not possible here.")
    if kind == "maxLength":
        return say("Please write at most {most} characters.", most=value)
    if kind == "minLength":
        return say("Please write at least {least} characters.", least=value)
    return say("This does not look right. Please check it.")
