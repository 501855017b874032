"""Fields of a record by dotted names, such as `place.lat` or `photos.0`."""

from collections.abc import Iterator
from typing import Any

from city.integration.hub.model import Contract

Fields = dict[str, Any]


def pick(record: Any, path: str) -> Any:
    """Return the value a path leads to; None where there is none, and for empty text."""
    found = record
    for step in path.split("."):
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isdecimal() and len(step) < 6:
            found = found[int(step)] if int(step) < len(found) else None
        else:
            return None
    return None if isinstance(found, str) and not found.strip() else found


def put(record: Fields, path: str, value: Any) -> None:
    """Give a field a value, making what it lies in."""
    *outer, last = path.split(".")
    for step in outer:
        record = record.setdefault(step, {})
    record[last] = value


def names_of(record: Any, within: str | None = None) -> Iterator[str]:
    """Yield the name of every field that holds a value; those in a list by the list's name."""
    if isinstance(record, dict) and record:
        for name, value in record.items():
            yield from names_of(value, _named(within, name))
    elif isinstance(record, list) and record:
        for value in record:
            yield from names_of(value, within)
    elif within is not None:
        yield within


def outside(record: Fields, contract: Contract) -> list[str]:
    """Return the fields of a record that a contract does not allow, each once."""
    return sorted({name for name in names_of(record) if not contract.covers(name)})


def project(record: Fields, contract: Contract) -> Fields:
    """Return what a contract allows of a record, and nothing else."""
    return _project(record, contract, None) or {}


def _project(value: Any, contract: Contract, within: str | None) -> Any:
    if within is not None and contract.covers(within):
        return value
    if isinstance(value, dict):
        kept = {
            name: part
            for name, inner in value.items()
            if (part := _project(inner, contract, _named(within, name))) is not None
        }
        return kept or None
    if isinstance(value, list):
        parts = [part for one in value if (part := _project(one, contract, within)) is not None]
        return parts or None
    return None


def _named(within: str | None, name: str) -> str:
    """Return the name of a field, which may be empty: without one it is a field all the same."""
    return name if within is None else f"{within}.{name}"
