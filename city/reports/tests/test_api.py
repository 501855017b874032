"""Reports for programs."""

from typing import Any

from city.kernel import new_id

LAMP = {
    "category": "street-light",
    "description": "Đèn đường tắt ba đêm nay.",
    "latitude": 16.4685,
    "longitude": 107.5890,
}


async def test_a_program_submits_reads_and_lists_reports(browser: Any) -> None:
    await browser.sign_in("resident")
    made = await browser.post("/api/v1/reports", json=LAMP)
    assert made.status_code == 201, made.text
    body = made.json()
    assert made.headers["location"] == f"/api/v1/reports/{body['ref']}"
    assert body["status"] == "new" and body["due_at"]
    assert "reporter" not in made.text and "Lan" not in made.text
    browser.sign_out()
    assert (await browser.get(made.headers["location"])).json() == body
    listed = (await browser.get("/api/v1/reports?q=den")).json()
    assert [item["ref"] for item in listed["reports"]] == [body["ref"]]
    assert listed["next"] is None


async def test_an_idempotency_key_makes_a_repetition_harmless(browser: Any) -> None:
    await browser.sign_in("resident")
    key = {"idempotency-key": "phone-7f3a-0001"}
    first = await browser.post("/api/v1/reports", json=LAMP, headers=key)
    again = await browser.post("/api/v1/reports", json=LAMP, headers=key)
    in_body = await browser.post(
        "/api/v1/reports", json={**LAMP, "client_key": key["idempotency-key"]}
    )
    assert (first.status_code, again.status_code, in_body.status_code) == (201, 200, 200)
    assert first.json()["ref"] == again.json()["ref"] == in_body.json()["ref"]
    await browser.sign_in("resident")
    theirs = await browser.post("/api/v1/reports", json=LAMP, headers=key)
    assert theirs.status_code == 201
    short = await browser.post("/api/v1/reports", json=LAMP, headers={"idempotency-key": "1"})
    assert short.status_code == 422


async def test_every_error_comes_at_once_as_problem_json(browser: Any) -> None:
    await browser.sign_in("resident")
    wrong = {
        "category": "gone",
        "description": "short",
        "latitude": 10.0,
        "longitude": 107.5,
        "seen_at": "2031-01-01T00:00:00Z",
        "colour": "red",
    }
    answer = await browser.post("/api/v1/reports", json=wrong, headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    fields = {error["field"]: error["detail"] for error in answer.json()["errors"]}
    assert set(fields) == {"category", "description", "latitude", "seen_at", "colour"}
    assert "at least 10" in fields["description"]


async def test_photos_and_nonsense_are_refused_with_sentences(browser: Any) -> None:
    await browser.sign_in("resident")
    strange = {**LAMP, "photos": [str(new_id())]}
    answer = await browser.post("/api/v1/reports", json=strange)
    assert [error["field"] for error in answer.json()["errors"]] == ["photos"]
    many = {**LAMP, "photos": [str(new_id()) for _ in range(12)]}
    answer = await browser.post("/api/v1/reports", json=many)
    assert [error["field"] for error in answer.json()["errors"]] == ["photos"]
    for body in (b"", b"[]", b"{", b'"x"', b"\xff"):
        answer = await browser.post(
            "/api/v1/reports", content=body, headers={"content-type": "application/json"}
        )
        assert answer.status_code in (400, 422), body
    assert (await browser.get("/api/v1/reports")).json()["reports"] == []


async def test_nobody_submits_without_signing_in(browser: Any) -> None:
    answer = await browser.post("/api/v1/reports", json=LAMP)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_a_submit_over_http_takes_few_statements(browser: Any) -> None:
    await browser.sign_in("resident")
    await browser.post("/api/v1/reports", json=LAMP)
    answer, statements = await browser.counted("POST", "/api/v1/reports", json=LAMP)
    assert answer.status_code == 201
    # The session, the case, the report, the outbox.
    assert statements <= 4


async def test_what_makes_no_sense_is_refused_and_never_a_failure(browser: Any) -> None:
    await browser.sign_in("resident")
    for odd, field in (
        ({"seen_at": "0001-01-01T00:00:00+07:00"}, "seen_at"),
        ({"seen_at": "0001-01-01T00:00:00"}, "seen_at"),
        ({"latitude": " ", "category": ""}, "latitude"),
        ({"latitude": "\x00", "category": ""}, "latitude"),
    ):
        answer = await browser.post("/api/v1/reports", json={**LAMP, **odd})
        assert answer.status_code in (409, 422), answer.text
        assert field in [error["field"] for error in answer.json()["errors"]]
    made = await browser.post("/api/v1/reports", json={**LAMP, "address": "5 Lê\x00 Lợi"})
    assert made.json()["address"] == "5 Lê Lợi"
