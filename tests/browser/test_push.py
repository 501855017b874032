"""Notifications on a phone: turned on with a tap, sent by the city, shown by the worker once."""

import json
import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import aside, check_accessible, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

RESIDENT, OPERATOR, ADMIN = "Nguyễn Thị Hạnh", "Hoàng Thanh Thủy", "Cao Thảo Vy"
SENT = """async () => (await fetch("/api/v1/reports", {method: "POST",
  headers: {"content-type": "application/json"},
  body: JSON.stringify({category: "street-light", client_key: crypto.randomUUID(),
    description: "Cột đèn số 21 bên bờ sông bị tắt từ tối qua, đi lại rất khó.",
    latitude: 16.4685, longitude: 107.589})})).json()"""
SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(
  ({title, body, tag, data}) => ({title, body, tag, data}))"""


def turn_on(phone: Page) -> None:
    phone.context.grant_permissions(["notifications", "geolocation"])
    sign_in(phone, RESIDENT, "/me/notifications")
    check_accessible(phone, "notifications")
    phone.get_by_role("button", name="Bật thông báo").click()
    expect(phone.locator("push-switch")).to_have_attribute(
        "data-standing", "simulated", timeout=20_000
    )


def push(phone: Page, delivery: str, title: str = "Thành phố Huế · 7K3M-Q9TD") -> None:
    """Give the page's worker a push, as the browser's own push service would."""
    said: dict[str, Any] = {
        "title": title,
        "body": "Phản ánh của bạn đã được trả lời.",
        "navigate": f"{phone.url.split('/me/')[0]}/mine",
        "tag": delivery,
        "data": {"delivery": delivery},
    }
    tools = phone.context.new_cdp_session(phone)
    found: list[str] = []
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    tools.send("ServiceWorker.enable")
    phone.wait_for_timeout(300)
    tools.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": "/".join(phone.url.split("/")[:3]),
            "registrationId": found[-1],
            "data": json.dumps({"web_push": 8030, "notification": said}),
        },
    )


def shown(phone: Page, count: int) -> list[dict[str, Any]]:
    for _ in range(40):
        found: list[dict[str, Any]] = phone.evaluate(SHOWN)
        if len(found) == count:
            return found
        phone.wait_for_timeout(250)
    raise AssertionError(f"{count} notifications were meant to be shown, there are {found}")


def test_a_tap_turns_notifications_on_and_news_of_a_report_come(phone: Page, desk: Page) -> None:
    turn_on(phone)
    phone.reload()
    expect(phone.locator("#devices ~ ul, #devices").first).to_be_visible()
    expect(phone.get_by_text("Xác nhận lần cuối")).to_be_visible()
    ref = phone.evaluate(SENT)["ref"]
    sign_in(desk, OPERATOR, "/desk")
    desk.goto(f"/desk/cases/{ref}")
    aside(desk)
    desk.locator("button[form=do-route]").click()
    for _ in range(60):
        desk.goto("/simulated/outbox")
        if desk.get_by_text(f"· {ref}").count():
            break
        desk.wait_for_timeout(500)
    expect(desk.get_by_text(f"· {ref}").first).to_be_visible()
    phone.get_by_role("button", name=re.compile("Tắt thông báo")).click()
    expect(phone.locator("push-switch")).to_have_attribute("data-standing", "off")
    phone.reload()
    expect(phone.get_by_text("Chưa có máy nào")).to_be_visible()


def test_the_worker_shows_a_push_once_and_never_a_repetition(phone: Page) -> None:
    turn_on(phone)
    phone.wait_for_function("navigator.serviceWorker.controller || true")
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    push(phone, first)
    (one,) = shown(phone, 1)
    assert one["title"] == "Thành phố Huế · 7K3M-Q9TD"
    assert one["data"]["navigate"].endswith("/mine")
    phone.evaluate(
        "async () => (await (await navigator.serviceWorker.ready).getNotifications())"
        ".forEach((one) => one.close())"
    )
    push(phone, first)
    phone.wait_for_timeout(1000)
    assert shown(phone, 0) == [], "a repetition is not shown again"
    push(phone, second)
    assert shown(phone, 1)[0]["tag"] == second


def test_reach_counts_who_confirmed(desk: Page) -> None:
    sign_in(desk, ADMIN, "/desk/reach")
    check_accessible(desk, "reach")
