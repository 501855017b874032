"""What tests work with: a browser on the whole city, and a database that never commits."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx2

from city import identity
from city.kernel import Actor, Postgres, Work, new_id, outbox, run_due_jobs

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # Noon in Huế, on a Monday.
SHARED = Path(__file__).parent.parent.parent / "shared" / "data"

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

numbers = itertools.count(1)


class Browser(httpx2.AsyncClient):
    """A browser that can sign in as anybody and counts the statements of its requests."""

    inside: "Inside"

    async def sign_in(self, role: str = "resident", **about: Any) -> Actor:
        """Sign in as a new person of this role (`unit=` a unit's code for unit officers)."""
        async with self.inside.work(EVERYBODY) as work:
            unit = about.pop("unit", None)
            person = await identity.add_person(
                work, identity.NewPerson(name=about.pop("name", "Nguyễn Thị Lan"), **about)
            )
            unit_id = (await identity.find_unit(work, unit)).id if unit else None
            await identity.grant_role(work, person.id, identity.Role(role), unit_id)
            token = await identity.sign_in_person(work, person.id)
        self.cookies.set("session", token, domain="city.local")
        actor = await identity.find_actor(self.inside, token)  # type: ignore[arg-type]
        assert actor is not None
        return actor

    def sign_out(self) -> None:
        """Forget the session."""
        self.cookies.clear()

    async def counted(self, method: str, url: str, **request: Any) -> tuple[httpx2.Response, int]:
        """Return the answer and how many statements it took."""
        before = len(self.inside.statements)
        answer = await self.request(method, url, **request)
        return answer, len(self.inside.statements) - before

    async def do_jobs(self) -> int:
        """Do what has been put off until later."""
        return await run_due_jobs(self.inside, now=self.inside.now)  # type: ignore[arg-type]


class Inside:
    """What looks like a Database, but never commits; `now` may be moved on by tests."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.now = NOON
        self.statements: list[str] = []
        self.woken = Woken()

    def clock(self) -> datetime:
        return self.now

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    @asynccontextmanager
    async def work(
        self, actor: Actor, *, reading: bool = False, now: datetime | None = None
    ) -> AsyncIterator[Work]:
        savepoint = self.connection.transaction()
        await savepoint.start()
        if reading:
            await self.connection.execute("set transaction read only")
        work = Work(self._connect, actor, now or self.now, reading=reading)
        try:
            yield work
            if not reading:
                await outbox.write(work)
        except BaseException:
            await savepoint.rollback()
            raise
        else:
            await (savepoint.rollback() if reading else savepoint.commit())

    async def _connect(self) -> Any:
        return self

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        self.statements.append(query)
        return await self.connection.fetch(query, *args)

    async def fetchrow(self, query: str, *args: Any) -> Any:
        self.statements.append(query)
        return await self.connection.fetchrow(query, *args)

    async def execute(self, query: str, *args: Any) -> str:
        self.statements.append(query)
        return await self.connection.execute(query, *args)

    def transaction(self) -> Any:
        return self.connection.transaction()

    async def copy_from_query(self, query: str, *args: Any, **options: Any) -> str:
        self.statements.append(query)
        return await self.connection.copy_from_query(query, *args, **options)


class Woken:
    """What looks like the event that wakes the worker."""

    def set(self) -> None: ...


class Switch:
    """A database that is whichever one the test at hand uses."""

    target: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.target, name)


async def copy_database(server: Postgres, template: str, name: str) -> str:
    admin = await asyncpg.connect(server.url("postgres"))
    await admin.execute(f'create database "{name}" template "{template}"')
    await admin.close()
    return server.url(name)


class Everything(frozenset[str]):
    """Every permission there is."""

    def __contains__(self, permission: object) -> bool:
        return True


EVERYBODY = Actor(id=new_id(), name="Tests", permissions=Everything())
