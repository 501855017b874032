"""Registering, testing, reviewing and stopping applications; and the keys."""

from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import pytest

from city import identity, partners
from city.partners.keys import Keys
from city.partners.model import inside, wrong_address
from city.partners.tests.given_partners import (
    Partner,
    bearer,
    new_application,
    register,
    sign_in,
)
from city.settings import Settings
from tests.harness import EVERYBODY, Browser


def typed(code: str = "boats", **changes: object) -> dict[str, object]:
    """Return what a developer types into the form."""
    fields = msgspec.structs.asdict(new_application(code))
    fields.pop("public")
    return {**fields, **changes}


async def test_a_developer_registers_and_sees_the_secret_once(browser: Browser) -> None:
    await browser.sign_in("resident")
    made = await browser.post("/developers/apps", data=typed())
    assert made.status_code == 200 and "data-secret" in made.text
    assert made.headers["cache-control"] == "no-store"
    secret = made.text.split("data-secret>")[1].split("<")[0]
    assert len(secret) >= 43
    shown = await browser.get("/developers/apps/boats")
    assert shown.status_code == 200 and secret not in shown.text
    again = await browser.post("/developers/apps", data=typed())
    assert again.status_code == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("home_url", "javascript:alert(1)"),
        ("home_url", "http://boats.example/"),
        ("home_url", "http://city/apps"),
        ("home_url", "https://boats.example/; script-src *"),
        ("redirect_uris", "https://boats.example/*"),
        ("redirect_uris", "https://user@boats.example/back"),
        ("redirect_uris", "https://boats.example/back#here"),
        ("redirect_uris", ""),
        ("code", "Boats!"),
        ("scopes", "everything"),
    ],
)
async def test_a_registration_that_could_do_harm_is_refused(
    browser: Browser, field: str, value: str
) -> None:
    await browser.sign_in("resident")
    answer = await browser.post("/developers/apps", data=typed(**{field: value}))
    assert answer.status_code == 422


async def test_a_test_application_is_for_its_developer_and_those_invited(browser: Browser) -> None:
    await browser.sign_in("business")
    partner = await register(browser)
    own = await browser.get("/developers/apps/boats")
    ticket = own.text.replace("&#x2f;", "/").split("/developers/join/boats/")[1][:32]
    await browser.sign_in("resident")
    assert (await browser.get("/apps/boats")).status_code == 403
    asked = urlencode(partner.request())
    assert (await browser.get(f"/oauth/authorize?{asked}")).status_code == 400
    assert (await browser.get("/developers/apps/boats")).status_code == 404
    wrong = await browser.post(f"/developers/join/boats/{'0' * 32}")
    assert wrong.status_code == 404
    assert (await browser.post(f"/developers/join/boats/{ticket}")).status_code == 303
    assert (await browser.get("/apps/boats")).status_code == 200
    assert (await browser.get(f"/oauth/authorize?{asked}")).status_code == 200


async def publish(browser: Browser, partner: Partner, scopes: list[str]) -> None:
    await browser.post(f"/developers/apps/{partner.application.code}/publish")
    await browser.sign_in("admin")
    decision = {"what": "approve", "scopes": scopes}
    done = await browser.post(f"/desk/partners/{partner.application.code}", data=decision)
    assert done.status_code == 303, done.text


async def test_an_administrator_publishes_with_fewer_scopes(browser: Browser) -> None:
    await browser.sign_in("business")
    partner = await register(browser)
    await publish(browser, partner, ["profile"])
    await browser.sign_in("resident")
    assert (await browser.get("/apps/boats")).status_code == 200
    async with browser.inside.work(EVERYBODY) as work:
        published = await partners.list_published(work)
    assert [(app.code, app.scopes) for app in published] == [("boats", ["openid", "profile"])]
    asked = urlencode(partner.request("openid phone"))
    answer = await browser.get(f"/oauth/authorize?{asked}")
    assert "invalid_scope" in answer.headers["location"]


async def test_a_refusal_says_why_and_stands_in_the_journal(browser: Browser) -> None:
    await browser.sign_in("business")
    await register(browser)
    await browser.post("/developers/apps/boats/publish")
    developer = browser.cookies.get("session")
    await browser.sign_in("leader")
    silent = await browser.post("/desk/partners/boats", data={"what": "refuse"})
    assert silent.status_code == 422
    why = {"what": "refuse", "reason": "Chưa có chính sách quyền riêng tư"}
    assert (await browser.post("/desk/partners/boats", data=why)).status_code == 303
    assert why["reason"] in (await browser.get("/desk/partners")).text
    browser.cookies.set("session", developer or "", domain="city.local")
    assert why["reason"] in (await browser.get("/developers/apps/boats")).text


async def test_suspending_kills_every_token_at_once(browser: Browser) -> None:
    await browser.sign_in("business")
    partner = await register(browser)
    tokens = await sign_in(browser, partner)
    await browser.sign_in("admin")
    stop = {"what": "suspend", "reason": "Lộ khóa"}
    assert (await browser.post("/desk/partners/boats", data=stop)).status_code == 303
    assert (await browser.get("/oauth/userinfo", headers=bearer(tokens))).status_code == 401
    ask = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answer = await browser.post("/oauth/token", data=ask, auth=partner.auth)
    assert answer.json()["error"] == "invalid_client"
    assert (await browser.get("/apps/boats")).status_code == 403
    await browser.post("/desk/partners/boats", data={"what": "resume"})
    assert (await browser.get("/oauth/userinfo", headers=bearer(tokens))).status_code == 401


async def test_changed_addresses_have_to_be_reviewed_again(browser: Browser) -> None:
    await browser.sign_in("business")
    developer = browser.cookies.get("session")
    partner = await register(browser)
    await publish(browser, partner, ["profile"])
    browser.cookies.set("session", developer or "", domain="city.local")
    tokens = await sign_in(browser, partner)
    changed = await browser.post(
        "/developers/apps/boats/edit", data=typed(redirect_uris="https://new.example/back")
    )
    assert changed.status_code == 303
    async with browser.inside.work(EVERYBODY) as work:
        assert await partners.list_published(work) == []
    assert (await browser.get("/oauth/userinfo", headers=bearer(tokens))).status_code == 401


async def test_a_new_secret_makes_the_former_worthless(browser: Browser) -> None:
    await browser.sign_in("business")
    partner = await register(browser)
    assert "data-secret" in (await browser.post("/developers/apps/boats/secret")).text
    answer = await browser.post("/oauth/token", data=partner.exchange("x"), auth=partner.auth)
    assert answer.json()["error"] == "invalid_client"


async def test_only_those_who_manage_partners_review_them(browser: Browser) -> None:
    for role in ("resident", "business", "desk", "auditor"):
        await browser.sign_in(role)
        assert (await browser.get("/desk/partners")).status_code == 403
        stop = {"what": "suspend", "reason": "x"}
        assert (await browser.post("/desk/partners/boats", data=stop)).status_code == 403


async def test_every_page_is_there_in_both_languages(browser: Browser) -> None:
    await browser.sign_in("admin")
    await register(browser)
    pages = ["/apps", "/apps/boats", "/developers", "/developers/apps/new", "/me/consents"]
    pages += ["/developers/apps/boats", "/developers/apps/boats/edit", "/desk/partners"]
    for path in [*pages, "/desk/partners/boats"]:
        for language in ("vi", "en"):
            shown = await browser.get(f"{path}?lang={language}")
            assert shown.status_code == 200, path


def test_keys_are_made_once_and_rotated_without_losing_the_former(tmp_path: Path) -> None:
    here = Settings(data=tmp_path, secret="s")
    keys = Keys(here)
    token = keys.sign({"sub": "x"})
    same = Keys(here)
    assert same.public() == keys.public()
    made = same.rotate()
    assert keys.public()["keys"][0]["kid"] == made
    assert keys.read(token) == {"sub": "x"}
    assert keys.read(token[:-4] + "AAAA") is None
    assert (tmp_path / "partners/keys.json").stat().st_mode & 0o077 == 0


def test_a_subject_depends_on_person_and_sector_and_stays(tmp_path: Path) -> None:
    from uuid import UUID

    here = Settings(data=tmp_path, secret="s")
    one, other = UUID(int=1), UUID(int=2)
    keys = Keys(here)
    assert keys.subject("a", one) == Keys(here).subject("a", one)
    assert len({keys.subject(s, p) for s in ("a", "b") for p in (one, other)}) == 4


def test_a_path_stays_inside_its_application() -> None:
    home = "https://boats.example/app/"
    assert inside(home, "/tickets") == "https://boats.example/tickets"
    for path in ("//evil.example", "https://evil.example", "/\\evil.example", "x", ""):
        assert inside(home, path) is None


def test_addresses_of_this_machine_need_no_tls() -> None:
    assert wrong_address("http://localhost:8001/", "http://127.0.0.1:8000") is None
    assert wrong_address("http://127.0.0.1:8000/x", "http://127.0.0.1:8000") is not None


async def test_a_developer_sees_who_tries_it_and_takes_it_away_for_good(browser: Browser) -> None:
    developer = await browser.sign_in("business")
    await register(browser)
    own = unescape((await browser.get("/developers/apps/boats")).text)
    assert "Chưa có ai vào bằng đường dẫn này." in own
    ticket = own.split("/developers/join/boats/")[1][:32]
    tester = await browser.sign_in("resident", name="Lê Thị Cúc")
    assert (await browser.post(f"/developers/join/boats/{ticket}")).status_code == 303
    take = f"/developers/apps/boats/testers/{tester.id}/remove"
    assert (await browser.post(take)).status_code == 404, "only its developer can"
    token = browser.cookies["session"]

    async with browser.inside.work(EVERYBODY) as work:
        browser.cookies.set(
            "session", await identity.sign_in_person(work, developer.person_id), domain="city.local"
        )
        kept = await partners.list_kept(work, tester.person_id)
    assert [one.rows[0]["code"] for one in kept if one.name == "partners_tried"] == ["boats"]
    own = unescape((await browser.get("/developers/apps/boats")).text)
    assert "Lê Thị Cúc" in own and "Có một người đang dùng thử." in own
    assert (await browser.post(take)).status_code == 303
    assert (await browser.post(take)).status_code == 404
    own = unescape((await browser.get("/developers/apps/boats")).text)
    assert "Lê Thị Cúc" not in own and "Đã bỏ một người dùng thử" in own

    browser.cookies.set("session", token, domain="city.local")
    assert (await browser.get("/apps/boats")).status_code == 403
    await browser.post(f"/developers/join/boats/{ticket}")
    assert (await browser.get("/apps/boats")).status_code == 403, "the old link opens nothing"
