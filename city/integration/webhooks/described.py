"""Every event described: as AsyncAPI 3.0 for programs, and as a page for people."""

import json
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from city.cases import Process, Rating, Source, Status
from city.integration.webhooks.feed import LONGEST_WAIT_SECONDS
from city.integration.webhooks.posting import PATIENCE_SECONDS
from city.integration.webhooks.published import (
    PUBLISHED,
    TOLD,
    ApplicationState,
    BoundariesState,
    CalendarState,
    CaseState,
    CloudEvent,
    Greeting,
    ImportState,
    ProcessState,
    PublicReport,
    Published,
    SurveyState,
)
from city.integration.webhooks.publishing import schema_url
from city.kernel import Missing, say
from city.settings import current
from city.web import PUBLIC, Request, Response, get, page, render_words

AnyRequest = Request[Any, Any, Any]

_SUMMARY = say("The street light at the bridge has been out for three nights.")
_ANSWER = say("The bulb was replaced, and the whole row was checked.")
_DESCRIPTION = say(
    "What the city tells other programs: to webhooks, signed by Standard Webhooks, and in the feed "
    "of changes. The envelope is CloudEvents 1.0."
)
_AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
_ID = UUID("019aaeb3-0d2c-7a51-9b55-0e3f6cf0a001")


@get("/asyncapi.json", allow=PUBLIC)
async def show_asyncapi(request: AnyRequest) -> Response[bytes]:
    """Describe every event as AsyncAPI 3.0."""
    described = asyncapi(request.scope["state"]["language"])
    return Response(msgspec.json.encode(described), media_type="application/json")


@get("/api/v1/events/{name:str}", allow=PUBLIC, gives={"application/schema+json": dict[str, Any]})
async def get_event_schema(name: str) -> Response[bytes]:
    """Return the JSON Schema of what an event carries: what its `dataschema` names."""
    kind = next((one for one in TOLD if one.schema_name == name), None)
    if kind is None:
        raise Missing("There is no event of this name.")
    return Response(msgspec.json.encode(schema_of(kind)), media_type="application/schema+json")


@get("/developers/events", allow=PUBLIC)
async def show_events(request: AnyRequest) -> Response[Any]:
    """Show every event with its schema and an example."""
    language = request.scope["state"]["language"]
    return page(
        request,
        "integration/webhooks/events.html",
        city_url=current().url,
        events=[
            {
                "type": kind.type,
                "title": kind.title,
                "means": kind.means,
                "scope": kind.scope,
                "schema": _pretty(schema_of(kind)),
                "example": _pretty(example_of(kind, language)),
            }
            for kind in TOLD
        ],
    )


@get("/developers/guide", allow=PUBLIC)
async def show_guide(request: AnyRequest) -> Response[Any]:
    """Show the whole way from a key to a copy of the city, as commands that can be tried."""
    limits = {"patience": PATIENCE_SECONDS, "wait": LONGEST_WAIT_SECONDS}
    return page(
        request,
        "integration/webhooks/guide.html",
        url=current().url,
        centre=current().profile.centre,
        limits=limits,
    )


def asyncapi(language: str) -> dict[str, Any]:
    """Return the description of all events, with its words in a language."""
    names = [kind.schema_name for kind in TOLD]
    messages = {kind.schema_name: _message(kind, language) for kind in TOLD}
    schemas = {"CloudEvent": _envelope()} | {kind.schema_name: _event_schema(kind) for kind in TOLD}
    ways = {"webhook": names, "changes": [kind.schema_name for kind in PUBLISHED]}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Tràng Tiền · {current().profile.name.get(language) or 'Events'}",
            "version": "1",
            "description": render_words(language, _DESCRIPTION),
            "license": {"name": "Apache 2.0"},
            "externalDocs": {"url": f"{current().url}/developers/events"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            "webhook": {
                "address": None,
                "title": render_words(language, say("Your address")),
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
            },
            "changes": {
                "address": "/api/v1/changes",
                "title": render_words(language, say("The feed of changes")),
                "messages": {
                    name: {"$ref": f"#/components/messages/{name}"} for name in ways["changes"]
                },
            },
        },
        "operations": {
            way: {
                "action": "send",
                "channel": {"$ref": f"#/channels/{way}"},
                "messages": [{"$ref": f"#/channels/{way}/messages/{name}"} for name in ways[way]],
                "bindings": {"http": {"method": "POST" if way == "webhook" else "GET"}},
            }
            for way in ways
        },
        "components": {"messages": messages, "schemas": schemas},
    }


def _message(kind: Published, language: str) -> dict[str, Any]:
    return {
        "name": kind.type,
        "title": render_words(language, kind.title),
        "summary": render_words(language, kind.means),
        "contentType": "application/cloudevents+json",
        "headers": {
            "type": "object",
            "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
            "properties": {
                "webhook-id": {"type": "string", "format": "uuid"},
                "webhook-timestamp": {"type": "string", "pattern": "^[0-9]+$"},
                "webhook-signature": {"type": "string", "pattern": "^v1,"},
                "webhook-replay": {"type": "string", "const": "true"},
            },
        },
        "payload": {"$ref": f"#/components/schemas/{kind.schema_name}"},
        "examples": [{"name": "example", "payload": example_of(kind, language)}],
        **({"tags": [{"name": f"scope:{kind.scope}"}]} if kind.scope else {}),
    }


@lru_cache(maxsize=64)
def _schema_parts(shape: type) -> tuple[dict[str, Any], dict[str, Any]]:
    (found,), parts = msgspec.json.schema_components([shape], ref_template="#/$defs/{name}")
    return found, parts


def schema_of(kind: Published) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of what an event carries."""
    _, parts = _schema_parts(kind.shape)
    own = dict(parts[kind.shape.__name__])
    others = {name: part for name, part in parts.items() if name != kind.shape.__name__}
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_url(kind),
    }
    return {**head, **own, **({"$defs": others} if others else {})}


def _envelope() -> dict[str, Any]:
    _, parts = _schema_parts(CloudEvent)
    return dict(parts["CloudEvent"])


def _event_schema(kind: Published) -> dict[str, Any]:
    """Return the schema of a whole event; what it names is within it, so that it stands alone."""
    text = json.dumps(schema_of(kind))
    data = json.loads(text.replace("#/$defs/", f"#/components/schemas/{kind.schema_name}/$defs/"))
    for name in ("$schema", "$id"):
        del data[name]
    defs = data.pop("$defs", {})
    if kind.about == "report":
        data = {"anyOf": [data, {"type": "null"}]}
    return {
        "allOf": [{"$ref": "#/components/schemas/CloudEvent"}],
        "type": "object",
        "properties": {"type": {"const": kind.type}, "data": data},
        **({"$defs": defs} if defs else {}),
    }


def example_of(kind: Published, language: str) -> dict[str, Any]:
    """Return an event as it might be sent."""
    data = _example_data(kind, language)
    event = CloudEvent(
        id=_ID,
        source=current().url,
        type=kind.type,
        time=_AT,
        subject=getattr(data, "ref", kind.schema_name.rpartition(".")[0]),
        position="7501-4711",
        data=data,
        dataschema=schema_url(kind),
    )
    example: dict[str, Any] = msgspec.to_builtins(event)
    return example


def _example_data(kind: Published, language: str) -> msgspec.Struct:
    name = kind.schema_name.split(".")[-2]
    is_done = name in ("answered", "rated")
    if kind.shape is PublicReport:
        return PublicReport(
            ref="7K3M-Q9TD",
            url=f"{current().url}/reports/7K3M-Q9TD",
            category="street-light",
            status=_status_after(name),
            ward="19774",
            latitude=16.4685,
            longitude=107.589,
            sent_at=datetime(2026, 11, 20, 12, 5, tzinfo=UTC),
            due_at=datetime(2026, 12, 1, 10, 0, tzinfo=UTC),
            closed_at=_AT if is_done else None,
            updated_at=_AT,
            unit=None if name == "submitted" else "hepco",
            unit_name=None if name == "submitted" else {"vi": "HEPCO", "en": "HEPCO"},
            rating=Rating.SATISFIED if name == "rated" else None,
            voices=1 if name == "voiced" else 0,
            merged_into="2F8V-XA41" if name == "merged" else None,
            answer=render_words(language, _ANSWER) if is_done else "",
            summary=render_words(language, _SUMMARY),
        )
    if kind.shape is CaseState:
        return CaseState(
            ref="7K3M-Q9TD",
            category="storm" if "command" in kind.type else "street-light",
            process=Process.COMMAND if "command" in kind.type else Process.TIME_BOUND,
            source=Source.REPORT,
            status=_status_after(name),
            state=str(_status_after(name)),
            private=False,
            ward="19774",
            latitude=16.4685,
            longitude=107.589,
            unit="hepco",
            opened_at=datetime(2026, 11, 20, 12, 5, tzinfo=UTC),
            due_at=datetime(2026, 12, 1, 10, 0, tzinfo=UTC),
            closed_at=_AT if is_done or name == "ended" else None,
            rating=Rating.SATISFIED if name == "rated" else None,
            reopened=0,
            merged_into="2F8V-XA41" if name == "merged" else None,
            version=4,
        )
    others: dict[type, msgspec.Struct] = {
        ImportState: ImportState(count=2500),
        BoundariesState: BoundariesState(version="2025-07-01", source="wards.geojson"),
        CalendarState: CalendarState(first=date(2027, 2, 5), last=date(2027, 2, 11)),
        ProcessState: ProcessState(code="time_bound", version=3),
        ApplicationState: ApplicationState(application_id=_ID),
        SurveyState: SurveyState(survey_id=_ID),
        Greeting: Greeting(message="Tràng Tiền says hello."),
    }
    return others[kind.shape]


def _status_after(name: str) -> Status:
    told = {
        "submitted": Status.NEW,
        "opened": Status.NEW,
        "begun": Status.NEW,
        "merged": Status.MERGED,
        "answered": Status.DONE,
        "rated": Status.DONE,
        "ended": Status.DONE,
        "rejected": Status.REJECTED,
    }
    return told.get(name, Status.DOING)


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


routes: list[Any] = [show_asyncapi, get_event_schema, show_events, show_guide]
