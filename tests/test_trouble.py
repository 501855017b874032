"""When the database is gone: a page that says so, and everything works again when it is back."""

from pathlib import Path

import httpx2
import pytest

from city import app, identity
from city.kernel import Database, Postgres, migrate
from city.settings import Settings
from tests.harness import EVERYBODY
from tests.harness import FAST as SETTINGS


@pytest.mark.slow
async def test_a_report_can_be_sent_again_when_the_database_is_back(
    tmp_path: Path, here: Settings
) -> None:
    postgres = Postgres(tmp_path / "postgres")
    postgres.start(settings=SETTINGS)
    try:
        url = postgres.ensure_database("city")
        await migrate(url)
        database = Database(url)
        city = app.build(here, database)
        await database.open()
        async with database.work(EVERYBODY) as work:
            for room in app.ROOMS:
                if load := getattr(room, "load_profile", None):
                    await load(work, here.folder)
        async with app.rooms_open(here, database):
            await lose_and_find(postgres, city, database)
        await database.close()
    finally:
        postgres.stop()


async def lose_and_find(postgres: Postgres, city: object, database: Database) -> None:
    async with database.work(EVERYBODY) as work:
        person = await identity.add_person(work, identity.NewPerson(name="Lan"))
        token = await identity.sign_in_person(work, person.id)
    transport = httpx2.ASGITransport(city, raise_app_exceptions=False)  # type: ignore[arg-type]
    form = {
        "key": "01234567-89ab-7def-8123-456789abcdef",
        "category": "street-light",
        "description": "Đèn đường tắt ba đêm nay.",
        "latitude": "16.4685",
        "longitude": "107.589",
    }
    async with httpx2.AsyncClient(transport=transport, base_url="http://city") as browser:
        browser.cookies.set("session", token, domain="city.local")
        assert (await browser.get("/reports")).status_code == 200

        postgres.stop()
        lost = await browser.get("/reports")
        assert lost.status_code == 503
        assert "chưa kết nối được" in lost.text
        assert lost.headers["retry-after"]
        sent = await browser.post("/reports", data=form)
        assert sent.status_code == 503
        assert (await browser.get("/health")).status_code == 200
        assert (await browser.get("/ready")).status_code == 503
        program = await browser.get("/api/v1/reports")
        assert program.headers["content-type"] == "application/problem+json"

        postgres.start(settings=SETTINGS)
        assert (await browser.get("/ready")).status_code == 200
        sent = await browser.post("/reports", data=form)
        assert sent.status_code == 303, sent.text
        again = await browser.post("/reports", data=form)
        assert again.headers["location"] == sent.headers["location"]
