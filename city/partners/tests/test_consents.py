"""Consent, the shell and the bridge: nothing is known without it, and nothing after it."""

from urllib.parse import urlencode

from city import identity, messages, partners, places
from city.partners.tests.given_partners import (
    agree,
    bearer,
    current,
    register,
    sign_in,
    told,
)
from tests.harness import EVERYBODY, Browser


async def test_the_consent_page_says_who_it_is_and_what_it_would_know(browser: Browser) -> None:
    await browser.sign_in("business", name="Trần Văn Bình", phone="+84 912 345 679")
    partner = await register(browser)
    asked = urlencode(partner.request("openid profile phone"))
    shown = await browser.get(f"/oauth/authorize?{asked}")
    for words in ("Thuyền rồng", "Bến Xuân", "Trần Văn Bình", "+84912345679"):
        assert words in shown.text
    policy = shown.headers["content-security-policy"]
    assert "form-action 'self' https://boats.example;" in policy + ";"
    assert "frame-ancestors 'none'" in policy


async def test_who_does_not_agree_is_sent_back_without_a_code(browser: Browser) -> None:
    await browser.sign_in("business")
    partner = await register(browser)
    asked = partner.request()
    back = await browser.post("/oauth/consent", data={**asked, "_decision": "refuse"})
    assert told(back)["error"] == "access_denied"
    assert "Thuyền rồng" not in (await browser.get("/me/consents")).text


async def test_a_scope_that_comes_later_is_asked_about(browser: Browser) -> None:
    await browser.sign_in("business")
    partner = await register(browser)
    await agree(browser, partner, "openid")
    more = urlencode(partner.request("openid profile"))
    assert (await browser.get(f"/oauth/authorize?{more}")).status_code == 200
    await agree(browser, partner, "openid profile")
    less = urlencode(partner.request("openid"))
    assert "code" in told(await browser.get(f"/oauth/authorize?{less}"))


async def test_a_consent_is_withdrawn_and_its_tokens_die_at_once(browser: Browser) -> None:
    await browser.sign_in("business")
    partner = await register(browser)
    tokens = await sign_in(browser, partner, "openid profile notify")
    pending = await agree_again(browser, partner)
    assert "Thuyền rồng" in (await browser.get("/me/consents")).text
    gone = await browser.post("/me/consents/boats/withdraw")
    assert gone.status_code == 303
    assert "Thuyền rồng" not in (await browser.get("/me/consents")).text
    assert (await browser.get("/oauth/userinfo", headers=bearer(tokens))).status_code == 401
    ask = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await browser.post("/oauth/token", data=ask, auth=partner.auth)).status_code == 400
    late = await browser.post("/oauth/token", data=partner.exchange(pending), auth=partner.auth)
    assert late.json()["error"] == "invalid_grant"
    note = await browser.post("/partners/notify", json={"title": "x"}, headers=bearer(tokens))
    assert note.status_code == 401
    assert (await browser.get("/apps/boats/who?scope=openid")).status_code == 403


async def agree_again(browser: Browser, partner: object) -> str:
    asked = urlencode(partner.request())  # type: ignore[attr-defined]
    return told(await browser.get(f"/oauth/authorize?{asked}"))["code"]


async def test_the_ward_is_what_the_person_says_it_is(browser: Browser) -> None:
    await browser.sign_in("business")
    partner = await register(browser)
    asked = partner.request("openid ward")
    bad = await browser.post("/oauth/consent", data={**asked, "_decision": "agree"})
    assert bad.status_code == 422
    ward = places.list_wards()[0]
    tokens = await sign_in(browser, partner, "openid ward", _ward=ward.code)
    said = (await browser.get("/oauth/userinfo", headers=bearer(tokens))).json()
    assert said["ward"]["code"] == ward.code


async def test_the_bridge_tells_nothing_without_consent(browser: Browser) -> None:
    await browser.sign_in("business")
    partner = await register(browser)
    assert (await browser.get("/apps/boats/who?scope=openid")).status_code == 403
    request = partner.request()
    assert (await browser.post("/apps/boats/code", json=request)).status_code == 403
    intent = {"amount": 1000, "reference": "a", "text": "b"}
    assert (await browser.post("/apps/boats/intents", json=intent)).status_code == 403
    sheet = await browser.get("/apps/boats/consent?scope=openid")
    assert sheet.status_code == 200 and "Thuyền rồng" in sheet.text
    assert (await browser.post("/apps/boats/consent", json={"scope": "openid"})).status_code == 200
    assert (await browser.get("/apps/boats/consent?scope=openid")).status_code == 204
    who = (await browser.get("/apps/boats/who?scope=openid")).json()
    assert list(who) == ["sub"]
    brought = (await browser.post("/apps/boats/code", json=request)).json()
    ask = partner.exchange(brought["code"])
    tokens = (await browser.post("/oauth/token", data=ask, auth=partner.auth)).json()
    said = (await browser.get("/oauth/userinfo", headers=bearer(tokens))).json()
    assert said["sub"] == who["sub"]


async def test_the_bridge_gives_no_code_for_another_address(browser: Browser) -> None:
    await browser.sign_in("business")
    partner = await register(browser)
    await browser.post("/apps/boats/consent", json={"scope": "openid"})
    request = partner.request(redirect_uri="https://evil.example/")
    assert (await browser.post("/apps/boats/code", json=request)).status_code == 400


async def test_another_site_cannot_agree_for_somebody(browser: Browser) -> None:
    await browser.sign_in("business")
    partner = await register(browser)
    foreign = {"sec-fetch-site": "cross-site"}
    data = {**partner.request(), "_decision": "agree"}
    assert (await browser.post("/oauth/consent", data=data, headers=foreign)).status_code == 403
    given = {"scope": "openid"}
    answer = await browser.post("/apps/boats/consent", json=given, headers=foreign)
    assert answer.status_code == 403


async def test_the_frame_may_come_from_the_applications_origin_alone(browser: Browser) -> None:
    await browser.sign_in("business")
    await register(browser)
    shown = await browser.get("/apps/boats?to=/tickets/5")
    assert "frame-src https://boats.example" in shown.headers["content-security-policy"]
    assert 'data-src="https://boats.example/tickets/5"' in shown.text.replace("&#x2f;", "/")
    assert "allow-top-navigation" not in shown.text and "allow-popups" not in shown.text
    out = await browser.get("/apps/boats?to=//evil.example/")
    assert 'data-src="https://boats.example/"' in out.text.replace("&#x2f;", "/")
    assert "frame-src" not in (await browser.get("/apps")).headers["content-security-policy"]


async def test_an_intent_is_noted_once_and_never_paid(browser: Browser) -> None:
    await browser.sign_in("business")
    await register(browser)
    await browser.post("/apps/boats/consent", json={"scope": "payments:intent"})
    intent = {"amount": 120000, "reference": "T-1", "text": "Hai chỗ"}
    made = await browser.post("/apps/boats/intents", json=intent)
    assert (made.status_code, made.json()["state"]) == (201, "created")
    again = await browser.post("/apps/boats/intents", json=intent)
    assert again.json()["id"] == made.json()["id"]
    other = await browser.post("/apps/boats/intents", json={**intent, "amount": 1})
    assert other.status_code == 409
    page = await browser.get(made.json()["page"] + "?lang=en")
    assert "Nothing was charged." in page.text
    await browser.sign_in("resident")
    assert (await browser.get(made.json()["page"])).status_code == 404


async def test_an_application_writes_a_few_times_a_day_and_links_to_itself(
    browser: Browser,
) -> None:
    await browser.sign_in("business")
    partner = await register(browser)
    tokens = await sign_in(browser, partner, "openid notify")
    only = await sign_in(browser, partner, "openid")
    post = browser.post
    out = {"title": "x", "link": "//evil.example/"}
    assert (await post("/partners/notify", json=out, headers=bearer(tokens))).status_code == 422
    note = {"title": "Đã giữ chỗ", "body": "Vé số 1", "link": "/tickets/1"}
    assert (await post("/partners/notify", json=note, headers=bearer(only))).status_code == 403
    answers = [
        (await post("/partners/notify", json=note, headers=bearer(tokens))).status_code
        for _ in range(6)
    ]
    assert answers == [201] * 5 + [429]
    inbox = await browser.get("/inbox")
    assert "Đã giữ chỗ" in inbox.text
    async with browser.inside.work(EVERYBODY) as work:
        actor = await current(browser)
        assert await messages.count_unread(work, actor.person_id) == 5


async def test_a_report_can_be_sent_with_a_token_for_it_and_nothing_else(browser: Browser) -> None:
    actor = await browser.sign_in("business")
    partner = await register(browser, scopes=["reports:submit", "profile"])
    tokens = await sign_in(browser, partner, "openid reports:submit")
    only = await sign_in(browser, partner, "openid profile")
    browser.sign_out()
    from city import cases

    async with browser.inside.work(EVERYBODY) as work:
        category = (await cases.list_categories(work))[0].code
    ward = places.list_wards()[0]
    report = {
        "category": category,
        "description": "Đèn đường đầu kiệt tắt đã ba đêm nay",
        "latitude": ward.latitude,
        "longitude": ward.longitude,
    }
    sent = await browser.post("/api/v1/reports", json=report, headers=bearer(tokens))
    assert sent.status_code == 201, sent.text
    refused = await browser.post("/api/v1/reports", json=report, headers=bearer(only))
    assert refused.status_code == 403 and "reports:submit" in refused.text
    for path in ("/inbox", "/me", "/me/consents"):
        answer = await browser.get(path, headers=bearer(tokens))
        assert answer.headers.get("location", "").startswith("/sign-in"), path
    assert actor.id is not None


async def test_what_is_kept_about_somebody_is_listed_and_forgotten(browser: Browser) -> None:
    actor = await browser.sign_in("business")
    partner = await register(browser)
    tokens = await sign_in(browser, partner, "openid profile notify")
    await browser.post("/partners/notify", json={"title": "x"}, headers=bearer(tokens))
    async with browser.inside.work(EVERYBODY) as work:
        kept = await partners.list_kept(work, actor.person_id)
        assert {k.name for k in kept} == {
            "partners_consents",
            "partners_notices",
            "partners_applications",
        }
        assert isinstance(kept[0], identity.Kept)
        assert await partners.list_holds(work, actor.person_id) == []
        await partners.forget_person(work, actor.person_id)
        assert await partners.list_kept(work, actor.person_id) == []
    assert (await browser.get("/oauth/userinfo", headers=bearer(tokens))).status_code == 401
