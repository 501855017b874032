"""Who follows a ward or a category hears on the device when something there was answered."""

from html import unescape
from typing import Any

from city import cases, identity
from city.kernel import Actor
from city.messages import Channel
from city.messages.push import actions
from city.messages.push.model import Choice
from city.messages.store import list_received
from city.reports import Report, submit_report
from city.reports.reactions import follow_case
from city.reports.tests.conftest import as_somebody_else, lamp
from tests.harness import EVERYBODY, Browser

HERE, ELSEWHERE = "19753", "19789"


async def with_device(browser: Browser, **choice: Any) -> Actor:
    """Somebody with a device that wants to be told these things."""
    actor = await browser.sign_in("resident", name=f"Trần Văn {len(choice)}")
    made = (await browser.post("/simulated/push/devices")).json()
    assert (await browser.post("/api/v1/me/push", json=made)).status_code == 204
    async with browser.inside.work(actor) as work:
        await actions.keep_choice(work, Choice(**choice))
    return actor


async def answered(browser: Browser, **changed: Any) -> Report:
    """A report of somebody else, answered in public a moment ago."""
    async with browser.inside.work(EVERYBODY) as work:
        unit = await identity.find_unit(work, "construction-department")
        assert unit is not None
        async with as_somebody_else(work, "Hồ Thị Mai"):
            report = await submit_report(work, lamp(**changed))
        await cases.accept_case(work, report.case_id)
        await cases.route_case(work, report.case_id, unit.id)
        await cases.take_case(work, report.case_id)
        await cases.answer_case(work, report.case_id, "Đã thay bóng đèn mới, đèn sáng lại. " * 4)
        await cases.publish_answer(work, report.case_id)
        await follow_case(work, report.case_id)
    for _ in range(3):  # Who is meant is worked out by jobs, which leave the sending to others.
        await browser.do_jobs()
    return report


async def heard(browser: Browser) -> list[str]:
    """What reached the devices, in words."""
    async with browser.inside.work(EVERYBODY) as work:
        received = await list_received(work, 50)
    return [f"{one.subject}: {one.body}" for one in received if one.channel is Channel.PUSH]


async def test_an_answer_reaches_the_devices_that_follow_its_ward_or_category(
    browser: Browser,
) -> None:
    await with_device(browser, wards=[HERE])
    await with_device(browser, wards=[ELSEWHERE], categories=["street-light"])
    await with_device(browser, wards=[ELSEWHERE], categories=["pothole"])
    report = await answered(browser)
    assert report.ward == HERE
    news = await heard(browser)
    assert len(news) == 2, news
    for one in news:
        assert report.ref in one and "Đèn đường tắt ba đêm nay." in one
        assert f"/reports/{report.ref}" in one and "Hồ Thị Mai" not in one
    page = await browser.get(f"/reports/{report.ref}")
    assert page.status_code == 200 and "Đã thay bóng đèn mới" in unescape(page.text)


async def test_it_is_told_once_however_often_the_case_is_looked_at(browser: Browser) -> None:
    await with_device(browser, wards=[HERE])
    report = await answered(browser)
    async with browser.inside.work(EVERYBODY) as work:
        await follow_case(work, report.case_id)
    await browser.do_jobs()
    assert len(await heard(browser)) == 1


async def test_a_private_report_is_told_to_nobody_of_the_area(browser: Browser) -> None:
    await with_device(browser, wards=[HERE], categories=["street-light"])
    await answered(browser, private=True)
    assert await heard(browser) == []


async def test_who_wants_no_news_of_a_place_costs_no_job(browser: Browser) -> None:
    await with_device(browser)
    await answered(browser)
    assert await heard(browser) == []
