"""The description of the API (OpenAPI 3.1), with the bodies that `check_json` reads by itself."""

from typing import Any

import msgspec
from litestar import Litestar
from litestar.routes import HTTPRoute

_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "What was refused and why (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string"},
                    "field": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


def describe(app: Litestar) -> dict[str, Any]:
    """Return the description of every route under /api/, ready to be sent as JSON."""
    described: dict[str, Any] = app.openapi_schema.to_schema()
    schemas = described.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    for route in app.routes:
        if not isinstance(route, HTTPRoute) or route.path_format not in described["paths"]:
            continue
        for method, operation in described["paths"][route.path_format].items():
            handler, _ = route.route_handler_map[method.upper()]  # type: ignore[index]
            if takes := handler.opt.get("takes"):
                operation["requestBody"] = _body(takes, schemas)
            operation["responses"]["default"] = {
                "description": "It was refused, and the body says why.",
                "content": {
                    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                },
            }
    return described


def _body(takes: list[type], schemas: dict[str, Any]) -> dict[str, Any]:
    found, parts = msgspec.json.schema_components(takes, ref_template="#/components/schemas/{name}")
    schemas.update(parts)
    schema = found[0] if len(found) == 1 else {"anyOf": list(found)}
    return {"required": True, "content": {"application/json": {"schema": schema}}}
