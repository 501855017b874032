"""Codes on a phone: the scanner reads from the camera and from a picture, and opens only ours."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import pyvips
import segno
from playwright.sync_api import Browser, Page, expect, sync_playwright

from city.reports.points.model import code_of
from tests.browser.conftest import FLAGS, check_accessible, watched

SIGN = code_of(1)
MINI = {"width": 360, "height": 780}


def picture(text: str) -> bytes:
    """A photo of a code: askew, small in the frame, on grey."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="png", scale=6, border=4)
    code = pyvips.Image.new_from_buffer(drawn.getvalue(), "").colourspace("srgb")[:3]
    askew = code.similarity(angle=7, background=[190, 190, 190])
    left, top = (640 - askew.width) // 2, (480 - askew.height) // 2
    photo = askew.embed(left, top, 640, 480, extend="background", background=[190, 190, 190])
    return photo.cast("uchar").jpegsave_buffer(Q=85)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, city_url: str) -> Path:
    """What the camera sees: the sign of a lamp, as Motion JPEG."""
    file = tmp_path_factory.mktemp("camera") / "sign.mjpeg"
    file.write_bytes(picture(f"{city_url}/p/{SIGN}") * 30)
    return file


@pytest.fixture(scope="module")
def filming(film: Path) -> Iterator[Browser]:
    """Chromium with a camera in front of which hangs a sign."""
    flags = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=[*FLAGS, *flags]
        )
        yield browser
        browser.close()


def scanner(browser: Browser, city_url: str, *, camera: bool = True) -> Page:
    context = browser.new_context(
        base_url=city_url,
        viewport=MINI,
        locale="vi-VN",
        permissions=["camera"] if camera else [],
    )
    return watched(context)


def test_the_camera_reads_a_sign_and_its_page_opens(filming: Browser, city_url: str) -> None:
    page = scanner(filming, city_url)
    page.goto("/scan")
    page.get_by_role("button", name="Mở máy ảnh").click()
    page.wait_for_url(f"**/p/{SIGN}")
    expect(page.get_by_role("group", name="Có gì không ổn?")).to_be_visible()
    page.context.close()


def test_the_browsers_own_reader_is_used_where_there_is_one(
    filming: Browser, city_url: str
) -> None:
    page = scanner(filming, city_url)
    page.add_init_script(
        """globalThis.BarcodeDetector = class {
             static async getSupportedFormats() { return ["qr_code"]; }
             async detect() { return [{ rawValue: location.origin + "/verify" }]; }
           };"""
    )
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto("/scan")
    page.get_by_role("button", name="Mở máy ảnh").click()
    page.wait_for_url("**/verify")
    assert not [url for url in fetched if "zxing" in url]
    page.context.close()


def test_a_camera_that_is_refused_leaves_two_other_ways(filming: Browser, city_url: str) -> None:
    page = scanner(filming, city_url, camera=False)
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => {"
        " throw new DOMException('no', 'NotAllowedError'); };"
    )
    page.goto("/scan")
    page.get_by_role("button", name="Mở máy ảnh").click()
    expect(page.get_by_role("status").first).to_contain_text("chưa được dùng máy ảnh")
    page.get_by_label("Gõ mã").fill(SIGN.lower())
    page.get_by_role("button", name="Mở mã này").click()
    page.wait_for_url(f"**/p/{SIGN}")
    page.context.close()


def choose(page: Page, content: bytes) -> None:
    page.goto("/scan")
    page.locator("[data-picture]").set_input_files(
        {"name": "code.jpg", "mimeType": "image/jpeg", "buffer": content}
    )


def test_a_picture_is_read_and_another_site_is_never_opened_by_itself(
    filming: Browser, city_url: str
) -> None:
    page = scanner(filming, city_url)
    evil = "https://hue-city.example/pay?to=1"
    choose(page, picture(evil))
    expect(page.get_by_role("heading", name="Mã này dẫn đến trang khác")).to_be_visible()
    expect(page.get_by_text(evil)).to_be_visible()
    assert page.url.endswith("/scan")
    check_accessible(page, "scan-foreign")
    choose(page, picture("javascript:alert(1)"))
    expect(page.get_by_role("heading", name="Đây không phải mã của thành phố")).to_be_visible()
    expect(page.get_by_role("link", name="Vẫn mở")).to_be_hidden()
    choose(page, picture(f"{city_url}/qr#eyJhbGciOiJFZDI1NTE5In0.e30.c2ln"))
    expect(page.get_by_role("status").first).to_contain_text("mã cá nhân")
    blank = pyvips.Image.black(300, 300, bands=3).cast("uchar").jpegsave_buffer()
    choose(page, blank)
    expect(page.get_by_role("status").first).to_contain_text("Không thấy mã")
    page.context.close()
