"""A client that others wrote, against a city in a process of its own."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from city.integration.open311.tests.given_open311 import lamp
from city.kernel import Database
from city.partners.tests.given_programs import program_with_key
from tests.harness import EVERYBODY, copy_database, numbers

ROOT = Path(__file__).parents[4]
georeport = pytest.importorskip("georeport")


@pytest.fixture
async def served(server: Any, template: str, tmp_path: Path) -> AsyncIterator[tuple[str, str]]:
    """The address of a city that is served, and the key of a program."""
    url = await copy_database(server, template, f"city_test_{next(numbers)}_served")
    database = Database(url)
    await database.open()
    async with database.work(EVERYBODY) as work:
        _, key = await program_with_key(work, "reports:submit")
    await database.close()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {"DATABASE_URL": url, "PORT": str(port), "DATA": str(tmp_path), "CITY": "hue"}
    process = subprocess.Popen(
        [sys.executable, "-m", "city", "serve", "--no-jobs"], cwd=ROOT, env=os.environ | settings
    )
    try:
        await asyncio.to_thread(_wait, f"http://127.0.0.1:{port}/ready")
        yield f"http://127.0.0.1:{port}/open311/v2", key
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


@pytest.mark.slow
async def test_georeport_reads_what_was_sent(served: tuple[str, str]) -> None:
    address, key = served
    await asyncio.to_thread(_read_with_georeport, address, key)


def _read_with_georeport(address: str, key: str) -> None:
    import requests

    sent = [
        requests.post(f"{address}/requests.json", data=lamp(api_key=key), timeout=20).json()
        for _ in range(2)
    ]
    ids = [one[0]["service_request_id"] for one in sent]
    seen = []
    for form in ("json", "xml"):
        client = georeport.GeoReport(address, jurisdiction="hue", output_format=form)
        services = client.get_service_list()
        assert any(one["service_code"] == "street-light" for one in services)
        definition = client.get_service_definition("street-light")
        assert definition["service_code"] == "street-light" and definition["attributes"]
        listed = client.get_service_requests(
            service_code="street-light",
            status="open",
            start_date="2020-01-01T00:00:00Z",
            end_date="2035-01-01T00:00:00Z",
        )
        assert {one["service_request_id"] for one in listed} >= set(ids)
        some = client.get_service_requests(service_request_id=",".join(ids))
        assert {one["service_request_id"] for one in some} == set(ids)
        one = client.get_service_request(ids[0])
        seen.append({name: str(value or "") for name, value in one.items()})
    assert seen[0] == seen[1]
    with pytest.raises(requests.HTTPError):
        georeport.GeoReport(address, jurisdiction="paris").get_service_list()


def _wait(address: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(address, timeout=2).read()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
