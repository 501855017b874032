"""Scripts of other sites: what they may send and read, by their key and never by a cookie."""

import pytest

from city.partners.tests.given_programs import program_with_key
from tests.harness import EVERYBODY, Browser

ELSEWHERE = {"origin": "https://map.example.org", "sec-fetch-site": "cross-site"}
LAMP = {
    "category": "street-light",
    "description": "Đèn đường đầu cầu tắt ba đêm nay.",
    "latitude": 16.4685,
    "longitude": 107.589,
}


@pytest.mark.parametrize(
    "path", ["/api/v1/reports", "/open311/v2/requests.json", "/oauth/token", "/opendata/wards.csv"]
)
async def test_a_script_is_told_beforehand_what_it_may_send(browser: Browser, path: str) -> None:
    asks = {**ELSEWHERE, "access-control-request-method": "POST"}
    answer = await browser.options(path, headers=asks)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == answer.headers["allow"]
    sent = answer.headers["access-control-allow-headers"].lower().split(", ")
    assert {"authorization", "x-api-key", "content-type", "idempotency-key", "if-match"} <= {*sent}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/wards", 200),
        ("/api/v1/nothing", 404),
        ("/api/v1/cases", 401),
        ("/open311/v2/services.xml", 200),
        ("/open311/v2/nothing.json", 404),
        ("/opendata/wards.csv", 200),
        ("/feeds/reports.atom", 200),
        ("/standards/files/reports.schema.json", 200),
    ],
)
async def test_a_script_reads_what_comes_with_an_answer(
    browser: Browser, path: str, status: int
) -> None:
    answer = await browser.get(path, headers=ELSEWHERE)
    assert answer.status_code == status, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    told = answer.headers["access-control-expose-headers"].lower().split(", ")
    ours = {"etag", "link", "ratelimit", "ratelimit-policy", "retry-after", "last-modified"}
    assert ours | {"location", "idempotency-replayed", "change-position"} <= {*told}


async def test_pages_are_read_by_nobody_elsewhere(browser: Browser) -> None:
    for path in ("/", "/sign-in", "/developers/api"):
        asked = await browser.options(path, headers=ELSEWHERE)
        got = await browser.get(path, headers=ELSEWHERE)
        for answer in (asked, got):
            assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_a_key_counts_from_anywhere_and_a_cookie_only_from_here(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        _, key = await program_with_key(work, "reports:submit")
    path = "/api/v1/reports"
    by_key = await browser.post(path, json=LAMP, headers={**ELSEWHERE, "x-api-key": key})
    assert by_key.status_code == 201, by_key.text
    await browser.sign_in("resident")
    by_cookie = await browser.post(path, json=LAMP, headers=ELSEWHERE)
    assert by_cookie.status_code == 403
    wrong = await browser.post(path, json=LAMP, headers={**ELSEWHERE, "x-api-key": "tt_x"})
    assert wrong.status_code == 401
