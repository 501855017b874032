"""What one process knows of programs: their keys, what is left of limits, and what they did."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from city.kernel import NOBODY, THE_CITY, Database, Unavailable, Work
from city.partners.pace import Buckets
from city.partners.programs import store
from city.partners.programs.keys import hash_of, is_whole
from city.partners.programs.model import Grant
from city.partners.programs.tally import Counts, Spot, Tally, midnight_of

log = logging.getLogger("city.partners")

_KEPT_SECONDS = 10.0
"""How long this process goes by what it read of a key. A change made here counts at once."""
_MOST_KEPT = 5_000


class Door:
    """What one process knows of keys, limits and usage."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing known. `clock` tells seconds."""
        self._clock = clock
        self.buckets = Buckets(clock)
        self.tally = Tally()
        self._grants: dict[bytes, tuple[float, Grant]] = {}
        self._changing: dict[UUID, float] = {}

    async def find(self, database: Database, borne: str, now: datetime) -> Grant | None:
        """Return what a key or token opens, or None; at most one statement, often none."""
        if not is_whole(borne):
            return None
        hash, moment = hash_of(borne), self._clock()
        if (kept := self._grants.get(hash)) and kept[0] > moment:
            grant = kept[1]
            return grant if grant.until is None or now < grant.until else None
        async with database.work(NOBODY, reading=True, now=now) as work:
            grant = await store.find_grant(work, hash, midnight_of(now))
        if grant and self._changing.get(grant.program_id, 0) <= moment:
            if len(self._grants) >= _MOST_KEPT:
                self._grants.clear()
            self._grants[hash] = (moment + _KEPT_SECONDS, grant)
        return grant

    def forget(self, program_id: UUID) -> None:
        """Read a program's keys anew: something about it is being changed.

        For a while nothing of it is kept, because the change is not committed yet.
        """
        now = self._clock()
        self._changing = {id: until for id, until in self._changing.items() if until > now}
        self._changing[program_id] = now + _KEPT_SECONDS
        self._grants = {h: g for h, g in self._grants.items() if g[1].program_id != program_id}

    async def tell(self, database: Database) -> None:
        """Write down what was taken and done here, and read what other processes did."""
        taken = self.buckets.untold()
        counts, keys = self.tally.take()
        if not taken and not counts:
            return
        try:
            async with database.work(THE_CITY) as work:
                levels = await store.spend(work, *_columns(taken)) if taken else []
                read = await _write_usage(work, counts, keys) if counts else []
        except BaseException:
            self.buckets.untell(taken)
            self.tally.put_back(counts)
            raise
        self.buckets.settle((level.key, level.level) for level in levels)
        today = [(row.program_id, row.requests, row.writes) for row in read]
        self.tally.settle(counts, today, midnight_of(work.now))

    async def keep_telling(self, database: Database) -> None:
        """Tell once a second, until cancelled; then once more."""
        try:
            while True:
                await asyncio.sleep(1)
                try:
                    await self.tell(database)
                except Unavailable:
                    log.info("counts wait", extra={"why": "no database"})
                except Exception:
                    log.exception("counts could not be written")
        finally:
            try:
                await self.tell(database)
            except Exception:
                log.info("last counts were lost")


class House:
    """The door of this process, and what writes its counts down while the city is open."""

    door = Door()
    telling: asyncio.Task[None] | None = None


def open_door(database: Database) -> None:
    """Begin with nothing known, and tell the other processes what is counted from now on."""
    House.door = Door()
    if isinstance(database, Database):  # A test inside one transaction tells when it wants to.
        House.telling = asyncio.create_task(House.door.keep_telling(database))


async def close_door() -> None:
    """Write down what was counted last."""
    if House.telling is not None:
        House.telling.cancel()
        await asyncio.gather(House.telling, return_exceptions=True)
        House.telling = None


async def _write_usage(
    work: Work, counts: dict[Spot, Counts], keys: list[UUID]
) -> list[store.Today]:
    by_hour: dict[datetime, list[tuple[Spot, Counts]]] = {}
    for spot, done in counts.items():
        by_hour.setdefault(spot[1], []).append((spot, done))
    for hour, rows in sorted(by_hour.items()):  # Nearly always one.
        await store.add_usage(
            work,
            hour,
            [spot[0] for spot, _ in rows],
            [spot[2] for spot, _ in rows],
            [done[0] for _, done in rows],
            [done[1] for _, done in rows],
            [done[2] for _, done in rows],
        )
    if keys:
        await store.set_keys_used(work, keys)
    programs = sorted({spot[0] for spot in counts})
    return await store.usage_since(work, programs, midnight_of(work.now))


def _columns(
    taken: list[tuple[str, float, float]],
) -> tuple[list[str], list[float], list[float]]:
    return [t[0] for t in taken], [t[1] for t in taken], [t[2] for t in taken]
