"""A migrated database made once, and for each test a transaction that never commits."""

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from city import app, identity, settings
from city.kernel import Actor, Database, Postgres, Work, migrate, new_id, outbox, run_due_jobs
from city.kernel.database import prepare_connection
from city.settings import Settings
from city.web import Gate

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # Noon in Huế, on a Monday.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def here(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the sample city, with data of its own."""
    data = tmp_path_factory.mktemp("data")
    return settings.use(
        Settings(data=data, secret="only-for-tests", base_url="http://city", sample=True)
    )


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL of its own for this run of the tests."""
    postgres = Postgres(tmp_path_factory.mktemp("postgres"))
    postgres.start(settings=FAST)
    yield postgres
    postgres.stop()


@pytest.fixture(scope="session")
async def template(server: Postgres, here: Settings) -> str:
    """The name of a migrated database with the city's profile in it, to be copied."""
    url = server.ensure_database("city_template")
    await migrate(url)
    database = Database(url)
    await database.open()
    async with database.work(EVERYBODY) as work:
        for room in app.ROOMS:
            if load := getattr(room, "load_profile", None):
                await load(work, here.folder)
    await database.close()
    return "city_template"


@pytest.fixture(scope="session")
async def database_url(server: Postgres, template: str) -> str:
    """A copy of the template that every test finds as it was."""
    return await _copy(server, template, "city_test")


@pytest.fixture
async def database(server: Postgres, template: str) -> AsyncIterator[Database]:
    """A database in which work really commits, for this test alone."""
    name = f"city_test_{next(_numbers)}"
    url = await _copy(server, template, name)
    database = Database(url)
    await database.open()
    async with app.rooms_open(settings.current(), database):
        yield database
    await database.close()
    admin = await asyncpg.connect(server.url("postgres"))
    await admin.execute(f'drop database "{name}" with (force)')
    await admin.close()


@pytest.fixture
async def inside(database_url: str, here: Settings) -> AsyncIterator["Inside"]:
    """A database whose units of work are savepoints in one transaction, undone after the test."""
    connection = await asyncpg.connect(database_url)
    await prepare_connection(connection)
    outer = connection.transaction()
    await outer.start()
    inside = Inside(connection)
    async with app.rooms_open(here, inside):  # type: ignore[arg-type]
        yield inside
    await outer.rollback()
    await connection.close()


@pytest.fixture
async def work(inside: "Inside") -> AsyncIterator[Work]:
    """A unit of work, done at noon by someone who may do everything, then undone."""
    async with inside.work(EVERYBODY) as work:
        yield work


@pytest.fixture(scope="session")
def city(here: Settings) -> Gate:
    """The whole application, built once; its database is set by `browser`."""
    return app.build(here, Switch())  # type: ignore[arg-type]


@pytest.fixture
async def browser(city: Gate, inside: "Inside") -> AsyncIterator["Browser"]:
    """A browser on the city, in which every request is a savepoint inside the test."""
    city.database.target = inside  # type: ignore[attr-defined]
    transport = httpx.ASGITransport(city, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with Browser(transport=transport, base_url="http://city") as browser:
        browser.inside = inside
        yield browser


class Browser(httpx.AsyncClient):
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
        self.cookies.set("session", token)
        actor = await identity.find_actor(self.inside, token)  # type: ignore[arg-type]
        assert actor is not None
        return actor

    def sign_out(self) -> None:
        """Forget the session."""
        self.cookies.clear()

    async def counted(self, method: str, url: str, **request: Any) -> tuple[httpx.Response, int]:
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


class Woken:
    """What looks like the event that wakes the worker."""

    def set(self) -> None: ...


class Switch:
    """A database that is whichever one the test at hand uses."""

    target: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.target, name)


async def _copy(server: Postgres, template: str, name: str) -> str:
    admin = await asyncpg.connect(server.url("postgres"))
    await admin.execute(f'create database "{name}" template "{template}"')
    await admin.close()
    return server.url(name)


_numbers = itertools.count(1)
SHARED = Path(__file__).parent.parent / "shared" / "data"


class Everything(frozenset[str]):
    """Every permission there is."""

    def __contains__(self, permission: object) -> bool:
        return True


EVERYBODY = Actor(id=new_id(), name="Tests", permissions=Everything())
