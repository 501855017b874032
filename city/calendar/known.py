"""The calendar as this process knows it, so that asking when something is due costs no I/O.

Declared days are read when the room opens, then once a minute by a watcher, by `refresh` if they
are older than that, and by whoever has changed them.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from time import monotonic
from zoneinfo import ZoneInfo

from city import settings
from city.calendar import store
from city.calendar.calendar import Calendar
from city.calendar.model import Day, exceptions
from city.kernel import NOBODY, Database, Unavailable, Work
from city.settings import Intervals, Profile, Settings, Week

log = logging.getLogger("city.calendar")

FRESH_SECONDS = 60.0
"""How long a process may go on with declared days that another one has changed."""
SETTLE_SECONDS = 2.0
"""How long after a change of its own a process reads anew, as that may not be committed yet."""


class _Memory:
    """What this process knows: the declared days, and when they were read."""

    def __init__(self) -> None:
        self.forget()
        self.watcher: asyncio.Task[None] | None = None

    def forget(self) -> None:
        self.days: list[Day] = []
        self.read_at = self.changed_at = float("-inf")
        self.calendar: Calendar | None = None
        self.profile: Profile | None = None


_memory = _Memory()


def current() -> Calendar:
    """Return when this city works, as far as this process knows; it asks nobody."""
    profile = settings.current().profile
    if _memory.calendar is None or _memory.profile is not profile:
        _memory.calendar = calendar_of(profile, _memory.days)
        _memory.profile = profile
    return _memory.calendar


def declared() -> list[Day]:
    """Return the declared days that this process knows, in the order of the calendar."""
    return _memory.days


async def refresh(work: Work, *, anew: bool = False) -> Calendar:
    """Read the declared days again if they are older than a minute, and return the calendar.

    `anew` reads them in any case: what reacts to a CalendarChanged must. One statement at most.
    """
    now = monotonic()
    if anew or now - _memory.read_at >= FRESH_SECONDS or now - _memory.changed_at < SETTLE_SECONDS:
        days = await store.list_days(work)
        if days != _memory.days:
            _memory.days, _memory.calendar = days, None
        _memory.read_at = now
    return current()


def expect_change() -> None:
    """Have what is known read again soon, as this process has changed it."""
    _memory.changed_at = monotonic()


async def open_room(settings: Settings, database: Database) -> None:
    """Read the declared days and keep watch on them."""
    await close_room()
    try:
        await _look(database)
    except Unavailable:
        log.warning("the declared days could not be read yet")
    # Whatever else looks like a database has one connection, which a watcher cannot share.
    if isinstance(database, Database):
        _memory.watcher = asyncio.create_task(_watch(database))


async def close_room() -> None:
    """Stop watching, and forget what was declared."""
    watcher, _memory.watcher = _memory.watcher, None
    if watcher is not None:
        watcher.cancel()
        await asyncio.gather(watcher, return_exceptions=True)
    _memory.forget()


def calendar_of(profile: Profile, days: Iterable[Day] = ()) -> Calendar:
    """Return the calendar of a city with these declared days."""
    given = exceptions(days, profile.week)
    return _calendar(
        profile.time_zone,
        profile.country,
        profile.subdivision,
        profile.week,
        tuple(sorted(given.items())),
    )


@lru_cache(maxsize=32)
def _calendar(
    zone: str,
    country: str,
    subdivision: str | None,
    week: Week,
    given: tuple[tuple[date, Intervals], ...],
) -> Calendar:
    return Calendar(ZoneInfo(zone), week, country, subdivision, dict(given))


async def _look(database: Database) -> None:
    async with database.work(NOBODY, reading=True) as work:
        await refresh(work)


async def _watch(database: Database) -> None:
    while True:
        await asyncio.sleep(FRESH_SECONDS)
        try:
            await _look(database)
        except Unavailable:
            pass  # Said by /ready; what is known is good enough until then.
        except Exception:
            log.exception("the declared days could not be read again")
