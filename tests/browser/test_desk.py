"""The desk without a mouse, two of them side by side, and an officer who loses the network."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import aside, check_accessible, sign_in, watched

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# A resident can send twenty reports an hour, so each test has one of its own.
RESIDENTS = iter(
    ["Trần Minh Tuấn", "Tôn Nữ Diệu Thảo", "Lê Văn Lộc", "Hồ Ngọc Yến Nhi", "Phan Hữu Phước"]
)
OPERATOR, COLLEAGUE = "Hoàng Thanh Thủy", "Võ Nhật Quang"
OFFICER = "Bùi Đức Long"
ANSWER = "Tổ điện đã thay bóng và dây cho cột đèn này vào chiều nay, đèn sáng lại từ 18 giờ tối."


@pytest.fixture
def colleague(chromium: Browser, city_url: str) -> Iterator[Page]:
    """A second wide screen at the coordination desk."""
    context = wide(chromium, city_url)
    yield watched(context)
    context.close()


def wide(chromium: Browser, city_url: str) -> BrowserContext:
    return chromium.new_context(
        base_url=city_url, viewport={"width": 1440, "height": 900}, locale="vi-VN"
    )


@pytest.fixture
def report(chromium: Browser, city_url: str) -> Iterator["Reports"]:
    """A resident who reports."""
    context = wide(chromium, city_url)
    sign_in(watched(context), next(RESIDENTS))
    yield Reports(context)
    context.close()


class Reports:
    """Sends reports, each at another place."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.count = 0

    def __call__(self, words: str, category: str = "street-light") -> str:
        self.count += 1
        answer = self.context.request.post(
            "/api/v1/reports",
            data={
                "category": category,
                "description": words,
                "latitude": 16.4600 + self.count * 0.0007,
                "longitude": 107.5890,
                "client_key": f"desk-{time.time_ns()}-{self.count}",
            },
        )
        assert answer.ok, answer.text()
        return answer.json()["ref"]


def at_desk(page: Page, name: str) -> None:
    sign_in(page, name, "/desk")
    page.locator("desk-live").wait_for(state="attached")
    aside(page)


def test_twenty_reports_are_triaged_without_a_mouse(desk: Page, report: Reports) -> None:
    refs = {report(f"Đèn đường số {n} tắt ngấm từ tối hôm qua.") for n in range(20)}
    at_desk(desk, OPERATOR)
    began = time.monotonic()
    desk.keyboard.press("g")
    desk.keyboard.press("n")
    desk.wait_for_url("**/desk?**")
    desk.goto("/desk?tab=new&q=tat+ngam&rows=50")
    expect(desk.locator("[data-queue] li")).to_have_count(20)
    check_accessible(desk, "desk-narrowed")
    desk.keyboard.press("j")
    expect(desk.locator("[data-queue] li a").first).to_be_focused()
    desk.keyboard.press("Enter")
    done: set[str] = set()
    for n in range(20):
        desk.locator("[data-case]").wait_for()
        ref = desk.locator("[data-case]").get_attribute("data-case")
        assert ref in refs and ref not in done
        done.add(ref)
        before = desk.url
        if n % 5 == 4:  # Every fifth is not taken on.
            desk.keyboard.press("d")
            expect(desk.locator("[data-way=reject] select")).to_be_focused()
            desk.keyboard.press("ArrowDown")
            desk.keyboard.press("Control+Enter")
        else:
            desk.keyboard.press("r")
        desk.wait_for_url(lambda url, before=before: url != before)
        expect(desk.locator("[data-undo]")).to_be_visible()
    assert done == refs
    assert time.monotonic() - began < 300
    desk.wait_for_timeout(11_500)  # The last ten seconds pass.
    desk.goto("/desk?tab=new&q=tat+ngam")
    expect(desk.locator("[data-queue] li")).to_have_count(0)
    desk.keyboard.press("?")
    expect(desk.locator("#help")).to_be_visible()
    check_accessible(desk, "desk-keys")


def test_an_action_is_taken_back_by_a_key(desk: Page, report: Reports) -> None:
    ref = report("Đèn trước cổng chùa nhấp nháy suốt đêm.")
    at_desk(desk, OPERATOR)
    desk.goto(f"/desk/cases/{ref}")
    desk.keyboard.press("r")
    expect(desk.locator("[data-undo]")).to_contain_text(ref)
    check_accessible(desk, "desk-undo")
    desk.keyboard.press("u")
    desk.wait_for_url(f"**/desk/cases/{ref}")
    desk.wait_for_timeout(11_000)
    desk.reload()
    expect(desk.locator("#do-accept")).to_be_attached()
    expect(desk.locator(".hist li")).to_have_count(1)


def test_two_who_open_one_case_see_each_other_and_lose_nothing(
    desk: Page, colleague: Page, report: Reports
) -> None:
    ref = report("Đèn ngõ 5 tắt.")
    at_desk(desk, OPERATOR)
    at_desk(colleague, COLLEAGUE)
    for page in (desk, colleague):
        page.goto(f"/desk/cases/{ref}")
    expect(desk.locator("[data-presence]")).to_contain_text(COLLEAGUE)
    expect(colleague.locator("[data-presence]")).to_contain_text(OPERATOR)
    colleague.locator("[name=note]").first.fill("Gọi trước khi đến")
    expect(desk.locator("[data-presence]")).to_contain_text("đang gõ")
    desk.keyboard.press("a")
    expect(desk.locator(".head .badge").nth(1)).to_contain_text("tiếp nhận")
    colleague.locator("button[form^=do-route]").click()
    expect(colleague.locator("[data-changed]")).to_contain_text(OPERATOR)
    expect(colleague.locator("[name=note]").first).to_have_value("Gọi trước khi đến")
    check_accessible(colleague, "desk-stale")
    colleague.keyboard.press("y")
    expect(colleague.locator("[data-undo]")).to_be_visible()


def test_an_instant_case_fills_every_screen_until_somebody_takes_it(
    desk: Page, colleague: Page, report: Reports
) -> None:
    at_desk(desk, OPERATOR)
    at_desk(colleague, COLLEAGUE)
    ref = report("Cây đa cổ thụ vừa đổ chắn ngang đường, có người mắc kẹt.", "fallen-tree")
    for page in (desk, colleague):
        expect(page.locator("#notice")).to_contain_text(ref)
    check_accessible(desk, "desk-notice")
    desk.locator(f"form[action='/desk/take/{ref}'] button").click()
    desk.wait_for_url(f"**/desk/cases/{ref}**")
    expect(colleague.locator("#notice")).not_to_contain_text(ref)
    expect(colleague.locator(".live-toast")).to_contain_text(OPERATOR)
    expect(desk.locator("[data-claimed]")).to_contain_text(OPERATOR)


def test_an_officer_without_a_network_answers_once(
    desk: Page, phone: Page, report: Reports, tmp_path: Path
) -> None:
    from PIL import Image

    photo = tmp_path / "lamp.jpg"
    Image.new("RGB", (640, 480), (90, 120, 60)).save(photo)
    ref = report("Đèn trước nhà văn hóa không sáng.")
    at_desk(desk, OPERATOR)
    desk.goto(f"/desk/cases/{ref}")
    desk.keyboard.press("r")
    expect(desk.locator("[data-undo]")).to_be_visible()
    desk.wait_for_timeout(11_500)

    sign_in(phone, OFFICER, "/work")
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.goto(f"/work/{ref}")
    phone.goto("/work")
    check_accessible(phone, "work-list")
    phone.context.set_offline(True)
    phone.goto("/work")  # As it was kept.
    expect(phone.locator("main")).to_contain_text("Đèn trước nhà văn hóa")
    phone.goto(f"/work/{ref}")
    expect(phone.locator("h1")).to_contain_text("Đèn trước nhà văn hóa")
    phone.locator("[name=text]").first.fill(ANSWER)
    phone.locator("photo-input input[type=file]").first.set_input_files(photo)
    phone.get_by_role("button", name="Gửi câu trả lời").click()
    expect(phone.locator(".page [data-said]").first).to_contain_text("1 việc chờ gửi")
    check_accessible(phone, "work-offline")
    phone.context.set_offline(False)
    phone.evaluate("dispatchEvent(new Event('online'))")
    expect(phone.locator(".page [data-said]").first).to_contain_text("Đã gửi xong")
    desk.goto(f"/desk/cases/{ref}")
    expect(desk.locator(".body")).to_contain_text(ANSWER)
    expect(desk.locator(".body .photos img")).to_have_count(1)
    said = desk.locator(".hist").inner_text()
    assert len(re.findall("Đã trả lời|Đã có câu trả lời", said)) == 1
