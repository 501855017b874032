"""Pages of programs: a stranger gets a key, asks for more, an administrator decides."""

from typing import Any

from city import identity, partners
from city.kernel import Actor
from city.partners.programs.door import House
from city.partners.tests.given_programs import program_with_key
from tests.harness import EVERYBODY, Browser

FORM = {
    "code": "street-lights",
    "name": "Đèn đường",
    "purpose": "Gửi sự cố đèn đường từ trung tâm điều khiển",
    "contact": "den@example.org",
    "scopes": ["reports:submit"],
}


async def registered(browser: Browser, **changes: Any) -> str:
    """Register a program on the page, and return its key."""
    made = await browser.post("/developers/programs", data={**FORM, **changes})
    assert made.status_code == 200, made.text
    assert made.headers["cache-control"] == "no-store"
    return made.text.split("data-secret>")[1].split("<")[0]


async def test_a_stranger_is_told_how_to_get_a_key(browser: Browser) -> None:
    shown = (await browser.get("/developers/programs?lang=en")).text
    assert "Sign in to get a key" in shown and "Three steps" in shown
    assert "/developers/programs" in (await browser.get("/developers")).text.replace("&#x2f;", "/")


async def test_a_developer_gets_a_key_that_works_at_once(browser: Browser) -> None:
    await browser.sign_in("resident")
    key = await registered(browser)
    shown = (await browser.get("/developers/programs/street-lights")).text
    assert key not in shown and key[:10] in shown
    browser.sign_out()
    told = (await browser.get("/api/v1/program", headers={"x-api-key": key})).json()
    assert (told["code"], told["scopes"]) == ("street-lights", ["reports:submit"])
    assert told["today"]["requests"] == 1 and told["limits"]["requests_a_minute"] == 120
    assert (await browser.get("/api/v1/program")).status_code == 401


async def test_a_form_that_does_not_fit_comes_back_with_reasons(browser: Browser) -> None:
    await browser.sign_in("resident")
    wrong = {
        "code": "Đèn!",
        "contact": "hotline",
        "fingerprint": "abc",
        "scopes": ["cases:read"],
        "purpose": "short",
    }
    for field, value in wrong.items():
        answer = await browser.post("/developers/programs", data={**FORM, field: value})
        assert answer.status_code == 422, field
    await registered(browser)
    assert (await browser.post("/developers/programs", data=FORM)).status_code == 422


async def test_nobody_else_sees_or_touches_a_program(browser: Browser) -> None:
    await browser.sign_in("resident")
    await registered(browser)
    base = "/developers/programs/street-lights"
    await browser.sign_in("resident")
    for path in (base, f"{base}/edit", f"{base}/usage"):
        assert (await browser.get(path)).status_code == 404
    for path in (f"{base}/keys", f"{base}/ask", f"{base}/edit"):
        assert (await browser.post(path, data=FORM)).status_code == 404
    for role in ("resident", "desk", "auditor"):
        await browser.sign_in(role)
        assert (await browser.get("/desk/programs")).status_code == 403
        stop = {"what": "suspend", "reason": "x"}
        assert (await browser.post("/desk/programs/street-lights", data=stop)).status_code == 403


async def test_the_city_grants_some_of_what_is_asked_for_and_says_why_not_the_rest(
    browser: Browser,
) -> None:
    developer = await browser.sign_in("business")
    session = browser.cookies.get("session") or ""
    await registered(browser)
    nothing = {"why": "Chúng tôi sửa đèn đường", "scopes": ["reports:submit"]}
    base = "/developers/programs/street-lights"
    assert (await browser.post(f"{base}/ask", data=nothing)).status_code == 422
    ask = {**nothing, "scopes": ["requests:update", "cases:read"], "data": "Lamps noise-levels"}
    assert (await browser.post(f"{base}/ask", data=ask)).status_code == 303
    await browser.sign_in("admin")
    assert "Một chương trình đang chờ" in (await browser.get("/desk/programs")).text
    desk = "/desk/programs/street-lights"
    assert ask["why"] in (await browser.get(desk)).text
    answer: dict[str, Any] = {"what": "answer", "scopes": ["requests:update", "data:lamps"]}
    assert (await browser.post(desk, data=answer)).status_code == 422  # Why not the others?
    answer["reason"] = "Chưa có căn cứ pháp lý"
    assert (await browser.post(desk, data=answer)).status_code == 303
    assert (await browser.post(desk, data=answer)).status_code == 409
    browser.cookies.set("session", session, domain="city.local")
    shown = (await browser.get(base)).text
    assert "requests:update" in shown and "data:lamps" in shown and answer["reason"] in shown
    async with browser.inside.work(EVERYBODY) as work:
        work.actor = developer
        (program,) = await partners.list_own_programs(work)
    assert program.scopes == ["reports:submit", "requests:update", "data:lamps"]
    assert "“Đèn đường” được cấp thêm quyền" in (await browser.get("/inbox")).text


async def test_limits_can_be_set_and_what_was_done_is_written_down(browser: Browser) -> None:
    await browser.sign_in("business")
    key = await registered(browser)
    await browser.sign_in("leader", name="Đỗ Trường Sơn")
    desk = "/desk/programs/street-lights"
    quota = {"a_minute": "6000", "a_day": "1000000", "writes_a_day": "5000"}
    assert (await browser.post(f"{desk}/quota", data=quota)).status_code == 303
    assert (await browser.post(f"{desk}/quota", data={"a_minute": "0"})).status_code == 422
    stop = {"what": "suspend", "reason": ""}
    assert (await browser.post(desk, data=stop)).status_code == 422
    stop["reason"] = "Lộ khóa trên mạng"
    assert (await browser.post(desk, data=stop)).status_code == 303
    assert (await browser.post(desk, data={"what": "resume"})).status_code == 303
    shown = (await browser.get(desk)).text
    assert stop["reason"] in shown and "Đỗ Trường Sơn" in shown
    assert "6000/min" in shown.replace("&#x2f;", "/")
    browser.sign_out()
    told = await browser.get("/api/v1/program", headers={"x-api-key": key})
    assert told.json()["limits"]["requests_a_minute"] == 6000


async def test_the_usage_page_counts_what_was_done(browser: Browser) -> None:
    await browser.sign_in("resident")
    session = browser.cookies.get("session") or ""
    key = await registered(browser)
    browser.sign_out()
    for path in ("/api/v1/categories", "/api/v1/categories", "/api/v1/cases"):
        await browser.get(path, headers={"x-api-key": key})
    await House.door.tell(browser.inside)  # type: ignore[arg-type]
    browser.cookies.set("session", session, domain="city.local")
    page, count = await browser.counted("GET", "/developers/programs/street-lights/usage?lang=en")
    assert "<svg" in page.text and "3 in all, 1 of them refused" in page.text
    assert "19,997" in page.text and "The key lacks a scope" in page.text
    assert count <= 5


async def test_every_page_is_there_in_both_languages(browser: Browser) -> None:
    await browser.sign_in("admin")
    await registered(browser)
    base = "/developers/programs"
    pages = [base, f"{base}/new", f"{base}/street-lights", f"{base}/street-lights/edit"]
    pages += [f"{base}/street-lights/usage", "/desk/programs", "/desk/programs/street-lights"]
    for path in pages:
        for language in ("vi", "en"):
            answer, count = await browser.counted("GET", f"{path}?lang={language}")
            assert answer.status_code == 200, path
            assert count <= 7, path


async def test_what_is_kept_about_an_owner_is_listed_and_forgotten(browser: Browser) -> None:
    actor = await browser.sign_in("resident")
    key = await registered(browser)
    async with browser.inside.work(EVERYBODY) as work:
        kept = await partners.list_kept(work, actor.person_id)
        assert [k.name for k in kept] == ["partners_programs"]
        assert isinstance(kept[0], identity.Kept) and kept[0].rows[0]["code"] == "street-lights"
        assert await partners.list_holds(work, actor.person_id) == []
        _, granted = await program_with_key(work, "cases:read", owner_id=actor.id)
        (hold,) = await partners.list_holds(work, actor.person_id)
        assert "Street lights" in str(hold.title)
        await partners.forget_person(work, actor.person_id)
        assert await partners.list_kept(work, actor.person_id) == []
    browser.sign_out()
    for secret in (key, granted):
        answer = await browser.get("/api/v1/program", headers={"x-api-key": secret})
        assert answer.status_code == 401
    async with browser.inside.work(Actor()) as work:
        assert await partners.list_own_programs(work) == []
