"""What is sent arrives at least once, signed, in its order, and nowhere it should not."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
import uvloop
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from cloudevents.core.formats.json import JSONFormat
from standardwebhooks import Webhook as StandardWebhook
from standardwebhooks import WebhookVerificationError

from city.integration.webhooks import actions, store
from city.integration.webhooks.model import LASTS, WAITS, Replay
from city.integration.webhooks.posting import Posts, Reach, is_address
from city.integration.webhooks.publishing import tellings
from city.integration.webhooks.sending import wait_after
from city.integration.webhooks.tests.given_webhooks import (
    HERE,
    answer,
    begun,
    by_subject,
    deliveries,
    given_program,
    given_webhook,
    handed_out,
    moved,
    receiver,
    reported,
    sender,
)
from tests.harness import EVERYBODY, Inside


async def test_a_report_is_told_in_a_signed_envelope(inside: Inside) -> None:
    await begun(inside)
    async with receiver() as there, sender(inside) as one:
        async with inside.work(EVERYBODY) as work:
            webhook, secret = await given_webhook(work, there.url)
        report = await reported(inside)
        await handed_out(inside)
        assert await one.run() == 1
        (heard,) = there.heard
        checked = _check(secret, heard)
        assert checked["type"] == "vn.trangtien.report.submitted.v1"
        assert checked["subject"] == report.ref == checked["data"]["ref"]
        assert heard.headers["webhook-id"] == checked["id"]
        assert "Lan" not in heard.body.decode()
        (delivery,) = await deliveries(inside, webhook.id)
        assert (delivery.state, delivery.status, delivery.attempts) == ("delivered", 204, 1)


def _check(secret: str, heard: Any) -> Any:
    """Check the signature and the envelope as strangers would."""
    # The tests' clock stands still; the library wants what was signed just now.
    at = datetime.fromtimestamp(int(heard.headers["webhook-timestamp"]), UTC)
    with patch("standardwebhooks.webhooks.datetime", wraps=datetime) as clock:
        clock.now.return_value = at
        found = StandardWebhook(secret).verify(heard.body.decode(), heard.headers)
    message = HTTPMessage(headers=heard.headers, body=heard.body)
    event = from_http_event(message, JSONFormat())
    assert event.get_id() == found["id"] and event.get_specversion() == "1.0"
    return found


async def test_what_was_changed_on_its_way_is_refused(inside: Inside) -> None:
    await begun(inside)
    async with receiver() as there, sender(inside) as one:
        async with inside.work(EVERYBODY) as work:
            _, secret = await given_webhook(work, there.url)
        await reported(inside)
        await handed_out(inside)
        await one.run()
        there.heard[0].body = there.heard[0].body.replace(b"street-light", b"street-right")
        with pytest.raises(WebhookVerificationError):
            _check(secret, there.heard[0])


async def test_for_a_day_both_secrets_sign(inside: Inside) -> None:
    async with receiver() as there, sender(inside) as one:
        async with inside.work(EVERYBODY) as work:
            webhook, former = await given_webhook(work, there.url)
            work.actor = _as_owner(work, webhook)
            secret, until = await actions.rotate_secret(work, webhook.id)
            await actions.send_test(work, webhook.id)
        await one.run()
        _check(secret, there.heard[0])
        _check(former, there.heard[0])
        inside.now = until
        async with inside.work(EVERYBODY) as work:
            work.actor = _as_owner(work, webhook)
            await actions.send_test(work, webhook.id)
        await one.run()
        _check(secret, there.heard[1])
        with pytest.raises(WebhookVerificationError):
            _check(former, there.heard[1])


def _as_owner(work: Any, webhook: Any) -> Any:
    return msgspec.structs.replace(work.actor, id=webhook.owner_id)


async def test_a_failure_holds_back_its_own_report_only_and_in_order(inside: Inside) -> None:
    await begun(inside)
    async with receiver() as there, sender(inside) as one:
        async with inside.work(EVERYBODY) as work:
            webhook, _ = await given_webhook(work, there.url)
        bad, good = await reported(inside), await reported(inside)
        for case_id in (bad.case_id, good.case_id):
            await moved(inside, case_id, "accept")
            await moved(inside, case_id, "route")
        there.answers = lambda heard: answer(500 if heard.event["subject"] == bad.ref else 200)
        await handed_out(inside)
        await one.run()
        kinds = [event["type"].split(".")[3] for event in there.events()]
        heard = [event["subject"] for event in there.events()]
        assert heard.count(bad.ref) == 1 and heard.count(good.ref) == 3, kinds
        there.answers = lambda heard: answer(200)
        inside.now += timedelta(seconds=6)
        await one.run()
        states = {delivery.state for delivery in await deliveries(inside, webhook.id)}
        assert states == {"delivered"}
        order = [str(d.event_id) for d in await deliveries(inside, webhook.id)]
        told = by_subject(there.events())
        first, *rest = told[bad.ref]
        assert rest[0] == first, "it comes again under the same id"
        for subject in (bad.ref, good.ref):
            told_once = list(dict.fromkeys(told[subject]))
            assert told_once == [event_id for event_id in order if event_id in told_once]


async def test_it_is_tried_for_a_day_with_longer_and_longer_waits(inside: Inside) -> None:
    async with receiver() as there, sender(inside) as one:
        there.answers = lambda heard: answer(500, "sorry")
        async with inside.work(EVERYBODY) as work:
            webhook, _ = await given_webhook(work, there.url)
            work.actor = _as_owner(work, webhook)
            await actions.send_test(work, webhook.id)
        begun_at = inside.now
        for _ in range(20):
            await one.run()
            (delivery,) = await deliveries(inside, webhook.id)
            if delivery.state == "failed":
                break
            inside.now = delivery.due_at
        assert delivery.state == "failed"
        assert LASTS * 0.6 < inside.now - begun_at <= LASTS
        assert 7 <= delivery.attempts <= 9
        async with inside.work(EVERYBODY) as work:
            whole = await store.find_delivery(work, webhook.id, delivery.id)
        assert whole and [t.answer for t in whole.tries] == ["sorry"] * delivery.attempts


def test_a_server_that_asks_to_wait_is_left_alone_for_as_long() -> None:
    assert wait_after(0, timedelta(minutes=20)) == timedelta(minutes=20)
    for attempts, usual in enumerate(WAITS):
        assert abs(wait_after(attempts) - usual) <= usual * 0.1001


async def test_an_address_that_is_gone_is_paused_and_its_owner_told(inside: Inside) -> None:
    await begun(inside)
    async with receiver() as there, sender(inside) as one:
        there.answers = lambda heard: answer(410)
        async with inside.work(EVERYBODY) as work:
            webhook, _ = await given_webhook(work, there.url)
        await reported(inside)
        await handed_out(inside)
        await one.run()
        async with inside.work(EVERYBODY) as work:
            now = await store.find_webhook(work, webhook.id)
            told = await work.values(
                str,
                "select text from messages.message where person_id = :id",
                id=webhook.owner_id,
            )
        assert now is not None and now.paused_why == "gone"
        assert told == ["Your webhook is paused: {url} says that it is gone."]
        await reported(inside)
        await handed_out(inside)
        assert await one.run() == 0


async def test_after_a_day_of_failures_an_address_is_paused(inside: Inside) -> None:
    async with receiver() as there, sender(inside) as one:
        there.answers = lambda heard: answer(503)
        async with inside.work(EVERYBODY) as work:
            webhook, _ = await given_webhook(work, there.url)
            work.actor = _as_owner(work, webhook)
        for hours in (0, 12, 24):
            async with inside.work(EVERYBODY, now=inside.now) as work:
                work.actor = _as_owner(work, webhook)
                await actions.send_test(work, webhook.id)
            await one.run()
            inside.now += timedelta(hours=12)
            async with inside.work(EVERYBODY) as work:
                found = await store.find_webhook(work, webhook.id)
            assert found is not None
            assert (found.paused_why == "failing") == (hours == 24)


async def test_a_program_that_is_suspended_or_may_not_see_cases_is_not_told(
    inside: Inside,
) -> None:
    await begun(inside)
    async with receiver() as there, sender(inside) as one:
        opened = "vn.trangtien.case.opened.v1"
        async with inside.work(EVERYBODY) as work:
            sees = await given_program(work, "webhooks", "cases:read")
            await given_webhook(work, there.url, types=[opened], program=sees)
        await reported(inside, private=True)
        await handed_out(inside)
        await one.run()
        assert [event["data"]["private"] for event in there.events()] == [True]
        async with inside.work(EVERYBODY) as work:
            await work.run(
                "update partners.program set scopes = '{webhooks}' where id = :id", id=sees.id
            )
        await reported(inside)
        await handed_out(inside)
        async with inside.work(EVERYBODY) as work:
            await work.run(
                """
                update partners.program
                set scopes = '{webhooks,cases:read}', state = 'suspended' where id = :id
                """,
                id=sees.id,
            )
        await reported(inside)
        await handed_out(inside)
        assert await one.run() == 0


async def test_filters_choose_what_is_told(inside: Inside) -> None:
    await begun(inside)
    async with receiver() as there, sender(inside) as one:
        async with inside.work(EVERYBODY) as work:
            await given_webhook(work, there.url, categories=["pothole"])
            await given_webhook(work, there.url, categories=["street-light"], statuses=["accepted"])
        report = await reported(inside)
        await moved(inside, report.case_id, "accept")
        await handed_out(inside)
        await one.run()
        # The state is that of the moment of telling, so that both events pass.
        assert {event["data"]["status"] for event in there.events()} == {"accepted"}
        assert len(there.events()) == 2


async def test_a_webhook_for_one_report_is_told_of_no_other(inside: Inside) -> None:
    await begun(inside)
    async with receiver() as there, sender(inside) as one:
        report, other = await reported(inside), await reported(inside)
        async with inside.work(EVERYBODY) as work:
            await given_webhook(work, there.url, refs=[report.ref])
        for case_id in (other.case_id, report.case_id):
            await moved(inside, case_id, "accept")
        await handed_out(inside)
        await one.run()
        assert {event["subject"] for event in there.events()} == {report.ref}


async def test_replayed_events_have_the_ids_they_had(inside: Inside) -> None:
    await begun(inside)
    async with receiver() as there, sender(inside) as one:
        async with inside.work(EVERYBODY) as work:
            webhook, _ = await given_webhook(work, there.url)
        await reported(inside)
        await reported(inside)
        await handed_out(inside)
        await one.run()
        async with inside.work(EVERYBODY) as work:
            work.actor = _as_owner(work, webhook)
            span = Replay(begin=inside.now, end=inside.now + timedelta(seconds=1))
            assert await actions.replay(work, webhook.id, span) == 2
        await one.run()
        ids = [event["id"] for event in there.events()]
        assert sorted(ids[2:]) == sorted(ids[:2])
        assert [heard.headers.get("webhook-replay") for heard in there.heard] == [
            None,
            None,
            "true",
            "true",
        ]


async def test_what_happens_during_a_replay_is_told_behind_it(
    database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(database)
    async with receiver() as there, sender(database) as one:
        async with database.work(EVERYBODY) as work:
            webhook, _ = await given_webhook(work, there.url)
        report = await reported(database)

        async def slowly(*given: Any, **more: Any) -> Any:
            found = await tellings(*given, **more)
            monkeypatch.undo()
            await moved(database, report.case_id, "accept")
            await handed_out(database)
            await one.run()
            return found

        monkeypatch.setattr("city.integration.webhooks.fanout.tellings", slowly)
        async with database.work(EVERYBODY) as work:
            work.actor = _as_owner(work, webhook)
            span = Replay(begin=work.now - timedelta(hours=1), end=work.now + timedelta(hours=1))
            assert await actions.replay(work, webhook.id, span) == 1
        await handed_out(database)
        await one.run()
        assert [event["data"]["status"] for event in there.events()][-1] == "accepted"


async def test_connections_are_kept_and_a_broken_one_is_made_anew() -> None:
    posts = Posts(HERE)
    async with receiver() as there:
        for _ in range(5):
            assert (await posts.post(there.url, b"", b"{}")).status == 204
        assert there.connections == 1
        there.answers = lambda heard: answer(200, "bye", connection="close")
        for _ in range(2):
            assert (await posts.post(there.url, b"", b"{}")).answer == "bye"
        assert there.connections == 2
    await posts.close()


def test_it_posts_on_the_loop_that_the_server_runs_on() -> None:
    async def posted() -> int:
        async with receiver() as there:
            posts = Posts(HERE)
            answered = await posts.post(there.url, b"", b"{}")
            await posts.close()
            return answered.status

    assert uvloop.run(posted()) == 204


@pytest.mark.parametrize(
    ("said", "status", "error"),
    [
        (answer(302, location="http://127.0.0.1:1/"), 302, ""),
        (answer(200, "x" * 60_000), 200, ""),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + answer(200), 200, ""),
        (b"nonsense\r\n\r\n", 0, "HTTP"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70_000, 0, "too long"),
        (b"", 0, "no answer"),
        (
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
            0,
            "protocol",
        ),
        (answer(429, retry_after="9" * 400), 429, ""),
        (answer(429, retry_after="-5"), 429, ""),
        (answer(503, retry_after="Fri, 31 Dec 99999 23:59:59 GMT"), 503, ""),
        (b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", 0, "content-length"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 0, "chunk"),
    ],
)
async def test_strange_answers_do_no_harm(
    said: bytes, status: int, error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("city.integration.webhooks.posting.PATIENCE_SECONDS", 1)
    posts = Posts(HERE)
    async with receiver() as there:
        there.answers = lambda heard: said
        posted = await posts.post(there.url, b"", b"{}")
        assert posted.status == status and error.lower() in posted.error.lower()
        assert len(posted.answer) <= 4096
    await posts.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "https://127.0.0.1/hook",
        "https://10.1.2.3/hook",
        "https://169.254.169.254/latest",
        "https://[::1]/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://localhost/hook",
        "https://db.internal/hook",
        "https://intranet/hook",
        "https://user:word@example.org/",
        "ftp://example.org/",
        "https://example.org:0/",
        "https://exa mple.org/",
        "https://example.org/#part",
        "javascript:alert(1)",
        "https://",
    ],
)
def test_what_is_no_public_address_is_refused(url: str) -> None:
    assert not is_address(url, Reach())


def test_a_public_address_is_taken_and_in_a_sample_city_this_machine_too() -> None:
    assert is_address("https://example.org:8443/hook?a=b", Reach())
    assert not is_address("http://127.0.0.1:9000/hook", Reach())
    assert is_address("http://127.0.0.1:9000/hook", HERE)
    assert not is_address("http://10.0.0.1/hook", HERE)
    assert is_address("http://10.0.0.1/hook", Reach(anywhere=True))


async def test_a_name_that_leads_inside_is_not_connected_to() -> None:
    posts = Posts(Reach())
    async with receiver() as there:
        posted = await posts.post(f"http://localhost:{there.port}/", b"", b"{}")
        assert posted.status == 0 and "public" in posted.error
        assert there.connections == 0
    await posts.close()


async def test_a_slow_address_does_not_hold_up_another(database: Any) -> None:
    await begun(database)
    async with receiver() as slow, receiver() as fast, sender(database) as one:
        slow.delay = 1.5
        async with database.work(EVERYBODY) as work:
            await given_webhook(work, slow.url)
            await given_webhook(work, fast.url)
        await reported(database)
        await handed_out(database)
        running = asyncio.create_task(one.run())
        await asyncio.sleep(0.4)
        assert len(fast.heard) == 1
        await reported(database)
        await handed_out(database)
        await asyncio.sleep(0.8)
        assert len(fast.heard) == 2
        await running
        assert len(slow.heard) == 2
