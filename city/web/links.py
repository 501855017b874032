"""Links of the description (OpenAPI): what an answer leads to, found in addresses and types.

What a list or a POST answers has the last part of the addresses beneath its own: the `ref` in
/reports is that of /reports/{ref}, the `id` in /webhooks that of /webhooks/{webhook_id}.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, get_args, get_origin

import msgspec

from city.web.shapes import Given, Schema


class Linked(Protocol):
    """An operation, as far as its links go."""

    @property
    def id(self) -> str:
        """Its operationId."""
        ...

    @property
    def path(self) -> str:
        """Its address."""
        ...

    @property
    def parameters(self) -> Sequence[Given]:
        """What it takes in its address."""
        ...

    @property
    def said(self) -> Mapping[str, Any]:
        """What was said where it is routed."""
        ...

    @property
    def answered(self) -> Any:
        """The type of its answer in JSON, None if it has none."""
        ...


def links_of(operation: Linked, others: Iterable[Linked]) -> Schema:
    """Return what an operation's answer leads to, by operationId."""
    if operation.answered is None:
        return {}
    places = _places(operation.answered)
    given = {name: f"$request.path.{name}" for name in _in_path(operation)}
    found = {
        other.id: {**given, part: f"$response.body#{place}"}
        for other in others
        if (part := _last_part(operation, other)) and (place := _place(places, part))
    }
    found |= operation.said.get("leads") or {}
    return {id: {"operationId": id, "parameters": parameters} for id, parameters in found.items()}


def _last_part(operation: Linked, other: Linked) -> str | None:
    """Return the one part of an address beneath an operation's that it does not say itself."""
    parts = [name for name in _in_path(other) if name not in _in_path(operation)]
    if len(parts) != 1:
        return None
    beneath = f"{operation.path}/{{{parts[0]}}}"
    return parts[0] if f"{other.path}/".startswith(f"{beneath}/") else None


def _in_path(operation: Linked) -> list[str]:
    return [one.name for one in operation.parameters if one.place == "path"]


def _place(places: Mapping[str, str], part: str) -> str | None:
    return places.get(part) or (places.get("id") if part.endswith("_id") else None)


def _places(kind: Any) -> dict[str, str]:
    """Return where the fields of an answer are, those of the first line if it is a list."""
    if get_origin(kind) is list:
        return _fields(get_args(kind)[0], "/0")
    lists = {
        name: get_args(type_)[0]
        for name, type_ in _types(kind).items()
        if get_origin(type_) is list and _types(get_args(type_)[0])
    }
    inner = [_fields(item, f"/{name}/0") for name, item in lists.items()]
    return (inner[0] if len(inner) == 1 else {}) | _fields(kind, "")


def _fields(kind: Any, place: str) -> dict[str, str]:
    return {name: f"{place}/{name}" for name in _types(kind)}


def _types(kind: Any) -> dict[str, Any]:
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return {}
    return {one.encode_name: one.type for one in msgspec.structs.fields(kind)}
