"""One address, however slow, sick or full, costs the others nothing."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from city.integration.webhooks import store
from city.integration.webhooks.keeping import forget_old_deliveries
from city.integration.webhooks.model import LASTS, LOG_KEPT, Taken
from city.integration.webhooks.posting import Posted
from city.integration.webhooks.sending import FIRST, Result, note
from city.integration.webhooks.tests.given_webhooks import (
    answer,
    begun,
    deliveries,
    given_webhook,
    handed_out,
    receiver,
    reported,
    sender,
)
from city.kernel import Work, run_due_jobs
from tests.harness import EVERYBODY, Inside


async def test_many_slow_addresses_together_do_not_hold_up_another(database: Any) -> None:
    await begun(database)
    async with receiver() as slow, receiver() as fast, sender(database) as one:
        slow.delay = 3
        async with database.work(EVERYBODY) as work:
            for _ in range(12):
                await given_webhook(work, slow.url)
        for _ in range(40):
            await reported(database)
        await handed_out(database)
        running = asyncio.create_task(one.run())
        await asyncio.sleep(0.5)
        async with database.work(EVERYBODY) as work:
            await given_webhook(work, fast.url)
        await reported(database)
        await handed_out(database)
        await asyncio.sleep(1)
        assert len(fast.heard) == 1
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_window_grows_with_quick_answers_and_shrinks_with_failures(inside: Inside) -> None:
    await begun(inside)
    async with receiver() as there, sender(inside) as one:
        async with inside.work(EVERYBODY) as work:
            webhook, _ = await given_webhook(work, there.url)
        for said, window in ((200, FIRST + 3), (500, 1)):
            there.answers = lambda heard, said=said: answer(said)
            for _ in range(3):
                await reported(inside)
            await handed_out(inside)
            await one.run()
            assert one._windows[webhook.id] == window


def result(webhook: Any, status: int, at: Any, failing_since: Any) -> Result:
    """What came of an attempt that was taken while the address had failed since then."""
    taken = Taken(
        id=0,
        webhook_id=webhook.id,
        event_id=uuid4(),
        body="{}",
        replay=False,
        attempts=0,
        made_at=at,
        url=webhook.url,
        secret=b"",
        former_secret=None,
        former_until=None,
        failing_since=failing_since,
        delivered_at=None,
    )
    return Result(taken=taken, lease=uuid4(), at=at, ms=5, posted=Posted(status=status))


async def test_what_failed_late_does_not_pause_an_address_that_is_well_again(
    inside: Inside,
) -> None:
    """Both were taken while it had failed for a day; one arrived, the other's answer came later."""
    async with inside.work(EVERYBODY) as work:
        webhook, _ = await given_webhook(work, "http://127.0.0.1:9/hook")
        await store.set_failing(work, webhook.id, None, LASTS, timedelta(0))
    since = inside.now
    inside.now += timedelta(hours=24, minutes=1)
    for status in (200, 500):
        async with inside.work(EVERYBODY) as work:
            await note(work, [result(webhook, status, inside.now, since)])
    async with inside.work(EVERYBODY) as work:
        found = await store.find_webhook(work, webhook.id)
    assert found is not None and found.paused_at is None
    assert found.failing_since == inside.now


@pytest.mark.slow
async def test_ten_thousand_that_wait_for_one_subject_are_passed_over_quickly(
    database: Any,
) -> None:
    async with database.work(EVERYBODY) as work:
        webhook, _ = await given_webhook(work, "http://127.0.0.1:9/hook")
        await waiting(work, webhook.id, 10_000)
    async with database.work(EVERYBODY) as work:
        until = work.now + timedelta(seconds=20)
        found = await store.take_due(work, uuid4(), until, rooms={}, each=32, most=64)
        assert len(found) == 1
        again = await store.take_due(work, uuid4(), until, rooms={}, each=32, most=64)
        assert again == []


async def test_what_is_older_than_the_log_is_forgotten_however_much_there_is(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("city.integration.webhooks.keeping._AT_ONCE", 4)
    async with inside.work(EVERYBODY) as work:
        webhook, _ = await given_webhook(work, "http://127.0.0.1:9/hook")
        await waiting(work, webhook.id, 10)
    inside.now += LOG_KEPT + timedelta(minutes=1)
    async with inside.work(EVERYBODY) as work:
        await waiting(work, webhook.id, 1)
        work.later(forget_old_deliveries)
    await run_due_jobs(inside, now=inside.now)
    assert len(await deliveries(inside, webhook.id)) == 1
    async with inside.work(EVERYBODY, reading=True) as work:
        assert await work.value(int, "select count(*) from integration.webhook_body") == 1


async def waiting(work: Work, webhook_id: Any, count: int) -> None:
    """Let so many deliveries about one subject wait for an address."""
    await work.run(
        """
        with body as (
            insert into integration.webhook_body (id, event_id, type, subject, body, made_at)
            values (gen_random_uuid(), gen_random_uuid(), 't', 's', '{}', :now) returning id
        )
        insert into integration.webhook_delivery (webhook_id, body_id, subject, made_at, due_at)
        select :webhook_id, body.id, 's', :now, :now from body, generate_series(1, :n::integer)
        """,
        webhook_id=webhook_id,
        n=count,
        now=work.now,
    )
