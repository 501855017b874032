"""Two workers at once, and one that dies: everything arrives, and in the order of each case."""

import asyncio
from datetime import timedelta
from typing import Any

from city.integration.webhooks.tests.given_webhooks import (
    answer,
    begun,
    by_subject,
    deliveries,
    given_webhook,
    handed_out,
    receiver,
    sender,
)
from city.kernel import Database
from city.reports import VoiceAdded
from tests.harness import EVERYBODY


async def stirred(database: Any, cases: int, each: int) -> list[str]:
    """Let something happen to each of so many reports so often; return their references."""
    from city.integration.webhooks.tests.given_webhooks import reported

    found = [await reported(database) for _ in range(cases)]
    for _ in range(each - 1):
        async with database.work(EVERYBODY) as work:
            for report in found:
                work.announce(VoiceAdded(report_id=report.id, case_id=report.case_id))
    return [report.ref for report in found]


async def test_two_workers_send_each_once_and_never_two_of_a_case_at_a_time(
    database: Database,
) -> None:
    await begun(database)
    async with receiver() as there, sender(database) as one, sender(database) as two:
        under_way: set[str] = set()

        def answered(heard: Any) -> bytes:
            under_way.discard(heard.event["subject"])
            return answer(200)

        there.delay, there.answers = 0.005, answered
        async with database.work(EVERYBODY) as work:
            webhook, _ = await given_webhook(work, there.url)
        refs = await stirred(database, cases=8, each=12)
        handing = [handed_out(database), handed_out(database)]
        await asyncio.gather(*handing, one.run(), two.run())
        await asyncio.gather(one.run(), two.run())
        events = there.events()
        assert len(events) == len({event["id"] for event in events}) == 8 * 12
        assert set(by_subject(events)) == set(refs)
        order = [str(d.event_id) for d in await deliveries(database, webhook.id)]
        for told in by_subject(events).values():
            assert told == [event_id for event_id in order if event_id in set(told)]


async def test_what_a_dead_worker_had_in_hand_is_sent_by_another(database: Database) -> None:
    await begun(database)
    async with receiver() as there, sender(database) as one, sender(database) as two:
        async with database.work(EVERYBODY) as work:
            webhook, _ = await given_webhook(work, there.url)
        await stirred(database, cases=6, each=3)
        await handed_out(database)
        there.delay = 0.2
        dying = asyncio.create_task(one.run())
        await asyncio.sleep(0.3)
        # As kill -9 leaves it: what it has taken and heard is written down nowhere.
        one._results.clear()
        one._write = one._take = _never  # type: ignore[method-assign]
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        there.delay = 0
        await two.run()
        database.clock = lambda: _later(database)  # type: ignore[method-assign]
        await two.run()
        states = [delivery.state for delivery in await deliveries(database, webhook.id)]
        assert states == ["delivered"] * 18
        order = [str(d.event_id) for d in await deliveries(database, webhook.id)]
        assert {event["id"] for event in there.events()} == set(order)
        for told in by_subject(there.events()).values():
            once = list(dict.fromkeys(told))
            assert once == [event_id for event_id in order if event_id in set(told)]


async def _never() -> int:
    return 0


def _later(database: Database) -> Any:
    from city.kernel.database import utc_now

    return utc_now() + timedelta(seconds=60)
