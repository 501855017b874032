"""Parameters of the API: what an operation does not know is refused, and so is the same twice.

A filter that is mistyped and passed over would give everything: worse than a refusal.
"""

import inspect
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.params import ParameterKwarg

from city.kernel import Invalid, Says, say

_OURS = frozenset({"request", "work"})
_EVERYWHERE = frozenset({"lang"})
"""What every address takes: the language of the answer."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
"""A number as JSON and forms write it; Python would take “nan” and “1_000” as well."""

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]


def known_parameters(handler: Callable[..., Any]) -> Guard:
    """Return a guard that lets through only parameters that this handler names, each once."""
    kinds = _kinds(handler)
    names = kinds.keys() | _EVERYWHERE
    numbers = {name for name, kind in kinds.items() if "float" in str(kind)}
    texts = {name for name, kind in kinds.items() if _is_text(kind)} | _EVERYWHERE

    async def check(
        connection: ASGIConnection[Any, Any, Any, Any], route: BaseRouteHandler
    ) -> None:
        query = connection.scope["query_string"]
        if not query:
            return
        given = parse_qsl(query.decode("latin-1"), True)
        times = Counter(name for name, _ in given)
        faults: dict[str, Says] = {}
        for name, value in given:
            if name not in names:
                faults[name[:80]] = say("There is no parameter of this name.")
            elif times[name] > 1:
                faults[name] = say("Please give this once.")
            elif name in numbers and not _NUMBER.fullmatch(value):
                faults[name] = say("Please give a number.")
            elif value == "null" and name not in texts:
                faults[name] = say("This does not look right. Please check it.")
        if faults:
            raise Invalid(faults)

    return check


def _kinds(handler: Callable[..., Any]) -> dict[str, Any]:
    """Return the types of a handler's parameters by the names they have in an address."""
    hints = get_type_hints(handler, include_extras=True)
    found: dict[str, Any] = {}
    for name in inspect.signature(handler).parameters:
        if name in _OURS:
            continue
        hint = hints.get(name)
        notes = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
        note = next((one for one in notes if isinstance(one, ParameterKwarg)), None)
        found[query_name(name, note)] = hint
    return found


def _is_text(kind: Any) -> bool:
    return (get_args(kind)[0] if get_origin(kind) is Annotated else kind) is str


def query_name(name: str, note: ParameterKwarg | None) -> str:
    """Return what a handler's parameter is called in an address."""
    return (note and (note.query or getattr(note, "name", None))) or name
