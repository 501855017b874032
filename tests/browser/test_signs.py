"""Signs in the street, languages and look, on a phone: nothing typed is lost, nothing breaks."""

import pytest
from playwright.sync_api import Page, expect

from city.reports.points.model import code_of
from tests.browser.conftest import check_accessible, sign_in

SIGN = code_of(1)


def test_two_taps_on_a_sign_and_signing_in_at_the_end_send_a_report(phone: Page) -> None:
    phone.goto(f"/p/{SIGN}?lang=en")
    check_accessible(phone, "point-en")
    phone.get_by_label("It flickers").check()
    phone.get_by_label("In your own words").fill("Every night since Friday")
    phone.get_by_role("button", name="Send the report").last.click()
    phone.wait_for_url("**/sign-in?**")
    phone.get_by_role("button", name="Nguyễn Thị Hạnh").first.click()
    phone.wait_for_url(f"**/p/{SIGN}?**")
    expect(phone.get_by_label("In your own words")).to_have_value("Every night since Friday")
    expect(phone.get_by_label("It flickers")).to_be_checked()
    phone.get_by_role("button", name="Send the report").last.click()
    phone.wait_for_url("**/reports/*?sent=1")
    expect(phone.get_by_text("Every night since Friday").first).to_be_visible()


def test_changing_the_language_keeps_what_was_typed(phone: Page) -> None:
    sign_in(phone, "Nguyễn Thị Hạnh", "/reports/new")
    phone.get_by_label("Chuyện gì đang xảy ra?").or_(phone.locator("#f-description")).first.fill(
        "Đèn hỏng trước nhà số 5"
    )
    phone.locator("#f-category").select_option("street-light")
    phone.locator("#f-address").fill("5 Lê Lợi")
    link = phone.locator("a[href^='/me/look'], a[href^='/language/ko']").first
    link.evaluate("link => link.click()")
    phone.wait_for_load_state()
    if "/me/look" in phone.url:
        phone.get_by_text("한국어").click()
        phone.get_by_role("button", name="Lưu").click()
        phone.wait_for_url("**/reports/new")
    expect(phone.locator("html")).to_have_attribute("lang", "ko")
    expect(phone.locator("#f-description")).to_have_value("Đèn hỏng trước nhà số 5")
    expect(phone.locator("#f-category")).to_have_value("street-light")
    expect(phone.locator("#f-address")).to_have_value("5 Lê Lợi")


def test_changing_the_language_keeps_the_address_on_the_way_in(phone: Page) -> None:
    phone.goto("/sign-in")
    phone.locator("input[name=address]").fill("lan@hue.example")
    phone.locator("a[href^='/language/fr']").first.evaluate("link => link.click()")
    expect(phone.locator("html")).to_have_attribute("lang", "fr")
    expect(phone.locator("input[name=address]")).to_have_value("lan@hue.example")


@pytest.mark.parametrize("path", ["/", "/reports/new", "/reports", "/mine", "/me", f"/p/{SIGN}"])
def test_no_page_breaks_at_the_largest_text_on_the_smallest_phone(phone: Page, path: str) -> None:
    sign_in(phone, "Nguyễn Thị Hạnh")
    url = phone.url.split("/", 3)
    phone.context.add_cookies([{"name": "size", "value": "150", "url": "/".join(url[:3])}])
    phone.goto(path)
    phone.wait_for_load_state("networkidle")
    assert phone.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
    assert phone.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/scan", "/verify", "/me/look", f"/p/{SIGN}", "/verify/7K3MQ9TDW4XZ"]
)
def test_these_pages_are_for_everybody_in_both_themes(
    phone: Page, city_url: str, theme: str, path: str
) -> None:
    phone.context.add_cookies([{"name": "theme", "value": theme, "url": city_url}])
    phone.goto(path)
    check_accessible(phone, f"qr{path.replace('/', '-')}-{theme}")


def test_things_and_their_signs_on_the_desk(desk: Page) -> None:
    sign_in(desk, "Quản trị", "/desk/points") if False else sign_in(
        desk, "Đỗ Trường Sơn", "/desk/points"
    )
    check_accessible(desk, "desk-points")
    desk.goto("/desk/points/signs")
    check_accessible(desk, "desk-points-signs")
