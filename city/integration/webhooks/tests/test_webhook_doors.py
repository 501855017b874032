"""Webhooks by the API with a key, and on the pages of whoever answers for them."""

import base64
import re
from html import unescape
from typing import Any

from city import integration
from city.integration.webhooks import store
from city.integration.webhooks.published import PUBLISHED
from city.integration.webhooks.signing import unseal
from city.integration.webhooks.tests.given_webhooks import (
    begun,
    handed_out,
    key_for,
    moved,
    reported,
)
from city.integration.webhooks.tests.given_webhooks import receiver as receiving
from city.integration.webhooks.tests.given_webhooks import sender as sending
from tests.harness import EVERYBODY, Browser

SUBMITTED = "vn.trangtien.report.submitted.v1"


async def test_a_program_does_it_all_with_its_key(browser: Browser) -> None:
    await begun(browser.inside)
    browser.headers |= await key_for(browser.inside, "webhooks")
    async with receiving() as there, sending(browser.inside) as one:
        made = await browser.post("/api/v1/webhooks", json={"url": there.url, "types": [SUBMITTED]})
        assert made.status_code == 201, made.text
        webhook = made.json()
        path = f"/api/v1/webhooks/{webhook['id']}"
        assert webhook["secret"].startswith("whsec_")
        assert "secret" not in (await browser.get(path)).json()
        listed = (await browser.get("/api/v1/webhooks")).json()["webhooks"]
        assert [item["id"] for item in listed] == [webhook["id"]]

        report = await reported(browser.inside)
        await moved(browser.inside, report.case_id, "accept")
        await handed_out(browser.inside)
        await one.run()
        (delivery,) = (await browser.get(f"{path}/deliveries")).json()["deliveries"]
        assert (delivery["state"], delivery["subject"]) == ("delivered", report.ref)
        whole = (await browser.get(f"{path}/deliveries/{delivery['id']}")).json()
        assert whole["event"]["data"]["ref"] == report.ref and whole["tries"][0]["status"] == 204

        assert (await browser.post(f"{path}/deliveries/{delivery['id']}/again")).status_code == 202
        assert (await browser.post(f"{path}/test")).status_code == 202
        span = {"from": "2026-11-23T00:00:00Z", "to": "2026-11-24T00:00:00Z"}
        replayed = await browser.post(f"{path}/replay", json=span)
        assert replayed.json() == {"deliveries": 1}, replayed.text
        await one.run()
        assert len(there.heard) == 4

        changed = await browser.patch(path, json={"paused": True, "description": "Gương"})
        assert changed.json()["state"] == "paused" and changed.json()["types"] == [SUBMITTED]
        assert (await browser.post(f"{path}/test")).status_code == 409
        assert (await browser.patch(path, json={"paused": False})).json()["state"] == "active"
        secret = (await browser.post(f"{path}/secret")).json()
        assert secret["secret"] != webhook["secret"] and secret["former_until"]
        assert (await browser.delete(path)).status_code == 204
        assert (await browser.get(path)).status_code == 404


async def test_what_is_wrong_is_said_field_by_field(browser: Browser) -> None:
    browser.headers |= await key_for(browser.inside, "webhooks")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"types": [SUBMITTED]}, "url"),
        ({"url": "https://10.0.0.1/", "types": [SUBMITTED]}, "url"),
        ({"url": "https://example.org/", "types": []}, "types"),
        ({"url": "https://example.org/", "types": ["none"]}, "types"),
        ({"url": "https://example.org/", "types": ["vn.trangtien.case.opened.v1"]}, "types"),
        ({"url": "https://example.org/", "types": [SUBMITTED], "wards": ["0"]}, "wards"),
        ({"url": "https://example.org/", "types": [SUBMITTED], "units": ["x"]}, "units"),
        ({"url": "https://example.org/", "types": [SUBMITTED], "refs": ["lamp"]}, "refs"),
        ({"url": "https://example.org/", "types": [SUBMITTED], "statuses": ["x"]}, "statuses"),
        ({"url": "https://example.org/", "types": [SUBMITTED], "other": 1}, "other"),
    ]
    for body, field in cases:
        answer = await browser.post("/api/v1/webhooks", json=body)
        assert answer.status_code in (409, 422), (body, answer.text)
        assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_without_the_scope_or_for_anothers_webhook_there_is_nothing(browser: Browser) -> None:
    headers = await key_for(browser.inside, "webhooks")
    body = {"url": "https://example.org/", "types": [SUBMITTED]}
    made = (await browser.post("/api/v1/webhooks", json=body, headers=headers)).json()
    other = await key_for(browser.inside, "webhooks")
    for path in ("", "/deliveries", "/deliveries/1"):
        answer = await browser.get(f"/api/v1/webhooks/{made['id']}{path}", headers=other)
        assert answer.status_code == 404
    assert (await browser.get("/api/v1/webhooks")).status_code == 401
    weak = await key_for(browser.inside, "reports:submit")
    answer = await browser.get("/api/v1/webhooks", headers=weak)
    assert answer.status_code == 403


async def test_a_secret_lies_in_the_database_sealed(browser: Browser) -> None:
    made = (
        await browser.post(
            "/api/v1/webhooks",
            json={"url": "https://example.org/", "types": [SUBMITTED]},
            headers=await key_for(browser.inside, "webhooks"),
        )
    ).json()
    row = await browser.inside.connection.fetchrow("select * from integration.webhook")
    secret = base64.b64decode(made["secret"].removeprefix("whsec_"))
    assert secret not in row["secret"] and unseal(row["secret"], row["id"]) == secret


async def test_a_developer_registers_tests_and_looks_on_the_pages(browser: Browser) -> None:
    await begun(browser.inside)
    await browser.sign_in("resident")
    async with receiving() as there, sending(browser.inside) as one:
        assert "webhook" in (await browser.get("/developers/webhooks")).text.lower()
        assert (await browser.get("/developers/webhooks/new?lang=en")).status_code == 200
        types = [kind.type for kind in PUBLISHED if kind.about == "report"]
        bad = await browser.post("/developers/webhooks?lang=en", data={"url": there.url})
        assert bad.status_code == 422 and "Please choose at least one." in bad.text
        made = await browser.post("/developers/webhooks", data={"url": there.url, "types": types})
        assert made.status_code == 200 and "whsec_" in made.text
        assert made.headers["cache-control"] == "no-store"
        found = re.search(r"/developers/webhooks/([0-9a-f-]{36})", unescape(made.text))
        assert found is not None
        path = f"/developers/webhooks/{found[1]}"
        assert (await browser.post(f"{path}/test")).status_code == 303
        there.answers = lambda heard: b"HTTP/1.1 500 Oh\r\ncontent-length: 3\r\n\r\nno!"
        await one.run()
        shown = await browser.get(f"{path}?show=waiting&lang=en")
        assert "HTTP 500" in shown.text
        number = re.search(rf"{path}/deliveries/(\d+)", unescape(shown.text))
        assert number is not None
        delivery = await browser.get(f"{path}/deliveries/{number[1]}")
        told = unescape(delivery.text)
        assert "no!" in told and "webhook.tested.v1" in told
        for step in ("pause", "resume"):
            assert (await browser.post(f"{path}/{step}")).status_code == 303
        wrong = await browser.post(f"{path}/replay", data={"begin": "x", "end": "y"})
        assert wrong.status_code == 422
        span = {"begin": "2026-11-23T00:00", "end": "2026-11-24T00:00"}
        assert (await browser.post(f"{path}/replay", data=span)).status_code == 303
        edit = {"url": there.url, "types": types[:1], "wards": "", "description": "Gương"}
        assert (await browser.get(f"{path}/edit")).status_code == 200
        assert (await browser.post(f"{path}/edit", data=edit)).status_code == 303
        assert "Gương" in (await browser.get("/developers/webhooks")).text
        await browser.sign_in("resident", name="Người khác")
        assert (await browser.get(path)).status_code == 404
        await browser.sign_in("admin")
        assert there.url in unescape((await browser.get("/desk/webhooks")).text)


async def test_who_is_forgotten_leaves_no_webhook(browser: Browser) -> None:
    actor = await browser.sign_in("resident")
    data = {"url": "https://example.org/", "types": [SUBMITTED]}
    assert (await browser.post("/developers/webhooks", data=data)).status_code == 200
    async with browser.inside.work(EVERYBODY) as work:
        kept = await integration.list_kept(work, actor.person_id)
        assert [one.name for one in kept] == ["integration_webhooks"]
        await integration.forget_person(work, actor.person_id)
        assert await store.list_all(work) == []
