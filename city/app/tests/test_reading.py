"""Language and look: chosen without an account, borne by every page, and never guessed wrongly."""

import pytest

from city.app.scanning import where_to
from city.web.reading import look_of
from tests.harness import Browser


async def test_anybody_chooses_how_to_read_and_every_page_bears_it(browser: Browser) -> None:
    chosen = {
        "language": "ko",
        "size": "150",
        "contrast": "more",
        "motion": "less",
        "theme": "dark",
    }
    saved = await browser.post("/me/look", data={**chosen, "next": "/scan"})
    assert saved.status_code == 303 and saved.headers["location"] == "/scan"
    page = (await browser.get("/scan")).text
    assert 'lang="ko"' in page and 'data-theme="dark"' in page
    assert 'data-size="150" data-contrast="more" data-motion="less"' in page
    await browser.post("/me/look", data={"language": "vi", "size": "100"})
    plain = (await browser.get("/scan")).text
    root = plain.partition("<html")[2].partition(">")[0]
    assert 'lang="vi"' in root and "data-size" not in root and "data-contrast" not in root


async def test_a_look_that_nobody_offers_is_refused(browser: Browser) -> None:
    assert (await browser.post("/me/look", data={"size": "900"})).status_code == 422
    assert look_of({"size": '1"><script>', "contrast": "x"}) == ""


async def test_the_address_may_ask_for_a_language_which_then_stays(browser: Browser) -> None:
    asked = await browser.get("/scan?lang=fr")
    assert "Scanner un code" in asked.text
    assert "Scanner un code" in (await browser.get("/scan")).text
    assert "lang%3D" not in asked.text  # The links that change it come back without it.
    unknown = await browser.get("/scan?lang=xx")
    assert "Scanner un code" in unknown.text


@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        ("ja-JP,ja;q=0.9", "コードを読み取る"),
        ("zh-Hans-CN", "扫码"),
        ("ko", "코드 스캔"),
        ("fr-CA", "Scanner un code"),
        ("de,en;q=0.5", "Scan a code"),
        ("de", "Quét mã"),
    ],
)
async def test_the_browsers_languages_are_spoken(
    browser: Browser, accepted: str, said: str
) -> None:
    page = await browser.get("/scan", headers={"accept-language": accepted})
    assert said in page.text


async def test_what_a_visitors_language_lacks_is_said_in_english_never_in_vietnamese(
    browser: Browser,
) -> None:
    page = await browser.get("/addresses?lang=ja")
    assert "Old and new addresses" in page.text and "Địa chỉ" not in page.text


async def test_webassembly_runs_on_the_scanner_alone(browser: Browser) -> None:
    policy = "content-security-policy"
    scanner = (await browser.get("/scan")).headers.get_list(policy)
    assert len(scanner) == 1 and "'wasm-unsafe-eval'" in scanner[0]
    assert "unsafe-eval" not in (await browser.get("/verify")).headers[policy]


@pytest.mark.parametrize(
    ("code", "where"),
    [
        ("jpg 692", "/p/JPG692"),
        ("7K3M-Q9TD", "/reports/7K3MQ9TD"),
        ("7k3m-q9td-w4xz", "/verify/7K3MQ9TDW4XZ"),
        ("http://city/p/JPG692", "/p/JPG692"),
        ("http://city.evil.example/p/JPG692", ""),
        ("http://city@evil.example/p/JPG692", ""),
        ("javascript:alert(1)", ""),
        ("../../me", ""),
        ("", ""),
    ],
)
async def test_a_typed_code_opens_nothing_but_pages_of_the_city(
    browser: Browser, code: str, where: str
) -> None:
    assert where_to(code) == where
