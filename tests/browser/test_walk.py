"""The whole path, walked in a real browser on a phone: report, route, answer, check, rate."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import aside, check_accessible, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

RESIDENT, OPERATOR, OFFICER = "Nguyễn Thị Hạnh", "Hoàng Thanh Thủy", "Bùi Đức Long"
WORDS = "Cột đèn số 14 trước trường học bị tắt ba đêm nay, trẻ em đi học về rất tối."
ANSWER = "Tổ điện đã thay bóng và dây cho cột đèn số 14 vào chiều nay, đèn sáng lại từ 18 giờ."


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo as a phone takes it, with where it was taken."""
    light = np.linspace(30, 220, 1200, dtype="u1")
    picture = Image.fromarray(np.stack([np.tile(light, (900, 1))] * 3, axis=2))
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (16.0, 28.0, 6.6), 3: "E", 4: (107.0, 35.0, 20.4)}
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif)
    path = tmp_path_factory.mktemp("photos") / "lamp.jpg"
    path.write_bytes(file.getvalue())
    return path


def report(phone: Page, photo: Path) -> str:
    """Send a report as a resident, and return its reference."""
    phone.goto("/")
    phone.get_by_role("link", name="Phản ánh", exact=True).first.click()
    phone.wait_for_url("**/sign-in**")
    check_accessible(phone, "sign-in")
    phone.get_by_role("button", name=RESIDENT).first.click()
    phone.wait_for_url("**/reports/new")
    check_accessible(phone, "report-new")
    phone.locator("photo-input input[type=file]").first.set_input_files(photo)
    expect(phone.locator("photo-input img")).to_be_visible(timeout=20_000)
    phone.locator("[name=description]").fill(WORDS)
    phone.locator("[name=category]").select_option("street-light")
    phone.get_by_role("button", name=re.compile("vị trí", re.I)).first.click()
    expect(phone.locator("[name=latitude]")).to_have_value(re.compile(r"^16\.4"))
    expect(phone.locator("place-picker")).to_contain_text("Phường")
    check_accessible(phone, "report-filled")
    phone.get_by_role("button", name="Gửi phản ánh").click()
    phone.wait_for_url(re.compile(r"/reports/[0-9A-Z]{4}-[0-9A-Z]{4}"))
    check_accessible(phone, "report-sent")
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", phone.url)
    assert found
    return found[0]


def after_ten_seconds(page: Page, path: str, shows: str = "main") -> None:
    """Go there when what the desk has done can no longer be taken back."""
    for _ in range(40):
        answer = page.goto(path)
        if answer and answer.ok and page.locator(shows).count():
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{path} does not show {shows}")


def test_a_report_goes_all_the_way(phone: Page, desk: Page, photo: Path) -> None:
    ref = report(phone, photo)

    sign_in(desk, OPERATOR, "/desk")
    check_accessible(desk, "desk")
    desk.goto(f"/desk/cases/{ref}")
    aside(desk)
    expect(desk.locator("h1")).to_contain_text("Cột đèn số 14")
    assert RESIDENT not in desk.content()
    check_accessible(desk, "desk-case")
    desk.locator("button[form=do-route]").click()
    expect(desk.get_by_role("status").first).to_be_visible()

    sign_in(phone, OFFICER, "/work")
    check_accessible(phone, "work")
    after_ten_seconds(phone, f"/work/{ref}")
    assert RESIDENT not in phone.content()
    phone.get_by_role("button", name="Bắt đầu").click()
    expect(phone.get_by_role("button", name="Bắt đầu")).to_have_count(0)
    phone.locator("photo-input input[type=file]").first.set_input_files(photo)
    expect(phone.locator("photo-input img")).to_be_visible(timeout=20_000)
    phone.locator("[name=text]").fill(ANSWER)
    check_accessible(phone, "work-case")
    phone.get_by_role("button", name="Gửi câu trả lời").click()
    phone.wait_for_url("**/work")

    desk.goto(f"/desk/cases/{ref}")
    aside(desk)
    expect(desk.locator("body")).to_contain_text(ANSWER)
    check_accessible(desk, "desk-check")
    desk.locator("button[form=do-publish]").click()
    desk.wait_for_load_state("networkidle")

    sign_in(phone, RESIDENT, "/mine")
    check_accessible(phone, "mine")
    after_ten_seconds(phone, f"/reports/{ref}", "#rating")
    expect(phone.locator("main")).to_contain_text(ANSWER)
    phone.locator("#rating input[value=satisfied]").check(force=True)
    check_accessible(phone, "report-answered")
    phone.locator("#rating button").click()
    phone.wait_for_load_state("networkidle")
    phone.goto("/inbox")
    expect(phone.locator("main")).to_contain_text(ref)
    check_accessible(phone, "inbox")

    phone.context.clear_cookies()
    phone.goto(f"/reports/{ref}")
    expect(phone.locator("main")).to_contain_text(ANSWER)
    assert RESIDENT not in phone.content()
    assert not phone.locator("#rating").count()


def test_reporting_works_without_javascript(chromium, city_url: str, photo: Path) -> None:  # noqa: ANN001
    context = chromium.new_context(
        base_url=city_url,
        viewport={"width": 360, "height": 780},
        locale="vi-VN",
        java_script_enabled=False,
    )
    page = context.new_page()
    sign_in(page, RESIDENT, "/reports/new")
    page.locator("input[type=file]").first.set_input_files(photo)
    page.locator("[name=description]").fill("Ổ gà")
    page.get_by_role("button", name="Gửi phản ánh").click()
    expect(page.locator("[name=description]")).to_have_value("Ổ gà")
    expect(page.locator(".error").first).to_be_visible()
    expect(page.locator("input[type=hidden][name=photos]")).to_have_count(1)
    page.locator("[name=description]").fill("Ổ gà lớn ngay đầu hẻm, xe máy dễ ngã.")
    page.locator("[name=category]").select_option("pothole")
    page.locator("[name=ward]").select_option(label="Phường Thuận Hóa")
    page.locator("[name=address]").fill("Đầu hẻm 42 Nguyễn Huệ")
    page.get_by_role("button", name="Gửi phản ánh").click()
    page.wait_for_url(re.compile(r"/reports/[0-9A-Z]{4}-[0-9A-Z]{4}"))
    expect(page.locator("main")).to_contain_text("Ổ gà lớn")
    expect(page.locator("main img").first).to_be_visible()
    context.close()
