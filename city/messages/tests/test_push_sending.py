"""Pushing over real HTTP to the simulated push service."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from city import messages
from city.kernel import Actor, Work, say
from city.messages import Audience, Channel, Notice, Severity, Topic, Wording
from city.messages import store as inbox
from city.messages.push import actions, delivering, store, twin
from city.messages.push.model import Choice, Push
from city.messages.push.service import SIMULATED, Answer
from tests.harness import EVERYBODY, NOON, Browser, Inside

NEWS = say("Your report {ref} has been taken up again.", ref="7K3M-Q9TD")
PHONE = "Mozilla/5.0 (Linux; Android 15) Chrome/150"
STORM = {"vi": Wording("Bão số 9", "Ở yên trong nhà."), "en": Wording("Storm", "Stay inside.")}


async def with_device(browser: Browser, **about: Any) -> tuple[Actor, str]:
    """Sign in as somebody with a device of the simulated push service; return its token."""
    actor = await browser.sign_in("resident", **about)
    made = (await browser.post("/simulated/push/devices")).json()
    kept = await browser.post("/api/v1/me/push", json=made, headers={"user-agent": PHONE})
    assert kept.status_code == 204, kept.text
    return actor, made["endpoint"].rpartition("/")[2]


async def tell(browser: Browser, actor: Actor, **how: Any) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        assert actor.id is not None
        await messages.send_message(work, actor.id, NEWS, link="/reports/7K3M-Q9TD", **how)


async def arrived(browser: Browser) -> list[str]:
    async with browser.inside.work(EVERYBODY) as work:
        received = await inbox.list_received(work, 50)
    return [f"{one.subject}: {one.body}" for one in received if one.channel is Channel.PUSH]


async def answers(browser: Browser, token: str, answer: int, retry_after: int = 0) -> None:
    form = {"answer": str(answer), "retry_after": str(retry_after)}
    assert (await browser.post(f"/simulated/push/{token}/answer", data=form)).status_code == 303


async def devices_of(browser: Browser, actor: Actor) -> int:
    assert actor.id is not None
    async with browser.inside.work(EVERYBODY) as work:
        return len(await store.list_subscriptions(work, actor.id))


async def choose(browser: Browser, actor: Actor, **choice: Any) -> None:
    async with browser.inside.work(actor) as work:
        await actions.keep_choice(work, Choice(**choice))


async def test_news_reach_the_device_in_its_language_and_once(browser: Browser) -> None:
    actor, _ = await with_device(browser)
    await tell(browser, actor, topic="7K3M-Q9TD")
    await browser.do_jobs()
    await browser.do_jobs()
    (news,) = await arrived(browser)
    assert news.startswith("Thành phố Huế · 7K3M-Q9TD: Phản ánh")
    assert news.endswith("\n\nhttp://city/reports/7K3M-Q9TD")
    assert "7K3M-Q9TD" in (await browser.get("/simulated/outbox")).text


async def test_whoever_has_no_device_costs_one_statement_and_no_job(browser: Browser) -> None:
    actor = await browser.sign_in("resident")
    assert actor.id is not None
    async with browser.inside.work(EVERYBODY) as work:
        before = len(browser.inside.statements)
        words = {"vi": Wording("Huế", "…")}
        assert await actions.push_to_person(work, actor.id, words, link="/") == 0
        assert (len(browser.inside.statements) - before, work.jobs) == (1, [])


async def test_a_delivery_takes_few_statements_however_many_devices(browser: Browser) -> None:
    actor, _ = await with_device(browser)
    for _ in range(4):
        made = (await browser.post("/simulated/push/devices")).json()
        await browser.post("/api/v1/me/push", json=made)
    await tell(browser, actor)
    mine: list[str] = []
    before = len(browser.inside.statements)
    await browser.do_jobs()
    mine = [s for s in browser.inside.statements[before:] if "messages.push" in s]
    assert len(await arrived(browser)) == 5
    assert len(mine) <= 4  # The push, what is due, who waits, how it went.


async def test_a_repetition_bears_the_same_id_so_that_the_device_can_drop_it(
    browser: Browser,
) -> None:
    actor, _ = await with_device(browser)
    await tell(browser, actor)
    async with browser.inside.work(EVERYBODY) as work:
        body = await work.value(
            str, "select body::text from kernel.job where task = 'messages.deliver_push'"
        )
    assert body is not None
    job = {name: UUID(value) for name, value in json.loads(body).items()}
    for _ in range(2):  # As when the worker was killed after sending and before it committed.
        async with browser.inside.work(EVERYBODY) as work:
            await delivering.deliver(work, job["push_id"], job["first"], job["last"])
            await work.run("update messages.push_delivery set settled = null")
    assert len(await arrived(browser)) == 1


@pytest.mark.parametrize("gone", [404, 410])
async def test_a_device_that_is_gone_is_forgotten_and_counted(browser: Browser, gone: int) -> None:
    actor, token = await with_device(browser)
    await answers(browser, token, gone)
    await tell(browser, actor)
    await browser.do_jobs()
    assert await devices_of(browser, actor) == 0
    async with browser.inside.work(EVERYBODY) as work:
        (reach,) = await store.list_reach(work)
    assert (reach.platform, reach.devices, reach.pruned) == ("android", 0, 1)


async def test_a_service_that_asks_for_patience_gets_it_and_then_the_push(
    browser: Browser,
) -> None:
    actor, token = await with_device(browser)
    await answers(browser, token, 429, 120)
    await tell(browser, actor)
    await browser.do_jobs()
    await answers(browser, token, 201)
    await with_device(browser, name="Người thứ hai")
    await tell(browser, actor)  # Another message: its service is still left alone.
    browser.inside.now = NOON + timedelta(seconds=119)
    await browser.do_jobs()
    assert await arrived(browser) == []
    browser.inside.now = NOON + timedelta(seconds=121)
    await browser.do_jobs()
    assert len(await arrived(browser)) == 2


async def test_a_service_in_trouble_is_tried_again_until_the_push_is_worth_nothing(
    browser: Browser,
) -> None:
    actor, token = await with_device(browser)
    await answers(browser, token, 503)
    await tell(browser, actor)
    for hours in (0, 1, 4, 24):
        browser.inside.now = NOON + timedelta(hours=hours)
        await browser.do_jobs()
    assert await arrived(browser) == []
    await answers(browser, token, 201)
    browser.inside.now = NOON + timedelta(hours=47)
    await browser.do_jobs()
    assert len(await arrived(browser)) == 1
    await answers(browser, token, 503)
    await tell(browser, actor)
    await browser.do_jobs()
    browser.inside.now += timedelta(hours=49)
    await answers(browser, token, 201)
    await browser.do_jobs()
    assert len(await arrived(browser)) == 1, "what is two days old wakes nobody"


async def test_nothing_personal_goes_to_a_device_after_signing_out_there(browser: Browser) -> None:
    actor, _ = await with_device(browser)
    await browser.post("/sign-out")
    await tell(browser, actor)
    await browser.do_jobs()
    assert await arrived(browser) == []


async def test_quiet_hours_hold_back_the_push_and_not_the_inbox(browser: Browser) -> None:
    actor, _ = await with_device(browser)
    await choose(browser, actor, quiet_from=11 * 60, quiet_to=13 * 60)  # It is noon in Huế.
    await tell(browser, actor)
    async with browser.inside.work(actor) as work:
        assert await messages.count_unread(work, actor.person_id) == 1
    browser.inside.now = NOON + timedelta(minutes=59)
    await browser.do_jobs()
    assert await arrived(browser) == []
    browser.inside.now = NOON + timedelta(minutes=60)
    await browser.do_jobs()
    assert len(await arrived(browser)) == 1


async def test_what_is_urgent_breaks_through_quiet_hours(browser: Browser) -> None:
    actor, _ = await with_device(browser)
    await choose(browser, actor, quiet_from=0, quiet_to=23 * 60)
    await tell(browser, actor, urgent=True)
    await browser.do_jobs()
    assert len(await arrived(browser)) == 1


@pytest.mark.parametrize(
    ("now", "start", "end", "waits_minutes"),
    [
        ("2026-11-23T15:30Z", "22:00", "06:00", 7 * 60 + 30),  # 22:30 in Huế, over midnight.
        ("2026-11-23T22:00Z", "22:00", "06:00", 60),  # 05:00
        ("2026-11-23T23:00Z", "22:00", "06:00", 0),  # 06:00: the end is excluded.
        ("2026-11-23T14:59Z", "22:00", "06:00", 0),  # 21:59
        ("2026-11-23T15:00Z", "22:00", "06:00", 8 * 60),  # 22:00: the beginning is included.
        ("2026-11-23T05:00Z", "11:00", "14:00", 120),  # noon
        ("2026-11-23T07:00Z", "11:00", "14:00", 0),  # 14:00
    ],
)
async def test_quiet_hours_are_hours_of_the_city(
    browser: Browser, now: str, start: str, end: str, waits_minutes: int
) -> None:
    browser.inside.now = datetime.fromisoformat(now)
    actor, _ = await with_device(browser)
    minutes = [int(clock[:2]) * 60 + int(clock[3:]) for clock in (start, end)]
    await choose(browser, actor, quiet_from=minutes[0], quiet_to=minutes[1])
    async with browser.inside.work(EVERYBODY) as work:
        words = {"vi": Wording("Huế", "…")}
        await actions.push_to_person(work, actor.person_id, words, link="/")
        due = [at for task, at, _, _ in work.jobs]
    assert due == [browser.inside.now + timedelta(minutes=waits_minutes)]


async def test_who_wants_no_news_of_their_own_gets_them_in_the_inbox_only(
    browser: Browser,
) -> None:
    actor, _ = await with_device(browser)
    await choose(browser, actor, mine=False)
    await tell(browser, actor)
    await tell(browser, actor, about=Topic.QUESTIONS)
    await browser.do_jobs()
    assert len(await arrived(browser)) == 1, "questions are another choice"


async def send_to_many(browser: Browser, to: Audience | None = None, **notice: Any) -> int:
    before = len(await arrived(browser))
    async with browser.inside.work(EVERYBODY) as work:
        await messages.broadcast(work, Notice(**({"words": STORM} | notice)), to)
    await browser.do_jobs()
    return len(await arrived(browser)) - before


async def test_a_warning_reaches_those_who_want_such_and_live_there(browser: Browser) -> None:
    warn: dict[str, Any] = {"topic": Topic.WARNINGS}
    await with_device(browser, name="Ở khắp nơi")
    picky, _ = await with_device(browser, name="Chỉ khi nguy hiểm")
    await choose(browser, picky, warnings=Severity.EXTREME)
    there, _ = await with_device(browser, name="Ở Thuận Hóa")
    await choose(browser, there, wards=["w1"], warnings=Severity.MINOR)
    assert await send_to_many(browser, **warn) == 2
    assert await send_to_many(browser, severity=Severity.MINOR, **warn) == 1
    assert await send_to_many(browser, severity=Severity.EXTREME, **warn) == 3
    assert await send_to_many(browser, Audience(wards=["w2"]), **warn) == 1
    assert await send_to_many(browser, Audience(wards=["w1", "w2"]), **warn) == 2


async def test_only_danger_to_life_breaks_through_quiet_hours(browser: Browser) -> None:
    actor, _ = await with_device(browser)
    await choose(browser, actor, quiet_from=11 * 60, quiet_to=13 * 60)
    warn: dict[str, Any] = {"topic": Topic.WARNINGS}
    assert await send_to_many(browser, severity=Severity.SEVERE, **warn) == 0
    assert await send_to_many(browser, severity=Severity.EXTREME, **warn) == 1
    browser.inside.now = NOON + timedelta(hours=1)
    await browser.do_jobs()
    assert len(await arrived(browser)) == 2


async def test_who_follows_a_ward_or_a_category_is_told_and_nobody_else(browser: Browser) -> None:
    await with_device(browser, name="Không theo dõi gì")
    actor, _ = await with_device(browser, name="Theo dõi đèn đường")
    follow: dict[str, Any] = {"topic": Topic.FOLLOWED}
    light = Audience(wards=["w9"], categories=["street-light"])
    async with browser.inside.work(EVERYBODY) as work:
        notice = Notice(topic=Topic.FOLLOWED, words=STORM)
        assert await messages.broadcast(work, notice, light) is None
        assert work.jobs == []
    await choose(browser, actor, categories=["street-light"])
    assert await send_to_many(browser, light, **follow) == 1
    await choose(browser, actor, wards=["w9"])
    assert await send_to_many(browser, light, **follow) == 1
    assert await send_to_many(browser, Audience(wards=["w8"]), **follow) == 0


async def test_a_broadcast_goes_out_in_batches_and_to_everybody_once(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "BATCH", 2)
    monkeypatch.setattr(actions, "PLANNED_AT_ONCE", 3)
    for number in range(7):
        await with_device(browser, name=f"Người {number}")
    assert await send_to_many(browser, topic=Topic.QUESTIONS) == 7
    async with browser.inside.work(EVERYBODY) as work:
        (sending,) = await store.list_broadcasts(work, 5)
    assert (sending.devices, sending.sent, sending.waiting, sending.failed) == (7, 7, 0, 0)


async def test_a_device_that_shows_a_push_confirms_itself(browser: Browser) -> None:
    actor, _ = await with_device(browser)
    await tell(browser, actor)
    await browser.do_jobs()
    async with browser.inside.work(EVERYBODY) as work:
        (received,) = await inbox.list_received(work, 5)  # Its id is that of the delivery.
    browser.inside.now = NOON + timedelta(days=8)
    browser.sign_out()
    answer = await browser.post("/push/seen", json={"delivery": str(received.id)})
    assert answer.status_code == 204
    async with browser.inside.work(EVERYBODY) as work:
        (reach,) = await store.list_reach(work)
    assert (reach.devices, reach.day, reach.week) == (1, 1, 1)
    unknown = await browser.post("/push/seen", json={"delivery": str(UUID(int=1))})
    assert unknown.status_code == 204, "whoever guesses learns nothing"


def test_the_payload_is_declarative_and_never_too_long(here: object) -> None:
    push = Push(
        id=UUID(int=5),
        person_id=None,
        topic=Topic.WARNINGS,
        words={"vi": Wording("Bão", "Nước đang lên. " * 900), "en": Wording("Storm", "Stay.")},
        link="/warnings/9",
        urgent=True,
        replaces="storm-9",
        severity=Severity.EXTREME,
        wards=[],
        categories=[],
        asked_at=NOON,
        expires_at=NOON + timedelta(hours=4),
    )
    long = delivering.payload(push, UUID(int=6), "vi")
    assert len(long) <= 3993
    assert json.loads(long)["notification"]["body"].endswith("…")
    said = json.loads(delivering.payload(push, UUID(int=6), "ko"))
    assert said["web_push"] == 8030
    assert said["notification"] == {
        "title": "Storm",
        "body": "Stay.",
        "navigate": "http://city/warnings/9",
        "lang": "ko",
        "tag": "storm-9",
        "requireInteraction": True,
        "data": {"delivery": str(UUID(int=6))},
    }


async def test_headers_say_for_how_long_how_soon_and_what_is_replaced(inside: Inside) -> None:
    push = Push(
        id=UUID(int=5),
        person_id=None,
        topic=Topic.WARNINGS,
        words=STORM,
        link="/",
        urgent=False,
        replaces="storm-9",
        severity=Severity.SEVERE,
        wards=[],
        categories=[],
        asked_at=NOON,
        expires_at=NOON + timedelta(hours=4),
    )
    headers = delivering.headers_of(push, SIMULATED, NOON + timedelta(hours=1))
    assert (headers["TTL"], headers["Urgency"]) == ("10800", "high")
    assert len(headers["Topic"]) == 32
    assert twin.is_signed(headers["Authorization"], SIMULATED, datetime.now(UTC).timestamp())


async def test_the_simulated_service_takes_only_what_a_real_one_would(browser: Browser) -> None:
    _, token = await with_device(browser)
    good = {
        "TTL": "60",
        "Content-Encoding": "aes128gcm",
        "Authorization": delivering.Way.vapid.header(SIMULATED),
    }
    post = delivering.Way.services.post
    assert await post(f"{SIMULATED}/{token}", good, bytes(4097)) == Answer(413)
    assert await post(f"{SIMULATED}/{token}", good, b"no sealed push") == Answer(400)
    assert await post(f"{SIMULATED}/nobody", good, b"x") == Answer(404)
    for name, value, answer in (
        ("TTL", "", 400),
        ("Content-Encoding", "aesgcm", 415),
        ("Authorization", "vapid t=x, k=y", 403),
    ):
        found = await post(f"{SIMULATED}/{token}", good | {name: value}, b"x")
        assert found.status == answer, name


async def test_a_broken_connection_is_no_answer_and_may_work_later(work: Work) -> None:
    await delivering.Way.services.close()
    monkey = delivering.Way.services.post
    answer = await monkey("https://127.0.0.1.nowhere.invalid/x", {}, b"")
    assert answer == Answer(0)
    assert answer.may_work_later
