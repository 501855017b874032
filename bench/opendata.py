"""Measure bulk export: `python -m bench.opendata [--reports N]`.

Starts the product on a database of its own with generated reports, takes the public reports as a
file in every format, and prints one JSON document: seconds until the last byte, megabytes, and how
far the memory of the server rose above what it was before the first of them.
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench.city import reports
from city import app, cases, settings
from city.kernel import THE_CITY, Database, Postgres, migrate
from city.reports import import_reports
from city.settings import Settings

AIMS = {"seconds": 5.0, "megabytes_above_idle": 100}
FORMATS = ("csv", "parquet", "csv", "geojson", "json")


def main() -> None:
    """Measure, and print what came out."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--reports", type=int, default=200_000)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        here = settings.use(Settings(data=Path(folder), secret="bench" * 8))
        with Postgres(Path(folder) / "postgres") as postgres:
            url = postgres.ensure_database("city_bench")
            asyncio.run(_fill(here, url, given.reports))
            found = {"reports": given.reports, "aims": AIMS, "files": _measure(here, url)}
    json.dump(found, sys.stdout, indent=2)
    print()


async def _fill(here: Settings, url: str, count: int) -> None:
    await migrate(url)
    database = Database(url)
    await database.open()
    await app.load_profile(here, database)
    async with app.rooms_open(here, database):
        async with database.work(THE_CITY) as work:
            open_to_all = [one.code for one in await cases.list_categories(work) if not one.private]
        await import_reports(database, reports(count, open_to_all))
    await database.close()


def _measure(here: Settings, url: str) -> list[dict[str, Any]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": url,
        "PORT": str(port),
        "DATA": str(here.data),
        "SECRET": here.secret,
        "CITY": here.city,
        "SAMPLE": "0",
    }
    command = [sys.executable, "-m", "city", "serve", "--no-jobs"]
    server = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        base = f"http://127.0.0.1:{port}"
        _wait(base)
        for page in ("/", "/reports", "/numbers"):
            _take(base + page)
        idle = _memory(server.pid, "VmRSS")
        found: list[dict[str, Any]] = []
        for form in FORMATS:
            Path(f"/proc/{server.pid}/clear_refs").write_text("5")  # The peak begins anew.
            began = time.perf_counter()
            size = _take(f"{base}/opendata/reports.{form}")
            found.append(
                {
                    "format": form,
                    "seconds": round(time.perf_counter() - began, 2),
                    "megabytes": round(size / 1e6, 1),
                    "megabytes_above_idle": round(_memory(server.pid, "VmHWM") - idle),
                    "idle_megabytes": round(idle),
                }
            )
        return found
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _wait(base: str) -> None:
    for _ in range(600):
        try:
            _take(f"{base}/reports")
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server does not answer")


def _take(url: str) -> int:
    """Take a file to its last byte and return how many it had."""
    size = 0
    with urllib.request.urlopen(url, timeout=300) as answer:
        while piece := answer.read(1 << 20):
            size += len(piece)
    return size


def _memory(pid: int, what: str) -> float:
    """Return a figure of /proc/PID/status in megabytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) / 1000
    raise AssertionError(what)


if __name__ == "__main__":
    main()
