"""JSON bodies of programs, read as strictly as they are described.

A form's field is text that stands for something and is read kindly (`forms.check`). A program's
body is what /openapi.json says or it is refused: numbers are numbers, null stands only where it
may, nothing is there twice, and what nobody has heard of is named.
"""

import json
from collections import Counter
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.exceptions import SerializationException

from city.kernel import Invalid, Problem, Says, say
from city.web.forms import fields_of, sentence_for

Shape = TypeVar("Shape", bound=msgspec.Struct)

FITS = "fits"
"""In a request's state: its body is as it is described, so that what is refused is a fact."""


class NotJson(Problem):
    """The body is of a kind that is not read here."""

    status = 415
    title = "Not a kind we can read"


async def check_json(request: Request[Any, Any, Any], shape: type[Shape]) -> Shape:
    """Return the JSON body as a `shape`.

    Raises NotJson for another content type, Problem for what is not a JSON object, and Invalid
    with a sentence for every field that is wrong, missing, unknown or there twice.
    """
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and "+json" in kind):
        raise NotJson("Please send JSON, with the content type application/json.")
    raw = await request.body()
    if len(raw) == 0:
        raise Problem("The body is empty; it must be a JSON object.")
    try:
        body = msgspec.json.decode(raw)
        twice = _twice(raw)
        if not isinstance(body, dict):
            raise Problem("The body must be a JSON object.")
        found, errors = read_shape(shape, body)
    except (msgspec.MsgspecError, SerializationException, ValueError, RecursionError) as error:
        raise Problem("The body is not valid JSON.") from error
    for name in twice:
        errors[name] = say("This is there twice.")
    if errors or found is None:
        raise Invalid(errors)
    request.scope["state"][FITS] = True
    return found


def read_shape(shape: type[Shape], body: dict[str, Any]) -> tuple[Shape | None, dict[str, Says]]:
    """Return a JSON object as a `shape`, or None and a sentence for every wrong field."""
    values: dict[str, Any] = {}
    errors: dict[str, Says] = {}
    fields = fields_of(shape)
    for field in fields:
        name = field.encode_name
        if name not in body:
            if field.required:
                errors[name] = say("Please fill this in.")
            continue
        given = body[name]
        tidy = _tidy(given)
        if tidy == "" and field.required:
            errors[name] = say("Please fill this in.")
            continue
        try:
            if tidy != given:
                _read(given, field.type)  # As described, before its margins are cut away.
            values[field.name] = _read(tidy, field.type)
        except msgspec.ValidationError as error:
            errors[name] = sentence_for(field.type, tidy, str(error))
    for name in body.keys() - {field.encode_name for field in fields}:
        errors[str(name)[:80]] = say("There is no field of this name.")
    if errors:
        return None, errors
    try:
        return shape(**values), {}
    except Problem as problem:
        return None, {"": problem.says}


def _read(value: Any, kind: Any) -> Any:
    """Return a value as its type; a whole number may be written 7.0, as in JSON Schema."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        if "Expected `int" not in str(error) or "got `float`" not in str(error):
            raise
        return msgspec.convert(_whole(value), kind)


def _whole(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    return value


def _tidy(value: Any) -> Any:
    """Return a value without the NULs that PostgreSQL cannot keep; texts also without margins."""
    return _bare(value.strip()) if isinstance(value, str) else _bare(value)


def _bare(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "") if "\x00" in value else value
    if isinstance(value, list):
        return [_bare(one) for one in value]
    if isinstance(value, dict):
        return {_bare(name): _bare(one) for name, one in value.items()}
    return value


def _twice(raw: bytes) -> list[str]:
    """Return the names that stand twice in the outermost object or in one inside it."""
    found: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> None:
        if len({name for name, _ in pairs}) < len(pairs):
            times = Counter(name for name, _ in pairs)
            found.extend([name[:80] for name, n in times.items() if n > 1][:20])

    json.loads(raw.decode(), object_pairs_hook=look)
    return found
