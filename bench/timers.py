"""Timers: 100,000 pending, each to be done within two seconds of its time, and once.

`python -m bench.timers [--count N] [--seconds N]` prints the figures as one JSON document. Two
workers of the product's own, each in a process of its own; one is killed with SIGKILL half-way,
and another comes.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.city import reports
from city import app, cases, settings
from city.cases import Status
from city.kernel import THE_CITY, Database, Postgres, migrate
from city.reports import import_reports
from city.settings import Settings


def main() -> None:
    """Measure, and print what came out."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--count", type=int, default=100_000)
    asked.add_argument("--seconds", type=int, default=120, help="over which they fall due")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        here = settings.use(Settings(data=Path(folder), secret="bench" * 8, sample=True))
        with Postgres(Path(folder) / "postgres") as postgres:
            url = postgres.ensure_database("city_bench")
            found = asyncio.run(measure(here, url, given.count, given.seconds))
    json.dump(found, sys.stdout, indent=2)
    print()


async def measure(here: Settings, url: str, count: int, seconds: int) -> dict[str, Any]:
    """Return how late the timers were, and whether each was done once."""
    await migrate(url)
    database = Database(url)
    await database.open()
    await app.load_profile(here, database)
    async with app.rooms_open(here, database):
        await _cases(database, count)
        # Writing all those times takes a while; none may be due before the workers are there.
        first = database.clock() + timedelta(seconds=10 + count / 2500)
        async with database.work(THE_CITY) as work:
            await work.run(
                """
                update cases.case set
                    wake_at = :first::timestamptz + random() * :seconds * interval '1 s',
                    entered_at = now() - interval '1 day', rung = 1
                """,
                first=first,
                seconds=seconds,
            )
            await work.run("update cases.case set step_due_at = wake_at")
            await work.run("delete from kernel.job")
            await work.run("analyze cases.case")
        killed = 0
        workers = [_worker(here, url) for _ in range(2)]
        try:
            to_spare = (first - database.clock()).total_seconds()
            await asyncio.sleep(to_spare + seconds / 2)
            workers[0].send_signal(signal.SIGKILL)
            workers[0].wait()
            killed += 1
            workers[0] = _worker(here, url)
            found = await _wait(database, seconds + 120)
        finally:
            for worker in workers:
                worker.send_signal(signal.SIGINT)
            for worker in workers:
                worker.wait(60)
    await database.close()
    return {
        "timers": count,
        "over_seconds": seconds,
        "killed": killed,
        **found,
        "to_spare": round(to_spare),
    }


async def _cases(database: Database, count: int) -> None:
    async with database.work(THE_CITY) as work:
        codes = [
            category.code
            for category in await cases.list_categories(work)
            if category.process is cases.Process.TIME_BOUND
        ]
    rows = (row for row in reports(count * 8, codes) if row.status is Status.NEW)
    await import_reports(database, (row for row, _ in zip(rows, range(count), strict=False)))


def _worker(here: Settings, url: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "DATABASE_URL": url,
        "DATA": str(here.data),
        "SECRET": here.secret,
        "CITY": here.city,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "city", "work"], env=environment, stderr=subprocess.DEVNULL
    )


async def _wait(database: Database, most: float) -> dict[str, Any]:
    begun = time.monotonic()
    while time.monotonic() - begun < most:
        async with database.work(THE_CITY, reading=True) as work:
            left = await work.value(
                int, "select count(*) from cases.case where wake_at = step_due_at"
            )
        if not left:
            break
        await asyncio.sleep(1)
    async with database.work(THE_CITY, reading=True) as work:
        late = await work.values(
            float,
            """
            select unnest(percentile_cont(array[0.5, 0.99, 1]) within group (
                order by extract(epoch from entry.at - c.step_due_at)::float8))
            from cases.entry join cases.case as c on c.id = entry.case_id
            where entry.verb = 'escalate' and entry.seq = 2
            """,
        )
        twice = await work.value(
            int, "select count(*) from cases.case where rung <> 2 or head_seq <> 2"
        )
        done = await work.value(int, "select count(*) from cases.entry where verb = 'escalate'")
    return {
        "done": done,
        "not_once": twice,
        "left": left,
        "late_seconds": dict(zip(("p50", "p99", "most"), (round(n, 2) for n in late), strict=True)),
    }


AIMS = {"p99": 2.0, "not_once": 0}

if __name__ == "__main__":
    main()
