"""Which kinds of answers are asked for, and refusals that are the same for all of the API."""

from typing import Any

import pytest

from city.web import KINDS
from tests.harness import Browser

SLUGS = {kind.slug: kind.status for kind in KINDS}


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("", 200),
        ("*/*", 200),
        ("application/*", 200),
        ("application/json", 200),
        ("application/problem+json", 200),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 200),
        ("text/csv;q=0.9, application/json;q=0.1", 200),
        ("text/html", 406),
        ("text/*, image/png;q=0.5", 406),
        ("application/xml", 406),
        ("nonsense", 406),
    ],
)
async def test_who_takes_no_json_is_told_so(browser: Browser, accept: str, status: int) -> None:
    answer = await browser.get("/api/v1/wards", headers={"accept": accept})
    assert answer.status_code == status, answer.text
    if status == 406:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"].endswith("/problems/not-given-so")
        assert "application/json" in answer.json()["detail"]


async def test_nothing_is_done_for_who_could_not_read_the_answer(browser: Browser) -> None:
    await browser.sign_in("admin")
    day = {"on": "2027-03-15", "name": "Nghỉ bù", "kind": "off", "why": "Nghỉ bù Giỗ Tổ"}
    before = (await browser.get("/api/v1/calendar?year=2027")).json()
    refused = await browser.post(
        "/api/v1/calendar/days", json=day, headers={"accept": "application/xml"}
    )
    assert refused.status_code == 406
    assert (await browser.get("/api/v1/calendar?year=2027")).json() == before


async def test_what_an_operation_gives_besides_json_can_be_asked_for(browser: Browser) -> None:
    path, table = "/api/v1/standards/calendar-import/check?give=copy", b"day,kind\nx,y\n"
    headers = {"accept": "text/csv", "content-type": "text/csv"}
    assert (await browser.post(path, content=table, headers=headers)).status_code == 200
    schema = await browser.get(
        "/api/v1/events/report.answered.v1", headers={"accept": "application/schema+json"}
    )
    assert schema.status_code == 200


async def test_a_file_is_what_its_address_says(browser: Browser) -> None:
    answer = await browser.get("/opendata/wards.csv", headers={"accept": "application/json"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize(
    ("method", "path", "asked", "status"),
    [
        ("GET", "/api/v1/reports?limit=x", {}, 400),
        ("GET", "/api/v1/cases", {}, 401),
        ("GET", "/api/v1/nothing/at/all", {}, 404),
        ("GET", "/api/v1/reports/0000-0000", {}, 404),
        ("PUT", "/api/v1/reports", {}, 405),
        ("GET", "/api/v1/wards", {"headers": {"accept": "image/png"}}, 406),
        ("POST", "/api/v1/reports", {"content": b'{"x":"' + b"y" * 300_000 + b'"}'}, 413),
        ("POST", "/api/v1/reports", {"headers": {"content-type": "text/plain"}}, 415),
        ("POST", "/api/v1/reports", {"json": {"category": 1}}, 422),
    ],
)
async def test_every_refusal_leads_to_a_page_that_explains_it(
    browser: Browser, method: str, path: str, asked: dict[str, Any], status: int
) -> None:
    if status != 401:
        await browser.sign_in("resident")
    answer = await browser.request(method, path, **asked)
    await check_problem(browser, answer, status)
    if status == 405:
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


async def test_a_mistake_of_ours_is_told_like_a_refusal(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*given: Any, **named: Any) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("city.cases.api.known_categories", broken)
    failed = await browser.get("/api/v1/categories")
    await check_problem(browser, failed, 500)
    assert "broken on purpose" not in failed.text


async def check_problem(browser: Browser, answer: Any, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status and problem["title"] and problem["detail"]
    slug = problem["type"].rpartition("/")[2]
    assert SLUGS[slug] == status
    explained = await browser.get(f"/problems/{slug}", headers={"accept": "text/html"})
    assert explained.status_code == 200
