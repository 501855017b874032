"""Making events of the log into what others are told: one query for each kind of thing."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from city import cases, identity, reports
from city.integration.webhooks.model import Facets
from city.integration.webhooks.published import (
    TYPES,
    CaseState,
    CloudEvent,
    PublicReport,
    Published,
    published_as,
)
from city.kernel import Logged, Work
from city.settings import current


class Telling(Struct, frozen=True, kw_only=True):
    """An event as it is told. Without `facets` no filter holds it back."""

    event: CloudEvent
    about: Published
    facets: Facets | None


async def tellings(work: Work, events: Sequence[Logged], *, with_cases: bool) -> list[Telling]:
    """Return what is told of these events of the log, with the state of things as it is now.

    What is about a report that is not public is left out, unless it was public until then: that
    is told once, as gone. Events about cases come only `with_cases`.
    """
    about = [(one, published_as(one.kind, one.body)) for one in events]
    reported = {UUID(e.body["case_id"]) for e, kind in about if kind.about == "report"}
    owed = {UUID(e.body["case_id"]) for e, kind in about if kind.about == "case"}
    states = {
        state.case_id: state
        for state in (await reports.list_public_states(work, list(reported)) if reported else ())
    }
    standings = {
        standing.id: standing
        for standing in (
            await cases.list_standings(work, list(owed)) if owed and with_cases else ()
        )
    }
    units = await _unit_codes(work) if states or standings else {}
    told: list[Telling] = []
    for event, kind in about:
        if kind.about == "report":
            telling = _of_report(event, kind, states.get(UUID(event.body["case_id"])), units)
        elif kind.about == "case":
            telling = _of_case(event, kind, standings.get(UUID(event.body["case_id"])), units)
        else:
            data = msgspec.convert(event.body, kind.shape)
            telling = _telling(event, kind, kind.schema_name.rpartition(".")[0], data)
        if telling is not None:
            told.append(telling)
    return told


async def _unit_codes(work: Work) -> dict[UUID, str]:
    return {unit.id: unit.code for unit in await identity.list_units(work)}


def _of_report(
    event: Logged, kind: Published, state: reports.PublicState | None, units: dict[UUID, str]
) -> Telling | None:
    if state is None or (state.private and not event.body.get("was_public")):
        return None
    if state.private:
        return _telling(event, kind, state.ref, None)
    unit = units.get(state.unit_id) if state.unit_id else None
    fields = asdict(state)
    for name in ("case_id", "private", "unit_id"):
        del fields[name]
    data = PublicReport(**fields, url=f"{current().url}/reports/{state.ref}", unit=unit)
    facets = Facets(
        ref=state.ref, category=state.category, ward=state.ward, unit=unit, status=state.status
    )
    return _telling(event, kind, state.ref, data, facets)


def _of_case(
    event: Logged, kind: Published, standing: cases.Standing | None, units: dict[UUID, str]
) -> Telling | None:
    if standing is None:
        return None
    unit = units.get(standing.unit_id) if standing.unit_id else None
    fields = asdict(standing)
    for name in ("id", "unit_id"):
        del fields[name]
    facets = Facets(
        ref=standing.ref,
        category=standing.category,
        ward=standing.ward,
        unit=unit,
        status=standing.status,
    )
    return _telling(event, kind, standing.ref, CaseState(**fields, unit=unit), facets)


def _telling(
    event: Logged,
    kind: Published,
    subject: str,
    data: Struct | None,
    facets: Facets | None = None,
) -> Telling:
    return Telling(
        event=CloudEvent(
            id=event.id,
            source=current().url,
            type=kind.type,
            time=event.at,
            subject=subject,
            position=event.position,
            data=data,
            dataschema=schema_url(kind),
            gone=True if data is None else msgspec.UNSET,
        ),
        about=kind,
        facets=facets,
    )


def schema_url(kind: Published) -> str:
    """Return where the JSON Schema of what an event carries is."""
    return f"{current().url}/api/v1/events/{kind.schema_name}"


def may_be_told(types: Sequence[str], scopes: frozenset[str]) -> list[str]:
    """Return those of these types that a consumer with these scopes may be told of."""
    return [
        name
        for name in types
        if name in TYPES and (not TYPES[name].scope or TYPES[name].scope in scopes)
    ]
