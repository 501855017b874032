"""A migrated database made once, and for each test a transaction that never commits."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import httpx2
import hypothesis
import pytest

from city import app, settings
from city.kernel import Database, Postgres, Work, migrate
from city.kernel.database import prepare_connection
from city.settings import Settings
from city.web import Gate
from tests.harness import EVERYBODY, FAST, Browser, Inside, Switch, copy_database, numbers

# Fresh clones and busy machines draw their first texts slowly: that is no fault of a test.
hypothesis.settings.register_profile(
    "city", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("city")


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
    return await copy_database(server, template, "city_test")


@pytest.fixture
async def database(server: Postgres, template: str) -> AsyncIterator[Database]:
    """A database in which work really commits, for this test alone."""
    name = f"city_test_{next(numbers)}"
    url = await copy_database(server, template, name)
    database = Database(url)
    await database.open()
    async with app.rooms_open(settings.current(), database):
        yield database
    await database.close()
    admin = await asyncpg.connect(server.url("postgres"))
    await admin.execute(f'drop database "{name}" with (force)')
    await admin.close()


@pytest.fixture
async def inside(database_url: str, here: Settings) -> AsyncIterator[Inside]:
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
async def work(inside: Inside) -> AsyncIterator[Work]:
    """A unit of work, done at noon by someone who may do everything, then undone."""
    async with inside.work(EVERYBODY) as work:
        yield work


@pytest.fixture(scope="session")
def city(here: Settings) -> Gate:
    """The whole application, built once; its database is set by `browser`."""
    return app.build(here, Switch())  # type: ignore[arg-type]


@pytest.fixture
async def browser(city: Gate, inside: Inside) -> AsyncIterator[Browser]:
    """A browser on the city, in which every request is a savepoint inside the test."""
    city.database.target = inside  # type: ignore[attr-defined]
    transport = httpx2.ASGITransport(city, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with Browser(transport=transport, base_url="http://city") as browser:
        browser.inside = inside
        yield browser
