import json
from urllib.parse import quote

from tests.harness import Browser


async def test_a_form_from_another_site_is_refused(browser: Browser) -> None:
    await browser.sign_in("resident")
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}):
        answer = await browser.post("/inbox/read", headers=headers)
        assert answer.status_code == 403
    for headers in ({"sec-fetch-site": "same-origin"}, {"origin": "http://city"}):
        answer = await browser.post("/inbox/read", headers=headers)
        assert answer.status_code == 303


async def test_every_answer_bears_the_security_headers(browser: Browser) -> None:
    for path in ("/", "/nowhere", "/health"):
        headers = (await browser.get(path)).headers
        assert "'unsafe-inline'" not in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-request-id"]


async def test_the_language_is_the_readers(browser: Browser) -> None:
    assert 'lang="vi"' in (await browser.get("/")).text
    english = await browser.get("/", headers={"accept-language": "en-GB,en;q=0.9"})
    assert 'lang="en"' in english.text
    browser.cookies.set("language", "en")
    assert 'lang="en"' in (await browser.get("/")).text


async def test_somebody_unknown_is_led_to_the_sign_in_and_back(browser: Browser) -> None:
    answer = await browser.get("/inbox?x=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Finbox%3Fx%3D1"


async def test_a_program_is_told_in_problem_json(browser: Browser) -> None:
    answer = await browser.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Không tìm thấy"


async def test_the_city_says_that_it_is_well(browser: Browser) -> None:
    assert (await browser.get("/health")).json() == {"status": "ok"}
    assert (await browser.get("/ready")).json()["status"] == "ok"


async def test_the_api_is_described_with_its_bodies_and_its_refusals(browser: Browser) -> None:
    described = (await browser.get("/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    submit = described["paths"]["/api/v1/reports"]["post"]
    body = submit["requestBody"]["content"]["application/json"]["schema"]
    shape = described["components"]["schemas"][body["$ref"].rpartition("/")[2]]
    assert {"category", "description"} <= set(shape["required"])
    assert "application/problem+json" in submit["responses"]["422"]["content"]


async def test_a_head_is_a_get_without_its_body(browser: Browser) -> None:
    seen, got = await browser.head("/map"), await browser.get("/map")
    assert (seen.status_code, seen.content) == (200, b"")
    assert seen.headers["content-type"] == got.headers["content-type"]


async def test_static_files_are_kept_for_ever_by_their_version(browser: Browser) -> None:
    page = await browser.get("/")
    address = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    sheet = await browser.get(address)
    assert sheet.status_code == 200
    assert "immutable" in sheet.headers["cache-control"]
    again = await browser.get(address, headers={"if-none-match": sheet.headers["etag"]})
    assert again.status_code == 304
    assert (await browser.get("/static/web/../../settings.py")).status_code == 404


async def test_a_word_for_the_reader_is_ours_or_nobodys(browser: Browser) -> None:
    await browser.sign_in("resident")
    ours = await browser.post("/me/profile", data={"name": "Lan", "language": "en"})
    shown = await browser.get("/me", headers={"accept-language": "en"})
    assert ours.status_code == 303
    assert "data-flash" in shown.text
    for text in ("Call this number now", "{n:>50000000}", "{n.nothing}"):
        forged = quote(json.dumps([text, {"n": 1}]))
        for cookie in (forged, f"{'0' * 64}.{forged}", f"é.{forged}"):
            answer = await browser.get("/", headers={"cookie": f"flash={cookie}".encode()})
            assert answer.status_code == 200
            assert "data-flash" not in answer.text
            assert len(answer.text) < 100_000


async def test_only_routes_that_take_files_take_long_bodies(browser: Browser) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = await browser.post("/sign-in", content=b"a=1&" * 100_000, headers=form)
    assert answer.status_code == 413
    await browser.sign_in("resident")
    sent = await browser.post("/media", files={"file": ("a.jpg", b"x" * 400_000)})
    assert sent.status_code == 422


async def test_a_cookie_of_a_neighbour_signs_nobody_out(browser: Browser) -> None:
    await browser.sign_in("resident")
    token = browser.cookies["session"]
    for odd in ('x={"a": 1}', "a[b]=1", "a b=1", "naïve=1", "="):
        jar = f"{odd}; session={token}; language=en".encode()
        answer = await browser.get("/inbox", headers={"cookie": jar})
        assert answer.status_code == 200
        assert 'lang="en"' in answer.text


async def test_a_nul_in_an_address_troubles_nobody(browser: Browser) -> None:
    for path in ("/reports?ward=a%00b", "/api/v1/reports?category=%00", "/addresses?q=%00"):
        assert (await browser.get(path)).status_code == 200


async def test_what_no_field_can_hold_is_refused_and_not_sent_back(browser: Browser) -> None:
    await browser.sign_in("resident")
    form = await browser.post("/reports", data={"description": "x" * 200_000})
    assert (form.status_code, len(form.text) < 50_000) == (413, True)
    plain = {"content-type": "application/json"}
    long = await browser.post("/api/v1/reports", content=b" " * 20_000_000, headers=plain)
    assert long.status_code == 413
    deep = await browser.post("/api/v1/reports", content=b"[" * 200_000, headers=plain)
    assert deep.status_code == 400
