"""Following what became of what was handed over: their updates, each applied once."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from city.integration.federation.client import SILENT, Answer, Server, state_told, told_of
from city.integration.federation.model import (
    ASK_EVERY,
    MOST_FOLLOWED,
    OVERLAP,
    Destination,
    Told,
)
from city.integration.federation.sealing import unseal
from city.integration.federation.sending import NO_KEY, Office
from city.integration.federation.store import destinations
from city.integration.federation.store import sendings as store
from city.integration.open311.updates import Said, apply_update
from city.kernel import THE_CITY, Database, Problem, Says, Work, beat

log = logging.getLogger("city.integration.federation")

_ROUND_SECONDS = 120
"""So long at most one city is listened to before it is another's turn."""

_NOT_THERE = (400, 404, 405, 410, 501)
"""How servers answer that have no updates."""


@beat(every=timedelta(seconds=5))
async def follow_waiting(work: Work) -> bool:
    """Ask the cities whose turn it is, in works of its own."""
    while Office.database is not None and await follow_next(Office.database):
        pass
    return False


async def follow_next(database: Database) -> bool:
    """Ask the city whose turn it is for what is new; return whether there was one."""
    async with database.work(THE_CITY) as work:
        destination = await destinations.take_asked(work, work.now - ASK_EVERY)
        if destination is None:
            return False
        sealed = await destinations.get_key(work, destination.code)
        now = work.now
    key = unseal(sealed, destination.code)
    if key is None:
        await _note(database, destination, None, None, NO_KEY)
        return True
    try:
        async with asyncio.timeout(_ROUND_SECONDS):
            await _follow(database, destination, Server(destination, key), now)
    except TimeoutError:
        await _note(database, destination, None, None, SILENT)
    return True


async def _follow(
    database: Database, destination: Destination, server: Server, now: datetime
) -> None:
    """Ask for updates or, where there are none, how each request stands."""
    tells: bool | None = None
    if destination.tells_updates is not False:
        since = (destination.read_until or now - timedelta(days=7)) - OVERLAP
        answer = await server.ask_updates(since)
        if answer.fault is None:
            told = [one for row in answer.rows if (one := told_of(row)) is not None]
            await apply_told(database, destination, told)
            latest = max((min(one.at, now) for one in told), default=None)
            await _note(database, destination, True, latest, None)
            return
        if not _has_none(answer) or destination.tells_updates:
            await _note(database, destination, None, None, answer.fault)
            return
        tells = False
    fault = await _ask_one_by_one(database, destination, server)
    await _note(database, destination, tells, None, fault)


def _has_none(answer: Answer) -> bool:
    return answer.status in _NOT_THERE


async def _ask_one_by_one(
    database: Database, destination: Destination, server: Server
) -> Says | None:
    """Ask how each open request stands; return what was wrong, if anything was."""
    async with database.work(THE_CITY) as work:
        followed = await store.take_followed(work, destination.code, MOST_FOLLOWED)
    fault: Says | None = None
    for sending in followed:
        answer = await server.ask_request(sending.their_id)
        fault = answer.fault or fault
        told = state_told(answer.rows[0], sending.their_id) if answer.rows else None
        if told is not None and told.status != (sending.their_status or "open"):
            await apply_told(database, destination, [told])
        if answer.fault is not None and not answer.status:
            break  # Nobody answers: the others would wait in vain as long.
    return fault


async def apply_told(database: Database, destination: Destination, told: Sequence[Told]) -> int:
    """Do once what each of these means for our case, in order of time; return how many are ours."""
    ids = list({one.service_request_id for one in told})
    async with database.work(THE_CITY, reading=True) as work:
        ours = {s.their_id: s for s in await store.list_theirs(work, destination.code, ids)}
    applied = 0
    for one in sorted(told, key=lambda one: (one.at, one.update_id)):
        sending = ours.get(one.service_request_id)
        if sending is None:
            continue
        said = Said(
            source=destination.source,
            name=destination.name,
            update_id=one.update_id,
            status=one.status,
            at=one.at,
            text=one.text,
            media_url=one.media_url,
        )
        # A work for each: what is wrong with one keeps none of the others back.
        try:
            async with database.work(THE_CITY) as work:
                await apply_update(work, sending.case_id, said, trusted=destination.trusted)
                if one.status:
                    await store.set_told(work, sending.id, one.status, one.at)
        except Problem:
            # It comes again: the last hour is read anew each time.
            log.warning("an update was not applied", extra={"update": one.update_id})
            continue
        applied += 1
    return applied


async def _note(
    database: Database,
    destination: Destination,
    tells: bool | None,
    until: datetime | None,
    fault: Says | None,
) -> None:
    async with database.work(THE_CITY) as work:
        await destinations.set_read(
            work, destination.code, tells_updates=tells, read_until=until, fault=fault
        )
