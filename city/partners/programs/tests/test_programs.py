"""Programs: every way to bring a key, what it opens, and when it opens nothing any more."""

import logging
from datetime import timedelta
from typing import Any

import httpx2
import msgspec
import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client

from city import partners, places, settings
from city.kernel import Actor, Forbidden, Work
from city.partners.programs import actions
from city.partners.programs.door import House
from city.partners.programs.keys import is_whole, new_key
from city.partners.programs.model import BadKey, NewKey, permissions_for
from city.partners.tests.given_programs import program_with_key
from city.web import Knock
from tests.harness import EVERYBODY, Browser, Inside


async def given(browser: Browser, *scopes: str, **changes: Any) -> tuple[partners.Program, str]:
    """Return a program of nobody's that has these scopes, and its key."""
    async with browser.inside.work(EVERYBODY) as work:
        return await program_with_key(work, *scopes, **changes)


async def report(browser: Browser, **headers: str) -> httpx2.Response:
    ward = places.list_wards()[0]
    told = {
        "category": "street-light",
        "description": "Đèn đường đầu kiệt tắt đã ba đêm nay",
        "latitude": ward.latitude,
        "longitude": ward.longitude,
    }
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await browser.post("/api/v1/reports", json=told, headers=named)


def test_a_key_can_be_known_wherever_it_lies() -> None:
    key = new_key()
    assert key.startswith("tt_") and len(key) == 41 and is_whole(key)
    wrong = key[:-1] + ("a" if key[-1] != "a" else "b")
    assert not is_whole(wrong) and not is_whole(key[:-1]) and not is_whole(f"{key}x")


async def test_a_key_works_in_either_header(browser: Browser) -> None:
    _, key = await given(browser, "reports:submit")
    for way in ({"authorization": f"Bearer {key}"}, {"x_api_key": key}):
        sent = await report(browser, **way)
        assert sent.status_code == 201, sent.text


async def test_a_handler_finds_a_program_by_a_key_in_a_parameter(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        program, key = await program_with_key(work, "reports:submit", "data:noise")
    actor = await partners.find_by_key(inside, key)  # type: ignore[arg-type]
    assert actor is not None and actor.id is None and actor.program_id == program.id
    assert actor.name == program.name
    assert actor.permissions == {"reports.submit", "media.send", "data.noise"}
    assert await partners.find_by_key(inside, new_key()) is None  # type: ignore[arg-type]
    assert await partners.find_by_key(inside, "password") is None  # type: ignore[arg-type]


NEVER_GIVEN = "tt_" + "0" * 32
"""Without its letters of check, so that nobody can have it."""


@pytest.mark.parametrize("wrong", ["tt_nonsense", "tta_nonsense", NEVER_GIVEN, "something else"])
async def test_a_wrong_key_is_refused_and_not_taken_for_nobody(
    browser: Browser, wrong: str
) -> None:
    answer = await browser.get("/api/v1/categories", headers={"authorization": f"Bearer {wrong}"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert answer.headers.get_list("www-authenticate") == [answer.headers["www-authenticate"]]


async def test_the_refusal_is_in_the_readers_language(browser: Browser) -> None:
    for language, word in (("vi", "Khóa này sai"), ("en", "This key is wrong")):
        headers = {"x-api-key": "tt_nonsense", "accept-language": language}
        told = (await browser.get("/api/v1/categories", headers=headers)).json()
        assert word in told["detail"] and told["status"] == 401


async def test_a_key_lacking_a_scope_is_told_which(browser: Browser) -> None:
    _, key = await given(browser, "webhooks")
    sent = await report(browser, x_api_key=key)
    assert sent.status_code == 403 and "reports:submit" in sent.json()["detail"]
    assert 'error="insufficient_scope"' in sent.headers["www-authenticate"]
    cases = await browser.get("/api/v1/cases", headers={"x-api-key": key})
    assert cases.status_code == 403 and "cases:read" in cases.json()["detail"]


async def test_a_key_that_reads_cases_changes_none() -> None:
    assert permissions_for(["cases:read", "data:x"], writing=False) == {"cases.view", "data.x"}
    assert permissions_for(["cases:read", "data:x"], writing=True) == frozenset()


async def test_what_is_for_people_is_for_no_key(browser: Browser) -> None:
    _, key = await given(browser, *["reports:submit", "webhooks", "cases:read", "hub"])
    for path in ("/me", "/inbox", "/desk/programs", "/developers/programs/new"):
        answer = await browser.get(path, headers={"x-api-key": key})
        assert answer.status_code in (303, 403), path
    async with browser.inside.work(EVERYBODY) as work:
        work.actor = await partners.find_by_key(browser.inside, key) or Actor()  # type: ignore[arg-type]
        with pytest.raises(Forbidden, match="people who are signed in"):
            work.actor.require("me")


async def test_keys_are_rotated_without_a_gap_and_revoked_at_once(browser: Browser) -> None:
    actor = await browser.sign_in("resident")
    program, former = await given(browser, "reports:submit", owner_id=actor.id)
    async with browser.inside.work(actor) as work:
        _, latter = await actions.make_key(work, program.code, NewKey(name="new"))
    session = browser.cookies.get("session")
    browser.sign_out()
    assert (await report(browser, x_api_key=former)).status_code == 201
    assert (await report(browser, x_api_key=latter)).status_code == 201
    browser.cookies.set("session", session or "", domain="city.local")
    page = (await browser.get(f"/developers/programs/{program.code}")).text
    paths = [p.split('"')[0] for p in page.replace("&#x2f;", "/").split('action="')[1:]]
    revoke = [path for path in paths if path.endswith("/revoke")]
    assert len(revoke) == 2  # The newest is first.
    assert (await browser.post(revoke[1])).status_code == 303
    browser.sign_out()
    assert (await report(browser, x_api_key=former)).status_code == 401
    assert (await report(browser, x_api_key=latter)).status_code == 201


async def test_a_key_ends_on_its_day(browser: Browser) -> None:
    actor = await browser.sign_in("resident")
    program, _ = await given(browser, "reports:submit", owner_id=actor.id)
    async with browser.inside.work(actor) as work:
        _, key = await actions.make_key(work, program.code, NewKey(days="30"))
    browser.sign_out()
    assert (await report(browser, x_api_key=key)).status_code == 201
    browser.inside.now += timedelta(days=31)
    assert (await report(browser, x_api_key=key)).status_code == 401


async def test_a_program_has_at_most_five_keys(work: Work, inside: Inside) -> None:
    program, _ = await program_with_key(work)
    for _ in range(4):
        await actions.add_key(work, program, "", None)
    with pytest.raises(Exception, match="at most 5"):
        await actions.add_key(work, program, "", None)


async def test_suspending_stops_a_program_at_once(browser: Browser) -> None:
    program, key = await given(browser, "reports:submit")
    assert (await report(browser, x_api_key=key)).status_code == 201
    async with browser.inside.work(EVERYBODY) as work:
        await actions.suspend_program(work, program.code, "Gửi thư rác")
    refused = await report(browser, x_api_key=key)
    assert refused.status_code == 403 and refused.headers["content-type"].endswith("problem+json")
    with pytest.raises(Forbidden):
        await partners.find_by_key(browser.inside, key)  # type: ignore[arg-type]


async def test_a_program_gets_tokens_for_itself(browser: Browser, inside: Inside) -> None:
    program, key = await given(browser, "reports:submit", "webhooks")
    ask = {"grant_type": "client_credentials"}
    basic = await browser.post("/oauth/token", data=ask, auth=(program.code, key))
    assert basic.status_code == 200, basic.text
    told = basic.json()
    assert told["expires_in"] == 600 and told["scope"] == "reports:submit webhooks"
    assert "refresh_token" not in told and basic.headers["cache-control"] == "no-store"
    bearer = f"Bearer {told['access_token']}"
    assert (await report(browser, authorization=bearer)).status_code == 201
    inside.now += timedelta(minutes=11)
    assert (await report(browser, authorization=bearer)).status_code == 401


async def test_a_token_can_be_asked_to_do_less_and_never_more(browser: Browser) -> None:
    program, key = await given(browser, "reports:submit", "webhooks")
    ask = {
        "grant_type": "client_credentials",
        "client_id": program.code,
        "client_secret": key,
        "scope": "webhooks",
    }
    less = (await browser.post("/oauth/token", data=ask)).json()
    assert less["scope"] == "webhooks"
    sent = await report(browser, authorization=f"Bearer {less['access_token']}")
    assert sent.status_code == 403
    more = await browser.post("/oauth/token", data={**ask, "scope": "hub"})
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")


async def test_a_library_gets_a_token_from_what_the_city_says_of_itself(browser: Browser) -> None:
    program, key = await given(browser, "reports:submit")
    about = (await browser.get("/.well-known/oauth-authorization-server")).json()
    assert "client_credentials" in about["grant_types_supported"]
    ask = {"grant_type": "client_credentials"}
    client = AsyncOAuth2Client(program.code, key, scope="reports:submit")
    uri, headers, body = client.client_auth("client_secret_basic").prepare(
        "POST", about["token_endpoint"], {}, "&".join(f"{n}={v}" for n, v in ask.items())
    )
    kind = "application/x-www-form-urlencoded"
    told = await browser.post(uri, content=body, headers={**headers, "content-type": kind})
    token = client.parse_response_token(told)
    assert token["token_type"] == "Bearer"
    assert (await report(browser, authorization=f"Bearer {token['access_token']}")).is_success


async def test_tokens_die_with_their_key_and_when_they_are_revoked(browser: Browser) -> None:
    program, key = await given(browser, "reports:submit")
    ask = {"grant_type": "client_credentials"}
    tokens = [
        (await browser.post("/oauth/token", data=ask, auth=(program.code, key))).json()
        for _ in range(2)
    ]
    first, second = (f"Bearer {token['access_token']}" for token in tokens)
    revoked = {"token": tokens[0]["access_token"]}
    done = await browser.post("/oauth/revoke", data=revoked, auth=(program.code, key))
    assert done.status_code == 200
    assert (await report(browser, authorization=first)).status_code == 401
    assert (await report(browser, authorization=second)).status_code == 201
    async with browser.inside.work(EVERYBODY) as work:
        keys = await actions.store.list_keys(work, program.id)
        await actions.revoke_key(work, program.code, keys[0].id)
    assert (await report(browser, authorization=second)).status_code == 401


@pytest.mark.parametrize(
    ("code", "form", "error"),
    [
        ("another", {"grant_type": "client_credentials"}, "invalid_client"),
        ("", {"grant_type": "authorization_code", "code": "x"}, "unauthorized_client"),
        ("", {"grant_type": "refresh_token"}, "unauthorized_client"),
    ],
)
async def test_a_program_is_given_nothing_else(
    browser: Browser, code: str, form: dict[str, str], error: str
) -> None:
    program, key = await given(browser, "reports:submit")
    answer = await browser.post("/oauth/token", data=form, auth=(code or program.code, key))
    assert answer.json()["error"] == error


async def test_a_program_with_a_certificate_is_taken_only_with_it(browser: Browser) -> None:
    print_ = "ab" * 32
    program, key = await given(browser, "reports:submit", fingerprint=print_)
    here = settings.current()
    ask = {"grant_type": "client_credentials"}
    try:
        assert (await report(browser, x_api_key=key)).status_code == 401  # Nobody vouches for it.
        forged = await report(browser, x_api_key=key, x_client_fingerprint=print_)
        assert forged.status_code == 401
        settings.use(msgspec.structs.replace(here, mtls_header="X-Client-Fingerprint"))
        colons = ":".join(["AB"] * 32)
        sent = await report(browser, x_api_key=key, x_client_fingerprint=colons)
        assert sent.status_code == 201, sent.text
        other = await report(browser, x_api_key=key, x_client_fingerprint="cd" * 32)
        assert other.status_code == 401
        auth = (program.code, key)
        bare = await browser.post("/oauth/token", data=ask, auth=auth)
        assert bare.json()["error"] == "invalid_client"
        headers = {"x-client-fingerprint": print_}
        token = await browser.post("/oauth/token", data=ask, auth=auth, headers=headers)
        assert token.status_code == 200
    finally:
        settings.use(here)


async def test_no_key_stands_in_the_log(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    program, key = await given(browser, "reports:submit")
    with caplog.at_level(logging.DEBUG):
        await report(browser, x_api_key=key)
        await browser.get(f"/api/v1/categories?api_key={key}")
        ask = {"grant_type": "client_credentials"}
        await browser.post("/oauth/token", data=ask, auth=(program.code, key))
    told = " ".join(f"{vars(record)}" for record in caplog.records if "city" in record.name)
    assert told and key not in told


async def test_a_key_costs_one_statement_and_then_none(browser: Browser) -> None:
    _, key = await given(browser, "reports:submit")
    headers = {"x-api-key": key}
    _, without = await browser.counted("GET", "/api/v1/categories")
    _, first = await browser.counted("GET", "/api/v1/categories", headers=headers)
    _, second = await browser.counted("GET", "/api/v1/categories", headers=headers)
    assert (first - without, second - without) == (1, 0)
    _, forged = await browser.counted("GET", "/api/v1/categories", headers={"x-api-key": "tt_x"})
    assert forged == 0


async def test_a_request_has_one_key_and_is_counted_once(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        program, one = await program_with_key(work)
        _, other = await program_with_key(work)
    knock = Knock("POST", "/open311/v2/requests.json", "203.0.113.7", {b"x-api-key": one.encode()})
    visit = await partners.admit(inside, knock)  # type: ignore[arg-type]
    assert visit.actor.program_id == program.id
    assert await partners.find_by_key(inside, one) is visit.actor  # type: ignore[arg-type]
    assert b'"minute";r=119' in dict(visit.headers(200))[b"ratelimit"]
    with pytest.raises(BadKey):
        await partners.find_by_key(inside, other)  # type: ignore[arg-type]
    visit.done(401, 0)


async def test_a_key_in_a_parameter_gives_the_address_its_request_back(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        program, key = await program_with_key(work)
    knock = Knock("POST", "/open311/v2/requests.json", "203.0.113.8", {})
    visit = await partners.admit(inside, knock)  # type: ignore[arg-type]
    assert b'"minute";r=599' in dict(visit.headers(200))[b"ratelimit"]
    actor = await partners.find_by_key(inside, key)  # type: ignore[arg-type]
    assert actor is not None and actor.program_id == program.id
    assert b'"minute";r=119' in dict(visit.headers(200))[b"ratelimit"]
    visit.done(200, 10)
    again = await partners.admit(inside, knock)  # type: ignore[arg-type]
    assert b'"minute";r=599' in dict(again.headers(200))[b"ratelimit"]
    again.done(200, 10)


async def test_a_change_elsewhere_counts_within_seconds(inside: Inside) -> None:
    clock = [0.0]
    House.door = type(House.door)(lambda: clock[0])
    async with inside.work(EVERYBODY) as work:
        program, key = await program_with_key(work, "reports:submit")
    assert await partners.find_by_key(inside, key)  # type: ignore[arg-type]
    async with inside.work(EVERYBODY) as work:  # As another process would, whose door is its own.
        await actions.store.revoke_keys(work, program.id)
    assert await partners.find_by_key(inside, key)  # type: ignore[arg-type]
    clock[0] += 10.1
    assert await partners.find_by_key(inside, key) is None  # type: ignore[arg-type]
