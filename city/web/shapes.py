"""Types as JSON Schema (2020-12), for the description of the API."""

import inspect
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from litestar import Response
from litestar.params import ParameterKwarg

from city.web.parameters import query_name

_REF = "#/components/schemas/{name}"
_PRINTED = r"[^\s\x00-\x1f\x7f-\x9f]"
"""A letter that is left when a form is read: spaces around and what no text has in it are not."""

_LIMITS = ("gt", "ge", "lt", "le", "multiple_of", "pattern", "min_length", "max_length")

Schema = dict[str, Any]


class Given(msgspec.Struct, frozen=True):
    """A parameter of a handler."""

    name: str
    place: Literal["path", "query", "header"]
    kind: Any
    needed: bool
    usual: Any
    about: str


def parameters_of(handler: Callable[..., Any], in_path: Iterable[str]) -> list[Given]:
    """Return the parameters that a handler names in its signature, in that order."""
    hints = get_type_hints(handler, include_extras=True)
    path, found = set(in_path), []
    for name, parameter in inspect.signature(handler).parameters.items():
        if name in ("request", "work"):
            continue
        kind, note = _plain(hints[name])
        empty = parameter.default is inspect.Parameter.empty
        about = note.description or "" if note else ""
        place: Any = "path" if name in path else "query"
        called = query_name(name, note)
        if note and note.header:
            place, called = "header", note.header
        usual = None if empty else parameter.default
        found.append(Given(called, place, kind, empty or place == "path", usual, about))
    return found


def parameters_in(shape: type[msgspec.Struct]) -> list[Given]:
    """Return the fields of a shape as parameters in the query."""
    return [
        Given(
            field.encode_name,
            "query",
            _without_null(field.type),
            field.required,
            None if field.required or field.default is msgspec.NODEFAULT else field.default,
            _described(field.type),
        )
        for field in msgspec.structs.fields(shape)
    ]


def answer_of(handler: Callable[..., Any]) -> Any:
    """Return what a handler answers with, by its annotation: None for no body, Any if unknown."""
    kind = get_type_hints(handler, include_extras=True).get("return", Any)
    if get_origin(kind) is Response:
        return get_args(kind)[0]
    if isinstance(kind, type) and issubclass(kind, Response):
        return Any
    return None if kind is type(None) else kind


class Shapes:
    """The schemas of many types, with one component for each shape that has a name."""

    def __init__(
        self, kinds: Iterable[Any], bodies: Sequence[type], forms: Sequence[type] = ()
    ) -> None:
        """Describe all of these; `bodies` are read strictly, see `bodies.check_json`."""
        wanted = [kind for kind in (*kinds, *bodies, *forms) if kind is not None]
        written, components = msgspec.json.schema_components(wanted, ref_template=_REF)
        self._found = {_key(kind): schema for kind, schema in zip(wanted, written, strict=True)}
        self.components: dict[str, Schema] = {
            name: _worded(schema) for name, schema in sorted(components.items())
        }
        for title, fields in _moments(msgspec.inspect.multi_type_info(wanted)).items():
            for schema in self.components.values():
                if schema.get("title") == title:
                    _dated(schema["properties"], fields)
        for body in bodies:
            name = self.of(body)["$ref"].rpartition("/")[2]
            self.components[name] = _strict(self.components[name])
        for form in forms:
            name = self.of(form)["$ref"].rpartition("/")[2]
            self.components[name] = _as_form(self.components[name], getattr(form, "one_of", ()))

    def of(self, kind: Any) -> Schema:
        """Return the schema of a type that was given at the beginning."""
        return {} if kind is None else dict(self._found[_key(kind)])


def _key(kind: Any) -> Any:
    try:
        hash(kind)
    except TypeError:
        return repr(kind)
    return kind


def _strict(schema: Schema) -> Schema:
    """Return the schema of a body: nothing unknown, and no text that is needed may be blank."""
    return {**_filled(schema), "additionalProperties": False}


def _filled(schema: Schema, letter: str = r"\S") -> Schema:
    """Return a schema in which no text that is needed may be without a letter."""
    properties = dict(schema.get("properties", {}))
    for name in schema.get("required", ()):
        one = properties[name]
        if one.get("type") != "string" or {"format", "enum", "pattern"} & one.keys():
            continue
        least = one.get("minLength", 1)
        middle = rf"[\s\S]{{{least - 2},}}\S" if least > 1 else ""
        blank = rf"^\s*\S{middle}\s*$" if least > 1 else letter
        properties[name] = {**one, "minLength": least, "pattern": blank}
    return {**schema, "properties": properties}


def _as_form(schema: Schema, one_of: Sequence[Sequence[str]]) -> Schema:
    """Return the schema of a form: its fields are there or not, never null, and may be files.

    `one_of` names groups of fields, of which one has to be there whole and with something in it;
    fields of a group come together.
    """
    fields = {name: _field(one) for name, one in schema["properties"].items()}
    whole = [
        {"required": [*group], "properties": {name: _something(fields[name]) for name in group}}
        for group in one_of
    ]
    together = {name: [*group] for group in one_of if len(group) > 1 for name in group}
    return _filled(
        merged({**schema, "properties": fields}, {"anyOf": whole, "dependentRequired": together}),
        _PRINTED,
    )


def _something(schema: Schema) -> Schema:
    """Return what a field has to be besides if it must not be empty."""
    numbers = [one for one in schema.get("anyOf", ()) if one.get("type") == "number"]
    return {"type": "number"} if numbers else {"pattern": _PRINTED}


def _field(schema: Schema) -> Schema:
    rest = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(rest) == 1:
        schema = {k: v for k, v in schema.items() if k not in ("anyOf", "default")} | rest[0]
    if items := schema.get("items"):
        schema = {**schema, "items": _field(items)}
    if schema.pop("contentEncoding", None):
        schema |= {"format": "binary", "contentMediaType": "application/octet-stream"}
    return schema


def _moments(found: Iterable[msgspec.inspect.Type]) -> dict[str, set[str]]:
    """Return the fields that are moments, by the names of their structs.

    msgspec describes a datetime that may lack its offset as any string.
    """
    moments: dict[str, set[str]] = {}
    seen: set[type] = set()
    waiting: list[Any] = list(found)
    while waiting:
        one = waiting.pop()
        if isinstance(one, msgspec.inspect.StructType) and one.cls not in seen:
            seen.add(one.cls)
            for field in one.fields:
                if any(isinstance(p, msgspec.inspect.DateTimeType) for p in _parts(field.type)):
                    moments.setdefault(one.cls.__name__, set()).add(field.encode_name)
                waiting.append(field.type)
        elif not isinstance(one, msgspec.inspect.StructType):
            waiting += _parts(one)[1:]
    return moments


def _parts(kind: Any) -> list[Any]:
    """Return a type, and what it is made of, but for the fields of structs."""
    inner = [getattr(kind, name, None) for name in ("type", "item_type", "key_type", "value_type")]
    several = (*getattr(kind, "types", ()), *getattr(kind, "item_types", ()))
    found = [kind]
    for one in (*inner, *several):
        if isinstance(one, msgspec.inspect.Type):
            found += _parts(one)
    return found


def _dated(properties: Schema, fields: set[str]) -> None:
    for name in fields & properties.keys():
        for part in (properties[name], *properties[name].get("anyOf", ())):
            target = part.get("items", part)
            if target.get("type") == "string" and "format" not in target:
                target["format"] = "date-time"


def _worded(schema: Schema) -> Schema:
    """Return a component with its description as prose: docstrings have line breaks."""
    about = schema.get("description")
    plain = _untupled(schema)
    return {**plain, "description": _prose(about)} if about else plain


def _untupled(schema: Any) -> Any:
    """Return a schema whose tuples are lists of a length: many readers do not know prefixItems."""
    if isinstance(schema, list):
        return [_untupled(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _untupled(one) for name, one in schema.items() if name != "prefixItems"}
    if parts := schema.get("prefixItems"):
        kinds = [kind for part in parts for kind in part.get("anyOf", [part])]
        found["items"] = {"anyOf": [kind for n, kind in enumerate(kinds) if kind not in kinds[:n]]}
    return found


def _prose(text: str) -> str:
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(part.split()) for part in paragraphs)


def _plain(kind: Any) -> tuple[Any, ParameterKwarg | None]:
    """Return the type of a parameter as msgspec knows it, and the note that Litestar reads."""
    if get_origin(kind) is not Annotated:
        return _without_null(kind), None
    base, *notes = get_args(kind)
    note = next((one for one in notes if isinstance(one, ParameterKwarg)), None)
    others = [one for one in notes if not isinstance(one, ParameterKwarg)]
    limits = {
        name: value
        for name in _LIMITS
        if note is not None and (value := getattr(note, name)) is not None
    }
    base = _without_null(base)
    for other in others:
        base = Annotated[base, other]
    return (Annotated[base, msgspec.Meta(**limits)] if limits else base), note


def _without_null(kind: Any) -> Any:
    """Return the type without None: what is not in an address is not there."""
    if get_origin(kind) is Annotated:
        base, *notes = get_args(kind)
        plain = _without_null(base)
        for note in notes:
            plain = Annotated[plain, note]
        return plain
    if get_origin(kind) in (Union, types.UnionType):
        rest = [one for one in get_args(kind) if one is not type(None)]
        return rest[0] if len(rest) == 1 else Union[tuple(rest)]  # noqa: UP007 (made of a list)
    return kind


def _described(kind: Any) -> str:
    if get_origin(kind) is Annotated:
        notes = [one for one in get_args(kind)[1:] if isinstance(one, msgspec.Meta)]
        return next((one.description for one in notes if one.description), "")
    return ""


def merged(*parts: Mapping[str, Any]) -> Schema:
    """Return mappings as one, without what is empty."""
    return {k: v for part in parts for k, v in part.items() if v not in (None, "", [], {})}
