"""A phone without a network: nothing is lost, nothing goes twice, nobody sees another's pages."""

import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import BRIDGE, City, check_accessible, sign_in, watched

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

REF = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
# A resident can send twenty reports an hour, and other tests send as well.
WHO, OTHER = "Phan Hữu Phước", "Hồ Ngọc Yến Nhi"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo of some size, so that sending it takes a moment."""
    import numpy as np
    from PIL import Image

    path = tmp_path / "hole.jpg"
    noise = np.random.default_rng(7).integers(0, 255, (900, 1200, 3), dtype="u1")
    Image.fromarray(noise).save(path, quality=90)
    return path


@pytest.fixture
def kept(phone: Page) -> Iterator[Page]:
    """A phone whose person is signed in and whose worker has all it needs."""
    sign_in(phone, WHO)
    with_worker(phone)
    yield phone
    phone.context.set_offline(False)


def until(page: Page, expression: str) -> None:
    """Wait until it is true; Playwright's own waiting is forbidden by the content policy."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(150)
    raise AssertionError(f"never true: {expression}")


def with_worker(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(page, "navigator.serviceWorker.controller !== null")
    until(
        page,
        "caches.keys().then(async (names) => {"
        " for (const name of names.filter((one) => one.startsWith('pages-of-')))"
        " if (await (await caches.open(name)).match('/reports/new')) return true;"
        " return false; })",
    )


def fill(page: Page, words: str, photo: Path | None = None) -> None:
    """Write a report that can be sent without a map."""
    if photo is not None:
        page.locator("photo-input input[type=file]").first.set_input_files(photo)
    page.locator("[name=description]").fill(words)
    page.locator("[name=category]").select_option("pothole")
    page.locator("[name=ward]").select_option(label="Phường Thuận Hóa")
    page.locator("[name=address]").fill("Trước số 5 Lê Lợi")


def send(page: Page) -> None:
    page.get_by_role("button", name="Gửi phản ánh").click()


def states(page: Page) -> list[str]:
    """Return the state of everything in this phone's queue."""
    return page.evaluate(
        "import('/static/web/js/outbox.js').then(async ({ outbox, owner }) =>"
        " (await outbox.list(owner)).map((one) => one.state))"
    )


def until_sent(page: Page, count: int = 1) -> None:
    for _ in range(80):
        if states(page).count("sent") >= count:
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"not sent: {states(page)}")


def unique(words: str) -> str:
    return f"{words} Mã thử {time.time_ns()}."


def test_a_report_written_without_a_network_goes_once_when_there_is_one(
    kept: Page, sample_city: City, photo: Path
) -> None:
    words = unique("Ổ gà sâu giữa đường, xe máy dễ ngã.")
    kept.context.set_offline(True)
    kept.goto("/reports/new")
    expect(kept.locator("[data-kept]")).to_be_visible()
    fill(kept, words, photo)
    expect(kept.locator(".shot[data-state=waiting] img")).to_be_visible()
    check_accessible(kept, "report-offline")
    send(kept)
    kept.wait_for_url("**/queue")
    expect(kept.locator("queue-list")).to_contain_text(words)
    expect(kept.locator("queue-list")).to_contain_text("1 ảnh")
    check_accessible(kept, "queue-offline")
    kept.goto("/mine")
    expect(kept.locator("[data-waiting]")).to_contain_text("1 phản ánh")
    assert sample_city.count_reports(words) == 0
    second = kept.context.new_page()
    second.goto("/queue")
    kept.context.set_offline(False)
    for page in (kept, second):
        page.evaluate("dispatchEvent(new Event('online'))")
    until_sent(kept)
    expect(kept.locator("[data-toast=sent]")).to_contain_text(REF)
    assert sample_city.count_reports(words) == 1
    expect(second.locator("queue-list")).to_contain_text("Đã gửi")
    second.get_by_role("link", name=re.compile("Xem phản ánh")).click()
    expect(second.locator("main img").first).to_be_visible()
    second.close()


def test_what_a_category_asks_is_asked_and_answered_without_a_network(
    kept: Page, sample_city: City
) -> None:
    words = unique("Con chó lớn đuổi theo học sinh.")
    kept.context.set_offline(True)
    kept.goto("/reports/new")
    fill(kept, words)
    kept.locator("[name=category]").select_option("noise")
    kept.get_by_label("Hàng quán").check()
    kept.locator("[name=category]").select_option("stray-animal")
    expect(kept.get_by_label("Hàng quán")).to_have_count(0)
    kept.get_by_label("Có mấy con?").fill("2")
    check_accessible(kept, "report-questions")
    kept.wait_for_timeout(700)  # The draft is kept.
    kept.goto("/reports/new")
    expect(kept.get_by_label("Có mấy con?")).to_have_value("2")
    send(kept)
    kept.wait_for_url("**/queue")
    kept.context.set_offline(False)
    kept.evaluate("dispatchEvent(new Event('online'))")
    # What must be answered was not: it comes back with what was.
    expect(kept.locator("queue-list")).to_contain_text("một câu hỏi cần được trả lời")
    kept.get_by_role("link", name="Sửa").click()
    expect(kept.get_by_label("Có mấy con?")).to_have_value("2")
    kept.get_by_label("Thả rông, không rọ mõm").check()
    kept.context.set_offline(True)
    send(kept)
    kept.wait_for_url("**/queue")
    kept.context.set_offline(False)
    kept.evaluate("dispatchEvent(new Event('online'))")
    until_sent(kept)
    assert sample_city.count_reports(words) == 1
    kept.get_by_role("link", name=re.compile("Xem phản ánh")).first.click()
    expect(kept.locator("main [data-answers]")).to_contain_text("Thả rông, không rọ mõm")


def test_what_is_half_written_is_there_again_after_the_page_was_closed(
    kept: Page, photo: Path
) -> None:
    kept.context.set_offline(True)
    kept.goto("/reports/new")
    fill(kept, "Nắp cống bị mất ở góc phố.", photo)
    expect(kept.locator(".shot[data-state=waiting]")).to_have_count(1)
    kept.wait_for_timeout(700)
    kept.goto("/emergency")
    kept.goto("/reports/new")
    expect(kept.locator("[name=description]")).to_have_value("Nắp cống bị mất ở góc phố.")
    expect(kept.locator(".shot img")).to_have_count(1)
    kept.locator(".shot .remove").click()
    kept.locator("[name=description]").fill("")
    kept.wait_for_timeout(700)


def test_a_server_that_dies_while_photos_go_up_loses_nothing(
    kept: Page, sample_city: City, photo: Path
) -> None:
    words = unique("Cây gãy chắn vỉa hè trước trường học.")
    kept.goto("/reports/new")
    fill(kept, words)
    sample_city.end(signal.SIGKILL)
    try:
        kept.locator("photo-input input[type=file]").first.set_input_files(photo)
        expect(kept.locator(".shot[data-state=waiting]")).to_have_count(1)
        send(kept)
        kept.wait_for_url("**/queue")
        expect(kept.locator("queue-list")).to_contain_text(words)
        kept.wait_for_timeout(1000)
    finally:
        sample_city.start()
    kept.get_by_role("button", name="Thử gửi ngay").click()
    until_sent(kept)
    assert sample_city.count_reports(words) == 1


def test_an_answer_that_gets_lost_makes_no_second_report(kept: Page, sample_city: City) -> None:
    """The city took it, the phone never heard: by form first, then twice out of the queue."""
    words = unique("Biển báo giao thông bị xoay hướng.")
    lost = {"form": 0, "api": 0}

    def lose(route, which: str) -> None:  # noqa: ANN001
        lost[which] += 1
        if lost[which] > 1 or route.request.method != "POST":
            return route.fallback()
        route.fetch(max_redirects=0)
        return route.abort("connectionreset")

    kept.route(re.compile(r"^http://[^/]+/reports$"), lambda route: lose(route, "form"))
    kept.route("**/api/v1/reports", lambda route: lose(route, "api"))
    kept.goto("/reports/new")
    fill(kept, words)
    send(kept)
    kept.wait_for_url("**/queue")
    kept.evaluate("dispatchEvent(new Event('online'))")
    until_sent(kept)
    assert lost["form"] == 1 and lost["api"] >= 1
    assert sample_city.count_reports(words) == 1


def test_a_refused_report_opens_again_with_all_it_had(
    kept: Page, sample_city: City, photo: Path
) -> None:
    words = unique("Đèn tín hiệu hỏng.")
    kept.context.set_offline(True)
    kept.goto("/reports/new")
    fill(kept, words, photo)
    kept.locator("[name=address]").fill("")
    kept.locator("[name=ward]").select_option("")
    send(kept)
    kept.wait_for_url("**/queue")
    kept.context.set_offline(False)
    kept.evaluate("dispatchEvent(new Event('online'))")
    expect(kept.locator("queue-list")).to_contain_text("Cần xem lại")
    check_accessible(kept, "queue-refused")
    kept.get_by_role("link", name="Sửa").click()
    expect(kept.locator("[name=description]")).to_have_value(words)
    expect(kept.locator(".shot img")).to_have_count(1)
    expect(kept.locator(".summary")).to_be_visible()
    kept.locator("[name=ward]").select_option(label="Phường Thuận Hóa")
    kept.locator("[name=address]").fill("Ngã tư Hùng Vương")
    send(kept)
    kept.wait_for_url(REF)
    kept.wait_for_timeout(500)
    assert "refused" not in states(kept) and "held" not in states(kept)
    assert sample_city.count_reports(words) == 1


def test_a_sign_in_that_ran_out_keeps_all_and_asks_to_sign_in(
    kept: Page, sample_city: City
) -> None:
    words = unique("Rác đổ trộm ven sông.")
    kept.context.set_offline(True)
    kept.goto("/reports/new")
    fill(kept, words)
    send(kept)
    kept.wait_for_url("**/queue")
    cookies = [one for one in kept.context.cookies() if one["name"] != "session"]
    kept.context.clear_cookies()
    kept.context.add_cookies(cookies)  # type: ignore[arg-type]
    kept.context.set_offline(False)
    kept.evaluate("dispatchEvent(new Event('online'))")
    expect(kept.locator("queue-list")).to_contain_text("Đăng nhập để gửi")
    assert sample_city.count_reports(words) == 0
    sign_in(kept, OTHER)  # Another person on the same phone: not hers to send or to see.
    kept.goto("/queue")
    expect(kept.locator("queue-list")).not_to_contain_text(words)
    kept.wait_for_timeout(1000)
    assert sample_city.count_reports(words) == 0
    sign_in(kept, WHO, "/queue")
    until_sent(kept)
    assert sample_city.count_reports(words) == 1


def test_signing_out_takes_the_private_pages_off_the_phone(kept: Page) -> None:
    kept.goto("/mine")
    expect(kept.locator("main")).to_be_visible()
    kept.context.set_offline(True)
    kept.goto("/mine")
    expect(kept.locator("[data-kept] fresh-badge")).to_contain_text("lúc")
    check_accessible(kept, "mine-offline")
    kept.context.set_offline(False)
    kept.goto("/me")
    kept.locator("form[action='/sign-out'] button").click()
    kept.wait_for_url("**/")
    kept.context.set_offline(True)
    kept.goto("/mine")
    expect(kept.locator("h1")).to_contain_text("không có mạng")
    names = kept.evaluate("caches.keys()")
    assert not [name for name in names if name.startswith("pages-of-")]
    kept.goto("/emergency")
    expect(kept.locator("main")).to_contain_text("114")
    check_accessible(kept, "emergency-offline")


def test_no_page_of_staff_is_kept(chromium: Browser, city_url: str) -> None:
    context = chromium.new_context(base_url=city_url, locale="vi-VN")
    page = watched(context)
    sign_in(page, "Hoàng Thanh Thủy")
    with_worker(page)
    page.goto("/desk")
    page.wait_for_timeout(500)
    kept = page.evaluate(
        "caches.keys().then(async (names) => (await Promise.all(names.map(async (name) =>"
        " (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)"
        "))).flat())"
    )
    assert not [path for path in kept if path.startswith(("/desk", "/api/", "/admin", "/audit"))]
    context.close()


def test_the_phone_can_install_it(kept: Page) -> None:
    tools = kept.context.new_cdp_session(kept)
    manifest = tools.send("Page.getAppManifest")
    assert not manifest["errors"] and '"display": "standalone"' in manifest["data"]
    faults = [
        one["errorId"] for one in tools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    ]
    assert [one for one in faults if one != "in-incognito"] == []
    assert "Hue City" in kept.request.get("/manifest.webmanifest?for=en").text()


def test_saving_data_asks_for_no_tile_no_font_and_no_large_picture(kept: Page) -> None:
    asked: list[str] = []
    kept.goto("/low-data/on?next=/map")
    kept.on("request", lambda request: asked.append(request.url))
    kept.goto("/map")
    expect(kept.locator(".map-list li").first).to_be_visible()
    assert kept.locator("html[data-low]").count() == 1
    assert not [
        u for u in asked if "maplibre" in u or ".woff2" in u or ".png" in u or "/large" in u
    ]
    expect(kept.locator("[data-fresh]")).to_contain_text("lúc")
    check_accessible(kept, "map-low-data")
    kept.get_by_role("button", name="Tải bản đồ").click()
    expect(kept.locator(".map canvas")).to_be_visible()
    header = kept.request.get("/", headers={"save-data": "on", "cookie": ""}).text()
    assert "data-low" in header


def test_the_city_can_take_the_worker_off_every_phone(
    sample_city: City, context_of_phone: BrowserContext
) -> None:
    page = watched(context_of_phone)
    sign_in(page, OTHER)
    with_worker(page)
    sample_city.end()
    sample_city.start(OFFLINE="false")
    try:
        page.goto("/")
        page.evaluate(
            "navigator.serviceWorker.getRegistration('/')"
            ".then((one) => one?.update()).catch(() => {})"
        )
        until(page, "navigator.serviceWorker.getRegistrations().then((all) => all.length === 0)")
        assert page.evaluate("caches.keys()") == []
    finally:
        sample_city.end()
        sample_city.start()


@pytest.fixture
def context_of_phone(chromium: Browser, city_url: str) -> Iterator[BrowserContext]:
    """A phone of which the test wants more than a page."""
    context = chromium.new_context(
        base_url=city_url,
        viewport={"width": 360, "height": 780},
        locale="vi-VN",
        geolocation=BRIDGE,
    )
    yield context
    context.close()
