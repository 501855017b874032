"""A unit of work: one transaction, one actor, one instant."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol, TypeVar
from uuid import UUID

import msgspec

from city.kernel.errors import Forbidden, Missing, SignInNeeded

Shape = TypeVar("Shape")

_NAMED = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")


class Connection(Protocol):
    """What a unit of work needs of an asyncpg connection."""

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        """Return every row."""
        ...

    async def fetchrow(self, query: str, *args: Any) -> Any:
        """Return the first row or None."""
        ...

    async def execute(self, query: str, *args: Any) -> str:
        """Run a statement and return its status."""
        ...

    def transaction(self) -> Any:
        """Return a transaction to be entered, or a savepoint within one."""
        ...

    async def copy_from_query(self, query: str, *args: Any, output: Any, **options: Any) -> str:
        """Copy the rows of a query to an async function that takes bytes."""
        ...


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts, and what they may do.

    With a `helper_id` somebody else acts in this person's stead, with their consent. A program
    that acts for itself, and for no person, has a `program_id` and no `id`.
    """

    id: UUID | None = None
    name: str = ""
    permissions: frozenset[str] = frozenset()
    unit_id: UUID | None = None
    language: str = ""
    session_id: UUID | None = None
    assurance: int = 0
    helper_id: UUID | None = None
    helper_name: str = ""
    program_id: UUID | None = None

    @property
    def is_signed_in(self) -> bool:
        """Whether this is somebody rather than anybody."""
        return self.id is not None

    @property
    def person_id(self) -> UUID:
        """Who this is; raises SignInNeeded if it is nobody in particular."""
        if self.id is None:
            raise SignInNeeded("Please sign in to go on.")
        return self.id

    def in_public(self) -> "Actor":
        """Return who reads what anybody may read.

        Of a helper who acts for somebody that is nobody in particular: public pages greet people
        and show what is theirs, and a helper must see nothing of the person.
        """
        return self if self.helper_id is None else msgspec.structs.replace(self, id=None)

    def may(self, permission: str) -> bool:
        """Return whether this permission is held."""
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise SignInNeeded or Forbidden unless this permission is held."""
        if permission in self.permissions:
            return
        if self.program_id is not None:
            raise Forbidden(
                "This key does not open this: it would need “{permission}”.", permission=permission
            )
        if self.id is None:
            raise SignInNeeded("Please sign in to go on.")
        if self.helper_id is not None:
            raise Forbidden("You are acting for somebody just now. Please finish that first.")
        raise Forbidden("You are not allowed to do this.")


NOBODY = Actor()


class Work:
    """One transaction, one actor, one instant: the first argument of every action and query.

    The transaction begins with the first statement, so that a slow upload or a page without a
    query holds no connection. `now` is the only clock.
    """

    __slots__ = ("_connect", "_connection", "actor", "announced", "jobs", "now", "reading")

    def __init__(
        self,
        connect: Callable[[], Awaitable[Connection]],
        actor: Actor,
        now: datetime,
        *,
        reading: bool = False,
    ) -> None:
        """Only the web and the job runner make these; see `Database.work`."""
        self._connect = connect
        self._connection: Connection | None = None
        self.actor = actor
        self.now = now
        self.reading = reading
        self.announced: list[Any] = []
        self.jobs: list[Any] = []

    @property
    def begun(self) -> bool:
        """Whether a statement has been run."""
        return self._connection is not None

    def at(self, now: datetime, actor: Actor | None = None) -> "Work":
        """Return the same transaction at another moment, or in other hands; for telling the past.

        What it announces is announced by this one.
        """

        async def connection() -> Connection:
            return self._connection or await self._begin()

        other = Work(connection, actor or self.actor, now, reading=self.reading)
        other.announced, other.jobs = self.announced, self.jobs
        return other

    async def all(self, shape: type[Shape], sql: str, **params: Any) -> list[Shape]:
        """Return every row as a `shape`."""
        rows = await self._fetch(sql, params)
        return msgspec.convert([dict(row) for row in rows], list[shape])

    async def one(self, shape: type[Shape], sql: str, **params: Any) -> Shape:
        """Return the row as a `shape`; raise Missing if there is none."""
        found = await self.maybe(shape, sql, **params)
        if found is None:
            raise Missing("We could not find what you asked for.")
        return found

    async def maybe(self, shape: type[Shape], sql: str, **params: Any) -> Shape | None:
        """Return the first row as a `shape`, or None."""
        query, args = _positional(sql, params)
        row = await (self._connection or await self._begin()).fetchrow(query, *args)
        return None if row is None else msgspec.convert(dict(row), shape)

    async def values(self, kind: type[Shape], sql: str, **params: Any) -> list[Shape]:
        """Return the first column of every row, each as a `kind`."""
        rows = await self._fetch(sql, params)
        return msgspec.convert([row[0] for row in rows], list[kind])

    async def value(self, kind: type[Shape], sql: str, **params: Any) -> Shape | None:
        """Return the first column of the first row as a `kind`, or None."""
        query, args = _positional(sql, params)
        row = await (self._connection or await self._begin()).fetchrow(query, *args)
        return None if row is None or row[0] is None else msgspec.convert(row[0], kind)

    async def run(self, sql: str, **params: Any) -> int:
        """Run a statement and return how many rows it touched."""
        query, args = _positional(sql, params)
        status = await (self._connection or await self._begin()).execute(query, *args)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def copy(self, sql: str, **params: Any) -> AsyncIterator[bytes]:
        """Give the rows of a SELECT as CSV with a header, piece by piece as PostgreSQL sends them.

        The connection is held until the last piece is taken, and PostgreSQL waits for who takes
        them: write them to a file rather than to a network that may be slow.
        """
        query, args = _positional(sql, params)
        connection = self._connection or await self._begin()
        pieces: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=16)

        async def copying() -> None:
            try:
                async with connection.transaction():
                    await connection.execute("set local statement_timeout = '10min'")
                    await connection.copy_from_query(
                        query, *args, output=pieces.put, format="csv", header=True
                    )
            finally:
                if not stopped:
                    await pieces.put(None)

        stopped = False
        task = asyncio.create_task(copying())
        try:
            while (piece := await pieces.get()) is not None:
                yield piece
            await task
        finally:
            stopped = True
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def announce(self, event: Any) -> None:
        """Tell the rooms above, if and only if this work commits."""
        self.announced.append(event)

    def later(
        self,
        task: Callable[..., Awaitable[None]],
        *,
        at: datetime | None = None,
        key: str | None = None,
        **body: Any,
    ) -> None:
        """Have a `@job` done at that time (at once by default), if this work commits.

        With a `key`, a job of that key which still waits is left as it is and none is added.
        """
        self.jobs.append((task.job, at or self.now, key, body))  # type: ignore[attr-defined]

    async def _fetch(self, sql: str, params: Mapping[str, Any]) -> list[Any]:
        query, args = _positional(sql, params)
        return await (self._connection or await self._begin()).fetch(query, *args)

    async def _begin(self) -> Connection:
        self._connection = await self._connect()
        return self._connection


@lru_cache(maxsize=4096)
def translate(sql: str) -> tuple[str, tuple[str, ...]]:
    """Return the statement with `:name` as `$n`, and the names in that order."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        name = match[1]
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return _NAMED.sub(number, sql), tuple(names)


def _positional(sql: str, params: Mapping[str, Any]) -> tuple[str, Collection[Any]]:
    query, names = translate(sql)
    return query, [params[name] for name in names]
