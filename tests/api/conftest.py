"""The sample city served over HTTP, for programs that test what others say of themselves."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import anyio
import asyncpg
import httpx2
import msgspec
import pytest

from city import identity
from city.integration.hub import office
from city.integration.hub.tests.given_hub import as_admin, contract
from city.kernel import Database, Postgres, Work
from city.partners.tests.given_programs import program_with_key
from tests.harness import EVERYBODY

SCOPES = ("reports:submit", "webhooks", "requests:update", "cases:read", "hub")
ROOT = Path(__file__).parent.parent.parent


class Served(msgspec.Struct):
    """A city that can be asked at `url`, the sessions of some who live in it, and a key.

    `unit` is an officer of the unit that mends lamps; `program` speaks for the hotline.
    """

    url: str
    resident: str
    desk: str
    unit: str
    admin: str
    program: str


@pytest.fixture(scope="session")
async def served(
    server: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """The sample city in a process of its own, as anybody would start it."""
    url = server.ensure_database("city_served")
    data = tmp_path_factory.mktemp("served")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    place = f"http://127.0.0.1:{port}"
    about = {"DATABASE_URL": url, "DATA": str(data), "PORT": str(port), "CITY": "hue"}
    with (data / "log").open("w") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "city", "run"],
            cwd=ROOT,
            env=os.environ | about,
            stdout=log,
            stderr=log,
        )
    try:
        await _until_ready(place, running, data / "log")
        database = Database(url)
        await database.open()
        async with database.work(EVERYBODY) as work:
            people = await live_in(work)
        await database.close()
        yield Served(url=place, **people)
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(30)
    admin = await asyncpg.connect(server.url("postgres"))
    await admin.execute('drop database "city_served" with (force)')
    await admin.close()


async def _until_ready(place: str, running: subprocess.Popen[bytes], log: Path) -> None:
    async with httpx2.AsyncClient(base_url=place) as client:
        for _ in range(1200):
            assert running.poll() is None, log.read_text()[-2000:]
            try:
                if (await client.get("/ready")).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await anyio.sleep(0.25)
    pytest.fail(f"the city did not start: {log.read_text()[-2000:]}")


async def live_in(work: Work) -> dict[str, str]:
    """Let somebody of each kind live in a city, and a program work there; return what they bear."""
    lamps = (await identity.find_unit(work, "hepco")).id
    roles = {"resident": None, "desk": None, "unit": lamps, "admin": None}
    sessions = {role: await _session(work, role, unit_id) for role, unit_id in roles.items()}
    program, key = await program_with_key(work, *SCOPES, a_minute=100_000, writes_a_day=100_000)
    hotline = await office.get_system(work, "hotline")
    about = {"state": hotline.state, "address": "", "contact": "", "program_id": program.id}
    await office.change_system(as_admin(work), hotline.code, hotline.version, **about)
    await contract(work, hotline.code, "outage", "out", ["id", "ward", "from", "to", "reason"])
    return {**sessions, "program": key}


async def _session(work: Work, role: str, unit_id: UUID | None) -> str:
    person = await identity.add_person(work, identity.NewPerson(name="Nguyễn Thị Lan"))
    await identity.grant_role(work, person.id, identity.Role(role), unit_id)
    return await identity.sign_in_person(work, person.id)
