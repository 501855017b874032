"""Handing out the log of events: each is written down for every address that wants it.

The place in the log and what is to be sent are written in one transaction, so that a killed
process neither loses an event nor hands it out twice.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from city import partners
from city.integration.webhooks import store
from city.integration.webhooks.feed import furthest
from city.integration.webhooks.model import Body, Webhook
from city.integration.webhooks.published import KINDS, CloudEvent
from city.integration.webhooks.publishing import tellings
from city.kernel import Logged, Work, beat, events_after, log_position, new_id

AT_ONCE = 1000

_ALL = sorted(KINDS)
_FAR = 100_000
"""So many transactions may go by before the place is written although nothing was told."""


@beat(every=timedelta(seconds=0.25))
async def hand_out(work: Work) -> bool:
    """Write down what is to be sent of what has happened since; return whether there is more."""
    position = await store.get_cursor(work)
    if position:
        # Looked at before anything is locked: mostly there is nothing.
        seen = await log_position(work)
        if not await events_after(work, position, _ALL, 1) and not _is_far(position, seen):
            return False
    position = await store.lock_cursor(work)
    if position is None:
        return False  # Another worker is at it.
    seen = await log_position(work)
    if not position:
        await store.set_cursor(work, seen)
        return False
    events = await events_after(work, position, _ALL, AT_ONCE)
    webhooks = await store.list_active(work) if events else []
    if webhooks:
        await write_events(work, events, webhooks)
    is_full = len(events) == AT_ONCE
    last = [event.position for event in events[-1:]]
    await store.set_cursor(work, last[0] if is_full else furthest(position, seen, *last))
    return is_full


async def write_events(
    work: Work, events: Sequence[Logged], webhooks: Sequence[Webhook], *, replay: bool = False
) -> int:
    """Write down what of these events these addresses are to be sent; return how many there are.

    Nothing is sent for a program that is suspended, nor what its scopes do not reach; nor, unless
    it is a replay, what happened before an address was there.
    """
    scopes = await _scopes(work, webhooks)
    audience = [webhook for webhook in webhooks if webhook.id in scopes]
    with_cases = any("cases:read" in held for held in scopes.values())
    bodies: list[Body] = []
    wanted: list[tuple[UUID, UUID]] = []
    for telling in await tellings(work, events, with_cases=with_cases):
        event, scope = telling.event, telling.about.scope
        theirs = [
            webhook.id
            for webhook in audience
            if webhook.wants(event.type, telling.facets)
            and (not scope or scope in scopes[webhook.id])
            and (replay or event.time >= webhook.made_at)
        ]
        if theirs:
            body = body_of(event)
            bodies.append(body)
            wanted += [(webhook_id, body.id) for webhook_id in theirs]
    if wanted:
        await store.add_deliveries(work, bodies, wanted, replay=replay)
    return len(wanted)


async def _scopes(work: Work, webhooks: Sequence[Webhook]) -> dict[UUID, frozenset[str]]:
    """Return the scopes of those who are to be told at all."""
    programs: dict[UUID, partners.Program] = {}
    if any(webhook.program_id for webhook in webhooks):
        programs = {program.id: program for program in await partners.list_programs(work)}
    found: dict[UUID, frozenset[str]] = {}
    for webhook in webhooks:
        if webhook.program_id is None:
            found[webhook.id] = frozenset()
            continue
        program = programs.get(webhook.program_id)
        if program and program.state == "active" and "webhooks" in program.scopes:
            found[webhook.id] = frozenset(program.scopes)
    return found


def body_of(event: CloudEvent) -> Body:
    """Return an event as it is sent."""
    return Body(
        id=new_id(),
        event_id=event.id,
        type=event.type,
        subject=event.subject,
        body=msgspec.json.encode(event).decode(),
    )


def _is_far(position: str, seen: str) -> bool:
    return int(seen.partition("-")[0]) - int(position.partition("-")[0]) > _FAR
