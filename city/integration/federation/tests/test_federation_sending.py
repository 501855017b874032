"""Handing cases over: each once, whatever happens on the way."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from city.integration.federation import sending as sending_module
from city.integration.federation.network import speak
from city.integration.federation.store import sendings
from city.integration.federation.tests.given_federation import (
    know,
    later,
    neighbour_of,
    report,
    route,
    send_all,
    sending_of,
)
from city.integration.federation.twin import Neighbour
from city.integration.webhooks.posting import Reach
from city.messages import BadEndpoint, PublicNetwork
from tests.harness import EVERYBODY, Browser, Inside

pytestmark = pytest.mark.anyio


@pytest.fixture
async def next_city(inside: Inside) -> AsyncIterator[tuple[Neighbour, str]]:
    async with neighbour_of(inside) as found:
        yield found


async def test_a_routed_case_is_handed_over_once(
    inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    twin, url = next_city
    await know(inside, url)
    case = await report(inside)
    await route(inside, case)
    await route_again(inside, case)
    await send_all(inside)
    sending = await sending_of(inside, case)
    assert (sending.state, sending.their_id, sending.maybe_there) == ("sent", "QT-00001", False)
    (taken,) = twin.taken
    assert taken.form["service_code"] == "den"
    assert taken.form["api_key"] == "their-key"
    assert taken.form["attribute[so-den]"] == "2"
    assert taken.form["attribute[nguon]"] == "Huế"
    assert taken.form["description"].endswith(f"[hue {case.ref}]")
    assert not {"email", "phone", "first_name"} & set(taken.form)


async def route_again(inside: Inside, case: object) -> None:
    from city import cases
    from city.integration.federation.sending import plan_sendings

    async with inside.work(EVERYBODY) as work:
        moved = cases.CaseMoved(
            case_id=case.id,  # type: ignore[attr-defined]
            verb="route",
            was=cases.Status.ROUTED,
            now=cases.Status.ROUTED,
        )
        await plan_sendings(work, moved)


@pytest.mark.parametrize("mood", ["forgetful", "silent"])
async def test_what_arrived_without_an_answer_is_found_again_and_not_sent_twice(
    inside: Inside, next_city: tuple[Neighbour, str], mood: str
) -> None:
    twin, url = next_city
    await know(inside, url)
    case = await report(inside)
    await route(inside, case)
    twin.mood = mood  # type: ignore[assignment]
    await send_all(inside)
    sending = await sending_of(inside, case)
    assert (sending.state, sending.maybe_there) == ("waiting", True)
    twin.mood = "well"
    later(inside, minutes=2)
    await send_all(inside)
    sending = await sending_of(inside, case)
    assert (sending.state, sending.their_id) == ("sent", "QT-00001")
    assert (twin.posts, len(twin.taken)) == (1, 1)


async def test_who_is_killed_while_sending_leaves_it_to_be_asked_for(
    inside: Inside, next_city: tuple[Neighbour, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    twin, url = next_city
    await know(inside, url)
    case = await report(inside)
    await route(inside, case)
    real = sending_module._heard

    def killed(*args: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(sending_module, "_heard", killed)
    with pytest.raises(asyncio.CancelledError):
        await send_all(inside)
    monkeypatch.setattr(sending_module, "_heard", real)
    assert len(twin.taken) == 1
    await send_all(inside)
    assert (await sending_of(inside, case)).state == "waiting", "its lease is not over"
    later(inside, minutes=3)
    await send_all(inside)
    assert (await sending_of(inside, case)).their_id == "QT-00001"
    assert (twin.posts, len(twin.taken)) == (1, 1)


async def test_what_cannot_be_asked_for_is_not_sent_again(inside: Inside) -> None:
    async with neighbour_of(inside) as (twin, url):
        await know(inside, url)
        case = await report(inside)
        await route(inside, case)
        twin.mood = "silent"
        await send_all(inside)
    later(inside, minutes=2)
    await send_all(inside)
    sending = await sending_of(inside, case)
    assert (sending.state, sending.maybe_there, sending.attempts) == ("waiting", True, 2)
    assert sending.fault is not None and "not known whether" in sending.fault.text


async def test_a_token_is_followed_until_there_is_a_number(
    inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    twin, url = next_city
    await know(inside, url)
    case = await report(inside)
    await route(inside, case)
    twin.mood = "tokens"
    await send_all(inside)
    sending = await sending_of(inside, case)
    assert (sending.state, sending.token) == ("token", "t-QT-00001")
    later(inside, minutes=2)
    await send_all(inside)
    assert (await sending_of(inside, case)).their_id == "QT-00001"
    assert twin.posts == 1


async def test_after_twelve_attempts_it_is_laid_aside_and_can_be_changed_and_sent(
    browser: Browser, inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    twin, url = next_city
    await know(inside, url)
    case = await report(inside)
    await route(inside, case)
    twin.mood = "broken"
    for _ in range(12):
        await send_all(inside)
        later(inside, hours=7)
    sending = await sending_of(inside, case)
    assert (sending.state, sending.attempts) == ("dead", 12)
    assert twin.taken == []
    await browser.sign_in("admin")
    shown = await browser.get("/desk/federation/sendings", headers={"accept-language": "en"})
    assert case.ref in shown.text and "Their server answered with status 503" in shown.text
    assert "The system is being looked after" in shown.text
    twin.mood = "well"
    page = f"/desk/federation/sendings/{sending.id}"
    form = {"description": "Đèn tắt, xin xem giúp", "service_code": "den-cao-ap"}
    answer = await browser.post(f"{page}/again", data=form)
    assert answer.status_code == 303, answer.text
    await send_all(inside)
    assert (await sending_of(inside, case)).state == "sent"
    assert twin.taken[0].form["service_code"] == "den-cao-ap"
    assert twin.taken[0].form["description"] == f"Đèn tắt, xin xem giúp\n[hue {case.ref}]"
    again = await browser.post(f"{page}/again", data=form)
    assert again.status_code == 409, "what is there is not sent again"


async def test_what_they_refuse_is_laid_aside_at_once_with_their_words(
    browser: Browser, inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    twin, url = next_city
    await know(inside, url)
    case = await report(inside)
    await route(inside, case)
    twin.mood = "refusing"
    await send_all(inside)
    sending = await sending_of(inside, case)
    assert (sending.state, sending.maybe_there, sending.attempts) == ("dead", False, 1)
    assert sending.their_words == "service_code: this service is closed."
    await browser.sign_in("admin")
    gone = await browser.post(f"/desk/federation/sendings/{sending.id}/give-up")
    assert gone.status_code == 303
    assert (await sending_of(inside, case)).state == "given_up"


async def test_a_mapping_that_leads_nowhere_is_said_in_words(
    inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    twin, url = next_city
    destination = await know(inside, url)
    case = await report(inside)
    await route(inside, case)
    import msgspec

    from city.integration.federation.store import destinations

    async with inside.work(EVERYBODY) as work:
        changed = msgspec.structs.replace(destination, categories={"trees": "cay"})
        assert await destinations.set_destination(work, changed, None)
    await send_all(inside)
    sending = await sending_of(inside, case)
    assert sending.state == "dead" and twin.posts == 0
    assert sending.fault is not None and "services" in sending.fault.text


async def test_on_trial_nothing_is_sent_and_the_page_shows_what_would_be(
    browser: Browser, inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    twin, url = next_city
    await know(inside, url, state="test")
    case = await report(inside)
    await route(inside, case)
    await send_all(inside)
    sending = await sending_of(inside, case)
    assert sending.state == "trial" and twin.posts == 0
    await browser.sign_in("admin")
    shown = await browser.get(f"/desk/federation/sendings/{sending.id}")
    assert "attribute[so-den]" in shown.text and f"[hue {case.ref}]" in shown.text


async def test_private_cases_other_categories_and_other_wards_stay(
    inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    twin, url = next_city
    await know(inside, url, wards=["nowhere"])
    case = await report(inside)
    await route(inside, case)
    async with inside.work(EVERYBODY) as work:
        assert await sendings.list_of_ref(work, case.ref) == []
    await send_all(inside)
    assert twin.posts == 0


async def test_a_held_city_gets_what_waited_once_it_is_in_service(
    inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    import msgspec

    from city.integration.federation.model import State
    from city.integration.federation.store import destinations

    twin, url = next_city
    held = await know(inside, url, state="paused")
    case = await report(inside)
    await route(inside, case)
    await send_all(inside)
    assert (await sending_of(inside, case)).state == "waiting" and twin.posts == 0
    async with inside.work(EVERYBODY) as work:
        live = msgspec.structs.replace(held, state=State.LIVE)
        assert await destinations.set_destination(work, live, None)
    await send_all(inside)
    assert (await sending_of(inside, case)).state == "sent"


async def test_no_address_inside_is_spoken_with(
    browser: Browser, inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    _, url = next_city
    port = int(url.rpartition(":")[2])
    for address in ("127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "::1"):
        with pytest.raises(BadEndpoint):
            await PublicNetwork(allows=Reach().allows).connect_tcp(address, port, 2)
    heard = await speak("GET", "http://10.1.2.3/requests.json")
    assert heard.refused and not heard.arrived
    await browser.sign_in("admin")
    form = {"code": "x-city", "name": "X", "url": "http://192.168.1.1/open311/v2"}
    refused = await browser.post("/desk/federation/new", data=form)
    assert refused.status_code == 422


async def test_a_key_is_kept_sealed_and_never_shown(
    browser: Browser, inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    from city.integration.federation.store import destinations

    _, url = next_city
    await browser.sign_in("admin")
    form = {
        "code": "da-nang",
        "name": "Đà Nẵng",
        "url": url,
        "key": "khoa-that-bi-mat",
        "categories": "street-light = 042",
        "state": "live",
    }
    made = await browser.post("/desk/federation/new", data=form)
    assert made.status_code == 303, made.text
    shown = await browser.get("/desk/federation/da-nang")
    assert "street-light = 042" in shown.text and "khoa-that-bi-mat" not in shown.text
    async with inside.work(EVERYBODY) as work:
        sealed = await destinations.get_key(work, "da-nang")
    assert sealed is not None and b"khoa" not in sealed
    bad = form | {"code": "other", "categories": "no-such-thing = 1\nnonsense"}
    assert (await browser.post("/desk/federation/new", data=bad)).status_code == 422
    await browser.sign_in("auditor")
    assert (await browser.post("/desk/federation/new", data=form)).status_code == 403
