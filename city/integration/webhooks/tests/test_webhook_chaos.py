"""The process that sends is killed in the middle, twice: nothing is lost, the order stays."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from city.integration.webhooks.tests.given_webhooks import (
    Receiver,
    begun,
    by_subject,
    deliveries,
    given_webhook,
    receiver,
)
from city.integration.webhooks.tests.test_two_workers import stirred
from city.kernel import Database
from city.settings import Settings
from tests.harness import EVERYBODY

CASES, EACH = 100, 20
ROOT = Path(__file__).parents[4]


@pytest.mark.chaos
@pytest.mark.timeout(400)
async def test_two_thousand_deliveries_survive_kill_9(database: Database, here: Settings) -> None:
    await begun(database)
    async with receiver() as there:
        there.delay = 0.004
        async with database.work(EVERYBODY) as work:
            webhook, _ = await given_webhook(work, there.url)
        refs = await stirred(database, CASES, EACH)
        for share in (0.2, 0.6):
            worker = _worker(database, here)
            await _until(there, int(CASES * EACH * share))
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        worker = _worker(database, here)
        try:
            await _settled(database)
        finally:
            worker.terminate()
            worker.wait(30)
        order = [str(one.event_id) for one in await deliveries(database, webhook.id)]
        assert len(order) == len(set(order)) == CASES * EACH
        told = by_subject(there.events())
        assert {event["id"] for event in there.events()} == set(order)
        assert set(told) == set(refs)
        place = {event_id: number for number, event_id in enumerate(order)}
        for ids in told.values():
            first_times = list(dict.fromkeys(ids))
            assert first_times == sorted(first_times, key=place.__getitem__)


def _worker(database: Database, here: Settings) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "DATABASE_URL": database.url,
        "DATA": str(here.data),
        "SECRET": here.secret,
        "SAMPLE": "true",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "city", "work"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


async def _until(there: Receiver, count: int) -> None:
    async with asyncio.timeout(120):
        while len(there.heard) < count:
            await asyncio.sleep(0.01)


async def _settled(database: Database) -> None:
    """Wait until everything has been handed out and nothing waits."""
    async with asyncio.timeout(200):
        while True:
            async with database.work(EVERYBODY, reading=True) as work:
                done = await work.value(
                    int,
                    """
                    select count(*) from integration.webhook_delivery where state = 'delivered'
                    """,
                )
            if done == CASES * EACH:
                return
            await asyncio.sleep(0.5)
