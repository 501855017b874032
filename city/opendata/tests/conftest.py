"""Data sets are kept in the data folder, which all tests of a run share: each begins without."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest

from city import identity, reports
from city.kernel import Actor, Database
from city.opendata import snapshots
from city.settings import Settings, current
from city.web import Gate
from tests.harness import EVERYBODY, Browser


@pytest.fixture(autouse=True)
def empty_folder(here: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No snapshot of another test; and what has changed is written anew at once."""
    shutil.rmtree(current().data / "opendata", ignore_errors=True)
    monkeypatch.setattr(snapshots, "REST", 0.0)
    yield
    shutil.rmtree(current().data / "opendata", ignore_errors=True)


@pytest.fixture
async def reader(browser: Browser, city: Gate, database: Database) -> AsyncIterator[Browser]:
    """A browser on a database in which work really commits: COPY needs a connection of its own."""
    city.database.target = database  # type: ignore[attr-defined]
    yield browser


@pytest.fixture
def send() -> Callable[..., Awaitable[reports.Report]]:
    """Somebody who sends a report: `await send(database, private=True)`."""

    async def send(database: Any, **about: Any) -> reports.Report:
        new = {
            "category": "street-light",
            "description": "Đèn đường tắt ba đêm rồi.",
            "latitude": 16.4637,
            "longitude": 107.5909,
        }
        async with database.work(EVERYBODY) as work:
            person = await identity.add_person(work, identity.NewPerson(name="Lê Thị Hoa"))
        sender = Actor(id=person.id, name=person.name, permissions=frozenset({"reports.submit"}))
        async with database.work(sender) as work:
            return await reports.submit_report(work, reports.NewReport(**(new | about)))

    return send
