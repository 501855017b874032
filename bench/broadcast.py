"""A whole broadcast: who is meant, sealing, HTTP, and the log of what became of each.

`python -m bench.broadcast [--devices N]` prints the figures as one JSON document. One process of
the city does everything: it asks PostgreSQL who is meant, seals for each device with what was
prepared when it subscribed, hands it over to the simulated push service by HTTP and writes down
the answer. That service runs in a process of its own; it looks at every header and at the city's
signature, and is not the device as well: who opens twenty thousand messages measures that.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import secrets
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec

from city import app, identity, messages, settings
from city.kernel import THE_CITY, Actor, Database, Postgres, migrate, run_due_jobs
from city.messages import Audience, Notice, Severity, Topic, Wording
from city.messages.push import actions, store
from city.messages.push.delivering import Way
from city.messages.push.model import Keys, NewSubscription
from city.messages.push.seal import CURVE, public_bytes
from city.messages.push.service import SIMULATED, PublicNetwork, PushServices
from city.messages.push.twin import SimulatedPushService
from city.messages.push.vapid import base64url
from city.settings import Settings

DEVICES = 20_000
EACH = 20
"""Devices of one person: as many as are kept."""
PHONE = "Mozilla/5.0 (Linux; Android 15) Chrome/150"
REGISTRAR = Actor(id=uuid4(), permissions=frozenset({"identity.manage"}))
WORDS = {
    "vi": Wording("Bão số 9 vào bờ tối nay", "Ở yên trong nhà, chèn chống cửa. Gọi 112 khi cần."),
    "en": Wording("Typhoon 9 reaches the coast tonight", "Stay inside. Call 112 if you need help."),
}


def main() -> None:
    """Measure, and print what came out."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--devices", type=int, default=DEVICES)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        here = settings.use(Settings(data=Path(folder), secret="bench" * 8, sample=True))
        with Postgres(Path(folder) / "postgres") as postgres:
            url = postgres.ensure_database("city_bench")
            found = asyncio.run(measure(here, url, given.devices))
    json.dump(found, sys.stdout, indent=2)
    print()


async def measure(here: Settings, url: str, devices: int) -> dict[str, Any]:
    """Return how many devices a second one process reaches, from the notice to the log."""
    await migrate(url)
    database = Database(url)
    await database.open()
    await app.load_profile(here, database)
    async with app.rooms_open(here, database):
        await _subscribe(database, devices)
        mine, theirs = multiprocessing.get_context("spawn").Pipe()
        service = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,))
        service.start()
        Way.services = PushServices(PublicNetwork(mine.recv()))
        began, cpu = time.perf_counter(), time.process_time()
        notice = Notice(topic=Topic.WARNINGS, words=WORDS, severity=Severity.EXTREME)
        async with database.work(THE_CITY) as work:
            await messages.broadcast(work, notice, Audience())
        while await run_due_jobs(database):
            pass
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        mine.send("how many?")
        arrived = mine.recv()
        service.join(10)
        await Way.services.close()
        async with database.work(THE_CITY) as work:
            (sent,) = await store.list_broadcasts(work, 1)
    await database.close()
    return {
        "devices": devices,
        "arrived": arrived,
        "settled": sent.sent,
        "seconds": round(seconds, 2),
        "devices_per_second": round(arrived / seconds),
        "cpu_ms_per_device": round(1000 * cpu / arrived, 3),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }


async def _subscribe(database: Database, devices: int) -> None:
    """Have people with devices that want to be warned; two hundred keys are keys enough."""
    public = [base64url(public_bytes(ec.generate_private_key(CURVE))) for _ in range(200)]
    for first in range(0, devices, EACH):
        async with database.work(REGISTRAR) as work:
            person = await identity.add_person(work, identity.NewPerson(name=f"Máy {first}"))
            work.actor = Actor(id=person.id, session_id=uuid4(), permissions=frozenset({"me"}))
            for number in range(first, min(first + EACH, devices)):
                keys = Keys(p256dh=public[number % 200], auth=base64url(os.urandom(16)))
                new = NewSubscription(
                    endpoint=f"{SIMULATED}/{secrets.token_urlsafe(24)}", keys=keys
                )
                await actions.subscribe(work, new, language="vi", user_agent=PHONE)


class _Counting(SimulatedPushService):
    """Takes what is good and counts it."""

    taken = 0

    async def _take(self, asked: Any) -> tuple[int, dict[str, str]]:
        self.taken += 1
        return 201, {"location": f"{SIMULATED}/message/{self.taken}"}


def _serve(line: Connection) -> None:
    asyncio.run(_serving(line))


async def _serving(line: Connection) -> None:
    service = _Counting(None, None)  # type: ignore[arg-type]  (it asks no database)
    await service.open()
    line.send(service.port)
    await asyncio.to_thread(line.recv)
    line.send(service.taken)
    await service.close()


if __name__ == "__main__":
    main()
