"""Two cities of our own product: what one hands over the other does, and the first one shows it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from city import cases, identity
from city.integration.federation.following import follow_next
from city.integration.federation.sealing import seal
from city.integration.federation.store import destinations
from city.integration.federation.tests.given_federation import (
    CODE,
    FIXED,
    history_of,
    know,
    report,
    route,
    send_all,
    sending_of,
)
from city.kernel import Database
from city.partners.tests.given_programs import program_with_key
from tests.harness import EVERYBODY, Browser, Inside, copy_database, numbers

ROOT = Path(__file__).parents[4]


@pytest.fixture
async def other(
    server: Any, template: str, tmp_path: Path
) -> AsyncIterator[tuple[str, str, Database]]:
    """The address of another city that is served, the key of a program there, and its database."""
    url = await copy_database(server, template, f"city_test_{next(numbers)}_other")
    database = Database(url)
    await database.open()
    async with database.work(EVERYBODY) as work:
        _, key = await program_with_key(work, "reports:submit")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {"DATABASE_URL": url, "PORT": str(port), "DATA": str(tmp_path), "CITY": "hue"}
    process = subprocess.Popen(
        [sys.executable, "-m", "city", "serve", "--no-jobs"], cwd=ROOT, env=os.environ | settings
    )
    try:
        await asyncio.to_thread(_wait, f"http://127.0.0.1:{port}/ready")
        yield f"http://127.0.0.1:{port}/open311/v2", key, database
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        await database.close()


@pytest.mark.slow
@pytest.mark.parametrize("form", ["json", "xml"])
async def test_a_hands_over_b_answers_and_a_shows_it(
    browser: Browser, inside: Inside, other: tuple[str, str, Database], form: str
) -> None:
    url, key, theirs = other
    inside.now = datetime.now(UTC)
    same = {"street-light": "street-light"}
    questions = {"lamps-out": "lamps-out"}
    await know(inside, url, form=form, categories=same, attributes=questions)
    async with inside.work(EVERYBODY) as work:
        known = await destinations.find_destination(work, CODE)
        assert known is not None
        assert await destinations.set_destination(work, known, seal(key, CODE))
    case = await report(inside)
    await route(inside, case)
    await send_all(inside)
    sending = await sending_of(inside, case)
    assert sending.state == "sent", (sending.fault, sending.their_words)

    async with theirs.work(EVERYBODY) as work:
        there = await cases.get_case_by_ref(work, sending.their_id)
        assert there.summary.endswith(f"[hue {case.ref}]")
        unit = (await identity.list_units(work))[0]
        await cases.accept_case(work, there.id)
        await cases.route_case(work, there.id, unit.id)
        await cases.take_case(work, there.id)
        await cases.answer_case(work, there.id, FIXED)
        await cases.publish_answer(work, there.id)

    inside.now = datetime.now(UTC) + timedelta(minutes=1)
    assert await follow_next(inside)  # type: ignore[arg-type]
    async with inside.work(EVERYBODY) as work:
        here = await cases.get_case(work, case.id)
        known = await destinations.find_destination(work, CODE)
    assert known is not None and known.tells_updates and known.fault is None
    assert (here.status, here.answer) == (cases.Status.ANSWERED, FIXED.strip())
    assert (await history_of(inside, case))[-1].actor_name == "Thành phố bên"
    shown = await browser.get(f"/reports/{case.ref}/handed-over", headers={"accept-language": "en"})
    assert sending.their_id in shown.text and "It is finished there" in shown.text


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
