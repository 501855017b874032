"""The worker: takes due jobs by a lease and does each in a work of its own.

Jobs are rows, taken with SKIP LOCKED, their time moved past the lease. A job is deleted in the
very transaction that does it, so its effects in the database happen exactly once; if the worker
is killed the lease ends and another takes it.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from city.kernel.database import Database
from city.kernel.jobs import Beat, known_beats, known_jobs
from city.kernel.work import NOBODY, Actor

log = logging.getLogger("city.jobs")

LEASE = timedelta(seconds=60)
ATTEMPTS = 12

THE_CITY = Actor(name="Tràng Tiền", permissions=frozenset({"city.react"}))


class JobFailed(Exception):
    """The lease was lost, or the job is not known to this version."""


class Taken(msgspec.Struct, frozen=True):
    """A job a worker holds a lease on."""

    id: int
    task: str
    body: dict[str, Any]
    attempts: int


async def run_due_jobs(database: Database, *, now: datetime | None = None, rounds: int = 50) -> int:
    """Do every job that is due, and those they lead to; return how many. For tests and commands.

    Raises what a job raised.
    """
    done = 0
    for _ in range(rounds):
        lease = uuid4()
        batch = await _take(database, now or database.clock(), lease, 100)
        if not batch:
            break
        for taken in batch:
            await _do(database, taken, lease, now)
        done += len(batch)
    return done


class Jobs:
    """A worker: does due jobs until cancelled."""

    def __init__(self, database: Database, *, at_once: int = 4, poll: float = 0.5) -> None:
        """Do up to `at_once` jobs together; look for others' jobs every `poll` seconds."""
        self.database = database
        self.at_once = at_once
        self.poll = poll
        self.last_look: datetime | None = None
        self.behind: set[str] = set()

    async def run(self) -> None:
        """Work until cancelled; a job in hand is finished first."""
        beats = [asyncio.create_task(self._beat(beat)) for beat in known_beats()]
        try:
            await self._work()
        finally:
            for task in beats:
                task.cancel()
            await asyncio.gather(*beats, return_exceptions=True)

    async def _beat(self, beat: Beat) -> None:
        """Do what is to be done over and over, in a work of its own each time."""
        more = False
        while True:
            if not more:
                await asyncio.sleep(beat.every.total_seconds())
            try:
                async with self.database.work(THE_CITY) as work:
                    more = await beat.task(work)
                # What comes at its time goes before what can wait in a queue.
                (self.behind.add if more else self.behind.discard)(beat.name)
            except asyncio.CancelledError:
                raise
            except Exception:
                more = False
                self.behind.discard(beat.name)
                log.exception("a beat failed", extra={"task": beat.name})

    async def _work(self) -> None:
        await _plan_periodic(self.database)
        woken = self.database.woken
        while True:
            woken.clear()
            if self.behind:
                await asyncio.sleep(0.05)
                continue
            try:
                busy = await self._round()
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("could not take jobs")
                await asyncio.sleep(1)
                continue
            if not busy:
                try:
                    await asyncio.wait_for(woken.wait(), self.poll)
                except TimeoutError:
                    pass

    async def _round(self) -> bool:
        lease = uuid4()
        self.last_look = now = self.database.clock()
        batch = await _take(self.database, now, lease, self.at_once * 4)
        gate = asyncio.Semaphore(self.at_once)

        async def attempt(taken: Taken) -> None:
            async with gate:
                try:
                    await _do(self.database, taken, lease, None)
                except Exception as error:
                    log.warning("job failed", extra={"task": taken.task, "attempt": taken.attempts})
                    log.debug("job failed", exc_info=True)
                    await _put_back(self.database, taken, lease, error)

        tasks = [asyncio.create_task(attempt(taken)) for taken in batch]
        if tasks:
            await asyncio.shield(asyncio.gather(*tasks))
        return bool(batch)


async def _take(database: Database, now: datetime, lease: UUID, most: int) -> list[Taken]:
    async with database.work(NOBODY, now=now) as work:
        return await work.all(
            Taken,
            """
            update kernel.job as job
            set run_at = :until, lease = :lease, attempts = attempts + 1
            from (
                select id from kernel.job
                where run_at <= :now and failed_at is null
                order by run_at, id
                limit :most
                for update skip locked
            ) as due
            where job.id = due.id
            returning job.id, job.task, job.body, job.attempts
            """,
            now=now,
            until=now + LEASE,
            lease=lease,
            most=most,
        )


async def _do(database: Database, taken: Taken, lease: UUID, now: datetime | None) -> None:
    known = known_jobs().get(taken.task)
    if known is None:
        raise JobFailed(f"This version does not know the job {taken.task}.")
    body = msgspec.convert(taken.body, known.body)
    async with database.work(THE_CITY, now=now) as work:
        await known.task(work, **{name: getattr(body, name) for name in body.__struct_fields__})
        if known.every is not None:
            work.later(known.task, at=work.now + known.every, key=known.name)
        gone = await work.run(
            "delete from kernel.job where id = :id and lease = :lease", id=taken.id, lease=lease
        )
        if gone != 1:
            raise JobFailed("The lease on this job has ended; somebody else has it.")


async def _put_back(database: Database, taken: Taken, lease: UUID, error: Exception) -> None:
    """Try again later, or lay it aside for a person after the last attempt."""
    known = known_jobs().get(taken.task)
    async with database.work(NOBODY) as work:
        wait = timedelta(seconds=min(3600, 2**taken.attempts))
        await work.run(
            """
            update kernel.job
            set run_at = :again, lease = null, error = :error,
                failed_at = case when attempts >= :most and not :again_and_again
                                 then :now::timestamptz end
            where id = :id and lease = :lease
            """,
            id=taken.id,
            lease=lease,
            again=work.now + wait,
            now=work.now,
            error=f"{type(error).__name__}: {error}"[:2000],
            most=ATTEMPTS,
            # What is done over and over is never laid aside: nobody would ask for it again.
            again_and_again=known is not None and known.every is not None,
        )


async def _plan_periodic(database: Database) -> None:
    async with database.work(NOBODY) as work:
        for known in known_jobs().values():
            if known.every is not None:
                work.later(known.task, key=known.name)
