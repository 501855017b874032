"""What every open desk is told: counts, instant cases that nobody took, who looks at what.

However many desks are open, each process asks PostgreSQL once a second in total, and only while
somebody listens. A listener is a queue in memory and holds no connection to the database.
"""

import asyncio
import logging
import signal
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec

from city import settings
from city.cases import store
from city.cases.desk.filters import Filters, read_filters, wanted
from city.cases.store.desk import Board, SavedFilter
from city.kernel import THE_CITY, Actor, Database

log = logging.getLogger("city.cases")

EVERY_SECONDS = 1.0
QUIET_SECONDS = 15.0
"""After so long without news a listener hears when the board was last looked at."""

PRESENT_SECONDS = 40
"""For so long after the last sign somebody counts as looking at a case."""

MOST_COUNTED = 1000
"""A filter's cases are counted up to this."""

_FILTER_EVERY = 3
_encode = msgspec.json.Encoder().encode


class Listener:
    """One open page; `filters` are those pinned on it."""

    def __init__(self, actor: Actor, filters: Sequence[SavedFilter] = ()) -> None:
        """Listen for somebody."""
        self.actor = actor
        self.filters = {saved.id: _Counted(actor, saved.query) for saved in filters}
        self.news: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=20)

    def tell(self, message: bytes | None) -> None:
        """Hand over a message; a page that does not read loses the oldest."""
        if self.news.full():
            self.news.get_nowait()
        self.news.put_nowait(message)


class _Counted(msgspec.Struct, frozen=True):
    """What is counted for a filter: the same for everybody, unless it says *mine*."""

    actor: Actor
    query: str

    @property
    def filters(self) -> Filters:
        return read_filters(dict(parse_qsl(self.query)))

    @property
    def key(self) -> tuple[str, UUID | None]:
        return self.query, self.actor.id if self.filters.claimed == "me" else None


class LiveDesk:
    """Looks at the board while anybody listens, and tells everybody what is new."""

    def __init__(self, database: Database) -> None:
        """Look at this database."""
        self.database = database
        self.listeners: set[Listener] = set()
        self.board: Board | None = None
        self.looked_at: datetime | None = None
        self.looks = 0
        self.closed = False
        self._looking: asyncio.Task[None] | None = None
        self._told = b""
        self._counts: dict[tuple[str, UUID | None], int] = {}
        self._turn = 0

    async def listen(self, listener: Listener) -> AsyncIterator[bytes]:
        """Yield messages as JSON, beginning with what is known.

        Without news one says `as_of`: when the board was last looked at, and was still the same.
        """
        if self.closed:
            return
        self.listeners.add(listener)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        elif self._told:
            listener.tell(self._told)
            self._tell_counts(listener)
        try:
            while True:
                try:
                    message = await asyncio.wait_for(listener.news.get(), QUIET_SECONDS)
                except TimeoutError:
                    message = _encode({"as_of": self.looked_at})
                if message is None:
                    return
                yield message
        finally:
            self.listeners.discard(listener)

    def close(self) -> None:
        """Let every listener go, and nobody listen again."""
        self.closed = True
        for listener in self.listeners:
            listener.tell(None)
        if self._looking is not None:
            self._looking.cancel()

    async def look(self) -> Board:
        """Ask PostgreSQL once how the board stands."""
        now = self.database.clock()
        zone = settings.current().profile.zone
        midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        async with self.database.work(THE_CITY, reading=True, now=now) as work:
            self.board = await store.look_at_board(
                work,
                soon=now + timedelta(hours=1),
                midnight=midnight,
                present_since=now - timedelta(seconds=PRESENT_SECONDS),
            )
        self.looks += 1
        self.looked_at = now
        return self.board

    async def _look(self) -> None:
        number = 0
        while self.listeners:
            try:
                due = self._next_filter() if number % _FILTER_EVERY == _FILTER_EVERY - 1 else None
                if due is not None:
                    await self._count(due)
                else:
                    self._tell(await self.look())
            except asyncio.CancelledError:
                raise
            except Exception:
                log.warning("could not look at the board", exc_info=True)
            number += 1
            await asyncio.sleep(EVERY_SECONDS)
        self._told = b""

    def _tell(self, board: Board) -> None:
        message = _encode(board)
        if message == self._told:
            return
        self._told = message
        for listener in self.listeners:
            listener.tell(message)

    def _next_filter(self) -> _Counted | None:
        """Return the filter whose turn it is to be counted: new ones first."""
        all_of_them = {c.key: c for one in self.listeners for c in one.filters.values()}
        self._counts = {key: n for key, n in self._counts.items() if key in all_of_them}
        if not all_of_them:
            return None
        for key, counted in all_of_them.items():
            if key not in self._counts:
                return counted
        self._turn = (self._turn + 1) % len(all_of_them)
        return list(all_of_them.values())[self._turn]

    async def _count(self, counted: _Counted) -> None:
        async with self.database.work(counted.actor, reading=True) as work:
            found = await store.count_board(work, wanted(work, counted.filters), most=MOST_COUNTED)
        self.looks += 1
        if self._counts.get(counted.key) == found:
            return
        self._counts[counted.key] = found
        for listener in self.listeners:
            if any(one.key == counted.key for one in listener.filters.values()):
                self._tell_counts(listener)

    def _tell_counts(self, listener: Listener) -> None:
        known = {
            str(id): self._counts[one.key]
            for id, one in listener.filters.items()
            if one.key in self._counts
        }
        if known:
            listener.tell(_encode({"filters": known}))


_desks: WeakKeyDictionary[Any, LiveDesk] = WeakKeyDictionary()


def live_desk(database: Database) -> LiveDesk:
    """Return the one of this process and database, which ends when the process is told to."""
    known = _desks.get(database)
    if known is None or known.closed:
        known = _desks[database] = LiveDesk(database)
        _when_told_to_end(asyncio.get_running_loop(), known.close)
    return known


def close_desks() -> None:
    """Let every listener of this process go."""
    for desk in list(_desks.values()):
        desk.close()
    _desks.clear()


def _when_told_to_end(loop: asyncio.AbstractEventLoop, close: Callable[[], None]) -> None:
    """Close as soon as the process is told to end: a server waits for open answers before that."""
    if threading.current_thread() is not threading.main_thread():
        return
    for told in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(told)
        if not callable(before) or before is signal.default_int_handler:
            continue  # No server of ours: whoever runs this ends it as they like.

        def hear(number: int, frame: Any, before: Callable[..., Any] = before) -> None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(close)
            before(number, frame)

        signal.signal(told, hear)
