"""What comes in: taken under a contract, kept sealed, and worked on by a job.

A message of kind `case` opens a case for each of its records; of any other kind its records are
kept as the latest that the system says about its things.
"""

import time
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from city import cases, places
from city.integration.hub import journal, mapping, office
from city.integration.hub.fields import Fields, outside, project
from city.integration.hub.formats import JSON, Unreadable, kind_of_media, read_records
from city.integration.hub.model import (
    Allowed,
    Contract,
    Direction,
    Exchange,
    Message,
    Outcome,
    System,
    read_written,
    written,
)
from city.integration.hub.sealing import seal, unseal
from city.integration.hub.store import contracts, mappings, messages, systems
from city.integration.hub.store import log as log_store
from city.kernel import (
    THE_CITY,
    Actor,
    Conflict,
    Database,
    Forbidden,
    Invalid,
    Missing,
    Problem,
    Says,
    TooMany,
    Work,
    job,
    new_id,
    say,
)
from city.settings import current
from city.web import check

CASE = "case"
NOT_OURS = say("The contract does not allow this field.")


class CaseFields(Struct, frozen=True, kw_only=True):
    """What a record has to become to open a case. `source` says how the other system knew."""

    external_id: Annotated[str, Meta(max_length=100)]
    category: Annotated[str, Meta(max_length=60)]
    summary: Annotated[str, Meta(max_length=2000)]
    latitude: float
    longitude: float
    address: Annotated[str, Meta(max_length=200)] = ""
    opened_at: datetime | None = None
    source: Literal["call", "detection", "officer"] = "officer"
    private: bool = False


class Incoming(Struct):
    """A message on its way in, and what would be logged of it now."""

    id: UUID
    system: str
    kind: str
    media_type: str
    body: bytes
    key: str
    outcome: Outcome = Outcome.NO_CONTRACT
    contract: Contract | None = None

    def exchange(self, now: datetime, ms: int) -> Exchange:
        """Return what is logged of it."""
        return Exchange(
            at=now,
            message_id=self.id,
            system=self.system,
            kind=self.kind,
            contract=self.contract.number if self.contract else None,
            direction=Direction.IN,
            size=len(self.body),
            digest=journal.digest_of(self.body),
            outcome=self.outcome,
            ms=ms,
        )


async def speaks_for(work: Work, code: str) -> System:
    """Return the system if the program that acts speaks for it. Needs `hub.use`."""
    work.actor.require("hub.use")
    system = await systems.find_system(work, code)
    if system is None or not work.actor.program_id or system.program_id != work.actor.program_id:
        raise Forbidden("This key does not speak for a system of this code.")
    if not system.is_open:
        raise Forbidden("This system is not in service here.")
    return system


async def receive(
    database: Database,
    actor: Actor,
    system: str,
    kind: str,
    content_type: str,
    body: bytes,
    key: str,
) -> tuple[Message, bool]:
    """Take a message of a system under its contract; return it, and whether it is new.

    `key` is its id in the other system; without one it is the digest of its body. The same id
    with the same body is the same message, with another body a Conflict. Raises Forbidden without
    a contract, Invalid for each field that it does not allow or that does not fit, TooMany over
    the quota. Every attempt of somebody who speaks for the system is logged.
    """
    began = time.monotonic()
    coming = Incoming(new_id(), system, kind, "", body, key or journal.digest_of(body))
    known = False
    try:
        async with database.work(actor) as work:
            await speaks_for(work, system)
            known = True
            message, new = await _take(work, coming, content_type)
            await log_store.add_exchange(work, coming.exchange(work.now, _since(began)))
            return message, new
    except Problem:
        if known:
            async with database.work(THE_CITY) as work:
                await log_store.add_exchange(work, coming.exchange(work.now, _since(began)))
        raise


async def _take(work: Work, coming: Incoming, content_type: str) -> tuple[Message, bool]:
    contract = coming.contract = await in_force(work, coming.system, coming.kind, Direction.IN)
    same = await messages.find_same(work, coming.system, "in", coming.kind, coming.key)
    if same is not None:
        return _again(coming, same), False
    coming.outcome = Outcome.UNREADABLE
    coming.media_type = kind_of_media(content_type)
    records = read_records(coming.media_type, coming.body)
    coming.outcome = Outcome.NOT_ALLOWED
    refused = sorted({name for record in records for name in outside(record, contract)})
    if refused:
        raise Invalid(dict.fromkeys(refused, NOT_OURS))
    coming.outcome = Outcome.UNFIT
    version = await _look_over(work, coming, records)
    coming.outcome = Outcome.OVER_QUOTA
    await count_use(work, contract)
    message = _message(work, coming, contract, version)
    if not await messages.add_message(work, message):
        # Somebody has sent the same at the same moment, and was first.
        same = await messages.find_same(work, coming.system, "in", coming.kind, coming.key)
        return _again(coming, same or message), False
    coming.outcome = Outcome.ACCEPTED
    work.later(process_message, message_id=message.id)
    return message, True


def _again(coming: Incoming, same: Message) -> Message:
    coming.id = same.id
    if same.digest != journal.digest_of(coming.body):
        coming.outcome = Outcome.UNFIT
        raise Conflict("There is a message of this id already, and it says something else.")
    coming.outcome = Outcome.REPEATED
    return same


def _message(work: Work, coming: Incoming, contract: Contract, version: int) -> Message:
    return Message(
        id=coming.id,
        system=coming.system,
        kind=coming.kind,
        direction=Direction.IN,
        contract_id=contract.id,
        external_id=coming.key[:200],
        digest=journal.digest_of(coming.body),
        media_type=coming.media_type,
        mapping=version,
        state="waiting",
        made_at=work.now,
        body=seal(coming.body, f"message {coming.id}"),
        # A body is needed until it is worked on, however short the contract keeps it.
        keep_until=work.now + timedelta(days=max(contract.keep_days, 1)),
    )


async def in_force(work: Work, system: str, kind: str, direction: Direction) -> Contract:
    """Return the contract for such messages today; raise Forbidden if there is none."""
    day = office.today(work)
    contract = await contracts.find_in_force(work, system, kind, direction.value, day)
    if contract is None:
        raise Forbidden("No contract allows messages of the kind “{kind}” today.", kind=kind[:40])
    return contract


async def count_use(work: Work, contract: Contract) -> None:
    """Count one exchange under a contract; raise TooMany when those of the day are used up."""
    if not await contracts.use(work, contract.id, office.today(work), contract.quota_a_day):
        raise TooMany(
            "The contract allows {quota} exchanges a day, and those of today are used up.",
            seconds=until_midnight(work.now),
            quota=contract.quota_a_day,
        )


def until_midnight(now: datetime) -> int:
    """Return the seconds until the next day of the city begins."""
    local = now.astimezone(current().profile.zone)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(1, int((midnight - local).total_seconds()))


async def _look_over(work: Work, coming: Incoming, records: list[Fields]) -> int:
    """Return the version of the rules by which every record fits; raise Invalid if one does not."""
    rules = await mappings.find_mapping(work, coming.system, coming.kind)
    known = await cases.known_categories(work) if coming.kind == CASE else {}
    faults: dict[str, Says] = {}
    for n, record in enumerate(records):
        values, found = mapped(rules, record)
        if coming.kind == CASE and not found:
            fields, found = check(CaseFields, values)
            if fields is not None and fields.category not in known:
                found = {"category": say("There is no category of this code in use.")}
        where = f"{n}." if len(records) > 1 else ""
        faults |= {f"{where}{name}": says for name, says in found.items()}
    if faults:
        raise Invalid(faults)
    return rules.version if rules else 0


def mapped(rules: Any, record: Fields) -> tuple[Fields, dict[str, Says]]:
    """Return what rules make of a record, or the record itself where there are none."""
    if rules is None:
        return record, {}
    made = mapping.apply(rules.rules, record, current().profile.zone)
    return made.values, made.faults


@job
async def process_message(work: Work, message_id: UUID) -> None:
    """Do what a message that was taken asks for, once, however often this is called."""
    message = await messages.hold_message(work, message_id)
    if message is None:
        return
    plain = unseal(message.body, f"message {message.id}") if message.body else None
    if plain is None:
        fault = written(say("Its body is no longer kept, or was changed."))
        await messages.set_settled(work, message.id, "dead", fault=fault)
        return
    try:
        records = read_records(message.media_type, plain)
    except Unreadable as unreadable:
        await messages.set_settled(work, message.id, "dead", fault=written(unreadable.says))
        return
    await _work_on(work, message, records)


async def _work_on(work: Work, message: Message, records: list[Fields]) -> None:
    rules = None
    if message.mapping:
        rules = await mappings.find_mapping(work, message.system, message.kind, message.mapping)
    results: list[str] = []
    fault: Says | None = None
    for n, record in enumerate(records):
        values, faults = mapped(rules, record)
        if faults:
            name, says = next(iter(faults.items()))
            fault = fault or says_of(n, name, says)
        elif message.kind == CASE:
            ref, wrong = await _open_case(work, message, values)
            results += [ref] if ref else []
            fault = fault or (says_of(n, *wrong) if wrong else None)
        else:
            await _keep_record(work, message, values, f"{message.id}-{n}")
    state = "dead" if fault else "done"
    told = written(fault) if fault else ""
    await messages.set_settled(work, message.id, state, fault=told, results=results)


def says_of(n: int, name: str, says: Says) -> Says:
    """Return what is wrong with a field of a record, which are counted from 0."""
    return say("Record {n}, field “{field}”: {what}", n=n + 1, field=name, what=says)


async def _open_case(
    work: Work, message: Message, values: Fields
) -> tuple[str, tuple[str, Says] | None]:
    """Open a case for a record, once; return its reference, or what is wrong with it."""
    fields, faults = check(CaseFields, values)
    if fields is None:
        return "", next(iter(faults.items()))
    known = await messages.find_record(work, message.system, CASE, fields.external_id)
    if known is not None and known.case_ref:
        return known.case_ref, None
    system = await systems.find_system(work, message.system)
    profile = current().profile
    name = (system.name.get(profile.language) if system else None) or message.system
    # The history says which system it was; the city opens the case on its behalf.
    acting = Actor(name=name, permissions=frozenset({"city.react"}))
    try:
        ward = places.require_ward(fields.latitude, fields.longitude).code
        case = await cases.open_case(
            work.at(work.now, acting),
            cases.NewCase(
                category=fields.category,
                source=cases.Source(fields.source),
                summary=fields.summary,
                place=(fields.latitude, fields.longitude),
                ward=ward,
                address=fields.address,
                private=fields.private,
                opened_at=fields.opened_at,
            ),
        )
    except Invalid as invalid:
        return "", next(iter(invalid.errors.items()))
    except Problem as problem:
        return "", ("latitude", problem.says)
    if known is None:
        await messages.claim_record(work, message, fields.external_id, None, case.ref)
    else:
        await messages.set_record_case(work, message, fields.external_id, case.ref)
    return case.ref, None


async def _keep_record(work: Work, message: Message, values: Fields, usual: str) -> None:
    key = str(values.get("id") or values.get("external_id") or usual)[:200]
    body = seal(msgspec.json.encode(values), f"record {message.kind} {key}")
    if not await messages.claim_record(work, message, key, body, None):
        await messages.set_record(work, message, key, body)


async def take_pulled(
    work: Work, system: System, contract: Contract, items: list[Fields], outcome: Exchange
) -> None:
    """Take in what a system gave when it was asked: what its contract allows, and nothing else."""
    kept = [part for item in items if (part := project(item, contract))]
    await log_store.add_exchange(work, outcome)
    if not kept:
        return
    rules = await mappings.find_mapping(work, system.code, system.kind)
    body = msgspec.json.encode(kept)
    coming = Incoming(
        outcome.message_id, system.code, system.kind, JSON, body, str(outcome.message_id)
    )
    message = _message(work, coming, contract, rules.version if rules else 0)
    if await messages.add_message(work, message):
        await _work_on(work, message, kept)


async def see_message(work: Work, message_id: UUID) -> Message:
    """Return a message of a system that the program which acts speaks for. Needs `hub.use`."""
    work.actor.require("hub.use")
    found = await messages.find_message(work, message_id)
    if found is not None:
        system = await systems.find_system(work, found.system)
        if system and system.program_id and system.program_id == work.actor.program_id:
            return found
    raise Missing("There is no such message.")


async def read_kept(
    work: Work, contract: Contract, fields: list[str], after: str, most: int
) -> tuple[list[tuple[str, Fields]], str | None]:
    """Return records of the contract's kind with the fields asked for, each with its key.

    Without any fields asked for, all that the contract allows. With them comes where to go on, or
    None at the end. Raises Invalid, naming each field that the contract does not allow.
    """
    refused = [name for name in fields if not contract.covers(name)]
    if refused:
        raise Invalid(dict.fromkeys(refused, NOT_OURS))
    if asked := [Allowed(name, "") for name in fields]:
        contract = msgspec.structs.replace(contract, fields=asked)
    system, _, key = after.partition("/")
    records = await messages.list_records(work, contract.kind, (system, key), most)
    found: list[tuple[str, Fields]] = []
    for record in records:
        plain = unseal(record.body or b"", f"record {contract.kind} {record.key}")
        if plain is not None:
            found.append((record.key, project(msgspec.json.decode(plain), contract)))
    return found, f"{records[-1].system}/{records[-1].key}" if len(records) == most else None


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def fault_of(message: Message) -> Says | None:
    """Return what went wrong with a message, in a sentence."""
    return read_written(message.fault)
