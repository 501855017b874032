"""Measure the city: `python -m bench [--reports N] [--requests N]`, or `make bench`.

Starts the product on a database of its own with generated reports, drives it over HTTP on
loopback, and prints one JSON document. CPU is that of the application and of PostgreSQL, from
/proc; the load generator is not counted there, though it shares the cores. Jobs that follow (news,
learning) are left to `city work`, which does not run here. `ratio` is to pgbench
saying the same statements from as many connections in the same run.
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
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import broadcast, deadlines, processes, push
from bench.city import CENTRE, around, reports
from bench.desk import desk_scenarios, desk_token
from bench.driver import Request, drive
from bench.open311 import AIMS as OPEN311_AIMS
from bench.open311 import open311_key, open311_scenarios
from bench.references import Listening, run, script
from city import app, cases, identity, settings
from city.kernel import THE_CITY, Database, Postgres, migrate, new_id
from city.kernel.work import Actor
from city.reports import NewReport, import_reports, submit_report
from city.settings import Settings

AIMS = {
    "submit": {"cpu_ms": 2.0, "ratio": 0.35},
    "list_filtered": {"cpu_ms": 1.5},
    "near_500_m": {"cpu_ms": 1.5},
    "report_page": {"cpu_ms": 2.0},
    "map": {"cpu_ms": 4.0, "bytes": 30_000},
    "start": {"seconds": 4.0, "megabytes": 150},
    "desk_list": {"cpu_ms": 3.0},
    "case_view": {"statements": 5},
    "transition": {"cpu_ms": 3.0},
    "deadlines": deadlines.AIMS,
    "push_sealing": push.AIMS,
    **OPEN311_AIMS,
}
CLIENTS = 16
ZOOMS = (9, 11, 13, 15, 17, 19)


def main() -> None:
    """Measure, and print what came out."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--reports", type=int, default=200_000)
    asked.add_argument("--requests", type=int, default=2_000)
    asked.add_argument("--only", default="", help="scenarios whose name begins so")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        here = settings.use(Settings(data=Path(folder), secret="bench" * 8, sample=True))
        with Postgres(Path(folder) / "postgres") as postgres:
            found = asyncio.run(measure(here, postgres, given))
    json.dump(found, sys.stdout, indent=2, ensure_ascii=False)
    print()


async def measure(here: Settings, postgres: Postgres, given: argparse.Namespace) -> dict[str, Any]:
    """Return every figure."""
    count, requests = given.reports, given.requests
    url = postgres.ensure_database("city_bench")
    await migrate(url)
    database = Listening(url)
    await database.open()
    said: dict[str, Any] = {"reports": count, "cores": os.cpu_count(), "scenarios": {}}
    async with app.rooms_open(here, database), database.work(THE_CITY) as work:
        for room in app.ROOMS:
            if load := getattr(room, "load_profile", None):
                await load(work, here.folder)
    async with app.rooms_open(here, database):
        async with database.work(THE_CITY) as work:
            open_to_all = [c.code for c in (await cases.list_categories(work)) if not c.private]
        began = time.perf_counter()
        await import_reports(database, reports(count, open_to_all))
        said["import_reports_per_second"] = round(count / (time.perf_counter() - began))
        person, token = await _resident(database)
        staff = await desk_token(database)
        key = await open311_key(database)
        await _settle(database)
        spoken = await _listen(database, person)
    await database.close()
    port, server, said["start"] = _start(here, url)
    try:
        ref = _some_ref(port)
        scenarios = _scenarios(token, ref, open_to_all[0], requests)
        scenarios += desk_scenarios(port, staff, requests)
        scenarios += open311_scenarios(key, open_to_all[0], requests)
        for name, make, times in scenarios:
            if not name.startswith(given.only):
                continue
            said["scenarios"][name] = await _scenario(postgres, server, port, make, times)
        said["memory_after_mb"] = processes.resident_bytes(server.pid) // 1_000_000
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
    if "submit" in said["scenarios"]:
        said["submit_on_both_cores"] = await _compare(here, postgres, url, token, spoken, requests)
    if "deadlines".startswith(given.only):
        said["deadlines"] = deadlines.measure()
    if "push_sealing".startswith(given.only):
        said["push_sealing"] = push.measure()
    if "push_broadcast".startswith(given.only):
        whole = postgres.ensure_database("city_broadcast")
        said["push_broadcast"] = await broadcast.measure(here, whole, broadcast.DEVICES)
    said["aims"] = AIMS
    return said


async def _resident(database: Database) -> tuple[Actor, str]:
    async with database.work(EVERYTHING) as work:
        person = await identity.add_person(work, identity.NewPerson(name="Người đo tốc độ"))
        token = await identity.sign_in_person(work, person.id)
    actor = await identity.find_actor(database, token)
    assert actor is not None
    return actor, token


async def _settle(database: Database) -> None:
    """Leave PostgreSQL as it is after a quiet night."""
    async with database.work(THE_CITY) as work:
        connection: Any = await work._connect()
        await connection.execute("rollback")
        await connection.execute("vacuum analyze")
        await connection.execute("checkpoint")
        await connection.execute("begin")


async def _listen(database: Listening, actor: Actor) -> str:
    """Return a pgbench script of what one submitted report says to PostgreSQL."""
    await database.listen()
    for _ in range(2):
        database.spoken.clear()
        found = await identity.find_actor(database, "no session at all")
        assert found is None
        async with database.work(actor) as work:
            await submit_report(work, NewReport(**_report(), client_key=f"bench-key-{new_id()}"))
    kept = {str(actor.id)}
    return script(database.spoken, kept)


async def _compare(
    here: Settings, postgres: Postgres, url: str, token: str, spoken: str, requests: int
) -> dict[str, Any]:
    """Return how one process for each core does beside pgbench saying the same statements."""
    cores = os.cpu_count() or 1
    port, server, _ = _start(here, url, count=cores)
    try:
        (_, submit, _), *_ = _scenarios(token, "", "", requests)
        await drive(port, submit, 200, connections=CLIENTS)
        outcome = await drive(port, submit, requests, connections=CLIENTS)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
    reference = run(postgres, url, spoken, seconds=8, clients=CLIENTS)
    return {
        "processes": cores,
        "connections": CLIENTS,
        "per_second": round(outcome.per_second),
        "p50_ms": outcome.p50_ms,
        "p99_ms": outcome.p99_ms,
        "pgbench_per_second": round(reference),
        "ratio": round(outcome.per_second / reference, 2),
    }


def _report() -> dict[str, Any]:
    return {
        "category": "street-light",
        "description": "Cột đèn trước trường học tắt ba đêm nay, trẻ em đi học về rất tối.",
        "latitude": CENTRE[0],
        "longitude": CENTRE[1],
        "address": "Trước số 5 Lê Lợi",
    }


def _start(
    here: Settings, url: str, count: int = 1
) -> tuple[int, subprocess.Popen[bytes], dict[str, Any]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": url,
        "PORT": str(port),
        "DATA": str(here.data),
        "SECRET": here.secret,
        "CITY": here.city,
        "REPORTS_AN_HOUR": "0",  # One resident sends them all.
        "REPORTS_A_DAY": "0",
    }
    began = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "city", "serve", "--no-jobs", "--processes", str(count)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/reports", timeout=1).read()
            break
        except OSError:
            if server.poll() is not None or time.perf_counter() - began > 60:
                raise
            time.sleep(0.02)
    seconds = round(time.perf_counter() - began, 2)
    return (
        port,
        server,
        {
            "seconds": seconds,
            "megabytes": processes.resident_bytes(server.pid) // 1_000_000,
        },
    )


def _some_ref(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/reports?state=closed") as answer:
        return json.load(answer)["reports"][0]["ref"]


def _scenarios(
    token: str, ref: str, category: str, requests: int
) -> list[tuple[str, Callable[[int], Request], int]]:
    south, west = CENTRE
    json_headers = (("Content-Type", "application/json"), ("Cookie", f"session={token}"))

    def submit(number: int) -> Request:
        body = json.dumps({**_report(), "client_key": f"bench-key-{new_id()}"}).encode()
        return Request("POST", "/api/v1/reports", body, json_headers, (200, 201))

    def get(path: str) -> Callable[[int], Request]:
        return lambda number: Request("GET", path)

    def view(zoom: int) -> Callable[[int], Request]:
        high, wide = 360 / 2**zoom * 900 / 512 / 2, 360 / 2**zoom * 1440 / 512 / 2
        box = f"{west - wide:.5f},{south - high:.5f},{west + wide:.5f},{south + high:.5f}"
        return get(f"/api/v1/map?bbox={box}&zoom={zoom}")

    wide_view = "/api/v1/map?bbox=107.4,16.3,107.8,16.6"
    places = around(100)

    def near(number: int) -> Request:
        latitude, longitude = places[number % len(places)]
        return Request(
            "GET", f"/api/v1/reports?latitude={latitude:.5f}&longitude={longitude:.5f}&radius=500"
        )

    return [
        ("submit", submit, requests),
        ("list_filtered", get(f"/api/v1/reports?category={category}"), requests),
        ("list_page_html", get(f"/reports?category={category}"), requests),
        ("search_words", get("/api/v1/reports?q=den+duong+tat"), requests // 4),
        ("near_500_m", near, requests),
        ("report_page", get(f"/reports/{ref}"), requests),
        ("home", get("/"), requests),
        *((f"map_zoom_{zoom}", view(zoom), requests // 2) for zoom in ZOOMS),
        (
            "map_one_category",
            get(f"{wide_view}&category={category}"),
            500,
        ),
    ]


async def _scenario(
    postgres: Postgres,
    server: subprocess.Popen[bytes],
    port: int,
    make: Callable[[int], Request],
    times: int,
) -> dict[str, Any]:
    await drive(port, make, max(20, times // 20))
    database = processes.family(_postmaster(postgres))
    city = {server.pid}
    before = processes.cpu_seconds(city), processes.cpu_seconds(database)
    outcome = await drive(port, make, times)
    after = processes.cpu_seconds(city), processes.cpu_seconds(database)
    app_ms, pg_ms = ((a - b) / times * 1000 for a, b in zip(after, before, strict=True))
    return {
        "per_second": round(outcome.per_second),
        "p50_ms": outcome.p50_ms,
        "p99_ms": outcome.p99_ms,
        "cpu_ms": round(app_ms + pg_ms, 2),
        "cpu_app_ms": round(app_ms, 2),
        "cpu_postgres_ms": round(pg_ms, 2),
        "largest_bytes": outcome.largest_bytes,
    }


def _postmaster(postgres: Postgres) -> int:
    return int((postgres.data / "cluster" / "postmaster.pid").read_text().split("\n")[0])


class _Everything(frozenset[str]):
    def __contains__(self, permission: object) -> bool:
        return True


EVERYTHING = Actor(id=new_id(), permissions=_Everything())

if __name__ == "__main__":
    main()
