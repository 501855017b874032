"""The provider: codes, tokens, subjects, and everybody who tries to get more than they may."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from city.partners.keys import half_hash
from city.partners.model import CODE_LASTS, REFRESH_LASTS
from city.partners.tests.given_partners import (
    BACK,
    Partner,
    agree,
    bearer,
    register,
    sign_in,
    told,
)
from tests.harness import Browser


@pytest.fixture
async def partner(browser: Browser) -> Partner:
    await browser.sign_in("business")
    return await register(browser)


async def test_what_the_city_says_of_itself_is_what_programs_look_for(browser: Browser) -> None:
    found = (await browser.get("/.well-known/openid-configuration")).json()
    assert found["issuer"] == "http://city"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["subject_types_supported"] == ["pairwise"]
    keys = (await browser.get("/oauth/jwks")).json()["keys"]
    assert keys and all("d" not in key and key["kty"] in ("EC", "RSA") for key in keys)


async def test_an_application_gets_a_signed_token_about_whoever_agreed(
    browser: Browser, partner: Partner
) -> None:
    tokens = await sign_in(browser, partner, "openid assurance")
    keys = KeySet.import_key_set((await browser.get("/oauth/jwks")).json())
    read = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"])
    claims = read.claims
    assert claims["iss"] == "http://city"
    assert claims["aud"] == "boats"
    assert claims["nonce"] == partner.nonce
    assert claims["acr"] == "urn:trangtien:contact"
    assert claims["at_hash"] == half_hash(tokens["access_token"])
    assert claims["auth_time"] <= claims["iat"] < claims["exp"]
    said = (await browser.get("/oauth/userinfo", headers=bearer(tokens))).json()
    assert said == {"sub": claims["sub"], "acr": "urn:trangtien:contact"}


async def test_an_application_may_have_its_tokens_signed_with_rs256(browser: Browser) -> None:
    await browser.sign_in("business")
    partner = await register(browser, alg="RS256")
    tokens = await sign_in(browser, partner)
    keys = KeySet.import_key_set((await browser.get("/oauth/jwks")).json())
    read = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    assert read.header["alg"] == "RS256"


async def test_userinfo_says_only_what_was_agreed_to(browser: Browser) -> None:
    await browser.sign_in("business", name="Lê Thị Mai", phone="+84 912 345 678")
    partner = await register(browser)
    only = await sign_in(browser, partner, "openid")
    assert set((await browser.get("/oauth/userinfo", headers=bearer(only))).json()) == {"sub"}
    more = await sign_in(browser, partner, "openid profile phone")
    said = (await browser.get("/oauth/userinfo", headers=bearer(more))).json()
    assert (said["name"], said["phone_number"]) == ("Lê Thị Mai", "+84912345678")
    again = (await browser.get("/oauth/userinfo", headers=bearer(only))).json()
    assert set(again) == {"sub"}  # A token knows what it was given for, not what came later.


async def test_two_applications_know_a_person_by_different_subjects(
    browser: Browser, partner: Partner
) -> None:
    other = await register(browser, "cafes")
    first = await subject(browser, await sign_in(browser, partner))
    code = told(await browser.get(f"/oauth/authorize?{urlencode(partner.request())}"))["code"]
    given = await browser.post("/oauth/token", data=partner.exchange(code), auth=partner.auth)
    assert await subject(browser, given.json()) == first
    assert await subject(browser, await sign_in(browser, other)) != first


async def subject(browser: Browser, tokens: dict[str, str]) -> str:
    return (await browser.get("/oauth/userinfo", headers=bearer(tokens))).json()["sub"]


async def test_the_answer_says_who_it_is_from_and_what_it_answers(
    browser: Browser, partner: Partner
) -> None:
    await agree(browser, partner)
    said = told(await browser.get(f"/oauth/authorize?{urlencode(partner.request())}"))
    assert (said["iss"], said["state"]) == ("http://city", partner.state)


async def test_a_code_that_comes_twice_kills_what_it_had_brought(
    browser: Browser, partner: Partner
) -> None:
    code = await agree(browser, partner)
    ask = partner.exchange(code)
    tokens = (await browser.post("/oauth/token", data=ask, auth=partner.auth)).json()
    assert (await browser.get("/oauth/userinfo", headers=bearer(tokens))).status_code == 200
    second = await browser.post("/oauth/token", data=ask, auth=partner.auth)
    assert (second.status_code, second.json()["error"]) == (400, "invalid_grant")
    assert (await browser.get("/oauth/userinfo", headers=bearer(tokens))).status_code == 401
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await browser.post("/oauth/token", data=refresh, auth=partner.auth)).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": "x" * 43},
        {"code_verifier": ""},
        {"redirect_uri": BACK + "/"},
        {"code": "another"},
    ],
)
async def test_a_code_needs_its_own_verifier_and_address(
    browser: Browser, partner: Partner, wrong: dict[str, str]
) -> None:
    code = await agree(browser, partner)
    ask = {**partner.exchange(code), **wrong}
    answer = await browser.post("/oauth/token", data=ask, auth=partner.auth)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_a_code_is_of_no_use_to_another_application(
    browser: Browser, partner: Partner
) -> None:
    other = await register(browser, "thieves")
    code = await agree(browser, partner)
    ask = partner.exchange(code)
    answer = await browser.post("/oauth/token", data=ask, auth=other.auth)
    assert answer.json()["error"] == "invalid_grant"


async def test_a_code_lasts_a_minute(browser: Browser, partner: Partner) -> None:
    code = await agree(browser, partner)
    browser.inside.now += CODE_LASTS + timedelta(seconds=1)
    answer = await browser.post("/oauth/token", data=partner.exchange(code), auth=partner.auth)
    assert answer.json()["error"] == "invalid_grant"


async def test_a_refresh_token_works_once_and_its_return_ends_the_sign_in(
    browser: Browser, partner: Partner
) -> None:
    first = await sign_in(browser, partner)
    ask = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = (await browser.post("/oauth/token", data=ask, auth=partner.auth)).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert (await browser.get("/oauth/userinfo", headers=bearer(second))).status_code == 200
    stolen = await browser.post("/oauth/token", data=ask, auth=partner.auth)
    assert stolen.json()["error"] == "invalid_grant"
    assert (await browser.get("/oauth/userinfo", headers=bearer(second))).status_code == 401


async def test_a_refresh_token_is_over_after_its_days(browser: Browser, partner: Partner) -> None:
    tokens = await sign_in(browser, partner)
    browser.inside.now += REFRESH_LASTS + timedelta(minutes=1)
    ask = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answer = await browser.post("/oauth/token", data=ask, auth=partner.auth)
    assert answer.json()["error"] == "invalid_grant"


async def test_a_refresh_may_ask_for_less_and_never_for_more(
    browser: Browser, partner: Partner
) -> None:
    tokens = await sign_in(browser, partner, "openid profile")
    ask = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    less = await browser.post("/oauth/token", data={**ask, "scope": "openid"}, auth=partner.auth)
    assert less.json()["scope"] == "openid"
    ask["refresh_token"] = less.json()["refresh_token"]
    more = {**ask, "scope": "openid phone"}
    answer = await browser.post("/oauth/token", data=more, auth=partner.auth)
    assert answer.json()["error"] == "invalid_scope"


async def test_an_access_token_is_over_after_ten_minutes(
    browser: Browser, partner: Partner
) -> None:
    tokens = await sign_in(browser, partner)
    browser.inside.now += timedelta(minutes=10, seconds=1)
    answer = await browser.get("/oauth/userinfo", headers=bearer(tokens))
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize(
    "address",
    [
        "https://boats.example/back/",
        "https://boats.example/back?x=1",
        "https://boats.example.evil.example/back",
        "https://boats.example/back#x",
        "https://evil.example/",
        "//boats.example/back",
        "",
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(
    browser: Browser, partner: Partner, address: str
) -> None:
    for more in ({}, {"prompt": "none"}, {"response_type": "token"}):
        asked = partner.request(redirect_uri=address, **more)
        answer = await browser.get(f"/oauth/authorize?{urlencode(asked)}")
        assert (answer.status_code, answer.headers.get("location")) == (400, None)
        posted = await browser.post("/oauth/consent", data={**asked, "_decision": "agree"})
        assert (posted.status_code, posted.headers.get("location")) == (400, None)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": "openid email"}, "invalid_scope"),
        ({"request": "x"}, "request_not_supported"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "none"}, "consent_required"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
    ],
)
async def test_a_request_that_does_not_fit_goes_back_with_its_error(
    browser: Browser, partner: Partner, changes: dict[str, str], error: str
) -> None:
    answer = await browser.get(f"/oauth/authorize?{urlencode(partner.request(**changes))}")
    said = told(answer)
    assert (said["error"], said["state"], said["iss"]) == (error, partner.state, "http://city")


async def test_a_parameter_that_is_given_twice_is_refused(
    browser: Browser, partner: Partner
) -> None:
    twice = urlencode(partner.request()) + "&scope=openid"
    assert told(await browser.get(f"/oauth/authorize?{twice}"))["error"] == "invalid_request"


async def test_nobody_in_particular_signs_in_first(browser: Browser, partner: Partner) -> None:
    browser.sign_out()
    answer = await browser.get(f"/oauth/authorize?{urlencode(partner.request())}")
    assert answer.headers["location"].startswith("/sign-in?next=%2Foauth%2Fauthorize")
    silent = partner.request(prompt="none")
    answer = await browser.get(f"/oauth/authorize?{urlencode(silent)}")
    assert told(answer)["error"] == "login_required"


async def test_an_application_may_ask_for_a_fresh_sign_in(
    browser: Browser, partner: Partner
) -> None:
    await agree(browser, partner)
    for more in ({"prompt": "login"}, {"max_age": "0"}):
        answer = await browser.get(f"/oauth/authorize?{urlencode(partner.request(**more))}")
        assert answer.headers["location"].startswith("/sign-in?next=")
    calm = partner.request(max_age="86400")
    assert "code" in told(await browser.get(f"/oauth/authorize?{urlencode(calm)}"))


@pytest.mark.parametrize(
    ("auth", "form"),
    [
        (("boats", "wrong"), {}),
        (("nobody", "wrong"), {}),
        (None, {}),
        (None, {"client_id": "boats"}),
        (None, {"client_id": "boats", "client_secret": "wrong"}),
    ],
)
async def test_an_application_has_to_prove_who_it_is(
    browser: Browser, partner: Partner, auth: tuple[str, str] | None, form: dict[str, str]
) -> None:
    code = await agree(browser, partner)
    ask = {**partner.exchange(code), **form}
    answer = await browser.post("/oauth/token", data=ask, auth=auth)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic")


async def test_the_secret_may_stand_in_the_form(browser: Browser, partner: Partner) -> None:
    code = await agree(browser, partner)
    ask = partner.exchange(code, client_id="boats", client_secret=partner.secret)
    assert (await browser.post("/oauth/token", data=ask)).status_code == 200
    both = await browser.post("/oauth/token", data=ask, auth=partner.auth)
    assert both.json()["error"] == "invalid_request"


async def test_a_public_application_proves_itself_by_pkce_alone(browser: Browser) -> None:
    await browser.sign_in("business")
    partner = await register(browser, "phone-app", public=True)
    assert partner.secret == ""
    code = await agree(browser, partner)
    ask = partner.exchange(code, client_id="phone-app")
    answer = await browser.post("/oauth/token", data=ask, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_token_can_be_revoked_by_its_application_only(
    browser: Browser, partner: Partner
) -> None:
    other = await register(browser, "thieves")
    tokens = await sign_in(browser, partner)
    ask = {"token": tokens["access_token"]}
    assert (await browser.post("/oauth/revoke", data=ask, auth=other.auth)).status_code == 200
    assert (await browser.get("/oauth/userinfo", headers=bearer(tokens))).status_code == 200
    assert (await browser.post("/oauth/revoke", data=ask, auth=partner.auth)).status_code == 200
    assert (await browser.get("/oauth/userinfo", headers=bearer(tokens))).status_code == 401
    whole = {"token": tokens["refresh_token"]}
    await browser.post("/oauth/revoke", data=whole, auth=partner.auth)
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await browser.post("/oauth/token", data=refresh, auth=partner.auth)).status_code == 400


async def test_the_person_sees_what_an_application_was_told(
    browser: Browser, partner: Partner
) -> None:
    await sign_in(browser, partner, "openid profile")
    shown = (await browser.get("/me/seen")).text
    assert "Nhận ra bạn, Tên của bạn" in shown


async def test_tokens_cost_few_statements(browser: Browser, partner: Partner) -> None:
    code = await agree(browser, partner, "openid profile")
    browser.sign_out()
    answer, count = await browser.counted(
        "POST", "/oauth/token", data=partner.exchange(code), auth=partner.auth
    )
    assert (answer.status_code, count) == (200, 4)  # One says so to the person.
    tokens = answer.json()
    answer, count = await browser.counted("GET", "/oauth/userinfo", headers=bearer(tokens))
    assert (answer.status_code, count) == (200, 2)
    ask = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answer, count = await browser.counted("POST", "/oauth/token", data=ask, auth=partner.auth)
    assert (answer.status_code, count) == (200, 3)


async def test_who_guesses_secrets_has_to_wait(browser: Browser, partner: Partner) -> None:
    ask = partner.exchange("x")
    for _ in range(20):
        await browser.post("/oauth/token", data=ask, auth=("boats", "guess"))
    answer = await browser.post("/oauth/token", data=ask, auth=("boats", "guess"))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")


async def test_leaving_goes_back_only_to_a_registered_address(
    browser: Browser, partner: Partner
) -> None:
    tokens = await sign_in(browser, partner)
    given = {"id_token_hint": tokens["id_token"], "state": "s"}
    evil = {**given, "post_logout_redirect_uri": "https://evil.example/"}
    shown = await browser.get(f"/oauth/end-session?{urlencode(evil)}")
    assert shown.status_code == 200
    assert 'name="back" value=""' in shown.text
    assert "evil.example" not in shown.headers["content-security-policy"]
    left = {"client_id": "boats", "back": BACK, "state": "s"}
    answer = await browser.post("/oauth/leave", data=left)
    assert answer.headers["location"] == f"{BACK}?state=s"
    assert (await browser.get("/oauth/userinfo", headers=bearer(tokens))).status_code == 401
