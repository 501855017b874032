"""Limits: how often, how they are told, how processes share them, and what is counted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import msgspec
import pytest

from city import settings
from city.kernel import Database, Unavailable
from city.partners.pace import Buckets
from city.partners.programs import store
from city.partners.programs.door import Door, House
from city.partners.programs.keys import new_key
from city.partners.programs.tally import hour_of, midnight_of, until_midnight
from city.partners.tests.given_programs import program_with_key
from city.web import Gate
from tests.harness import EVERYBODY, NOON, Browser


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    House.door = Door(clock)
    return clock


async def given(browser: Browser, *scopes: str, **changes: Any) -> Any:
    async with browser.inside.work(EVERYBODY) as work:
        program, key = await program_with_key(work, *scopes, **changes)
    return program, {"x-api-key": key}


def test_a_bucket_fills_up_evenly() -> None:
    clock = Clock()
    buckets = Buckets(clock)
    assert [buckets.take("a", 3).left for _ in range(3)] == [2, 1, 0]
    refused = buckets.take("a", 3)
    assert (refused.taken, refused.next_in, refused.full_in) == (False, 20, 60)
    clock.now += 20
    assert buckets.take("a", 3).taken and not buckets.take("a", 3).taken
    clock.now += 3600
    assert buckets.take("a", 3).left == 2


def test_a_flood_of_addresses_takes_no_memory_without_end() -> None:
    clock = Clock()
    buckets = Buckets(clock)
    for n in range(50_000):
        buckets.take(f"a:{n}", 600)
    assert len(buckets._buckets) <= 20_000
    assert buckets.untold() == []  # None of them has come near its limit.


async def test_limits_are_told_with_every_answer(browser: Browser, clock: Clock) -> None:
    _, headers = await given(browser, a_minute=60, a_day=1000)
    answer = await browser.get("/api/v1/categories", headers=headers)
    assert answer.headers["ratelimit-policy"] == '"minute";q=60;w=60, "day";q=1000;w=86400'
    night = until_midnight(NOON)
    assert answer.headers["ratelimit"] == f'"minute";r=59;t=1, "day";r=999;t={night}'
    anonymous = await browser.get("/api/v1/categories")
    assert anonymous.headers["ratelimit-policy"] == '"minute";q=600000;w=60'
    page = await browser.get("/reports")
    assert "ratelimit" not in page.headers


async def test_who_asks_too_often_is_told_when_to_come_again(
    browser: Browser, clock: Clock
) -> None:
    _, headers = await given(browser, a_minute=2)
    for _ in range(2):
        assert (await browser.get("/api/v1/categories", headers=headers)).status_code == 200
    refused = await browser.get("/api/v1/categories", headers=headers)
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["retry-after"] == "30"
    assert refused.headers["ratelimit"].startswith('"minute";r=0;t=60')
    clock.now += 30
    assert (await browser.get("/api/v1/categories", headers=headers)).status_code == 200


async def test_a_day_ends_at_the_citys_midnight(browser: Browser, clock: Clock) -> None:
    _, headers = await given(browser, a_day=2)
    for _ in range(2):
        assert (await browser.get("/api/v1/categories", headers=headers)).status_code == 200
    refused = await browser.get("/api/v1/categories", headers=headers)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == str(12 * 3600)  # It is noon in Huế.
    browser.inside.now += timedelta(hours=12)
    assert (await browser.get("/api/v1/categories", headers=headers)).status_code == 200


async def test_what_was_too_often_does_not_count_for_the_day(
    browser: Browser, clock: Clock
) -> None:
    _, headers = await given(browser, a_minute=2, a_day=10)
    for _ in range(5):
        await browser.get("/api/v1/categories", headers=headers)
    await House.door.tell(browser.inside)  # type: ignore[arg-type]
    clock.now += 30  # Nothing is remembered of the key any more.
    answer = await browser.get("/api/v1/categories", headers=headers)
    assert answer.status_code == 200 and '"day";r=7;' in answer.headers["ratelimit"]


async def test_only_changes_that_were_made_count_as_changes(browser: Browser, clock: Clock) -> None:
    _, headers = await given(browser, "reports:submit", writes_a_day=1)
    wrong = {"category": "nothing"}
    for _ in range(3):
        answer = await browser.post("/api/v1/reports", json=wrong, headers=headers)
        assert answer.status_code in (409, 422), answer.text
        assert '"writes";r=0' in answer.headers["ratelimit"]
    assert (await browser.get("/api/v1/categories", headers=headers)).status_code == 200


async def test_an_address_has_a_limit_unless_there_is_none(
    browser: Browser, city: Gate, clock: Clock
) -> None:
    here = settings.current()
    settings.use(msgspec.structs.replace(here, api_a_minute=2))
    try:
        for address, told in (("203.0.113.5", 429), ("127.0.0.1", 200)):
            transport = httpx2.ASGITransport(city, client=(address, 1))  # type: ignore[arg-type]
            async with httpx2.AsyncClient(transport=transport, base_url="http://city") as other:
                answers = [await other.get("/api/v1/categories") for _ in range(3)]
                assert [a.status_code for a in answers] == [200, 200, told]
                wrong = await other.get("/api/v1/categories", headers={"x-api-key": new_key()})
                assert wrong.status_code == (429 if told == 429 else 401)
        settings.use(msgspec.structs.replace(here, api_a_minute=0))
        assert "ratelimit" not in (await browser.get("/api/v1/categories")).headers
    finally:
        settings.use(here)


async def test_two_processes_share_what_is_left(database: Database) -> None:
    one, other = Door(Clock()), Door(Clock())
    for _ in range(30):
        assert one.buckets.take("p:x", 60).taken
    await one.tell(database)
    for _ in range(10):
        assert other.buckets.take("p:x", 60).taken
    assert other.buckets.take("p:x", 60).left == 49  # It has not heard yet.
    await other.tell(database)
    left = other.buckets.take("p:x", 60).left
    assert 17 <= left <= 20  # 30 and 11 are gone; a moment has passed since.


async def test_two_processes_share_the_day(database: Database) -> None:
    clock = Clock()
    one, other = Door(clock), Door(clock)
    async with database.work(EVERYBODY) as work:
        _, key = await program_with_key(work, a_day=10)
    now = database.clock()
    for door, times in ((one, 6), (other, 4)):
        grant = await door.find(database, key, now)
        assert grant is not None
        for _ in range(times):
            door.tally.begin(grant, now, "GET")
            door.tally.end(grant, now, "GET", 200, 100, begun=True)
        assert door.tally.today(grant, now).requests == times
    for door in (one, other, one):
        await door.tell(database)
    grant = await other.find(database, key, now)
    assert grant is not None and other.tally.today(grant, now).requests == 10
    one.tally.begin(grant, now, "GET")
    one.tally.end(grant, now, "GET", 200, 1, begun=True)
    await one.tell(database)
    assert one.tally.today(grant, now).requests == 11


async def test_what_could_not_be_written_is_written_later(database: Database) -> None:
    door = Door(Clock())
    async with database.work(EVERYBODY) as work:
        program, key = await program_with_key(work)
    now = database.clock()
    grant = await door.find(database, key, now)
    assert grant is not None
    door.tally.begin(grant, now, "GET")
    door.tally.end(grant, now, "GET", 200, 7, begun=True)
    for _ in range(20):
        door.buckets.take("p:x", 60)
    closed = Database(database.url)
    with pytest.raises(Unavailable):
        await door.tell(closed)
    await door.tell(database)
    async with database.work(EVERYBODY, reading=True) as work:
        days = await store.list_days(work, program.id, midnight_of(now), "Asia/Ho_Chi_Minh")
    assert [(d.requests, d.bytes) for d in days] == [(1, 7)]


async def test_usage_is_counted_by_hour_and_answer(browser: Browser, clock: Clock) -> None:
    program, headers = await given(browser, "reports:submit", a_minute=3)
    for path in ("/api/v1/categories", "/api/v1/nothing-here", "/api/v1/cases"):
        await browser.get(path, headers=headers)
    await browser.get("/api/v1/categories", headers=headers)  # The fourth in a minute.
    await House.door.tell(browser.inside)  # type: ignore[arg-type]
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        since = midnight_of(work.now)
        days = await store.list_days(work, program.id, since, "Asia/Ho_Chi_Minh")
        refusals = await store.list_refusals(work, program.id, since)
        keys = await store.list_keys(work, program.id)
    assert [(d.day.isoformat(), d.requests, d.writes, d.errors) for d in days] == [
        ("2026-11-23", 4, 0, 3)
    ]
    assert days[0].bytes > 1000
    assert [(r.status, r.times) for r in refusals] == [(403, 1), (404, 1), (429, 1)]
    assert keys[0].last_used_at == browser.inside.now


async def test_telling_takes_few_statements_however_many_there_are(
    browser: Browser, clock: Clock
) -> None:
    program, headers = await given(browser, a_minute=10)
    _, more = await given(browser, a_minute=10)
    for each in (headers, more):
        for _ in range(5):
            await browser.get("/api/v1/categories", headers=each)
    before = len(browser.inside.statements)
    await House.door.tell(browser.inside)  # type: ignore[arg-type]
    assert len(browser.inside.statements) - before == 4
    await House.door.tell(browser.inside)  # type: ignore[arg-type]
    assert len(browser.inside.statements) - before == 4
    assert program.state == "active"


def test_hours_begin_as_the_citys_clock_says() -> None:
    moment = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)  # Half past midnight in Huế.
    assert midnight_of(moment) == datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert hour_of(moment) == midnight_of(moment)
    assert until_midnight(moment) == 23 * 3600 + 1800
