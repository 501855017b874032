"""What the API answers: tags, versions, one answer for one key, refusals that lead somewhere."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest

from city import app, identity, reports, settings
from city.kernel import Database, Problem, Work
from city.web import read_cursor, write_cursor
from city.web.kinds import KINDS
from tests.harness import EVERYBODY, Browser

LAMP = {
    "category": "street-light",
    "description": "Đèn đường trước nhà tắt ba đêm nay.",
    "latitude": 16.4685,
    "longitude": 107.5890,
}
DAY = {"date": "2027-03-15", "kind": "off", "note": {"en": "Festival", "vi": "Lễ hội"}}


async def opened(work: Work) -> str:
    person = await identity.add_person(work, identity.NewPerson(name="Lan"))
    before = work.actor
    work.actor = type(before)(id=person.id, permissions=EVERYBODY.permissions)
    report = await reports.submit_report(work, reports.NewReport(**LAMP))
    work.actor = before
    return report.ref


async def test_what_is_known_already_is_not_sent_again(browser: Browser) -> None:
    first, statements = await browser.counted("GET", "/api/v1/categories")
    tag = first.headers["etag"]
    known = {"if-none-match": f'"other", {tag}'}
    again, as_many = await browser.counted("GET", "/api/v1/categories", headers=known)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert tag.startswith('W/"') and as_many <= statements
    other = await browser.get("/api/v1/categories", headers={"if-none-match": '"other"'})
    assert other.status_code == 200
    in_english = {"accept-language": "en", "if-none-match": tag}
    assert (await browser.get("/api/v1/wards", headers=in_english)).status_code == 200


async def test_a_head_has_the_tag_of_the_get(browser: Browser) -> None:
    got, seen = await browser.get("/api/v1/wards"), await browser.head("/api/v1/wards")
    assert seen.headers["etag"] == got.headers["etag"] and seen.content == b""


async def test_a_change_is_made_only_to_the_version_it_was_meant_for(
    work: Work, browser: Browser
) -> None:
    ref = await opened(work)
    await browser.sign_in("desk")
    seen = await browser.get(f"/api/v1/cases/{ref}")
    tag = seen.headers["etag"]
    assert tag == f'"{seen.json()["version"]}"'
    accepted = await browser.post(f"/api/v1/cases/{ref}/accept", json={}, headers={"if-match": tag})
    assert accepted.status_code == 200 and accepted.headers["etag"] != tag
    late = await browser.post(f"/api/v1/cases/{ref}/claim", json={}, headers={"if-match": tag})
    assert late.status_code == 412
    assert late.json()["type"].endswith("/problems/outdated")
    for fitting in (accepted.headers["etag"], "*"):
        headers = {"if-match": fitting}
        made = await browser.post(f"/api/v1/cases/{ref}/claim", json={}, headers=headers)
        assert made.status_code == 200, made.text


async def test_the_same_key_is_done_once_and_answered_alike(browser: Browser) -> None:
    await browser.sign_in("admin")
    key = {"idempotency-key": "festival-2027"}
    first = await browser.post("/api/v1/calendar/days", json=DAY, headers=key)
    again, statements = await browser.counted(
        "POST", "/api/v1/calendar/days", json=DAY, headers=key
    )
    assert first.status_code == again.status_code == 200, first.text
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert statements <= 3  # The session, the key, the answer.
    other = await browser.post("/api/v1/calendar/days", json={**DAY, "kind": "usual"}, headers=key)
    assert other.status_code == 409
    short = await browser.post("/api/v1/calendar/days", json=DAY, headers={"idempotency-key": "1"})
    assert short.status_code == 422
    await browser.sign_in("admin")
    theirs = await browser.post("/api/v1/calendar/days", json=DAY, headers=key)
    assert theirs.status_code == 409  # Done for them too, and the day has another version now.
    assert theirs.json()["type"].endswith("changed-meanwhile")


async def test_what_was_refused_is_tried_again_with_the_same_key(browser: Browser) -> None:
    await browser.sign_in("admin")
    key = {"idempotency-key": "festival-2028"}
    wrong = await browser.post("/api/v1/calendar/days", json={**DAY, "version": 7}, headers=key)
    assert wrong.status_code == 409
    right = await browser.post("/api/v1/calendar/days", json=DAY, headers=key)
    assert right.status_code == 200


async def test_a_kept_answer_is_forgotten_after_a_day(work: Work) -> None:
    from datetime import timedelta

    from city.kernel import begin_answer, keep_answer
    from city.kernel.answers import forget_answers

    assert await begin_answer(work, b"who+key", b"asked") is None
    await keep_answer(work, b"who+key", 201, b"{}")
    kept = await begin_answer(work, b"who+key", b"asked")
    assert kept is not None and (kept.status, kept.body) == (201, b"{}")
    later = work.at(work.now + timedelta(hours=25))
    assert await begin_answer(later, b"who+key", b"asked") is None
    await forget_answers(later.at(later.now + timedelta(hours=25)))
    assert await begin_answer(later, b"who+key", b"asked") is None


async def test_twins_that_arrive_together_are_done_once(
    database: Database, here: settings.Settings
) -> None:
    async with database.work(EVERYBODY) as work:
        person = await identity.add_person(work, identity.NewPerson(name="Vy"))
        await identity.grant_role(work, person.id, identity.Role.ADMIN, None)
        token = await identity.sign_in_person(work, person.id)
    transport = httpx2.ASGITransport(app.build(here, database))  # type: ignore[arg-type]
    headers = {"idempotency-key": "twins-2027", "cookie": f"session={token}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://city") as client:
        answers = await asyncio.gather(
            *(client.post("/api/v1/calendar/days", json=DAY, headers=headers) for _ in range(5))
        )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 4


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{} x", "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b"\xff\xfe{\x00}\x00", "application/json", 400),
        (b"\xef\xbb\xbf{}", "application/json", 400),
        (b'{"category": "\\ud800"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "application/json", 400),
        (b'{"description": "a", "description": "b"}', "application/json", 422),
        (b'{"latitude": "16.4"}', "application/json", 422),
        (b'{"private": null}', "application/json", 422),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"<a/>", "application/xml", 415),
        (b"{}", "text/plain", 415),
        (b'{"x": "' + b"y" * 300_000 + b'"}', "application/json", 413),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_bad_bodies_are_refused_with_a_reason(
    browser: Browser, body: bytes, kind: str, status: int
) -> None:
    await browser.sign_in("resident")
    headers = {"content-type": kind}
    answer = await browser.post("/api/v1/reports", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


async def test_a_whole_number_may_have_a_point(browser: Browser) -> None:
    await browser.sign_in("admin")
    raw = json.dumps(DAY)[:-1] + ', "version": 0.0}'
    headers = {"content-type": "application/json"}
    answer = await browser.post("/api/v1/calendar/days", content=raw, headers=headers)
    assert answer.status_code == 200, answer.text


async def test_a_body_that_fits_and_cannot_be_is_a_conflict(browser: Browser) -> None:
    await browser.sign_in("resident")
    answer = await browser.post("/api/v1/reports", json={**LAMP, "latitude": 10.0})
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/problems/not-so")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/latitude"]


@pytest.mark.parametrize(
    "query", ["catgory=x", "limit=1&limit=2", "limit[]=1", "unit=null", "latitude=nan", "cursor=x"]
)
async def test_unknown_and_odd_parameters_are_refused(browser: Browser, query: str) -> None:
    answer = await browser.get(f"/api/v1/reports?{query}")
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["errors"]
    assert (await browser.get("/api/v1/reports?lang=en&q=den")).status_code == 200


async def test_every_address_tells_its_methods(browser: Browser) -> None:
    for method in ("DELETE", "PUT", "PATCH", "TRACE", "PROPFIND"):
        answer = await browser.request(method, "/api/v1/reports")
        assert answer.status_code == 405, method
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    asked = await browser.options("/api/v1/reports/alike")
    assert (asked.status_code, asked.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert (await browser.options("/api/v1/nowhere")).status_code == 404


async def test_a_long_list_goes_on_where_it_ended(work: Work, browser: Browser) -> None:
    for _ in range(3):
        await opened(work)
    seen: list[str] = []
    address = "/api/v1/reports?limit=1&category=street-light"
    for _ in range(3):
        answer = await browser.get(address)
        seen += [one["ref"] for one in answer.json()["reports"]]
        following = answer.links.get("next", {}).get("url")
        assert (following is None) == (answer.json()["next"] is None)
        if following is None:
            break
        address = following
    assert len(seen) == len(set(seen)) == 3


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_every_kind_of_refusal_has_a_page(browser: Browser, kind: Any, language: str) -> None:
    answer = await browser.get(
        f"/problems/{kind.slug}", headers={"accept-language": language, "accept": "text/html"}
    )
    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.text and str(kind.status) in answer.text


def test_a_cursor_is_exact_and_a_broken_one_is_refused() -> None:
    place = (datetime(2026, 11, 23, 5, 0, 0, 123456, tzinfo=UTC), UUID(int=7))
    assert read_cursor(write_cursor(*place)) == place
    assert read_cursor("") is None
    for broken in ("x", "12.zz", "9" * 40 + "." + UUID(int=7).hex):
        with pytest.raises(Problem):
            read_cursor(broken)
