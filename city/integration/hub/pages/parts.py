"""What the hub's pages have in common: the tabs, and systems as they are shown."""

from datetime import timedelta
from typing import Any

from city.integration.hub.model import (
    CONTRACT_STATES,
    DIRECTION_NAMES,
    STATE_NAMES,
    Connector,
    Contract,
    Direction,
    State,
    System,
    read_written,
)
from city.integration.hub.store import contracts, messages, systems
from city.kernel import Says, Work, say
from city.web import Request, Response, in_language

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]

STALE = timedelta(minutes=15)
_CONTRACT_TONES = {"draft": "doing", "approved": "done", "ended": "idle"}


def language_of(request: AnyRequest) -> str:
    """Return the reader's language."""
    return request.scope["state"]["language"]


async def frame(work: Work, current: str) -> dict[str, Any]:
    """Return what the tabs of every page of the hub show."""
    drafts = sum(1 for one in await contracts.list_contracts(work) if one.state == "draft")
    return {"current": current, "drafts": drafts, "dead": await messages.count_dead(work)}


def shown(system: System, language: str, work: Work) -> dict[str, Any]:
    """Return a system as pages show it, with its health in a word and a tone."""
    health, tone = health_of(system, work)
    fault = read_written(system.fault)
    return {
        "code": system.code,
        "name": in_language(system.name, language),
        "owner": in_language(system.owner, language),
        "purpose": in_language(system.purpose, language),
        "document": system.document,
        "allows": in_language(system.allows, language),
        "contact": system.contact,
        "kind": system.kind,
        "address": system.address,
        "simulated": system.simulated,
        "state": STATE_NAMES[system.state],
        "planned": system.state is State.PLANNED,
        "direction": DIRECTION_NAMES[system.direction],
        "arrow": _ARROWS[system.direction],
        "health": health,
        "tone": tone,
        "fault": fault if system.is_open else None,
        "errors": system.errors,
        "latency_ms": system.latency_ms,
        "heard_at": system.heard_at or system.seen_at,
        "checked_at": system.checked_at,
    }


_ARROWS = {
    Direction.IN: "arrow-down-left",
    Direction.OUT: "arrow-up-right",
    Direction.BOTH: "arrow-left-right",
}


def health_of(system: System, work: Work) -> tuple[Says, str]:
    """Return how a system is, in words and as a tone."""
    if system.state is State.PLANNED:
        return say("Nothing is exchanged yet"), "idle"
    if system.state is State.STOPPED:
        return say("Stopped by the city"), "idle"
    if system.connector is Connector.INBOUND:
        return (say("Calls the city"), "done") if system.heard_at else (say("Silent"), "idle")
    if system.checked_at is None:
        return say("Not looked at yet"), "idle"
    if system.fault:
        return say("It does not answer"), "late"
    if work.now - system.checked_at > STALE:
        return say("Not looked at for a while"), "moderate"
    return say("It answers"), "done"


def shown_contract(contract: Contract, names: dict[str, str]) -> dict[str, Any]:
    """Return a contract as lists show it."""
    return {
        "number": contract.number,
        "system": contract.system,
        "name": names.get(contract.system, contract.system),
        "kind": contract.kind,
        "direction": DIRECTION_NAMES[contract.direction],
        "arrow": _ARROWS[contract.direction],
        "state": CONTRACT_STATES[contract.state],
        "tone": _CONTRACT_TONES[contract.state],
        "fields": len(contract.fields),
        "valid_from": contract.valid_from,
        "valid_to": contract.valid_to,
    }


async def names_of(work: Work, language: str) -> dict[str, str]:
    """Return the name of every system by its code."""
    return {one.code: in_language(one.name, language) for one in await systems.list_systems(work)}
