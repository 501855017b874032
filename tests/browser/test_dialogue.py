"""A leader asks the city, a resident answers once; a resident asks, the desk and a unit answer."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import aside, check_accessible, faults_of, sign_in, watched
from tests.browser.test_screens import TOO_SMALL
from tests.browser.test_walk import after_ten_seconds

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LEADER, OPERATOR, OFFICER = "Đỗ Trường Sơn", "Hoàng Thanh Thủy", "Bùi Đức Long"
RESIDENT, OTHER, ADMIN = "Nguyễn Thị Hạnh", "Phan Hữu Phước", "Cao Thảo Vy"
TITLE = "Giờ mở cửa bến thuyền"
ASKED = "Bến thuyền nên mở cửa đến mấy giờ?"
QUESTION = "Trẻ em dưới sáu tuổi đi thuyền sông Hương có phải mua vé không?"
ANSWER = (
    "Trẻ em dưới sáu tuổi đi cùng người lớn được miễn vé thuyền trên sông Hương. Mỗi người lớn"
    " được đưa theo hai cháu; các cháu phải mặc áo phao do thuyền cấp trong suốt chuyến đi."
)
numbers = count(1)


@pytest.fixture
def pocket(chromium: Browser, city_url: str) -> Iterator[Page]:
    """Another phone, of somebody else."""
    context = chromium.new_context(
        base_url=city_url, viewport={"width": 360, "height": 780}, locale="vi-VN"
    )
    yield watched(context)
    context.close()


def write_survey(desk: Page) -> str:
    """Write a survey of two questions and publish it; return its address for residents."""
    desk.goto("/desk/surveys")
    desk.get_by_role("link", name="Khảo sát mới").click()
    desk.locator("#f-title_vi").fill(f"{TITLE} {next(numbers)}")
    desk.locator("#f-title_en").fill("When the landing is open")
    desk.locator("#f-q1-vi").fill(ASKED)
    desk.locator("#f-q1-en").fill("Until when should the landing be open?")
    desk.locator("#f-q1-options").fill("Đến 18 giờ | Until six\nĐến 21 giờ | Until nine")
    desk.locator("[name=q1-required]").check()
    opens, closes = date.today() - timedelta(days=1), date.today() + timedelta(days=9)
    desk.locator("#f-opens_on").fill(opens.isoformat())
    desk.locator("#f-closes_on").fill(closes.isoformat())
    desk.locator("[name=live]").check()
    desk.get_by_role("button", name="Lưu bản nháp").click()
    expect(desk.locator("main")).to_contain_text("Bản nháp")
    desk.locator("summary", has_text="Thêm một câu hỏi").click()
    desk.locator("#f-q2-vi").fill("Bạn muốn nói thêm điều gì?")
    desk.locator("#f-q2-en").fill("What else?")
    desk.locator("#f-q2-kind").select_option("long")
    check_accessible(desk, "desk-survey")
    desk.locator("button[name=then][value=publish]").click()
    expect(desk.locator(".badge", has_text="Đang mở")).to_be_visible()
    return desk.url.partition("/desk")[2]


def test_a_leader_asks_a_resident_answers_once_and_the_counts_are_public(
    desk: Page, phone: Page, pocket: Page
) -> None:
    sign_in(desk, LEADER, "/desk/surveys")
    survey = write_survey(desk)
    sign_in(phone, RESIDENT, survey)
    expect(phone.locator("main")).to_contain_text("Khảo sát không ghi tên.")
    assert [one.get_attribute("data-ask") for one in phone.locator("[data-ask]").all()] == [
        "q1",
        "q2",
    ]
    check_accessible(phone, "survey")
    phone.locator(".dock button").click()
    expect(phone.locator("[data-summary]")).to_be_visible()
    phone.get_by_label("Đến 21 giờ").check()
    phone.locator("textarea[name=q2]").fill("Buổi tối mát hơn <b>nhiều</b>.")
    phone.locator(".dock button").click()
    expect(phone.locator("main")).to_contain_text("Cảm ơn bạn đã trả lời.")
    check_accessible(phone, "survey-answered")
    phone.goto(survey)
    expect(phone.get_by_label("Đến 21 giờ")).to_have_count(0)
    again = phone.evaluate(
        "async (path) => (await fetch(path, {method: 'POST',"
        " body: new URLSearchParams({q1: '1'})})).status",
        survey,
    )
    assert again in (200, 409, 422)
    sign_in(pocket, OTHER, survey)
    pocket.get_by_label("Đến 21 giờ").check()
    pocket.locator(".dock button").click()
    expect(pocket.locator("main")).to_contain_text("Cảm ơn bạn đã trả lời.")
    # Fewer than five could be known by their answers: the public sees how many there are.
    pocket.goto(f"{survey}/results")
    expect(pocket.locator("main")).to_contain_text("2 người đã trả lời")
    check_accessible(pocket, "survey-results")
    desk.goto(f"/desk{survey}/results")
    expect(desk.locator("main")).to_contain_text("2 người đã trả lời")
    expect(desk.locator(".texts")).to_contain_text("Buổi tối mát hơn <b>nhiều</b>.")
    check_accessible(desk, "desk-survey-results")
    with desk.expect_download() as given:
        desk.get_by_role("link", name="CSV").click()
    table = given.value.path().read_text("utf-8-sig")
    assert ASKED in table and table.count("Đến 21 giờ") == 2 and "Đến 18 giờ" not in table
    assert RESIDENT not in table and "Buổi tối mát hơn" in table


def route(desk: Page, ref: str) -> None:
    """Give the question to the unit of the officer."""
    sign_in(desk, OPERATOR, "/desk")
    desk.goto(f"/desk/cases/{ref}")
    aside(desk)
    expect(desk.locator("main")).to_contain_text("Không ai thấy người hỏi là ai")
    units = desk.locator("#f-unit_id option").all_inner_texts()
    desk.locator("#f-unit_id").select_option(label=next(u for u in units if "Môi trường và" in u))
    desk.locator("button[form=do-route]").click()
    expect(desk.get_by_role("status").first).to_be_visible()


def test_a_resident_asks_a_unit_answers_and_everybody_finds_it(
    desk: Page, phone: Page, pocket: Page
) -> None:
    sign_in(phone, RESIDENT, "/questions/ask")
    phone.locator("[name=words]").fill(QUESTION)
    phone.wait_for_timeout(1200)  # Answers to questions like it come while one types.
    check_accessible(phone, "ask")
    phone.locator(".dock button").click()
    if not re.search(r"/questions/[0-9A-Z]{4}-", phone.url):
        phone.locator(".dock button").click()
    phone.wait_for_url(re.compile(r"/questions/[0-9A-Z]{4}-[0-9A-Z]{4}$"))
    where = phone.url.partition("/questions/")[2]
    check_accessible(phone, "question-waits")
    route(desk, where)
    sign_in(pocket, OFFICER, "/work")
    after_ten_seconds(pocket, f"/work/{where}")
    expect(pocket.locator("main")).to_contain_text("Không ai thấy người hỏi là ai")
    check_accessible(pocket, "work-question")
    pocket.get_by_role("button", name="Bắt đầu").click()
    expect(pocket.get_by_role("button", name="Bắt đầu")).to_have_count(0)
    pocket.locator("[name=text]").fill(ANSWER)
    pocket.get_by_role("button", name="Gửi câu trả lời").click()
    pocket.wait_for_url("**/work")
    desk.goto(f"/desk/cases/{where}")
    aside(desk)
    desk.locator("button[form=do-publish]").click()
    desk.wait_for_load_state("networkidle")
    after_ten_seconds(phone, "/questions?q=ve+thuyen+tre+em", f"a[href='/questions/{where}']")
    phone.locator(f"a[href='/questions/{where}']").click()
    expect(phone.locator("#answer-words")).to_have_text(ANSWER)
    check_accessible(phone, "question-answered")
    stranger = pocket.context.browser.new_context(locale="en-GB")  # type: ignore[union-attr]
    page = watched(stranger)
    page.goto(f"{phone.url}?lang=en")
    expect(page.locator("#answer-words")).to_have_attribute("lang", "vi")
    expect(page.locator("main")).not_to_contain_text(RESIDENT)
    stranger.close()


STAFF = [
    (LEADER, "/desk/surveys"),
    (LEADER, "/desk/surveys/new"),
    (LEADER, "/desk/points"),
    (LEADER, "/desk/points/signs"),
    (LEADER, "/desk/services"),
    (LEADER, "/desk/services/report"),
    (LEADER, "/questions"),
    (ADMIN, "/desk/partners"),
    (ADMIN, "/desk/partners/ve-thuyen"),
    (ADMIN, "/developers"),
    (ADMIN, "/desk/reach"),
]


@pytest.mark.parametrize(
    ("width", "language", "theme"),
    [(360, "vi", "light"), (360, "en", "dark"), (1440, "vi", "dark"), (1440, "en", "light")],
)
def test_pages_of_staff_bar_nobody_and_fit_the_screen(
    chromium: Browser, city_url: str, width: int, language: str, theme: str
) -> None:
    context = chromium.new_context(
        base_url=city_url, viewport={"width": width, "height": 780}, locale=language
    )
    kept = {"language": language, "theme": theme}
    context.add_cookies([{"name": k, "value": v, "url": city_url} for k, v in kept.items()])
    page, who, found = watched(context), "", []
    for name, path in STAFF:
        if name != who:
            sign_in(page, who := name)
        page.goto(path, wait_until="load")
        page.wait_for_timeout(250)
        faults = faults_of(page)
        if width < 720:
            faults += page.evaluate(TOO_SMALL)
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wider > 0:
            faults.append(f"{wider} px wider than the screen")
        if faults:
            found.append(f"{path}: {faults}")
    context.close()
    assert not found, "\n".join(found)
