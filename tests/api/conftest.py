"""The sample city served over HTTP, for programs that test what others say of themselves."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import asyncpg
import httpx2
import msgspec
import pytest

from city import identity
from city.kernel import Database, Postgres, Work
from tests.harness import EVERYBODY

ROOT = Path(__file__).parent.parent.parent


class Served(msgspec.Struct):
    """A city that can be asked at `url`, and the sessions of some who live in it."""

    url: str
    resident: str
    desk: str
    admin: str


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
            tokens = [await _session(work, name) for name in ("resident", "desk", "admin")]
        await database.close()
        yield Served(place, *tokens)
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


async def _session(work: Work, role: str) -> str:
    person = await identity.add_person(work, identity.NewPerson(name="Nguyễn Thị Lan"))
    await identity.grant_role(work, person.id, identity.Role(role), None)
    return await identity.sign_in_person(work, person.id)
