"""Webhooks: how many deliveries a second one process makes to a receiver on this machine.

`python -m bench.webhooks [--deliveries N] [--addresses N]` starts a database of its own, lets
things happen to reports, and has `python -m city work`, one process, hand them out and send them,
with the log of deliveries on. The receiver runs here and is not counted. CPU is that of the
process and of PostgreSQL, from /proc, for each delivery.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import httptools
import uvloop
from msgspec import Struct

from bench import processes
from bench.city import reports as generated
from city import app, identity, reports, settings
from city.integration.webhooks.actions import add_webhook
from city.integration.webhooks.fanout import hand_out
from city.integration.webhooks.model import NewWebhook
from city.integration.webhooks.published import PUBLISHED
from city.kernel import THE_CITY, Actor, Database, Postgres, migrate
from city.reports import VoiceAdded
from city.settings import Settings

AIMS = {"deliveries_per_second": 1000}
REPORTS = 2_000
_TYPES = [one.type for one in PUBLISHED if one.about == "report"]


class Known(Struct):
    """A report, and its case."""

    report_id: UUID
    case_id: UUID


class Receiver(asyncio.Protocol):
    """Takes what comes and says 204."""

    begun = asyncio.Event()
    heard = 0
    first = last = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Listen."""
        self.transport: Any = transport
        self.parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        """Read."""
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Count, and answer."""
        Receiver.heard += 1
        Receiver.begun.set()
        Receiver.last = time.perf_counter()
        Receiver.first = Receiver.first or Receiver.last
        self.transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")


def main() -> None:
    """Measure, and print what came out."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--deliveries", type=int, default=20_000)
    asked.add_argument("--addresses", type=int, default=4)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        here = settings.use(Settings(data=Path(folder), secret="bench" * 8, sample=True))
        with Postgres(Path(folder) / "postgres") as postgres:
            found = uvloop.run(measure(here, postgres, given.deliveries, given.addresses))
    json.dump(found, sys.stdout, indent=2)
    print()


async def measure(
    here: Settings, postgres: Postgres, deliveries: int, addresses: int
) -> dict[str, Any]:
    """Return deliveries a second, and CPU for each."""
    url = postgres.ensure_database("city_webhooks")
    await migrate(url)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Receiver, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    database = Database(url)
    await database.open()
    async with app.rooms_open(here, database):
        await _prepare(here, database, port, deliveries, addresses)
    await database.close()
    postmaster = int((postgres.data / "cluster" / "postmaster.pid").read_text().split("\n")[0])
    worker = _start_worker(here, url)
    try:
        await Receiver.begun.wait()
        start = processes.cpu_seconds({worker.pid})
        before = processes.cpu_seconds(processes.family(postmaster))
        while Receiver.heard < deliveries:
            await asyncio.sleep(0.05)
            if worker.poll() is not None:
                raise SystemExit("the worker has died")
        await asyncio.sleep(0.5)
        app_cpu = processes.cpu_seconds({worker.pid}) - start
        pg_cpu = processes.cpu_seconds(processes.family(postmaster)) - before
    finally:
        worker.terminate()
        worker.wait(30)
        server.close()
    return {
        "deliveries": Receiver.heard,
        "addresses": addresses,
        "deliveries_per_second": round(Receiver.heard / (Receiver.last - Receiver.first)),
        "cpu_app_ms": round(app_cpu / Receiver.heard * 1000, 3),
        "cpu_postgres_ms": round(pg_cpu / Receiver.heard * 1000, 3),
        "note": "from the first delivery on",
        "aims": AIMS,
    }


async def _prepare(
    here: Settings, database: Database, port: int, deliveries: int, addresses: int
) -> None:
    """Make reports, addresses, and things that have happened and are to be told."""
    async with database.work(THE_CITY) as work:
        for room in app.ROOMS:
            if load := getattr(room, "load_profile", None):
                await load(work, here.folder)
    await reports.import_reports(database, generated(REPORTS, ["street-light"]))
    admin = Actor(permissions=frozenset({"identity.manage"}))
    async with database.work(admin) as work:
        person = await identity.add_person(work, identity.NewPerson(name="Người đo tốc độ"))
    owner = Actor(id=person.id, permissions=frozenset({"me"}))
    async with database.work(owner) as work:
        for number in range(addresses):
            new = NewWebhook(url=f"http://127.0.0.1:{port}/{number}", types=_TYPES)
            await add_webhook(work, new, None)
    async with database.work(THE_CITY) as work:
        await hand_out(work)  # From now on.
        known = await work.all(
            Known, "select id as report_id, case_id from reports.report where shown limit 2000"
        )
    happened = deliveries // addresses
    for start in range(0, happened, 1000):
        async with database.work(THE_CITY) as work:
            for number in range(start, min(start + 1000, happened)):
                about = known[number % len(known)]
                work.announce(VoiceAdded(report_id=about.report_id, case_id=about.case_id))


def _start_worker(here: Settings, url: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "DATABASE_URL": url,
        "DATA": str(here.data),
        "SECRET": here.secret,
        "CITY": here.city,
        "SAMPLE": "true",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "city", "work"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    main()
