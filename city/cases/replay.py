"""Living through the past again: cases that another system kept, at their own times.

Every case is opened, promised, reminded of, escalated and closed by the engine, in the order in
which it happened there, with a clock that runs as fast as the machine allows or as is asked for.
Nobody is told. What comes out is what the numbers would have been, by the other system's promises
and by ours.
"""

import asyncio
import heapq
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from city import calendar, processes
from city.cases import store
from city.cases.actions.moving import enter, put
from city.cases.actions.opening import opened
from city.cases.categories import promised, read_again
from city.cases.deadlines import promise_for, settled
from city.cases.history import first_entry
from city.cases.model import Category, ImportedCase, NewCase, Source, Status
from city.cases.timers import AT_ONCE, ring_due
from city.kernel import THE_CITY, Database, Work
from city.processes import Version

PROCESS = "replay"
"""The process that replayed cases go by: the profile's own, of two states and the city's hands."""

AT_A_TIME = 400
"""How many things happen in one transaction, at most."""


class Replayed(Struct):
    """How it went. `ours_late` are closed after our promise, `theirs_late` after theirs."""

    cases: int = 0
    closed: int = 0
    bells: int = 0
    theirs: int = 0
    theirs_late: int = 0
    ours: int = 0
    ours_late: int = 0
    first: datetime | None = None
    last: datetime | None = None
    seconds: float = 0.0


class _Happening(Struct, order=True, frozen=True):
    at: datetime
    number: int
    closes: bool


class _Replay:
    def __init__(self, database: Database, rows: list[ImportedCase], version: Version) -> None:
        self.database = database
        self.rows = rows
        self.version = version
        self.ids: dict[int, UUID] = {}
        self.categories: dict[str, Category] = {}
        self.done = Replayed()
        self.next_bell: datetime | None = None

    async def open(self, work: Work, number: int) -> None:
        given = self.rows[number]
        category = self.categories[given.category]
        new = NewCase(
            category=given.category,
            source=Source.IMPORT,
            summary=given.summary,
            place=given.place,
            ward=given.ward,
            address=given.address,
            opened_at=given.opened_at,
        )
        case = opened(work, new, category, self.version)
        # What was promised there stands; it is not ours to compute anew.
        case = msgspec.structs.replace(
            case, promise={}, clock_at=None, due_at=given.due_at, unit_id=given.unit_id
        )
        case = settled(self.version.definition, case)
        entry = first_entry(case, "open", work.now, work.actor)
        case = msgspec.structs.replace(case, head_hash=entry.hash)
        await store.add_case(work, case, entry, category.revision)
        self.ids[number] = case.id
        self.done.cases += 1
        self._expect(case.wake_at)

    async def close(self, work: Work, number: int) -> None:
        given = self.rows[number]
        case = await store.get_case(work, self.ids[number])
        state = "done" if given.status is Status.DONE else "rejected"
        moved = enter(work, self.version.definition, case, state)
        moved = msgspec.structs.replace(
            moved,
            unit_id=given.unit_id,
            closed_at=work.now,
            answered_at=work.now,
            answer=given.answer,
            reason=given.reason,
        )
        await put(work, case, moved, "publish" if state == "done" else "reject")
        self.done.closed += 1
        self._compare(given)

    def _compare(self, given: ImportedCase) -> None:
        closed_at = given.closed_at or given.opened_at
        if given.due_at is not None:
            self.done.theirs += 1
            self.done.theirs_late += closed_at > given.due_at
        promise = promise_for(promised(self.categories[given.category]), given.opened_at)
        if promise.due_at is not None:
            self.done.ours += 1
            self.done.ours_late += closed_at > promise.due_at

    def _expect(self, wake_at: datetime | None) -> None:
        if wake_at is not None and (self.next_bell is None or wake_at < self.next_bell):
            self.next_bell = wake_at

    async def ring(self, until: datetime) -> None:
        """Do what the city does by itself up to this moment, each thing at its own."""
        while self.next_bell is not None and self.next_bell <= until:
            async with self.database.work(THE_CITY, now=until) as work:
                while n := await ring_due(work):
                    self.done.bells += n
                    if n < AT_ONCE:
                        break
                self.next_bell = await store.find_next_wake(work)
                work.announced.clear()


async def replay_cases(
    database: Database,
    rows: Iterable[ImportedCase],
    *,
    speed: float = 0,
    beat: timedelta = timedelta(hours=1),
) -> Replayed:
    """Live through these cases again in a database of their own, and say how it went.

    `speed` is how many seconds pass there in one of ours; 0 is as fast as it goes. The city looks
    at its timers once a `beat` of the past.
    """
    begun = time.monotonic()
    known = list(rows)
    async with database.work(THE_CITY) as work:
        version = await processes.current(work, PROCESS)
        categories = await read_again(work)
        await calendar.refresh(work)
    replay = _Replay(database, known, version)
    replay.categories = categories
    coming = [_Happening(row.opened_at, n, False) for n, row in enumerate(known)]
    coming += [
        _Happening(max(row.closed_at, row.opened_at), n, True)
        for n, row in enumerate(known)
        if row.closed_at is not None
    ]
    heapq.heapify(coming)
    if coming:
        replay.done.first = coming[0].at
    while coming:
        until = coming[0].at + beat
        started, begins = time.monotonic(), coming[0].at
        while coming and coming[0].at < until:
            batch: list[_Happening] = []
            while coming and coming[0].at < until and len(batch) < AT_A_TIME:
                batch.append(heapq.heappop(coming))
            async with database.work(THE_CITY, now=begins) as work:
                for happening in batch:
                    then = work.at(happening.at)
                    if happening.closes:
                        await replay.close(then, happening.number)
                    else:
                        await replay.open(then, happening.number)
                work.announced.clear()
            replay.done.last = batch[-1].at
        await replay.ring(until)
        if speed and coming:
            passes = (coming[0].at - begins).total_seconds() / speed
            await asyncio.sleep(max(0.0, passes - (time.monotonic() - started)))
    replay.done.seconds = time.monotonic() - begun
    return replay.done
