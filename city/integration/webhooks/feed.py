"""The feed of changes: everything that is told, in the order it happened, to be read at one's pace.

Who took a copy of the city and follows this from the copy's position ends with the same.
"""

import asyncio
from typing import Annotated, Any

from litestar.params import Parameter
from msgspec import Struct

from city.integration.webhooks.published import KINDS, PUBLIC_KINDS, CloudEvent
from city.integration.webhooks.publishing import tellings
from city.kernel import Work, events_after, log_position
from city.web import PUBLIC, Request, get

LONGEST_WAIT_SECONDS = 8
MOST_WAITING = 100
"""So many may wait for news at once in one process; others are answered at once."""

_LOOK_SECONDS = 1.0

AnyRequest = Request[Any, Any, Any]


class Changes(Struct, frozen=True, kw_only=True):
    """What happened after a position, first things first; `next` is where to go on reading.

    When there are fewer events than asked for, that was all; ask again later, or with `wait`.
    """

    events: list[CloudEvent]
    next: str


class Waiting:
    """How many wait for news in this process."""

    now = 0


@get("/api/v1/changes", allow=PUBLIC)
async def list_changes(
    request: AnyRequest,
    after: Annotated[
        str,
        Parameter(
            description="The `next` of the last answer, or of a bulk export. Empty: from now on.",
            max_length=60,
            pattern=r"^([0-9]{1,19}-[0-9]{1,18})?$",
        ),
    ] = "",
    limit: Annotated[int, Parameter(ge=1, le=1000)] = 100,
    wait: Annotated[
        int, Parameter(ge=0, le=LONGEST_WAIT_SECONDS, description="Seconds to wait for news.")
    ] = 0,
) -> Changes:
    """List what happened after a position, in the order it was committed and without gaps.

    Each event is a CloudEvent whose data is the state when it is read, so that it may be newer
    than the event. A report that is not public any more comes once without data and with `gone`.
    A program with the scope `cases:read` gets events about cases too. With `wait` the answer comes
    as soon as there is something, at the latest after so many seconds.
    """
    database, actor = request.app.state.database, request.user
    with_cases = actor.program_id is not None and actor.may("cases.view")
    loop = asyncio.get_running_loop()
    until = loop.time() + (wait if Waiting.now < MOST_WAITING else 0)
    Waiting.now += 1
    try:
        while True:
            # Nothing is held while it waits: each look is a work of its own.
            async with database.work(actor, reading=True) as work:
                found = await changes_after(work, after, limit, with_cases=with_cases)
            after = found.next
            left = until - loop.time()
            if found.events or left <= 0:
                return found
            await asyncio.sleep(min(_LOOK_SECONDS, left))
    finally:
        Waiting.now -= 1


async def changes_after(work: Work, after: str, limit: int, *, with_cases: bool) -> Changes:
    """Return up to so many changes after a position; raises Invalid when it is none."""
    if not after:
        return Changes(events=[], next=await log_position(work))
    # Asked for first: what is before it and not in the answer does not concern this reader.
    seen = await log_position(work)
    kinds = KINDS if with_cases else PUBLIC_KINDS
    logged = await events_after(work, after, sorted(kinds), limit)
    told = await tellings(work, logged, with_cases=with_cases)
    if len(logged) == limit:
        onward = logged[-1].position
    else:
        onward = furthest(after, seen, *(event.position for event in logged[-1:]))
    return Changes(events=[one.event for one in told], next=onward)


def furthest(*positions: str) -> str:
    """Return the position of the log that comes last."""
    return max(positions, key=_order)


def _order(position: str) -> tuple[int, int]:
    tx, _, seq = position.partition("-")
    return int(tx or 0), int(seq or 0)


routes: list[Any] = [list_changes]
