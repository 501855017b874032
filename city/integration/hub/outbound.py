"""What goes out and is asked for: answered cases told, announcements fetched, health looked at."""

import asyncio
import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from city import cases
from city.integration.hub import connectors, journal, office
from city.integration.hub.fields import Fields, project
from city.integration.hub.formats import JSON
from city.integration.hub.inbound import count_use, mapped, take_pulled
from city.integration.hub.model import (
    ATTEMPTS,
    CHECK_EVERY,
    PULL_EVERY,
    Connector,
    Contract,
    Direction,
    Exchange,
    Message,
    Outcome,
    System,
    written,
)
from city.integration.hub.sealing import seal, unseal
from city.integration.hub.store import contracts, mappings, messages, systems
from city.integration.hub.store import log as log_store
from city.kernel import Says, TooMany, Work, job, new_id, reacts_to, say

ANSWERED = "case-answered"
"""The kind of message by which others are told that a case was answered."""

CASE_FIELDS = (
    "ref",
    "category",
    "status",
    "ward",
    "address",
    "latitude",
    "longitude",
    "opened_at",
    "answered_at",
    "closed_at",
    "answer",
    "external_id",
)
"""What a contract can allow of an answered case. A private case is never sent."""

_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=2)


@reacts_to(cases.CaseMoved)
async def tell_of_answers(work: Work, event: cases.CaseMoved) -> None:
    """Tell the systems whose contracts say so of a case that has been answered."""
    if event.now is not cases.Status.DONE or event.was is cases.Status.DONE:
        return
    receivers = await contracts.list_receivers(work, ANSWERED, office.today(work))
    if not receivers:
        return
    case = await cases.get_case(work, event.case_id)
    if case.private or case.status is not cases.Status.DONE:
        return
    known = msgspec.to_builtins({name: getattr(case, name) for name in CASE_FIELDS})
    values = {name: value for name, value in known.items() if value is not None}
    for contract in receivers:
        await _make(work, contract, values, f"{case.ref}/{case.reopened}")


async def _make(work: Work, contract: Contract, values: Fields, external_id: str) -> None:
    """Write a message that a contract allows, once, to be sent by a job."""
    rules = await mappings.find_mapping(work, contract.system, contract.kind)
    # The contract comes first: no rule can see a field that it does not allow.
    body, faults = mapped(rules, project(values, contract))
    if faults:
        name, says = next(iter(faults.items()))
        fault = say("Record {n}, field “{field}”: {what}", n=1, field=name, what=says)
    else:
        fault = None
    plain = msgspec.json.encode(body)
    id = new_id()
    message = Message(
        id=id,
        system=contract.system,
        kind=contract.kind,
        direction=Direction.OUT,
        contract_id=contract.id,
        external_id=external_id,
        digest=journal.digest_of(plain),
        media_type=JSON,
        mapping=rules.version if rules else 0,
        state="waiting",
        made_at=work.now,
        body=seal(plain, f"message {id}"),
        keep_until=work.now + timedelta(days=max(contract.keep_days, 2)),
    )
    if not await messages.add_message(work, message):
        return
    if fault is not None:
        await messages.set_settled(work, id, "dead", fault=written(fault))
    else:
        work.later(push_message, message_id=id)


@job
async def push_message(work: Work, message_id: UUID) -> None:
    """Hand a message over. If this is killed in between it is sent again by the same id."""
    message = await messages.hold_message(work, message_id)
    if message is None:
        return
    system = await systems.find_system(work, message.system)
    contract = await contracts.get_contract(work, message.contract_id)
    plain = unseal(message.body, f"message {message.id}") if message.body else None
    if fault := _cannot_go(work, system, contract, plain):
        await messages.set_settled(work, message.id, "dead", fault=written(fault))
        return
    try:
        await count_use(work, contract)
    except TooMany as wait:
        await messages.set_tried(work, message.id, written(wait.says))
        work.later(
            push_message, at=work.now + timedelta(seconds=wait.seconds), message_id=message_id
        )
        return
    assert system is not None and plain is not None  # noqa: S101 (see _cannot_go)
    answered = await connectors.push(system.address, message.kind, message.id, plain)
    outcome = Outcome.DELIVERED if answered.is_good else Outcome.FAILED
    await log_store.add_exchange(work, _exchange(work, message, contract, plain, outcome, answered))
    await _settle(work, message, answered)


def _cannot_go(
    work: Work, system: System | None, contract: Contract, plain: bytes | None
) -> Says | None:
    if plain is None:
        return say("Its body is no longer kept, or was changed.")
    if system is None or not system.is_open:
        return say("This system is not in service here.")
    if contract.state != "approved" or contract.valid_to < office.today(work):
        return say("The contract it was made under is over.")
    return None


async def _settle(work: Work, message: Message, answered: connectors.Answered) -> None:
    fault = answered.fault
    if fault is None:
        await messages.set_settled(work, message.id, "done")
    elif answered.may_work_later and message.attempts + 1 < ATTEMPTS:
        await messages.set_tried(work, message.id, written(fault))
        wait = answered.wait or _backoff(message.attempts)
        work.later(push_message, at=work.now + wait, message_id=message.id)
    else:
        await messages.set_settled(work, message.id, "dead", fault=written(fault))


def _backoff(attempts: int) -> timedelta:
    wait = min(_FIRST_WAIT * 2 ** min(attempts, 10), _LONGEST_WAIT)
    return wait * random.uniform(0.8, 1.2)  # noqa: S311 (so that not all come back at once)


def _exchange(
    work: Work,
    message: Message,
    contract: Contract,
    plain: bytes,
    outcome: Outcome,
    answered: connectors.Answered,
) -> Exchange:
    return Exchange(
        at=work.now,
        message_id=message.id,
        system=message.system,
        kind=message.kind,
        contract=contract.number,
        direction=Direction.OUT,
        size=len(plain),
        digest=message.digest,
        outcome=outcome,
        ms=answered.ms,
    )


@job(every=PULL_EVERY)
async def plan_pulls(work: Work) -> None:
    """Have every system that is asked asked, each in a work of its own."""
    for system in await systems.list_systems(work):
        if system.connector is Connector.REST_PULL and system.is_open and system.address:
            work.later(pull_system, key=f"hub pull {system.code}", code=system.code)


@job
async def pull_system(work: Work, code: str) -> None:
    """Ask a system for everything that is new of its kind, if a contract allows it."""
    system = await office.get_system(work, code)
    day = office.today(work)
    contract = await contracts.find_in_force(work, code, system.kind, "in", day)
    if contract is None or not system.is_open:
        return
    try:
        await count_use(work, contract)
    except TooMany:
        return
    pulled = await connectors.pull(system.address, system.kind, system.bookmark)
    items: list[dict[str, Any]] = pulled.items or []
    outcome = Outcome.FETCHED if pulled.items is not None else Outcome.UNCHANGED
    if pulled.fault is not None:
        outcome = Outcome.FAILED
    exchange = Exchange(
        at=work.now,
        message_id=new_id(),
        system=code,
        kind=system.kind,
        contract=contract.number,
        direction=Direction.IN,
        size=pulled.size,
        digest=journal.digest_of(msgspec.json.encode(items)) if items else "",
        outcome=outcome,
        ms=pulled.answered.ms,
    )
    await take_pulled(work, system, contract, items, exchange)
    if outcome is Outcome.FETCHED:
        await systems.set_bookmark(work, code, pulled.answered.etag)


@job(every=CHECK_EVERY)
async def check_systems(work: Work) -> None:
    """Look at every system that has an address and is in service, all at once."""
    looked = [
        system
        for system in await systems.list_systems(work)
        if system.is_open and system.connector in (Connector.REST_PULL, Connector.REST_PUSH)
    ]
    found = await asyncio.gather(*(connectors.check_health(one.address) for one in looked))
    if looked:
        await systems.add_checks(
            work,
            [one.code for one in looked],
            [ms for ms, _ in found],
            [written(fault) if fault else "" for _, fault in found],
        )


@job(every=timedelta(hours=6))
async def forget_old(work: Work) -> None:
    """Forget bodies whose contracts keep them no longer, and old looks and counts."""
    await messages.remove_bodies(work, work.now)
    await systems.remove_checks(work, work.now - timedelta(days=7))
    await contracts.remove_use(work, office.today(work) - timedelta(days=400))
