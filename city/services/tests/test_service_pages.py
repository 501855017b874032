"""The pages of services, the first page and the search, as people meet them."""

import re
from html import unescape
from typing import Any

import pytest

from city.services import actions, known, store
from city.services.finding import find_services
from city.services.helping import articles
from tests.harness import EVERYBODY, Browser

VI = {"accept-language": "vi"}
EN = {"accept-language": "en"}


async def read(browser: Browser, path: str, **request: Any) -> str:
    """Return a page as a browser reads it."""
    return unescape((await browser.get(path, **request)).text)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("xe buyt", "bus"),
        ("Xe Buýt", "bus"),
        ("dia chi cu", "addresses"),
        ("overcharged", "price-report"),
        ("tien dien", "power-bill"),
        ("pothole", "report"),
        ("den duong", "street-light"),
    ],
)
async def test_a_function_is_found_by_what_people_type(
    browser: Browser, words: str, first: str
) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        shown = (await known.refresh(work)).shown
    found = [one.code for one in find_services(shown, words)]
    assert first in found[:2], found


async def test_all_services_take_no_statement_and_two_for_who_is_signed_in(
    browser: Browser,
) -> None:
    answer, statements = await browser.counted("GET", "/services", headers=VI)
    assert answer.status_code == 200 and statements == 0
    assert "Chưa có" in answer.text and "Của đối tác" in answer.text
    await browser.sign_in()
    _, statements = await browser.counted("GET", "/services")
    assert statements <= 2  # Who asks, and what they chose.


async def test_the_first_page_takes_no_statement_for_a_stranger_and_one_more_when_signed_in(
    browser: Browser,
) -> None:
    answer, statements = await browser.counted("GET", "/", headers=VI)
    assert answer.status_code == 200 and statements == 0
    await browser.sign_in()
    _, statements = await browser.counted("GET", "/")
    assert statements <= 2  # Who asks, and what they chose.


async def test_tools_of_staff_are_listed_for_staff_only(browser: Browser) -> None:
    assert "/services/routing" not in await read(browser, "/services")
    assert all(
        one["audience"] != ["staff"]
        for one in (await browser.get("/api/v1/services")).json()["services"]
    )
    assert (await browser.get("/api/v1/services/routing")).status_code == 404
    await browser.sign_in("desk")
    assert "/services/routing" in await read(browser, "/services?audience=staff")


async def test_the_list_is_narrowed_by_audience_state_and_words(browser: Browser) -> None:
    page = await read(browser, "/services?audience=visitor&state=partner")
    assert "/services/heritage" in page and "/services/bus" not in page
    page = await read(browser, "/services?q=xe+buyt")
    assert "/services/bus" in page and "/services/heritage" not in page
    page = await read(browser, "/services?q=zzzz&audience=nobody&state=odd", headers=EN)
    assert "No service like that" in page


async def test_what_is_not_there_yet_says_so_and_offers_no_way_in(browser: Browser) -> None:
    page = await read(browser, "/services/wallet", headers=VI)
    assert "Dịch vụ này chưa có." in page and "ngân hàng" in page
    page = await read(browser, "/services/procedures", headers=VI)
    assert "dichvucong.gov.vn" in page and 'rel="noopener noreferrer"' in page
    assert "Cổng Dịch vụ công quốc gia" in page
    assert (await browser.get("/services/nothing")).status_code == 404


async def test_a_star_puts_a_service_first_on_the_home_page(browser: Browser) -> None:
    assert (await browser.post("/services/public-reports/favourite")).status_code == 401
    await browser.sign_in()
    await browser.post("/services/public-reports/favourite")
    await browser.post("/services/public-reports/favourite")
    codes = re.findall(r'data-code="([^"]+)"', await read(browser, "/"))
    assert codes[0] == "public-reports" and len(codes) == len(set(codes)) == 7
    await browser.post("/services/public-reports/favourite", data={"off": "true"})
    codes = re.findall(r'data-code="([^"]+)"', await read(browser, "/"))
    assert codes[0] != "public-reports"
    assert (await browser.post("/services/nothing/favourite")).status_code == 404


async def test_tiles_for_a_device_are_asked_by_their_codes(browser: Browser) -> None:
    page = (await browser.get("/services/tiles?codes=map,addresses,%22%3E,bus")).text
    assert re.findall(r'data-code="([^"]+)"', page)[0] == "addresses"
    assert "&gt;" not in page


async def test_stars_of_a_device_become_those_of_who_signs_in_on_it(browser: Browser) -> None:
    brought = {"codes": ["city-numbers", "nothing", "bus", "city-numbers"]}
    assert (await browser.post("/services/favourites", data=brought)).status_code == 401
    await browser.sign_in()
    await browser.post("/services/public-reports/favourite")
    for _ in range(2):
        assert (await browser.post("/services/favourites", data=brought)).status_code == 204
    codes = re.findall(r'data-code="([^"]+)"', await read(browser, "/"))
    assert codes[:3] == ["public-reports", "city-numbers", "bus"]


async def test_stars_of_a_device_never_push_out_ones_own_and_fill_up_to_the_most(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_FAVOURITES", 2)
    actor = await browser.sign_in()
    await browser.post("/services/public-reports/favourite")
    await browser.post("/services/favourites", data={"codes": ["city-numbers", "bus"]})
    async with browser.inside.work(EVERYBODY) as work:
        chosen = await store.get_choices(work, actor.person_id)
    assert chosen.favourites == ["public-reports", "city-numbers"]


async def test_each_face_has_its_own_services_and_words(browser: Browser) -> None:
    resident = await read(browser, "/", headers=VI)
    assert 'data-code="report"' in resident and 'data-code="heritage"' not in resident
    visitor = await read(browser, "/", headers=EN)
    assert "Welcome to" in visitor and 'data-code="heritage"' in visitor
    await browser.post("/face", data={"face": "helper"})
    helper = await read(browser, "/", headers=EN)
    assert "Thank you for helping" in helper and 'href="/help/act-for"' in helper
    assert (await browser.post("/face", data={"face": "king"})).status_code == 400


async def test_a_face_belongs_to_the_person_and_not_to_the_device(browser: Browser) -> None:
    await browser.sign_in()
    await browser.post("/face", data={"face": "business"})
    assert 'data-code="fines"' in await read(browser, "/")
    browser.cookies.delete("face")
    assert 'data-code="fines"' in await read(browser, "/")


async def test_the_first_page_asks_the_rooms_for_their_cards(browser: Browser) -> None:
    stranger = await read(browser, "/")
    assert 'hx-get="/reports/nearby"' in stranger and "/mine/card" not in stranger
    await browser.sign_in()
    known_here = await read(browser, "/")
    assert 'hx-get="/mine/card"' in known_here
    assert known_here.index("/mine/card") < known_here.index('role="search"')
    assert known_here.index('role="search"') < known_here.index("/reports/nearby")


async def test_one_field_finds_services_help_and_asks_the_other_rooms(browser: Browser) -> None:
    page = await read(browser, "/search?q=dia+chi+cu", headers=VI)
    assert "Địa chỉ cũ và mới" in page
    assert 'hx-get="/reports/found?q=dia%20chi%20cu"' in page
    assert 'hx-get="/places/found?q=dia%20chi%20cu"' in page
    assert '<a class="button" data-kind="quiet" href="/reports?q=dia%20chi%20cu">' in page
    fragment = await browser.get("/search?q=ten+toi", headers={**VI, "hx-request": "true"})
    assert "<html" not in fragment.text and "Ai thấy tên tôi?" in fragment.text
    assert "hx-request" in fragment.headers["vary"]


async def test_what_is_typed_comes_back_as_words_and_not_as_markup(browser: Browser) -> None:
    page = (await browser.get("/search", params={"q": '"><script>x</script>'})).text
    assert "<script>x" not in page


async def test_places_are_found_by_their_old_names(browser: Browser) -> None:
    page = await read(browser, "/places/found?q=tay+loc", headers=VI)
    assert "Phường Phú Xuân" in page
    assert "<section" not in await read(browser, "/places/found?q=")
    assert "<section" not in await read(browser, "/places/found?q=qwxyz")


async def test_reports_that_nobody_sent_are_not_found(browser: Browser) -> None:
    answer, statements = await browser.counted("GET", "/reports/found?q=")
    assert "<section" not in answer.text and statements == 0
    assert "<section" not in await read(browser, "/reports/found?q=qwxyz")


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_every_help_page_can_be_read_and_its_links_lead_somewhere(
    browser: Browser, language: str
) -> None:
    await browser.sign_in()
    listed = await read(browser, "/services/help", headers={"accept-language": language})
    for article in articles().values():
        assert f"/services/help/{article.code}" in listed
        page = await browser.get(f"/services/help/{article.code}", params={"lang": language})
        assert page.status_code == 200
        for link in article.links:
            assert (await browser.get(link.href)).status_code == 200, link.href
    assert (await browser.get("/services/help/nothing")).status_code == 404


async def test_the_registry_is_edited_by_those_who_manage_and_nobody_else(
    browser: Browser,
) -> None:
    assert (await browser.get("/desk/services")).status_code in (303, 401)
    await browser.sign_in("desk")
    assert (await browser.get("/desk/services")).status_code == 403
    await browser.sign_in("leader", name="Đỗ Trường Sơn")
    assert (await browser.get("/desk/services")).status_code == 200
    form = await read(browser, "/desk/services/bus")
    given = {
        "version": re.search(r'name="version" value="(\d+)"', form)[1],  # type: ignore[index]
        "name_vi": "Xe buýt thành phố",
        "name_en": "City buses",
        "about_vi": "Tuyến và trạm.",
        "about_en": "Routes and stops.",
        "state": "coming",
        "instead_vi": "Gọi 19001075.",
        "instead_en": "Call 19001075.",
        "unit": "construction-department",
        "hours": "t2-cn 05:00-18:00",
    }
    saved = await browser.post("/desk/services/bus", data=given)
    assert saved.status_code == 303
    page = await read(browser, "/services/bus", headers=VI)
    assert "Xe buýt thành phố" in page and "05:00–18:00" in page
    again = await browser.post("/desk/services/bus", data=given)
    assert again.status_code == 409 and "Xe buýt thành phố" in again.text
    pretending = await browser.post(
        "/desk/services/bus", data={**given, "version": "99", "state": "working"}
    )
    assert pretending.status_code == 422
    assert "Đỗ Trường Sơn" in await read(browser, "/desk/services/bus")


async def test_programs_get_names_in_every_language_and_the_true_state(browser: Browser) -> None:
    everything = (await browser.get("/api/v1/services")).json()
    assert len(everything["services"]) >= 55
    bus = (await browser.get("/api/v1/services/bus")).json()
    assert bus["state"] == "coming" and bus["link"] is None and bus["instead"]["vi"]
    visitors = (await browser.get("/api/v1/services?audience=visitor&state=working")).json()
    assert all("visitor" in one["audience"] for one in visitors["services"])
    assert (await browser.get("/api/v1/services?audience=king")).status_code == 400
