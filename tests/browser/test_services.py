"""Home, search and stars, as somebody with a phone meets them."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import check_accessible, sign_in, watched

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# Over the wire, compressed, without the map: a phone on a bad network waits for every one.
FIRST_VISIT_BYTES, LATER_VISIT_BYTES = 100_000, 15_000


def test_typing_finds_services_reports_and_places_without_diacritics(phone: Page) -> None:
    phone.goto("/")
    phone.locator("[role=search] input").press_sequentially("tay loc", delay=20)
    found = phone.locator("#found")
    expect(found).to_contain_text("Phường Phú Xuân")
    phone.locator("[role=search] input").fill("den duong")
    expect(found).to_contain_text("Báo đèn đường hỏng")
    expect(found.locator("#found-reports")).to_be_visible()
    check_accessible(phone, "home-found")
    phone.locator("[role=search] input").press("Enter")
    phone.wait_for_url("**/search?q=den+duong")
    expect(phone.locator("#found-reports")).to_be_visible()
    check_accessible(phone, "search")


def test_a_star_of_this_device_comes_first_and_goes_again(phone: Page) -> None:
    phone.goto("/services/city-numbers")
    star = phone.locator("[data-star] button")
    expect(star).to_have_attribute("aria-pressed", "false")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    check_accessible(phone, "service")
    phone.goto("/")
    tiles = phone.locator("[data-favourites] [data-code]")
    expect(tiles.first).to_have_attribute("data-code", "city-numbers")
    expect(tiles).to_have_count(7)
    phone.goto("/services/city-numbers")
    phone.locator("[data-star] button").click()
    phone.goto("/")
    phone.wait_for_load_state("networkidle")
    assert tiles.first.get_attribute("data-code") != "city-numbers"


def test_a_star_of_a_person_is_there_on_another_device(phone: Page, desk: Page) -> None:
    sign_in(phone, "Nguyễn Thị Hạnh", "/services/reports-map")
    phone.locator("[data-star] button").click()
    expect(phone.get_by_role("status").first).to_be_visible()
    sign_in(desk, "Nguyễn Thị Hạnh")
    expect(desk.locator("[data-code]").first).to_have_attribute("data-code", "reports-map")


def test_a_star_of_this_device_goes_with_who_signs_in_on_it(phone: Page, desk: Page) -> None:
    phone.goto("/services/city-numbers")
    phone.locator("[data-star] button").click()
    sign_in(phone, "Phan Hữu Phước")
    expect(phone.locator("[data-favourites] [data-code=city-numbers]")).to_be_visible()
    until_told = "JSON.parse(localStorage.getItem('favourites') ?? '[]').length"
    for _ in range(40):
        if phone.evaluate(until_told) == 0:
            break
        phone.wait_for_timeout(100)
    assert phone.evaluate(until_told) == 0, "the device keeps none for the next who uses it"
    sign_in(desk, "Phan Hữu Phước")
    expect(desk.locator("[data-code]").first).to_have_attribute("data-code", "city-numbers")
    desk.goto("/services/city-numbers")
    desk.locator("[data-star] button").click()  # As others find the sample city.


def test_the_switch_changes_the_face_of_home(phone: Page) -> None:
    phone.goto("/")
    phone.locator(".face summary").click()
    phone.get_by_role("button", name="Du khách").click()
    expect(phone.locator("h1")).to_contain_text("Chào mừng")
    expect(phone.locator("[data-code=heritage]")).to_be_visible()
    check_accessible(phone, "home-visitor")
    phone.goto("/services")
    check_accessible(phone, "services")


def test_home_has_search_services_and_numbers_without_javascript(
    chromium: Browser, city_url: str
) -> None:
    context = chromium.new_context(
        base_url=city_url, viewport={"width": 360, "height": 780}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/?lang=vi")
    assert page.locator("[data-code]").count() == 7
    assert page.locator("a[href='tel:113']").count() >= 1
    page.locator("[role=search] input").fill("dia chi cu")
    page.locator("[role=search] input").press("Enter")
    page.wait_for_url("**/search?q=dia+chi+cu")
    assert page.locator("a[href='/addresses']").count() >= 1
    assert page.locator("a[href^='/reports?q=']").count() == 1
    context.close()


def test_home_is_light_the_first_time_and_lighter_after(chromium: Browser, city_url: str) -> None:
    context = chromium.new_context(
        base_url=city_url,
        viewport={"width": 360, "height": 780},
        locale="vi-VN",
        service_workers="block",  # What a worker keeps for later is not what this page needs.
    )
    page = watched(context)
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    weights = []
    for _ in range(2):
        sizes.clear()
        page.goto("/")
        page.wait_for_load_state("networkidle")
        weights.append(sum(sizes))
    context.close()
    assert weights[0] <= FIRST_VISIT_BYTES, weights
    assert weights[1] <= LATER_VISIT_BYTES, weights
