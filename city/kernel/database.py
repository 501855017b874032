"""Connections to PostgreSQL, and the units of work done on them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

import asyncpg
import msgspec

from city.kernel import outbox
from city.kernel.errors import Conflict, Problem, Unavailable
from city.kernel.work import Actor, Connection, Work

# What asyncpg raises when the server is not there, as opposed to when it refuses.
GONE = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    TimeoutError,
)


# The server ends a statement that takes too long; a timer here for each would cost more than most.
_SESSION = {"jit": "off", "statement_timeout": "30s"}


class _Plain(asyncpg.Connection):
    """A connection that is not reset on release: nothing here ever changes its session state."""

    def get_reset_query(self) -> str:
        return ""


def utc_now() -> datetime:
    """Return this instant."""
    return datetime.now(UTC)


class Database:
    """Two pools on one PostgreSQL: one that writes, and one on which every statement only reads.

    A reading work needs no BEGIN and COMMIT: at READ COMMITTED each statement has a snapshot of
    its own in any case, and the session itself refuses to write (docs/decisions/0004).
    """

    def __init__(self, url: str, *, size: int = 8, clock: Callable[[], datetime] = utc_now) -> None:
        """Make a database on this URL; `open` connects."""
        self.url = url
        self.size = size
        self.clock = clock
        self.woken = asyncio.Event()
        self._writers: asyncpg.Pool | None = None
        self._readers: asyncpg.Pool | None = None

    async def open(self) -> None:
        """Prepare the pools. Connections are made when first needed."""
        shared: dict[str, Any] = {
            "min_size": 0,
            "max_size": self.size,
            "connection_class": _Plain,
            "init": prepare_connection,
            "max_inactive_connection_lifetime": 300,
            "statement_cache_size": 500,
            "timeout": 5,
        }
        self._writers = await asyncpg.create_pool(
            self.url, server_settings={"application_name": "city", **_SESSION}, **shared
        )
        self._readers = await asyncpg.create_pool(
            self.url,
            server_settings={
                "application_name": "city reads",
                "default_transaction_read_only": "on",
                **_SESSION,
            },
            **shared,
        )

    async def close(self) -> None:
        """Give every connection back."""
        for pool in (self._writers, self._readers):
            if pool is not None:
                await pool.close()

    @asynccontextmanager
    async def work(
        self, actor: Actor, *, reading: bool = False, now: datetime | None = None
    ) -> AsyncIterator[Work]:
        """Do a unit of work: leaving commits, raising rolls back.

        Raises Unavailable when PostgreSQL cannot be reached.
        """
        pool = self._readers if reading else self._writers
        if pool is None:
            raise Unavailable("The city's records cannot be reached just now.")
        held: list[Any] = []

        async def connect() -> Connection:
            try:
                # One that is idle is there at once; a timer would cost more than taking it.
                connection = await pool.acquire(timeout=None if pool.get_idle_size() else 5)
            except GONE as error:
                raise Unavailable("The city's records cannot be reached just now.") from error
            held.append(connection)
            if not reading:
                await connection.execute("begin")
                held.append("begun")
            return cast("Connection", connection)

        work = Work(connect, actor, now or self.clock(), reading=reading)
        try:
            yield work
            if not reading:
                has_jobs = await outbox.write(work)
                if len(held) == 2:
                    await held[0].execute("commit")
                    if has_jobs:
                        self.woken.set()
        except BaseException as error:
            if len(held) == 2:
                await _roll_back(held[0])
            if (refusal := _refusal(error)) is not None:
                raise refusal from error
            raise
        finally:
            if held:
                await pool.release(held[0])


def _refusal(error: BaseException) -> Problem | None:
    """Return the refusal that stands for an error which trying again may mend, or None."""
    if isinstance(error, GONE):
        return Unavailable("The city's records cannot be reached just now.")
    if isinstance(error, asyncpg.DeadlockDetectedError):
        return Conflict("Somebody else changed the same at the same moment. Please try again.")
    return None


async def _roll_back(connection: Any) -> None:
    try:
        await connection.execute("rollback")
    except GONE:
        pass  # The server went away, and the transaction with it.
    except asyncpg.PostgresError:
        pass


async def prepare_connection(connection: Any) -> None:
    """Teach a new connection how this product reads JSON."""
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(
            kind,
            schema="pg_catalog",
            encoder=_encode,
            decoder=msgspec.json.decode,
        )


def _encode(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
