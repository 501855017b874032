"""The API for people: pages made of /openapi.json, with nothing from elsewhere."""

import json
import re
from typing import Any

from litestar import Litestar
from msgspec import Struct

from city.app.describing import TAGS, described
from city.kernel import Missing
from city.web import KINDS, PUBLIC, Request, Response, folded, get, page, render_words

METHODS = ("get", "post", "put", "patch", "delete")
DEEPEST = 4
"""How deep the fields of a shape are followed."""


class Field(Struct, frozen=True):
    """A field of a shape or a parameter, as a line of a table; `depth` is how far it is inside."""

    name: str
    kind: str
    needed: bool
    about: str
    limits: str
    depth: int = 0


class Listed(Struct, frozen=True):
    """An operation in the list."""

    id: str
    method: str
    path: str
    summary: str
    tag: str


@get("/developers/api", allow=PUBLIC)
async def show_api(request: Request[Any, Any, Any], q: str = "") -> Response[Any]:
    """Show what programs can do, by room; `q` finds operations."""
    found = _find(_listed(request.app), q, request)
    tags = [
        {"code": tag, "about": TAGS.get(tag, ""), "operations": operations}
        for tag in dict.fromkeys(one.tag for one in found)
        if (operations := [one for one in found if one.tag == tag])
    ]
    return page(request, "app/api.html", q=q, tags=tags, n=len(found), kinds=KINDS)


@get("/developers/api/{operation:str}", allow=PUBLIC)
async def show_operation(request: Request[Any, Any, Any], operation: str) -> Response[Any]:
    """Show how one operation is asked, and what it answers."""
    document = described(request.app)
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item and item[method]["operationId"] == operation:
                shown = _shown(document, path, method, item[method])
                return page(request, "app/operation.html", operation=shown)
    raise Missing("There is no operation of this name.")


@get("/problems/{slug:str}", allow=PUBLIC)
async def show_kind(request: Request[Any, Any, Any], slug: str) -> Response[Any]:
    """Say what a kind of refusal means, and what whoever wrote a program does about it."""
    for kind in KINDS:
        if kind.slug == slug:
            return page(request, "app/problem_kind.html", kind=kind, kinds=KINDS)
    raise Missing("There is no kind of refusal of this name.")


routes = [show_api, show_operation, show_kind]


def _listed(app: Litestar) -> list[Listed]:
    return [
        Listed(one["operationId"], method, path, one["summary"], one["tags"][0])
        for path, item in described(app)["paths"].items()
        for method in METHODS
        if (one := item.get(method))
    ]


def _find(listed: list[Listed], q: str, request: Request[Any, Any, Any]) -> list[Listed]:
    words = folded(q).replace("_", " ").split()[:8]
    language = request.scope["state"]["language"]

    def told(one: Listed) -> str:
        name, translated = one.id.replace("_", " "), render_words(language, one.summary)
        return folded(f"{name} {one.method} {one.path} {one.summary} {translated}")

    return [one for one in listed if all(word in told(one) for word in words)]


def _shown(
    document: dict[str, Any], path: str, method: str, operation: dict[str, Any]
) -> dict[str, Any]:
    """Return an operation as its page needs it."""
    schemas = document["components"]["schemas"]
    parameters = operation.get("parameters", [])
    bodies = operation.get("requestBody", {}).get("content", {})
    done = next(code for code in operation["responses"] if code.startswith("2"))
    answers = operation["responses"][done].get("content", {})
    scheme = operation["security"][0]
    media, body = next(iter(bodies.items()), ("", {}))
    kind, answer = next(iter(answers.items()), ("", {}))
    return {
        "id": operation["operationId"],
        "method": method,
        "path": path,
        "tag": operation["tags"][0],
        "summary": operation["summary"],
        "about": [part for part in operation["description"].split("\n\n")[1:] if part],
        "public": not scheme,
        "scopes": scheme.get("key", []),
        "parameters": [_parameter(one) for one in parameters],
        "body": _fields(body.get("schema", {}), schemas),
        "media": list(bodies),
        "done": done,
        "answer": _fields(answer.get("schema", {}), schemas),
        "answers": list(answers),
        "curl": _curl(document["servers"][0]["url"], path, method, operation, media),
        "example": _json(answer["example"]) if "example" in answer else "",
        "kind": kind,
        "refusals": _refusals(operation),
    }


def _refusals(operation: dict[str, Any]) -> list[Any]:
    return [kind for kind in KINDS if str(kind.status) in operation["responses"]]


def _parameter(parameter: dict[str, Any]) -> Field:
    schema = parameter["schema"]
    name = parameter["name"]
    return Field(
        name if parameter["in"] == "query" else f"{name} ({parameter['in']})",
        _kind(schema),
        bool(parameter.get("required")),
        parameter.get("description", ""),
        _limits(schema),
    )


def _fields(schema: Any, schemas: dict[str, Any], depth: int = 0, seen: str = "") -> list[Field]:
    """Return the fields of a shape, each followed by those inside it."""
    found: list[Field] = []
    for part in _parts(schema):
        if reference := part.get("$ref"):
            name = reference.rpartition("/")[2]
            if f"/{name}/" not in seen:
                found += _fields(schemas[name], schemas, depth, f"{seen}/{name}/")
        elif part.get("type") == "array":
            found += _fields(part.get("items", {}), schemas, depth, seen)
        else:
            for name, inner in part.get("properties", {}).items():
                needed = name in part.get("required", ())
                about = inner.get("description", "")
                found.append(Field(name, _kind(inner), needed, about, _limits(inner), depth))
                if depth < DEEPEST:
                    found += _fields(inner, schemas, depth + 1, seen)
            if isinstance(more := part.get("additionalProperties"), dict) and depth < DEEPEST:
                found += _fields(more, schemas, depth, seen)
    return found


def _parts(schema: Any) -> list[dict[str, Any]]:
    if not isinstance(schema, dict):
        return []
    return [one for key in ("anyOf", "oneOf") for one in schema.get(key, ())] or [schema]


def _kind(schema: dict[str, Any]) -> str:
    """Return the type of a value as a schema names it, in no language."""
    names = []
    for part in _parts(schema):
        if reference := part.get("$ref"):
            names.append(re.split("[/.]", reference)[-1])
        elif part.get("type") == "array":
            names.append(f"{_kind(part.get('items', {}))}[]")
        elif part.get("enum"):
            names.append("enum")
        else:
            names.append(str(part.get("format") or part.get("type") or "any"))
    return " | ".join(dict.fromkeys(names))


_LIMITS = {
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "exclusiveMinimum": "> {}",
    "exclusiveMaximum": "< {}",
    "minLength": "minLength {}",
    "maxLength": "maxLength {}",
    "minItems": "minItems {}",
    "maxItems": "maxItems {}",
    "default": "default {}",
}


def _limits(schema: dict[str, Any]) -> str:
    found: list[str] = []
    for part in [*_parts(schema), schema]:
        choices = [str(one) for one in part.get("enum", ()) if one != ""]
        found += [" · ".join(choices)] if choices else []
        found += [
            words.format(json.dumps(part[name], ensure_ascii=False))
            for name, words in _LIMITS.items()
            if part.get(name) not in (None, "", [], {})
        ]
    return ", ".join(dict.fromkeys(found))


def _curl(base: str, path: str, method: str, operation: dict[str, Any], media: str) -> str:
    """Return how the operation is asked with curl, with the values of its example."""
    query: list[str] = []
    for parameter in operation.get("parameters", []):
        shown = parameter.get("example")
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", str(shown or parameter["name"].upper()))
        elif parameter["in"] == "query" and (shown is not None or parameter.get("required")):
            query.append(
                f"{parameter['name']}={parameter['name'].upper() if shown is None else shown}"
            )
    lines = [f"curl '{base}{path}{'?' + '&'.join(query) if query else ''}'"]
    if method != "get":
        lines[0] = lines[0].replace("curl ", f"curl -X {method.upper()} ")
    if operation["security"][0]:
        lines.append("-H 'Authorization: Bearer KEY'")
    body = operation.get("requestBody", {}).get("content", {}).get(media, {})
    return " \\\n  ".join([*lines, *_sent(media, body.get("example", {}))] if media else lines)


def _sent(media: str, example: Any) -> list[str]:
    """Return how curl sends a body: a form field by field, a text as it is, anything else as JSON.

    What is in quotes has no quotes of the shell in it: examples are ours.
    """
    if media == "application/x-www-form-urlencoded":
        return [f"--data-urlencode '{name}={value}'" for name, value in example.items()]
    body = example if isinstance(example, str) else _json(example)
    return [f"-H 'Content-Type: {media}'", f"--data-binary '{body.rstrip()}'"]


def _json(value: Any) -> str:
    """Return an example as it is read: XML as it stands."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, indent=2)
