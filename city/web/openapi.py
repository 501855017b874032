"""The description of the API (OpenAPI 3.1), made of the routes and of what they say of themselves.

Nothing of it is written a second time: parameters and shapes are the handlers' own types, words
their docstrings, security what the route allows. The same routes give the same document.
"""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from city.web.answers import LEAST_KEY, MOST_KEY
from city.web.links import links_of
from city.web.refusals import HEADERS, PROBLEM, refusals_of
from city.web.shapes import (
    Given,
    Schema,
    Shapes,
    answer_of,
    merged,
    parameters_in,
    parameters_of,
)

JSON = "application/json"
PUBLIC = "public"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What the description says of the whole. `tags` are the rooms whose routes are described.

    `scopes` are the scopes of programs by the permission they open. `examples` are by operationId:
    `{"query": {}, "path": {}, "media": "text/csv", "body": …, "status": 200, "answer": …}`, where
    `xml` is the answer in XML. One for several addresses is by the name without the ending.
    """

    title: str
    summary: str
    text: str
    url: str
    contact: Mapping[str, str]
    tags: Mapping[str, str]
    scopes: Mapping[str, tuple[str, str]]
    examples: Mapping[str, Mapping[str, Any]]


class Operation(msgspec.Struct, frozen=True):
    """A route's handler, and what there is to say about it."""

    path: str
    method: str
    handler: HTTPRouteHandler
    function: Any
    parameters: list[Given]
    answer: Any
    said: Mapping[str, Any]
    """What was said where it is routed."""

    @property
    def name(self) -> str:
        """What it is called, whichever of its addresses is asked."""
        door = "open311_" if self.path.startswith("/open311/") else ""
        return self.said.get("code") or f"{door}{self.function.__name__}"

    @property
    def id(self) -> str:
        """Its operationId; of several addresses those with an ending have it in their names."""
        ends = self.ending and len(self.handler.paths) > 1
        return f"{self.name}_{self.ending}" if ends else self.name

    @property
    def ending(self) -> str:
        """What its address ends with, such as `xml`; usually nothing."""
        last = self.path.rpartition("/")[2].rpartition("}")[2]
        return last.partition(".")[2]

    @property
    def answered(self) -> Any:
        """The type of its answer in JSON, None if it has none."""
        gives = self.among(self.said.get("gives"))
        return gives.get(JSON) if gives else self.answer

    @property
    def brought(self) -> Mapping[str, Any]:
        """The types of its body by media type, as far as they say anything."""
        brings = self.said.get("brings") or {}
        return {kind: shape for kind, shape in brings.items() if shape not in (bytes, None)}

    def among(self, media: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """Return the media types that its address can give, of all that were said."""
        given = media or {}
        return {kind: shape for kind, shape in given.items() if self.ending in kind} or given

    @property
    def room(self) -> str:
        """The room it belongs to."""
        return self.function.__module__.split(".")[1]


def describe(app: Litestar, about: About) -> dict[str, Any]:
    """Return the description of every route of the API, ready to be sent as JSON."""
    operations = sorted(_operations(app), key=lambda one: (one.room, one.path, one.method))
    shapes = _shapes(operations)
    paths: dict[str, Any] = {}
    for operation in operations:
        item = paths.setdefault(operation.path, {})
        links = links_of(operation, operations)
        item[operation.method] = _describe(operation, shapes, about, links)
    rooms = dict.fromkeys(operation.room for operation in operations)
    return {
        "openapi": "3.1.0",
        "info": merged(
            {
                "title": about.title,
                "summary": about.summary,
                "description": about.text,
                "version": "1",
                "contact": dict(about.contact),
                "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
            }
        ),
        "servers": [{"url": about.url, "description": "This city."}],
        "tags": [{"name": room, "description": about.tags.get(room, "")} for room in rooms],
        "externalDocs": {
            "url": f"{about.url}/developers/api",
            "description": "The same as pages for people.",
        },
        "paths": paths,
        "components": {
            "schemas": {"Problem": PROBLEM, **shapes.components},
            "headers": HEADERS,
            "securitySchemes": _schemes(about),
        },
    }


def shown_answer(example: Mapping[str, Any], media: str) -> Any:
    """Return what an example answers in a media type, or None if it does not say."""
    written = "xml" if media.endswith("xml") else "csv" if media == "text/csv" else "answer"
    return example.get(written)


def _operations(app: Litestar) -> Iterator[Operation]:
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            if not handler.resolve_include_in_schema() or "allow" not in handler.opt:
                continue
            function = inspect.unwrap(handler.fn)
            in_path = route.path_parameters.keys()
            parameters = parameters_of(function, in_path)
            if query := handler.opt.get("query"):
                in_path_only = [one for one in parameters if one.place != "query"]
                parameters = in_path_only + parameters_in(query)
            for method in sorted(str(name).lower() for name in handler.http_methods):
                operation = Operation(
                    route.path_format,
                    method,
                    handler,
                    function,
                    parameters,
                    answer_of(function),
                    handler.opt,
                )
                yield from _each(operation)


def _each(operation: Operation) -> Iterator[Operation]:
    """Yield an operation, or one for each word that a part of its address can be (`each`)."""
    each = operation.said.get("each")
    if not each:
        yield operation
        return
    for part, words in each.items():
        for word, (code, summary, shape) in words.items():
            said = {**operation.said, "code": code, "takes": [shape], "summary": summary}
            yield msgspec.structs.replace(
                operation,
                path=operation.path.replace(f"{{{part}}}", word),
                parameters=[one for one in operation.parameters if one.name != part],
                said=said,
            )


def _shapes(operations: Iterable[Operation]) -> Shapes:
    kinds: list[Any] = []
    bodies: list[type] = []
    forms: list[type] = []
    for one in operations:
        kinds += [given.kind for given in one.parameters]
        kinds.append(one.answer)
        for media in ("gives", "refuses"):
            kinds += (one.said.get(media) or {}).values()
        bodies += one.said.get("takes") or ()
        kinds += one.brought.values()
        if form := one.said.get("form"):
            forms.append(form)
    return Shapes(kinds, bodies, forms)


def _describe(operation: Operation, shapes: Shapes, about: About, links: Schema) -> Schema:
    words = inspect.cleandoc(operation.function.__doc__ or operation.id)
    summary = operation.said.get("summary") or words.partition("\n\n")[0]
    example = about.examples.get(operation.id) or about.examples.get(operation.name, {})
    parameters = [_parameter(given, shapes, example) for given in operation.parameters]
    return merged(
        {
            "operationId": operation.id,
            "summary": " ".join(summary.replace("`", "").split()).rstrip("."),
            "description": "\n\n".join(" ".join(part.split()) for part in words.split("\n\n")),
            "tags": [operation.room],
            "parameters": parameters + _headers(operation),
            "requestBody": _body(operation, shapes, example),
            "responses": _responses(operation, shapes, example, links),
        },
        {"security": _security(operation, about)},
    )


def _parameter(given: Given, shapes: Shapes, example: Mapping[str, Any]) -> Schema:
    schema = shapes.of(given.kind)
    if given.usual is not None:
        schema["default"] = msgspec.to_builtins(given.usual)
    place = "path" if given.place == "path" else "query"
    shown = example.get(place, {}).get(given.name)
    written: Schema = {
        "name": given.name,
        "in": given.place,
        "required": given.needed,
        "description": given.about,
        "schema": schema,
    }
    return merged(written) | ({} if shown is None else {"example": shown})


def _headers(operation: Operation) -> list[Schema]:
    found: list[Schema] = []
    if operation.method == "get":
        found.append(_header("If-None-Match", "The ETag that is known: 304 if it is still so.", {}))
    elif operation.said.get("once") and {"request", "work"} <= _asked_for(operation):
        limits = {"minLength": LEAST_KEY, "maxLength": MOST_KEY, "pattern": "^[!-~]+$"}
        words = "Chosen by the sender: the same sent again is done once, for 24 hours."
        found.append(_header("Idempotency-Key", words, limits))
    return found


def _asked_for(operation: Operation) -> set[str]:
    return set(inspect.signature(operation.function).parameters)


def _header(name: str, words: str, limits: Schema) -> Schema:
    schema = {"type": "string", **limits}
    return {"name": name, "in": "header", "description": words, "schema": schema}


def _body(operation: Operation, shapes: Shapes, example: Mapping[str, Any]) -> Schema:
    content: Schema = {}
    if form := operation.said.get("form"):
        schema = shapes.of(form)
        files = "binary" in str(shapes.components[schema["$ref"].rpartition("/")[2]])
        content = {kind: {"schema": schema} for kind in (FORMS if files else FORMS[:1])}
    elif takes := operation.said.get("takes"):
        found = [shapes.of(kind) for kind in takes]
        content = {JSON: {"schema": found[0] if len(found) == 1 else {"anyOf": found}}}
    else:
        # What is no JSON and no text has no schema in OpenAPI 3.1: the media type says it all.
        for kind in operation.said.get("brings") or {}:
            known = kind in operation.brought
            content[kind] = {"schema": shapes.of(operation.brought[kind])} if known else {}
    if not content:
        return {}
    shown = example.get("media") or next(iter(content))
    if "body" in example:
        content[shown] = {**content[shown], "example": example["body"]}
    return {"required": True, "content": content}


def _responses(
    operation: Operation, shapes: Shapes, example: Mapping[str, Any], links: Schema
) -> Schema:
    status = operation.handler.status_code
    gives = operation.among(operation.said.get("gives"))
    content: Schema = {media: merged({"schema": shapes.of(kind)}) for media, kind in gives.items()}
    if not content and status != 204:
        content = {JSON: {"schema": shapes.of(operation.answer)}}
    for media in content:
        if (shown := shown_answer(example, media)) is not None:
            content[media]["example"] = shown
    headers = {
        name: {"description": words, "schema": {"type": "string"}}
        for name, words in (operation.said.get("tells") or {}).items()
    }
    if operation.method == "get" and status == 200 and operation.path.startswith("/api/"):
        headers["ETag"] = {"$ref": "#/components/headers/ETag"}
    done = "It was done." if operation.method != "get" else "What was asked for."
    found: Schema = {
        str(status): merged({"description": done, "links": links}, _parts(headers, content))
    }
    for other, words in (operation.said.get("also") or {}).items():
        found[str(other)] = merged({"description": words}, _parts(headers, content))
    if operation.method == "get" and operation.path.startswith("/api/"):
        found["304"] = {"description": "It is as the sender knows it (If-None-Match)."}
    found |= refusals_of(operation, shapes)
    return dict(sorted(found.items()))


def _parts(headers: Schema, content: Schema) -> Schema:
    return {"headers": headers, "content": content}


def _schemes(about: About) -> Schema:
    return {
        "key": {
            "type": "apiKey",
            "in": "header",
            "name": "X-API-Key",
            "description": "A key of a program. It can come as “Authorization: Bearer …” as well.",
        },
        "token": {
            "type": "oauth2",
            "description": "A token by client credentials (RFC 6749 §4.4). It lasts ten minutes.",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": f"{about.url}/oauth/token",
                    "scopes": dict(sorted(about.scopes.values())),
                }
            },
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "session",
            "description": "Somebody who is signed in, in the browser.",
        },
    }


def _security(operation: Operation, about: About) -> list[Schema]:
    allow = operation.said["allow"]
    if allow == PUBLIC:
        return [{}, {"key": []}, {"token": []}, {"session": []}]
    if allow not in about.scopes:
        return [{"session": []}]
    scope = about.scopes[allow][0]
    return [{"key": [scope]}, {"token": [scope]}, {"session": []}]
