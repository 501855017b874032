"""What the city asks the reporter, and cases that wait."""

from datetime import date, timedelta
from html import unescape
from io import BytesIO
from typing import Any

import msgspec
import pytest

from city import cases, identity, reports
from city.cases import CaseReminded, Status
from city.kernel import Conflict, Forbidden, Invalid, Work
from city.reports import actions
from city.reports.reactions import follow_case, remind_the_reporter
from city.reports.tests.conftest import as_somebody_else, lamp, saw
from city.reports.tests.test_follow import told
from city.reports.tests.test_pages import photo

QUESTION = "Cột đèn số mấy, ở bên nào của cầu?"
BUDGET = "Cần thay cả đoạn cáp ngầm, đã đưa vào kế hoạch vốn năm 2027."
REPLY = "Cột số 14, bên phải khi đi về phía chợ."


async def asked(work: Work, **about: Any) -> reports.Report:
    """A report with a unit whose reporter is asked something."""
    report = await reports.submit_report(work, lamp(**about))
    unit = await identity.find_unit(work, "hepco")
    assert unit is not None
    await cases.accept_case(work, report.case_id)
    await cases.route_case(work, report.case_id, unit.id)
    await cases.take_case(work, report.case_id)
    await cases.ask_reporter(work, report.case_id, QUESTION)
    await follow_case(work, report.case_id)
    return await saw(work, report.ref)


async def test_the_reporter_is_told_and_the_clock_stands_until_they_reply(by_lan: Work) -> None:
    report = await asked(by_lan)
    assert report.status is Status.WAITING
    assert "The city has a question about your report {ref}: {question}" in await told(by_lan)
    before = await cases.get_case(by_lan, report.case_id)
    assert before.is_paused
    by_lan.now += timedelta(days=2)
    await actions.reply_to_city(by_lan, report, REPLY, [])
    after = await cases.get_case(by_lan, report.case_id)
    assert not after.is_paused and after.status is Status.DOING
    assert after.due_at and before.due_at and after.due_at > before.due_at
    history = await cases.list_history(by_lan, report.case_id)
    assert history[-1].note == REPLY and not history[-1].actor_name


async def test_only_the_reporter_answers_and_only_what_is_asked(by_lan: Work) -> None:
    report = await asked(by_lan)
    async with as_somebody_else(by_lan):
        with pytest.raises(Forbidden):
            await actions.reply_to_city(by_lan, report, REPLY, [])
    with pytest.raises(Invalid):
        await actions.reply_to_city(by_lan, report, "  ", [])
    await actions.reply_to_city(by_lan, report, REPLY, [])
    with pytest.raises(Conflict):
        await actions.reply_to_city(by_lan, report, REPLY, [])


async def test_a_forgotten_question_is_put_again_only_to_a_reporter(by_lan: Work) -> None:
    report = await asked(by_lan)
    for tell in (["unit"], ["reporter"]):
        await remind_the_reporter(by_lan, CaseReminded(case_id=report.case_id, tell=tell))
    said = await told(by_lan)
    assert said.count("The city still waits for your answer about report {ref}: {question}") == 1
    await actions.reply_to_city(by_lan, report, REPLY, [])
    await remind_the_reporter(by_lan, CaseReminded(case_id=report.case_id, tell=["reporter"]))
    assert len(await told(by_lan)) == len(said)


@pytest.mark.parametrize(
    ("language", "asks", "stands"),
    [("vi", "Thành phố hỏi bạn", "Đồng hồ đang dừng"), ("en", "The city asks you", "stands still")],
)
async def test_a_question_is_answered_on_the_page_with_a_photo(
    browser: Any, by_lan: Work, language: str, asks: str, stands: str
) -> None:
    actor = await browser.sign_in("resident", name="Nguyễn Thị Hạnh")
    by_lan.actor = msgspec.structs.replace(by_lan.actor, id=actor.id)
    report = await asked(by_lan)
    where = f"/reports/{report.ref}"
    browser.cookies.set("language", language, domain="city.local")
    page = unescape((await browser.get(where)).text)
    assert asks in page and QUESTION in page and stands in page
    assert f'action="{where}/reply"' in page
    for path in ("/mine", "/mine/card"):
        card = unescape((await browser.get(path)).text)
        assert QUESTION in card and f"{where}#question" in card, path
    files = [("photos", ("a.jpg", BytesIO(photo(70)), "image/jpeg"))]
    for wrong in ({"reply": ""}, {"reply": "x" * 2001}, {}):
        answer = await browser.post(f"{where}/reply", data=wrong, files=files)
        assert answer.status_code == 422, wrong
        page = unescape(answer.text)
        assert 'id="f-reply-error"' in page and 'name="photos" value="' in page
    kept = page.partition('name="photos" value="')[2].partition('"')[0]
    sent = await browser.post(f"{where}/reply", data={"reply": REPLY, "photos": kept})
    assert (sent.status_code, sent.headers["location"]) == (303, where), sent.text
    await follow_case(by_lan, report.case_id)
    page = unescape((await browser.get(where)).text)
    assert f'action="{where}/reply"' not in page
    assert REPLY in page and kept in page
    assert QUESTION not in unescape((await browser.get("/mine/card")).text)
    again = await browser.post(f"{where}/reply", data={"reply": REPLY})
    assert again.status_code in (409, 422)


async def test_questions_and_answers_are_for_those_who_work_on_it(
    browser: Any, by_lan: Work
) -> None:
    report = await asked(by_lan)
    card = f"/reports/by-case/{report.case_id}/desk-card"
    public = unescape((await browser.get(f"/reports/{report.ref}")).text)
    assert QUESTION not in public and "Đồng hồ đang dừng" in public
    await actions.reply_to_city(by_lan, report, REPLY, [])
    for role, unit in (("desk", None), ("unit", "hepco")):
        await browser.sign_in(role, name="Hồ Thị Mai", **({"unit": unit} if unit else {}))
        page = unescape((await browser.get(card)).text)
        assert QUESTION in page and REPLY in page and "Nguyễn Thị Lan" not in page, role
    for sign_in in (True, False):
        await browser.sign_in("resident", name="Ai Đó") if sign_in else browser.sign_out()
        public = unescape((await browser.get(f"/reports/{report.ref}")).text)
        assert QUESTION not in public and REPLY not in public
        assert f"/reports/{report.ref}/reply" not in public
        body = (await browser.get(f"/api/v1/reports/{report.ref}")).text
        assert QUESTION not in body and REPLY not in body
    await browser.sign_in("resident", name="Ai Đó")
    refused = await browser.post(f"/reports/{report.ref}/reply", data={"reply": REPLY})
    assert refused.status_code == 403


@pytest.mark.parametrize(("language", "said"), [("vi", "kinh phí"), ("en", "needs money")])
async def test_waiting_for_money_says_until_when(
    browser: Any, by_lan: Work, language: str, said: str
) -> None:
    report = await reports.submit_report(by_lan, lamp())
    unit = await identity.find_unit(by_lan, "hepco")
    assert unit is not None
    await cases.accept_case(by_lan, report.case_id)
    await cases.route_case(by_lan, report.case_id, unit.id)
    await cases.take_case(by_lan, report.case_id)
    day = date(2027, 1, 20)
    await cases.pause_case(by_lan, report.case_id, "wait_budget", revisit_on=day, note=BUDGET)
    await follow_case(by_lan, report.case_id)
    browser.cookies.set("language", language, domain="city.local")
    page = unescape((await browser.get(f"/reports/{report.ref}")).text)
    assert said in page and "2027" in page and "/reply" not in page
    body = (await browser.get(f"/api/v1/reports/{report.ref}")).json()
    assert (body["status"], body["revisit_on"]) == ("waiting", "2027-01-20")
    assert "Your report {ref} has to wait. The city looks at it again on {day}." in await told(
        by_lan
    )


async def test_who_is_not_satisfied_again_asks_the_desk(browser: Any, by_lan: Work) -> None:
    actor = await browser.sign_in("resident")
    by_lan.actor = msgspec.structs.replace(by_lan.actor, id=actor.id)
    report = await reports.submit_report(by_lan, lamp())
    where = f"/reports/{report.ref}"
    unit = await identity.find_unit(by_lan, "hepco")
    assert unit is not None
    browser.cookies.set("language", "en", domain="city.local")
    for hint in ("taken up again at once", "the city then decides"):
        if (await cases.get_case(by_lan, report.case_id)).status is Status.NEW:
            await cases.accept_case(by_lan, report.case_id)
        await cases.route_case(by_lan, report.case_id, unit.id)
        await cases.take_case(by_lan, report.case_id)
        await cases.answer_case(by_lan, report.case_id, "Đã thay bóng đèn mới. " * 8)
        await cases.publish_answer(by_lan, report.case_id)
        await follow_case(by_lan, report.case_id)
        page = unescape((await browser.get(where)).text)
        assert hint in page
        data = {"rating": "unsatisfied", "comment": "Tối nay đèn lại tắt."}
        assert (await browser.post(f"{where}/rating", data=data)).status_code == 303
    assert "You were not satisfied" in unescape((await browser.get(where)).text)
    browser.sign_out()
    public = unescape((await browser.get(where, headers={"accept-language": "en"})).text)
    assert "Taken up again once" in public and "You were not satisfied" not in public
