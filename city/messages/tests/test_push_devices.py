"""Devices that subscribe, what people choose, and addresses that must never be called."""

import asyncio
import socket
from typing import Any
from uuid import UUID

import httpcore2
import pytest
from msgspec.structs import replace

from city import messages
from city.kernel import Missing, say
from city.messages.push import actions, store, twin
from city.messages.push.model import Choice, Severity
from city.messages.push.service import (
    SIMULATED,
    Answer,
    BadEndpoint,
    PublicNetwork,
    PushServices,
    is_public,
    origin_of,
    wait_of,
)
from city.settings import Settings, use
from tests.harness import EVERYBODY, NOON, Browser, Inside

NEWS = say("Your report {ref} has been answered.", ref="7K3M-Q9TD")
KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpk"
    "NtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
REAL = {"endpoint": "https://push.example.org/wp/abc", "keys": KEYS, "expirationTime": None}


async def devices(browser: Browser, person_id: UUID | None) -> list[Any]:
    assert person_id is not None
    async with browser.inside.work(EVERYBODY) as work:
        return await store.list_subscriptions(work, person_id)


async def test_a_browser_learns_the_key_and_subscribes_as_often_as_it_likes(
    browser: Browser,
) -> None:
    key = (await browser.get("/api/v1/push")).json()
    assert len(key["key"]) == 87 and key["simulated"] is True
    actor = await browser.sign_in("resident")
    for _ in range(3):
        assert (await browser.post("/api/v1/me/push", json=REAL)).status_code == 204
    (device,) = await devices(browser, actor.id)
    assert device.origin == "https://push.example.org"
    gone = {"endpoint": REAL["endpoint"]}
    assert (await browser.request("DELETE", "/api/v1/me/push", json=gone)).status_code == 204
    assert await devices(browser, actor.id) == []


async def test_subscribing_takes_one_statement_beside_signing_in(browser: Browser) -> None:
    await browser.sign_in("resident")
    answer, statements = await browser.counted("POST", "/api/v1/me/push", json=REAL)
    assert (answer.status_code, statements) == (204, 2)


async def test_only_somebody_signed_in_subscribes(browser: Browser) -> None:
    assert (await browser.post("/api/v1/me/push", json=REAL)).status_code == 401


async def test_a_phone_that_changes_hands_belongs_to_who_signed_in_last(browser: Browser) -> None:
    first = await browser.sign_in("resident")
    await browser.post("/api/v1/me/push", json=REAL)
    second = await browser.sign_in("resident", name="Người sau")
    await browser.post("/api/v1/me/push", json=REAL)
    assert await devices(browser, first.id) == []
    assert len(await devices(browser, second.id)) == 1
    await browser.sign_in("resident", name="Người lạ")
    await browser.request("DELETE", "/api/v1/me/push", json={"endpoint": REAL["endpoint"]})
    assert len(await devices(browser, second.id)) == 1, "nobody removes another's device"


async def test_the_device_that_was_silent_longest_makes_room(browser: Browser) -> None:
    actor = await browser.sign_in("resident")
    for number in range(22):
        made = REAL | {"endpoint": f"https://push.example.org/{number}"}
        await browser.post("/api/v1/me/push", json=made)
    assert len(await devices(browser, actor.id)) == 20


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.org/x",
        "https://push.example.org:8443/x",
        "https://user@push.example.org/x",
        "https://localhost/x",
        "https://database/x",
        "https://printer.local/x",
        "https://127.0.0.1/x",
        "https://10.1.2.3/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://[64:ff9b::a00:1]/x",
        "https://[fd00::1]/x",
        "file:///etc/passwd",
        "https:///x",
        "https://[::1/x",
        "https://push.example.org/x\r\nX-Y: z",
        "http://push.trangtien.test.evil.example/x",
    ],
)
async def test_an_address_inside_the_house_is_never_kept(browser: Browser, endpoint: str) -> None:
    with pytest.raises(BadEndpoint):
        origin_of(endpoint, simulated=True)
    actor = await browser.sign_in("resident")
    answer = await browser.post("/api/v1/me/push", json=REAL | {"endpoint": endpoint})
    assert answer.status_code == 409
    assert await devices(browser, actor.id) == []


def test_the_simulated_service_is_for_sample_cities_only() -> None:
    assert origin_of(f"{SIMULATED}/abc", simulated=True) == SIMULATED
    with pytest.raises(BadEndpoint):
        origin_of(f"{SIMULATED}/abc")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("192.168.0.1", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
        ("2002:7f00:1::", False),
        ("fe80::1%eth0", False),
    ],
)
def test_an_address_is_public_or_it_is_not(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize("hidden", ["127.0.0.1", "10.0.0.7", "::1"])
async def test_a_name_that_leads_into_the_house_is_not_called(
    hidden: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One public address beside a private one does not help either."""
    found = [(socket.AF_INET, 1, 6, "", (address, 443)) for address in ("8.8.8.8", hidden)]

    async def lookup(*args: Any, **named: Any) -> Any:
        return found

    def never(*args: Any, **named: Any) -> Any:
        raise AssertionError("it was called")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lookup, raising=False)
    monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", never)
    services = PushServices(PublicNetwork())
    assert await services.post("https://push.example.org/x", {}, b"") == Answer(410)
    await services.close()


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (b"120", 120),
        (b"0", 1),
        (b"999999999999", 86_400),
        (b"Mon, 23 Nov 2026 05:02:00 GMT", 120),
        (b"Mon, 23 Nov 2020 05:02:00 GMT", 1),
        (b"soon", None),
        (b"", None),
    ],
)
def test_a_service_says_how_long_to_wait_in_seconds_or_by_the_clock(
    given: bytes, seconds: int | None
) -> None:
    wait = wait_of([(b"Retry-After", given)], NOON)
    assert (wait and wait.total_seconds()) == seconds


CHOSEN = {
    "mine": "true",
    "warnings": "3",
    "categories": ["street-light", "no-such-thing"],
    "quiet": "true",
    "quiet_from": "22:30",
    "quiet_to": "6:00",
}


async def test_what_somebody_chooses_is_kept_and_shown_again(browser: Browser) -> None:
    actor = await browser.sign_in("resident")
    page = await browser.get("/me/notifications")
    assert page.status_code == 200
    answer = await browser.post("/me/notifications", data=CHOSEN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/notifications")
    async with browser.inside.work(EVERYBODY) as work:
        choice = await store.find_choice(work, actor.person_id)
    assert choice == Choice(
        mine=True,
        questions=False,
        warnings=Severity.SEVERE,
        wards=[],
        categories=["street-light"],
        quiet_from=22 * 60 + 30,
        quiet_to=6 * 60,
    )
    shown = (await browser.get("/me/notifications")).text
    assert 'value="22:30"' in shown and 'value="06:00"' in shown


async def test_the_page_of_choices_takes_few_statements(browser: Browser) -> None:
    await browser.sign_in("resident")
    _, statements = await browser.counted("GET", "/me/notifications")
    assert statements <= 4  # Who asks, the choice, the categories, the devices.


@pytest.mark.parametrize(
    "wrong", [{"quiet_from": "25:00"}, {"quiet_to": ""}, {"quiet_to": "22:30"}, {"warnings": "9"}]
)
async def test_a_choice_that_is_none_comes_back_with_a_word(
    browser: Browser, wrong: dict[str, str]
) -> None:
    await browser.sign_in("resident")
    answer = await browser.post("/me/notifications", data=CHOSEN | wrong)
    assert answer.status_code == 422
    assert "f-quiet_" in answer.text or "f-warnings-error" in answer.text


async def test_a_device_can_be_removed_without_javascript(browser: Browser) -> None:
    actor = await browser.sign_in("resident")
    await browser.post("/api/v1/me/push", json=REAL)
    (device,) = await devices(browser, actor.id)
    await browser.post(f"/me/notifications/devices/{device.id}/forget")
    assert await devices(browser, actor.id) == []


async def test_reach_is_for_those_who_run_the_city(browser: Browser) -> None:
    await browser.sign_in("resident")
    await browser.post("/api/v1/me/push", json=REAL, headers={"user-agent": "iPhone"})
    assert (await browser.get("/desk/reach")).status_code == 403
    await browser.sign_in("admin")
    page, statements = await browser.counted("GET", "/desk/reach")
    assert page.status_code == 200 and "iPhone" in page.text
    assert statements <= 3


async def test_keys_are_no_part_of_what_somebody_takes_away(browser: Browser) -> None:
    actor = await browser.sign_in("resident")
    await browser.post("/api/v1/me/push", json=REAL)
    await browser.post("/me/notifications", data=CHOSEN)
    async with browser.inside.work(EVERYBODY) as work:
        kept = await actions.list_kept(work, actor.person_id)
        assert [one.name for one in kept] == ["push_devices", "push_choice"]
        told = str([one.rows for one in kept])
        assert "push.example.org" in told and "/wp/abc" not in told
        assert not any(secret in told for secret in (*KEYS.values(), "ikm", "auth", "p256dh"))
        await actions.forget_person(work, actor.person_id)
        assert await store.list_subscriptions(work, actor.person_id) == []
        assert await store.find_choice(work, actor.person_id) is None


async def test_in_a_real_city_there_is_no_simulated_push_service(
    inside: Inside, here: Settings
) -> None:
    use(replace(here, sample=False))
    try:
        async with inside.work(EVERYBODY) as work:
            with pytest.raises(Missing):
                await twin.add_device(work)
            with pytest.raises(Missing):
                await twin.set_answer(work, "x", 404, 0)
    finally:
        use(here)


async def test_unread_messages_are_a_card_of_the_first_page(browser: Browser) -> None:
    actor = await browser.sign_in("resident")
    assert (await browser.get("/inbox/card")).text.strip() == ""
    async with browser.inside.work(EVERYBODY) as work:
        await messages.send_message(work, actor.person_id, NEWS)
    assert "&#x2f;inbox" in (await browser.get("/inbox/card")).text
