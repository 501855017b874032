"""Messages that come in: contracts, quotas, idempotence, and what they lead to."""

from datetime import date, timedelta

import pytest

from city import cases
from city.integration.hub import inbound, office, outbound
from city.integration.hub.formats import Unreadable
from city.integration.hub.model import Rule
from city.integration.hub.store import messages
from city.integration.hub.tests.given_hub import (
    CALL,
    CALL_FIELDS,
    as_admin,
    chained,
    contract,
    hotline,
    send,
)
from city.kernel import Actor, Conflict, Forbidden, Invalid, TooMany, Work
from tests.harness import EVERYBODY, Browser, Inside

pytestmark = pytest.mark.anyio


async def test_a_call_becomes_a_case_once_however_often_it_is_sent(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        actor, _ = await hotline(work)
    message, new = await send(inside, actor, CALL, "T-17")
    again, once_more = await send(inside, actor, CALL, "T-17")
    assert (new, once_more, again.id) == (True, False, message.id)
    async with inside.work(EVERYBODY) as work:
        await inbound.process_message(work, message.id)
        await inbound.process_message(work, message.id)
        done = await messages.find_message(work, message.id)
        assert done is not None and done.state == "done"
        (ref,) = done.results
        case = await cases.get_case_by_ref(work, ref)
        assert (case.category, case.source, case.address) == (
            "street-light",
            cases.Source.CALL,
            "12 Lê Lợi",
        )
        assert case.opened_at.isoformat() == "2026-11-23T01:30:00+00:00"
        history = await cases.list_history(work, case.id)
        assert history[0].actor_name == "Tổng đài thành phố"
        assert await cases.verify_history(work, case.id)


async def test_the_same_thing_in_another_message_opens_no_second_case(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        actor, _ = await hotline(work)
    first, _ = await send(inside, actor, CALL, "one")
    second, new = await send(inside, actor, CALL, "two")
    assert new
    async with inside.work(EVERYBODY) as work:
        for message in (first, second):
            await inbound.process_message(work, message.id)
        found = [await messages.find_message(work, one.id) for one in (first, second)]
    assert found[0] and found[1] and found[0].results == found[1].results


async def test_a_field_outside_the_contract_is_refused_by_its_name(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        actor, _ = await hotline(work)
    caller = {"ten": "Nguyễn Văn A", "dienThoai": "000"}
    with pytest.raises(Invalid) as refused:
        await send(inside, actor, {**CALL, "nguoiGoi": caller})
    assert set(refused.value.errors) == {"nguoiGoi.ten", "nguoiGoi.dienThoai"}
    async with inside.work(EVERYBODY) as work:
        (entry,) = await chained(work)
        assert entry.outcome == "field-not-allowed" and entry.size > 0
        assert "Nguyễn" not in repr(entry)


async def test_what_does_not_fit_is_told_field_by_field(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        actor, _ = await hotline(work)
    with pytest.raises(Invalid) as refused:
        await send(inside, actor, {**CALL, "loai": "XYZ", "luc": "yesterday", "noiDung": " "})
    assert set(refused.value.errors) == {"loai", "luc", "noiDung"}
    with pytest.raises(Unreadable):
        await send(inside, actor, b"{not json")


async def test_another_text_by_the_same_id_is_a_conflict(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        actor, _ = await hotline(work)
    await send(inside, actor, CALL, "T-17")
    with pytest.raises(Conflict):
        await send(inside, actor, {**CALL, "diaChi": "14 Lê Lợi"}, "T-17")


async def test_without_a_contract_or_with_another_key_nothing_comes_in(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        actor, _ = await hotline(work, valid_to=date(2026, 12, 31))
    with pytest.raises(Forbidden):
        await send(inside, actor, CALL, kind="payment")
    stranger = Actor(name="x", program_id=EVERYBODY.id, permissions=frozenset({"hub.use"}))
    with pytest.raises(Forbidden):
        await send(inside, stranger, CALL)
    inside.now += timedelta(days=3000)
    with pytest.raises(Forbidden):
        await send(inside, actor, CALL)


async def test_a_quota_holds_for_a_day_of_the_city(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        actor, _ = await hotline(work, quota_a_day=2)
    for key in ("1", "2", "2"):
        await send(inside, actor, CALL, key)
    with pytest.raises(TooMany) as refused:
        await send(inside, actor, CALL, "3")
    assert refused.value.seconds == 12 * 3600
    async with inside.work(EVERYBODY) as work:
        outcomes = [entry.outcome for entry in await chained(work)]
    assert outcomes == ["accepted", "accepted", "repeated", "over-quota"]
    inside.now += timedelta(hours=12)
    assert (await send(inside, actor, CALL, "3"))[1]


async def test_one_bad_record_does_not_hold_up_the_others(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        actor, _ = await hotline(work)
    far = {**CALL, "soPhieu": "T-18", "viTri": {"vd": "10", "kd": "100"}}
    message, _ = await send(inside, actor, [CALL, far])
    async with inside.work(EVERYBODY) as work:
        await inbound.process_message(work, message.id)
        laid = await messages.find_message(work, message.id)
        assert laid is not None and laid.state == "dead" and len(laid.results) == 1
        await office.send_again(as_admin(work), message.id)
        await inbound.process_message(work, message.id)
        again = await messages.find_message(work, message.id)
        assert again is not None and again.results == laid.results


async def test_bodies_are_sealed_and_go_when_the_contract_says(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        actor, _ = await hotline(work, keep_days=5)
    message, _ = await send(inside, actor, CALL)
    async with inside.work(EVERYBODY) as work:
        kept = await messages.find_message(work, message.id)
        assert kept is not None and kept.body and "Lê Lợi".encode() not in kept.body
    inside.now += timedelta(days=6)
    async with inside.work(EVERYBODY) as work:
        await outbound.forget_old(work)
        gone = await messages.find_message(work, message.id)
        assert gone is not None and gone.body is None and gone.digest == message.digest


async def test_a_program_sends_and_asks_over_http(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        _, key = await hotline(work)
        await contract(work, "hotline", "outage", "out", ["id", "ward"])
    headers = {"authorization": f"Bearer {key}", "message-id": "T-17"}
    sent = await browser.post("/api/v1/hub/hotline/case", json=CALL, headers=headers)
    assert sent.status_code == 202, sent.text
    again = await browser.post("/api/v1/hub/hotline/case", json=CALL, headers=headers)
    assert again.json()["repeated"] and again.json()["id"] == sent.json()["id"]
    await browser.do_jobs()
    state = (await browser.get(sent.json()["href"], headers=headers)).json()
    assert state["state"] == "done" and len(state["results"]) == 1
    refused = await browser.post(
        "/api/v1/hub/hotline/case",
        json={**CALL, "cccd": "1"},
        headers={**headers, "message-id": "x"},
    )
    assert refused.status_code in (409, 422)
    assert [e["field"] for e in refused.json()["errors"]] == ["cccd"]


async def test_what_is_read_is_only_what_the_contract_names(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        _, key = await hotline(work)
        await contract(work, "hotline", "outage", "out", ["id", "ward"], quota_a_day=2)
        await contract(work, "water-company", "outage", "in", ["maThongBao", "khuVuc", "lyDo"])
        rules = {"id": "maThongBao", "ward": "khuVuc", "why": "lyDo"}
        await office.publish_mapping(
            as_admin(work),
            "water-company",
            "outage",
            0,
            [Rule(to=ours, source=theirs) for ours, theirs in rules.items()],
            "",
        )
        await outbound.pull_system(work, "water-company")
    headers = {"authorization": f"Bearer {key}"}
    read = await browser.get("/api/v1/hub/hotline/outage", headers=headers)
    assert {name for one in read.json()["records"] for name in one["fields"]} == {"id", "ward"}
    refused = await browser.get("/api/v1/hub/hotline/outage?fields=id,why", headers=headers)
    assert [e["field"] for e in refused.json()["errors"]] == ["why"]
    assert (await browser.get("/api/v1/hub/hotline/outage", headers=headers)).status_code == 200
    over = await browser.get("/api/v1/hub/hotline/outage", headers=headers)
    assert over.status_code == 429 and int(over.headers["retry-after"]) > 0
    assert (await browser.get("/api/v1/hub/hotline/outage")).status_code == 401


async def test_two_people_make_a_contract_and_a_new_one_takes_its_place(work: Work) -> None:
    first = await contract(work, "hotline", "case", "in", CALL_FIELDS)
    admin = as_admin(work)
    old = await office.get_contract(work, first)
    number = await office.draft_contract(admin, old)
    with pytest.raises(Forbidden):
        await office.approve_contract(admin, number)
    other = await contract(work, "hotline", "case", "in", ["soPhieu"])
    assert (await office.get_contract(work, first)).state == "ended"
    assert (await office.get_contract(work, other)).state == "approved"
