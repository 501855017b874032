"""The pages on which people report, and follow what they reported."""

from html import unescape
from io import BytesIO
from typing import Any

import pytest
import pyvips

from city import cases, identity, reports
from city.cases import Rating
from city.kernel import Work
from city.reports.reactions import follow_case
from city.reports.tests.conftest import lamp

FORM = {
    "key": "0123456789abcdef",
    "category": "street-light",
    "description": "Đèn đường tắt ba đêm nay.",
    "latitude": "16.4685",
    "longitude": "107.5890",
}


def photo(shade: int) -> bytes:
    """A small photo of one colour."""
    return pyvips.Image.black(64, 48, bands=3).linear(1, shade).cast("uchar").jpegsave_buffer()


async def test_the_form_asks_who_one_is_first(browser: Any) -> None:
    answer = await browser.get("/reports/new")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_a_report_goes_in_and_comes_back_as_a_page(browser: Any, language: str) -> None:
    await browser.sign_in("resident")
    browser.cookies.set("language", language, domain="city.local")
    empty = unescape((await browser.get("/reports/new")).text)
    assert 'action="/reports"' in empty and "tel:113" in empty
    answer = await browser.post("/reports", data=FORM)
    assert answer.status_code == 303, answer.text
    page = await browser.get(answer.headers["location"])
    assert page.status_code == 200
    assert "Đèn đường tắt ba đêm nay" in unescape(page.text)
    assert "Nguyễn Thị Lan" not in unescape(page.text).partition("<main")[2]
    again = await browser.post("/reports", data=FORM)
    assert again.headers["location"] == answer.headers["location"]
    other = await browser.post("/reports", data={**FORM, "description": "Và một hố trên đường."})
    assert other.headers["location"] != answer.headers["location"]


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"description": ""}, ["description"]),
        ({"description": "x" * 10_000}, ["description"]),
        ({"category": "gone"}, ["category"]),
        ({"category": "", "latitude": "", "longitude": ""}, ["category", "latitude"]),
        ({"latitude": "16.9", "longitude": "109.5"}, ["latitude"]),
        ({"latitude": "north"}, ["latitude"]),
        ({"seen_at": "2031-01-01T08:00"}, ["seen_at"]),
        ({"seen_at": "yesterday", "description": "short", "category": "gone"},
         ["seen_at", "description", "category"]),
    ],
)  # fmt: skip
async def test_a_wrong_form_comes_back_with_what_was_typed(
    browser: Any, wrong: dict[str, str], fields: list[str]
) -> None:
    await browser.sign_in("resident")
    answer = await browser.post("/reports", data={**FORM, "address": "5 Lê Lợi", **wrong})
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert 'value="5 Lê Lợi"' in page
    assert wrong.get("description", FORM["description"])[:4000] in page
    for field in fields:
        assert f'id="f-{field}-error"' in page, field
        assert f'href="#f-{field}"' in page


async def test_twelve_files_are_said_to_be_too_many_and_six_are_kept(browser: Any) -> None:
    await browser.sign_in("resident")
    files = [("photos", (f"{n}.jpg", BytesIO(photo(n * 15)), "image/jpeg")) for n in range(12)]
    answer = await browser.post("/reports", data={**FORM, "address": "5 Lê Lợi"}, files=files)
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert 'id="f-photos-error"' in page
    kept = [part.partition('"')[0] for part in page.split('name="photos" value="')[1:]]
    assert len(kept) == 6
    sent = await browser.post("/reports", data={**FORM, "photos": kept})
    assert sent.status_code == 303, sent.text
    assert kept[0] in (await browser.get(sent.headers["location"])).text


async def test_a_file_that_is_no_photo_is_refused_at_its_field(browser: Any) -> None:
    await browser.sign_in("resident")
    files = [("photos", ("a.jpg", BytesIO(b"not a picture"), "image/jpeg"))]
    answer = await browser.post("/reports", data=FORM, files=files)
    assert answer.status_code == 422
    assert 'id="f-photos-error"' in answer.text


async def test_a_mistyped_reference_leads_to_the_report(by_lan: Work, browser: Any) -> None:
    told = await reports.submit_report(by_lan, lamp())
    answer = await browser.get(f"/reports/{told.ref.lower().replace('-', '')}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/reports/{told.ref}")
    for nothing in ("0000-0000", "nonsense", "x"):
        assert (await browser.get(f"/reports/{nothing}")).status_code == 404


async def test_a_private_report_is_for_its_reporter_and_the_staff(
    by_lan: Work, browser: Any
) -> None:
    await browser.sign_in("resident")
    mine = await browser.post("/reports", data={**FORM, "private": "true"})
    where = mine.headers["location"]
    assert (await browser.get(where)).status_code == 200
    assert (await browser.get(f"/api/v1{where}")).json()["private"] is True
    for role, status in [("resident", 404), ("desk", 200), ("leader", 200)]:
        await browser.sign_in(role)
        assert (await browser.get(where)).status_code == status, role
        assert (await browser.get(f"/api/v1{where}")).status_code == status, role
    await browser.sign_in("unit", unit="hepco")
    assert (await browser.get(where)).status_code == 404
    browser.sign_out()
    assert (await browser.get(where)).status_code == 404
    assert where not in unescape((await browser.get("/reports")).text)


async def test_a_report_page_takes_three_statements(by_lan: Work, browser: Any) -> None:
    told = await reports.submit_report(by_lan, lamp())
    await browser.get("/reports")
    answer, statements = await browser.counted("GET", f"/reports/{told.ref}")
    assert answer.status_code == 200
    assert statements <= 3


async def test_the_answer_is_public_once_it_is_published_and_rated_by_its_reporter(
    browser: Any, inside: Any, by_lan: Work
) -> None:
    actor = await browser.sign_in("resident")
    where = (await browser.post("/reports", data=FORM)).headers["location"]
    report = await reports.find_by_ref(by_lan, where.rpartition("/")[2])
    assert report is not None
    unit = await identity.find_unit(by_lan, "hepco")
    assert unit is not None
    await cases.accept_case(by_lan, report.case_id)
    await cases.route_case(by_lan, report.case_id, unit.id)
    await cases.answer_case(by_lan, report.case_id, "Đã thay bóng đèn mới. " * 5)
    assert "Đã thay bóng đèn" not in unescape((await browser.get(where)).text)
    await cases.publish_answer(by_lan, report.case_id)
    await follow_case(by_lan, report.case_id)
    page = unescape((await browser.get(where)).text)
    assert "Đã thay bóng đèn" in page and f'action="{where}/rating"' in page
    assert where in unescape((await browser.get("/mine/card")).text)
    nothing = await browser.post(f"{where}/rating", data={})
    assert nothing.status_code == 422
    no_reason = await browser.post(f"{where}/rating", data={"rating": "unsatisfied"})
    assert no_reason.status_code == 422 and 'id="f-comment-error"' in no_reason.text
    await browser.sign_in("resident")
    theirs = await browser.post(f"{where}/rating", data={"rating": "satisfied"})
    assert theirs.status_code == 403
    assert f'action="{where}/rating"' not in unescape((await browser.get(where)).text)
    async with inside.work(actor) as work:
        await reports.rate_report(work, report, Rating.SATISFIED, "")
    case = await cases.get_case(by_lan, report.case_id)
    assert case.rating is Rating.SATISFIED


async def test_my_reports_are_mine(browser: Any) -> None:
    await browser.sign_in("resident")
    where = (await browser.post("/reports", data=FORM)).headers["location"]
    assert where in unescape((await browser.get("/mine")).text)
    assert (await browser.get("/mine/card")).text.strip() == ""
    await browser.sign_in("resident")
    assert where not in unescape((await browser.get("/mine")).text)


async def test_only_the_desk_sees_who_reported_and_that_is_written_down(
    browser: Any, by_lan: Work
) -> None:
    told = await reports.submit_report(by_lan, lamp())
    await cases.accept_case(by_lan, told.case_id)
    unit = await identity.find_unit(by_lan, "hepco")
    assert unit is not None
    await cases.route_case(by_lan, told.case_id, unit.id)
    card, ask = f"/reports/by-case/{told.case_id}/desk-card", f"/reports/{told.ref}/reporter"
    await browser.sign_in("unit", unit="hepco", name="Lê Văn Hoà")
    page = unescape((await browser.get(card)).text)
    assert told.description in page and ask not in page and "Nguyễn Thị Lan" not in page
    assert (await browser.post(ask, data={"purpose": "I want to know"})).status_code == 403
    await browser.sign_in("unit", unit="power-company", name="Trần Văn Nam")
    assert (await browser.get(card)).status_code == 404
    await browser.sign_in("desk", name="Hồ Thị Mai")
    page = unescape((await browser.get(card, headers={"hx-request": "true"})).text)
    assert ask in page and "Nguyễn Thị Lan" not in page
    without = await browser.post(ask, data={"purpose": ""})
    assert without.status_code == 422 and "Nguyễn Thị Lan" not in unescape(without.text)
    seen = await browser.post(ask, data={"purpose": "Hỏi lại vị trí cột đèn"})
    assert "Nguyễn Thị Lan" in unescape(seen.text)
    logged = await by_lan.values(str, "select about from identity.access")
    assert told.ref in logged


@pytest.mark.parametrize("path", ["/map", "/reports/nearby", "/reports", "/map?category=pothole"])
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_public_pages_show_in_both_languages(browser: Any, path: str, language: str) -> None:
    answer = await browser.get(path, headers={"accept-language": language})
    assert answer.status_code == 200
    assert answer.headers["content-language"] == language
