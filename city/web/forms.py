"""Reading forms into shapes, with a sentence for every field that is wrong."""

from collections.abc import Mapping
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions.http_exceptions import RequestEntityTooLarge

from city.kernel import Problem, Says, say

Shape = TypeVar("Shape", bound=msgspec.Struct)

MOST_TYPED = 100_000
"""The characters that one field can bring; a form that comes back says no more than this."""


class Form:
    """What was typed, and what is wrong with it, so that a form can come back as it was."""

    def __init__(
        self,
        values: Mapping[str, Any] | None = None,
        errors: Mapping[str, Says] | None = None,
        problem: Says | None = None,
        files: Mapping[str, list[UploadFile]] | None = None,
    ) -> None:
        """Make a form; without arguments an empty one."""
        self.values = dict(values or {})
        self.errors = dict(errors or {})
        self.problem = problem
        self.files = dict(files or {})

    def refuse(self, field: str, text: str, /, **params: Any) -> None:
        """Say what is wrong with a field."""
        self.errors.setdefault(field, Says(text, params))


async def read_form(
    request: Request[Any, Any, Any], shape: type[Shape]
) -> tuple[Shape | None, Form]:
    """Return the posted form as a `shape`, or None and what is wrong with each field.

    Fields the shape has as lists may be given many times. Uploaded files are in `form.files`.
    """
    values, files = await _posted(request, shape)
    found, errors = check(shape, values)
    return found, Form(values, errors, files=files)


def check(shape: type[Shape], values: Mapping[str, Any]) -> tuple[Shape | None, dict[str, Says]]:
    """Return the values as a `shape`, or None and a sentence for every wrong field."""
    fields: dict[str, Any] = {}
    errors: dict[str, Says] = {}
    for field in fields_of(shape):
        given = values.get(field.encode_name)
        if isinstance(given, str):
            given = given.replace("\x00", "").strip()  # PostgreSQL keeps no NUL.
        if given is None or given == "":
            if field.required:
                errors[field.encode_name] = say("Please fill this in.")
            continue
        try:
            fields[field.name] = msgspec.convert(given, field.type, strict=False)
        except msgspec.ValidationError as error:
            errors[field.encode_name] = sentence_for(field.type, given, str(error))
    if errors:
        return None, errors
    try:
        return shape(**fields), {}
    except Problem as problem:
        return None, {"": problem.says}


async def _posted(
    request: Request[Any, Any, Any], shape: type[msgspec.Struct]
) -> tuple[dict[str, Any], dict[str, list[UploadFile]]]:
    posted = await request.form()
    many = {f.encode_name for f in fields_of(shape) if _is_list(f.type)}
    values: dict[str, Any] = {}
    files: dict[str, list[UploadFile]] = {}
    for name, value in posted.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files.setdefault(name, []).append(value)
        elif isinstance(value, str) and len(value) > MOST_TYPED:
            raise RequestEntityTooLarge
        elif name in many:
            values.setdefault(name, []).append(value)
        else:
            values[name] = (
                value.replace("\r\n", "\n").replace("\x00", "") if isinstance(value, str) else value
            )
    return values, files


@lru_cache
def fields_of(shape: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """Return the fields of a shape; msgspec works them out anew each time, in 90 µs."""
    return msgspec.structs.fields(shape)


def _is_list(kind: Any) -> bool:
    return any(get_origin(part) in (list, tuple) or part in (list, tuple) for part in _parts(kind))


def _parts(kind: Any) -> list[Any]:
    """Return the plain types in an annotation, through Annotated and unions."""
    if get_origin(kind) is Annotated:
        return _parts(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [part for inner in get_args(kind) for part in _parts(inner)]
    return [kind]


def _limits(kind: Any) -> msgspec.Meta | None:
    if get_origin(kind) is Annotated:
        return next((m for m in get_args(kind)[1:] if isinstance(m, msgspec.Meta)), None)
    if get_origin(kind) in (Union, UnionType):
        return next((m for inner in get_args(kind) if (m := _limits(inner))), None)
    return None


def sentence_for(kind: Any, given: Any, error: str) -> Says:
    """Return what to do about a value that msgspec refused."""
    limits = _limits(kind)
    size = len(given) if isinstance(given, str | list) else 0
    if limits is not None and "length" in error and isinstance(given, str):
        if limits.max_length is not None and size > limits.max_length:
            return say(
                "Please write at most {most} characters; this has {n}.",
                most=limits.max_length,
                n=size,
            )
        if limits.min_length is not None and size < limits.min_length:
            return say("Please write at least {least} characters.", least=limits.min_length)
    if limits is not None and "length" in error and limits.max_length is not None:
        return say("Please give at most {most}.", most=limits.max_length)
    if limits is not None and any(sign in error for sign in (">=", "<=", "`float` >", "`int` <")):
        return say("This number is not possible here.")
    if "enum" in error.lower() or "Invalid enum" in error:
        return say("Please choose one of the list.")
    kinds = _parts(kind)
    if float in kinds or int in kinds:
        return say("Please give a number.")
    return say("This does not look right. Please check it.")
