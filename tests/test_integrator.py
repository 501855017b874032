"""The whole way of somebody who joins a program to the city, over HTTP and in other processes.

A report by Open311, the webhook about it, a mirror made of the bulk file and the feed of changes.
"""

import asyncio
import csv
import io
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from standardwebhooks import Webhook

from city import cases, reports
from city.integration.webhooks.tests.given_webhooks import Receiver, moved, receiver
from city.kernel import Database, Problem
from city.partners.tests.given_programs import program_with_key
from city.reports import ImportedReport
from tests.harness import EVERYBODY, copy_database, numbers

ROOT = Path(__file__).parent.parent
SHARED = (
    *("category", "status", "ward", "sent_at", "due_at", "closed_at", "updated_at", "unit_name"),
    *("rating", "voices", "merged_into", "summary", "answer", "latitude", "longitude"),
)


class Joined:
    """A city that is served with its jobs, and a program that has a key."""

    def __init__(self, url: str, key: str, database: Database) -> None:
        self.url = url
        self.key = key
        self.database = database


@pytest.fixture
async def joined(server: Any, template: str, tmp_path: Path) -> AsyncIterator[Joined]:
    """Serve a city of its own to a program that may report and be told."""
    url = await copy_database(server, template, f"city_test_{next(numbers)}_joined")
    database = Database(url)
    await database.open()
    async with database.work(EVERYBODY) as work:
        _, key = await program_with_key(work, "reports:submit", "webhooks")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    about = {"DATABASE_URL": url, "PORT": str(port), "DATA": str(tmp_path), "CITY": "hue"}
    process = subprocess.Popen(
        [sys.executable, "-m", "city", "serve"],
        cwd=ROOT,
        env=os.environ | about | {"WEBHOOKS_INSIDE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        here = f"http://127.0.0.1:{port}"
        await until(lambda: answers(f"{here}/ready"))
        yield Joined(here, key, database)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        await database.close()


async def answers(url: str) -> bool:
    async with httpx2.AsyncClient() as client:
        try:
            return (await client.get(url)).status_code == 200
        except httpx2.TransportError:
            return False


async def until(there: Any, seconds: float = 60) -> None:
    """Wait until something is so, and fail if it is not in this time."""
    end = time.monotonic() + seconds
    while not await there():
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(0.2)


@pytest.mark.slow
async def test_a_program_reports_is_told_and_mirrors_the_city(joined: Joined) -> None:
    async with (
        receiver() as there,
        httpx2.AsyncClient(base_url=joined.url, timeout=30) as client,
    ):
        secret = await subscribe(client, joined, there)
        refs = [await report(client, joined, n) for n in range(6)]
        mirror, position = await bulk(client)
        await go_on(joined, refs)
        refs += [await report(client, joined, n) for n in range(6, 9)]
        await reports.import_reports(joined.database, of_another_system(20))
        await go_on(joined, refs)

        async def equal() -> bool:
            nonlocal position
            position = await follow(client, mirror, position)
            truth, _ = await bulk(client)
            return mirror == truth and len(set(mirror) - set(refs)) == 20

        await until(equal)
        assert len(mirror) >= 25

        async def all_told() -> bool:
            told = {event["subject"] for event in there.events()}
            return set(refs) <= told

        await until(all_told)
    for heard in there.heard:
        Webhook(secret).verify(heard.body, heard.headers)  # Raises if it is not the city's.
    for ref in refs:
        mine = [event for event in there.events() if event["subject"] == ref and event["data"]]
        states = [event["data"]["updated_at"] for event in mine]
        assert states == sorted(states), "nobody is told what was after having been told what is"


async def subscribe(client: httpx2.AsyncClient, joined: Joined, there: Receiver) -> str:
    asked = {
        "url": there.url,
        "types": ["vn.trangtien.report.submitted.v1", "vn.trangtien.report.moved.v1"],
    }
    answer = await client.post(
        "/api/v1/webhooks", json=asked, headers={"authorization": f"Bearer {joined.key}"}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["secret"]


async def report(client: httpx2.AsyncClient, joined: Joined, n: int) -> str:
    """Send a report as the guide of Open311 says; return its id."""
    answer = await client.post(
        "/open311/v2/requests.json",
        data={
            "api_key": joined.key,
            "service_code": "street-light",
            "lat": str(16.4685 + n / 1000),
            "long": "107.5890",
            "description": f"Đèn đường số {n} tắt ba đêm nay, ngõ tối.",
        },
    )
    assert answer.status_code == 200, answer.text
    return answer.json()[0]["service_request_id"]


async def bulk(client: httpx2.AsyncClient) -> tuple[dict[str, Any], str]:
    """Take everything as it stands, and from where to go on."""
    answer = await client.get("/opendata/reports.csv")
    rows = csv.DictReader(io.StringIO(answer.text))
    return {row["ref"]: told(row) for row in rows}, answer.headers["change-position"]


async def follow(client: httpx2.AsyncClient, mirror: dict[str, Any], position: str) -> str:
    """Do in the mirror what has happened since; return how far it has come."""
    while True:
        answer = await client.get("/api/v1/changes", params={"after": position, "limit": 4})
        found = answer.json()
        for event in found["events"]:
            if event["type"] == "vn.trangtien.reports.imported.v1":
                mirror.clear()
                whole, found["next"] = await bulk(client)
                mirror.update(whole)
                break  # What follows here is in the file, or comes after its position.
            if event.get("gone"):
                mirror.pop(event["subject"], None)
            elif event["type"].startswith("vn.trangtien.report."):
                data = event["data"] | {"unit_name": (event["data"]["unit_name"] or {}).get("vi")}
                mirror[event["subject"]] = told(data)
        position = found["next"]
        if not found["events"]:
            return position


def of_another_system(count: int) -> Iterator[ImportedReport]:
    """Reports that another system has kept."""
    for n in range(count):
        yield ImportedReport(
            external_id=f"before-{n}",
            category="street-light",
            status=cases.Status.ROUTED,
            description=f"Đèn đường số {n} tắt từ tuần trước",
            latitude=16.45 + n * 1e-3,
            longitude=107.58,
            unit="hepco",
            opened_at=datetime(2026, 1, 1, tzinfo=UTC),
        )


def told(row: dict[str, Any]) -> dict[str, str]:
    """Return what a file and a change both tell, written alike."""
    told = {name: "" if row[name] is None else str(row[name]) for name in SHARED}
    for name in ("latitude", "longitude"):
        told[name] = f"{float(told[name]):.6f}"
    for name in ("sent_at", "due_at", "closed_at", "updated_at"):
        told[name] = told[name] and datetime.fromisoformat(told[name]).isoformat()
    return told


async def go_on(joined: Joined, refs: list[str]) -> None:
    """Have the city do its work on these reports, and take one out of the public's sight."""
    dice = random.Random(7)
    async with joined.database.work(EVERYBODY, reading=True) as work:
        ids = await work.values(
            UUID, "select case_id from reports.report where ref = any(:refs)", refs=refs
        )
    for case_id in ids:
        for _ in range(2):
            await moved(joined.database, case_id, dice=dice)
    async with joined.database.work(EVERYBODY) as work:
        try:
            await cases.sort_case(work, ids[-1], "corruption")  # Which is private.
        except Problem:
            pass  # It is closed already.
