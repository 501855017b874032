"""What a system sends that means harm, or knows no better: a reason each time, and no harm."""

from typing import Any

import pytest

from city.integration.hub import inbound
from city.integration.hub.store import messages
from city.integration.hub.tests.given_hub import CALL, contract, hotline, send
from city.kernel import Invalid, Problem
from tests.harness import EVERYBODY, Browser, Inside

pytestmark = pytest.mark.anyio


async def test_a_field_without_a_name_is_a_field_outside_the_contract(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        actor, _ = await hotline(work)
    for hidden in (
        {"": "Nguyễn Văn A"},
        {"": {"soPhieu": "x"}},
        {"viTri": {**CALL["viTri"]}, "": []},
    ):
        with pytest.raises(Invalid):
            await send(inside, actor, {**CALL, **hidden})


@pytest.mark.parametrize(
    "changed",
    [
        {"luc": "01/01/0001 00:00"},
        {"luc": "31/12/9999 23:59"},
        {"soPhieu": "a\x00b"},
        {"noiDung": "\x00"},
        {"diaChi": "\x00"},
        {"viTri": {"vd": "1e308", "kd": "1e308"}},
        {"viTri": {"vd": "999", "kd": "999"}},
        {"viTri": {"vd": "-0", "kd": "0"}},
        {"noiDung": "x" * 5000},
        {"loai": ["DEN"]},
        {"soPhieu": {"a": 1}},
        {"soPhieu": 10**400},
    ],
)
async def test_strange_values_are_refused_or_laid_aside_with_a_reason(
    inside: Inside, changed: dict[str, Any]
) -> None:
    async with inside.work(EVERYBODY) as work:
        actor, _ = await hotline(work)
    try:
        message, _ = await send(inside, actor, {**CALL, **changed})
    except Problem as problem:
        assert problem.status < 500
        return
    async with inside.work(EVERYBODY) as work:
        await inbound.process_message(work, message.id)
        done = await messages.find_message(work, message.id)
    assert done is not None and done.state in ("done", "dead")
    assert done.state == "done" or inbound.fault_of(done)


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("application/json", b"[" * 200_000),
        ("application/json", b'{"a":' * 100_000),
        ("application/json", b'{"soPhieu": "\xff\xfe"}'),
        ("application/json", '{"soPhieu": "a"}'.encode("utf-16")),
        ("application/json", b'{"soPhieu": "\\ud800"}'),
        ("application/json", b'{"soPhieu": NaN}'),
        ("application/json", b""),
        ("application/json", b"x" * 50_000_000),
        ("application/xml", b"<a>" * 100_000),
        (
            "application/xml",
            b'<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>',
        ),
        ("application/xml", b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>'),
        ("application/xml", b'<?xml version="1.0" encoding="none"?><a/>'),
        ("application/xml", b""),
        ("text/csv", b'a,b\n"'),
        ("text/csv", b"a,b\n1,\x00\n"),
        ("text/csv", b"\x00"),
        ("text/plain", b"hello"),
    ],
)
async def test_what_cannot_be_read_is_answered_with_a_reason(
    browser: Browser, media: str, body: bytes
) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        _, key = await hotline(work)
    answer = await browser.post(
        "/api/v1/hub/hotline/case",
        content=body,
        headers={"authorization": f"Bearer {key}", "content-type": media},
    )
    assert answer.status_code in (400, 413, 415, 422), answer.text[:200]
    assert answer.headers["content-type"] == "application/problem+json"


async def test_addresses_that_are_none_are_answered_with_a_reason(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        _, key = await hotline(work)
        await contract(work, "hotline", "things", "out", ["id", "place.lat"])
    headers = {"authorization": f"Bearer {key}"}
    for path in ("hotline/a%00b", "a%00b/case", "hotline/" + "k" * 3000):
        answer = await browser.post(f"/api/v1/hub/{path}", json=CALL, headers=headers)
        assert 400 <= answer.status_code < 500, path[:40]
        answer = await browser.get(f"/api/v1/hub/{path}", headers=headers)
        assert 400 <= answer.status_code < 500, path[:40]
    answer = await browser.get("/api/v1/hub/hotline/things?after=%00", headers=headers)
    assert answer.status_code < 500
    answer = await browser.post(
        "/api/v1/hub/hotline/case", json=CALL, headers={**headers, "message-id": "a\tb"}
    )
    assert answer.status_code < 500


async def test_fields_within_others_can_be_asked_for_and_pages_end_at_the_end(
    browser: Browser,
) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        actor, key = await hotline(work)
        await contract(work, "hotline", "things", "in", ["id", "place", "note"])
        await contract(work, "hotline", "things", "out", ["id", "place.lat"])
    items = [{"id": f"n{n}", "place": {"lat": n, "lon": 1}, "note": "x"} for n in range(5)]
    message, _ = await send(browser.inside, actor, items, kind="things")
    async with browser.inside.work(EVERYBODY) as work:
        await inbound.process_message(work, message.id)
        await work.run("update integration.hub_record set body = 'broken' where key = 'n1'")
    headers = {"authorization": f"Bearer {key}"}
    keys, after = [], ""
    while True:
        query = f"fields=id,place.lat&limit=2&after={after}"
        answer = await browser.get(f"/api/v1/hub/hotline/things?{query}", headers=headers)
        page = answer.json()
        for record in page["records"]:
            n = int(record["key"][1:])
            assert record["fields"] == {"id": f"n{n}", "place": {"lat": n}}
        keys += [record["key"] for record in page["records"]]
        if not (after := page["next"]):
            break
    assert keys == ["n0", "n2", "n3", "n4"]
