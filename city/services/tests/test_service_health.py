"""Every working function answers in the running app, and one that does not is said to be broken."""

from datetime import timedelta
from html import unescape

import httpx2
import msgspec
import pytest
from litestar import Litestar

from city import services
from city.services import known, store
from city.services.health import asking, look_after_services
from city.services.model import Look, State
from city.settings import ROOT
from tests.harness import EVERYBODY, NOON, Browser

ROLES = ("resident", "desk", "leader", "admin", "auditor", "unit", "helper")
_, PROFILE = services.read_catalogue((ROOT / "profiles/hue/services.toml").read_text())
WORKING = {code: facts.link for code, facts in PROFILE.items() if facts.state is State.WORKING}


@pytest.fixture
def asked_in_process(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the city be asked without a network, one question at a time: it has one connection."""
    monkeypatch.setattr("city.services.health._AT_ONCE", 1)
    monkeypatch.setattr(
        asking,
        "browser",
        lambda: httpx2.AsyncClient(transport=browser._transport, base_url="http://city"),
    )


async def test_every_working_function_answers_somebody_with_200(browser: Browser) -> None:
    waiting = dict(WORKING)
    for role in ROLES:
        await browser.sign_in(role, unit="hepco" if role == "unit" else None)
        for code, link in list(waiting.items()):
            answer = await browser.get(link, headers={"accept": "text/html"})
            if answer.status_code == 200:
                del waiting[code]
    assert not waiting


async def test_the_job_finds_every_working_function_well(
    browser: Browser, asked_in_process: None
) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        await look_after_services(work)
        registry = await known.refresh(work, anew=True)
    assert [one.code for one in registry.working if not one.ok] == []
    assert {one.looked_at for one in registry.working} == {NOON}


async def test_a_function_that_fails_is_interrupted_since_it_first_failed(
    browser: Browser, asked_in_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("city.services.health._AGAIN_AFTER_SECONDS", 0)

    async def look() -> None:
        async with browser.inside.work(EVERYBODY) as work:
            await look_after_services(work)

    async with browser.inside.work(EVERYBODY) as work:
        service = (await known.refresh(work, anew=True)).by_code["addresses"]
        lost = msgspec.structs.replace(service.facts, link="/nowhere")
        await services.edit_service(work, "addresses", service.version, lost)
    await look()
    browser.inside.now = NOON + timedelta(minutes=5)
    await look()
    async with browser.inside.work(EVERYBODY) as work:
        broken = (await known.refresh(work, anew=True)).by_code["addresses"]
        assert broken.broken and broken.since == NOON
        assert broken.looked_at == NOON + timedelta(minutes=5)
    page = (await browser.get("/services/addresses", headers={"accept-language": "vi"})).text
    assert "Đang gián đoạn từ" in page and "12:00" in page
    tiles = unescape((await browser.get("/")).text)
    assert 'href="/services/addresses"' in tiles


async def test_where_the_city_cannot_be_asked_nothing_is_written_down(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("city.services.health._AGAIN_AFTER_SECONDS", 0)
    deaf = httpx2.ASGITransport(Litestar(), raise_app_exceptions=False)  # type: ignore[arg-type]
    monkeypatch.setattr(
        asking, "browser", lambda: httpx2.AsyncClient(transport=deaf, base_url="http://city")
    )
    async with browser.inside.work(EVERYBODY) as work:
        await look_after_services(work)
        registry = await known.refresh(work, anew=True)
    assert all(one.looked_at is None for one in registry.services)


async def test_a_look_that_is_too_old_is_marked_so(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        await store.set_looks(work, [Look(code="addresses", ok=True, status=200)])
        known.expect_change()
    fresh = (await browser.get("/services/addresses")).text
    browser.inside.now = NOON + timedelta(hours=2)
    stale = (await browser.get("/services/addresses")).text
    assert "đã cũ" not in fresh and "đã cũ" in stale
