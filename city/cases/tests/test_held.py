"""What the desk holds back for ten seconds, what its pages offer, and in which order it is told."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest

from city import cases, identity, messages
from city.cases import store
from city.cases.command import tasks
from city.cases.desk.held import tidy_up
from city.cases.model import CaseEscalated
from city.cases.pages import acts
from city.cases.reactions import escalate
from city.cases.tests.given_cases import acting, new_case
from city.cases.tests.given_commands import person, storm
from city.cases.tests.test_command import task_of
from city.cases.tests.test_desk import EVERY, later, now, opened, unit_of
from city.kernel import THE_CITY, Invalid, Work, new_id

Browser = Any


async def test_what_is_public_waits_ten_seconds_and_can_be_taken_back(browser: Browser) -> None:
    await browser.sign_in("desk")
    case = await opened(browser)
    address = f"/desk/cases/{case.ref}/reject"
    sent = await browser.post(address, data={"version": "1", "reason": "unclear", "note": "Nope"})
    undo = sent.headers["location"].partition("undo=")[2]
    await later(browser, 9)
    assert (await now(browser, case)).status is cases.Status.NEW
    assert "data-undo" in (await browser.get(sent.headers["location"])).text
    back = await browser.post(f"/desk/held/{undo}/undo", data={})
    assert back.status_code == 303
    await later(browser, 60)
    assert (await now(browser, case)).version == 1
    await browser.post(address, data={"version": "1", "reason": "unclear"})
    await later(browser)
    case = await now(browser, case)
    assert case.status is cases.Status.REJECTED
    assert (await browser.post(f"/desk/held/{undo}/undo", data={})).status_code == 409


async def test_a_leader_takes_back_what_they_asked_for_themselves(browser: Browser) -> None:
    await browser.sign_in("leader")
    case = await opened(browser)
    unit = await unit_of(browser)
    async with browser.inside.work(EVERY) as work:
        person = (await identity.list_staff(work, [identity.Role.LEADER]))[0]
        held = store.desk.Held(
            id=new_id(),
            case_id=case.id,
            verb="route",
            given={"unit_id": str(unit.id), "version": 1},
            actor_id=person.id,
            actor_name=person.name,
            permissions=["cases.lead", "cases.view"],
            unit_id=None,
            held_at=work.now,
            run_at=work.now + timedelta(seconds=10),
        )
        assert await store.add_held(work, held)
    assert (await browser.post(f"/desk/held/{held.id}/undo", data={})).status_code == 303


async def test_what_could_not_be_done_for_an_hour_no_longer_keeps_a_case(browser: Browser) -> None:
    await browser.sign_in("desk")
    case = await opened(browser)
    address = f"/desk/cases/{case.ref}/reject"
    await browser.post(address, data={"version": "1", "reason": "unclear"})
    async with browser.inside.work(EVERY) as work:
        await work.run("delete from kernel.job where task like '%do_held'")  # Laid aside.
    browser.inside.now += timedelta(minutes=61)
    async with browser.inside.work(THE_CITY) as work:
        await tidy_up(work)
    shown = await browser.get(f"/desk/cases/{case.ref}")
    assert "Hệ thống gặp lỗi" in shown.text
    again = await browser.post(address, data={"version": "1", "reason": "unclear"})
    assert again.status_code == 303


async def test_nobody_is_seen_at_a_case_they_may_not_see(browser: Browser) -> None:
    case = await opened(browser)
    await browser.sign_in("unit", unit="hepco")
    assert (await browser.post(f"/desk/presence/{case.ref}", data={})).status_code == 204
    async with browser.inside.work(EVERY, reading=True) as work:
        assert await work.value(int, "select count(*) from cases.presence") == 0


async def test_it_is_done_as_the_person_who_asked_and_by_nobody_else_taken_back(
    browser: Browser,
) -> None:
    hai = await browser.sign_in("desk", name="Trần Minh Hải")
    case = await opened(browser)
    unit = await unit_of(browser)
    sent = await browser.post(
        f"/desk/cases/{case.ref}/route", data={"version": "1", "unit_id": str(unit.id)}
    )
    undo = sent.headers["location"].partition("undo=")[2]
    await browser.sign_in("desk", name="Lan")
    assert (await browser.post(f"/desk/held/{undo}/undo", data={})).status_code == 409
    assert "Trần Minh Hải" in (await browser.get(f"/desk/cases/{case.ref}")).text
    second = await browser.post(
        f"/desk/cases/{case.ref}/reject", data={"version": "1", "reason": "unclear"}
    )
    assert second.status_code == 409  # One thing at a time.
    await later(browser)
    async with browser.inside.work(EVERY, reading=True) as work:
        entries = await cases.list_history(work, case.id)
    assert (entries[-1].verb, entries[-1].actor_id) == ("route", hai.id)


async def test_what_cannot_be_done_after_the_wait_comes_back_with_what_was_typed(
    browser: Browser,
) -> None:
    await browser.sign_in("desk")
    browser.cookies.set("language", "en")
    case = await opened(browser)
    await browser.post(
        f"/desk/cases/{case.ref}/reject",
        data={"version": "1", "reason": "unclear", "note": "My careful words"},
    )
    async with browser.inside.work(EVERY) as work:
        await cases.accept_case(work, case.id)
    await later(browser)
    assert (await now(browser, case)).status is cases.Status.ACCEPTED
    shown = (await browser.get(f"/desk/cases/{case.ref}")).text
    assert "could not be done" in shown and "My careful words" in shown


async def test_the_instant_case_that_has_just_rung_stands_first(browser: Browser) -> None:
    await browser.sign_in("desk")
    late = []
    for _ in range(6):
        late.append(await opened(browser, category="power-cable"))
        browser.inside.now += timedelta(minutes=20)
    fresh = await opened(browser, category="power-cable")
    shown = (await browser.get("/desk/notice")).text
    told = [ref for ref in re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}", shown) if ref]
    assert told[0] == fresh.ref and len(set(told)) == acts.MOST_SHOWN
    assert late[0].ref not in told  # They are counted, and a tap away.
    assert "Xem tất cả 7 vụ việc tức thời" in shown


async def test_the_page_offers_no_unit_that_has_the_case_already(browser: Browser) -> None:
    await browser.sign_in("desk")
    case = await opened(browser)
    unit, other = await unit_of(browser), await unit_of(browser, "huewaco")
    async with browser.inside.work(EVERY) as work:
        await cases.accept_case(work, case.id)
        await cases.route_case(work, case.id, unit.id)
    shown = (await browser.get(f"/desk/cases/{case.ref}")).text
    assert f'value="{other.id}"' in shown and f'value="{unit.id}"' not in shown


async def test_a_fault_in_a_note_leads_to_its_own_form(browser: Browser) -> None:
    await browser.sign_in("desk")
    case = await opened(browser)
    sent = {"version": "1", "reason": "unclear", "note": "x" * 4001}
    answer = await browser.post(f"/desk/cases/{case.ref}/reject", data=sent)
    assert answer.status_code == 422 and 'href="#f-note"' in answer.text
    assert answer.text.count('id="f-note"') == 1
    form = answer.text.index('id="do-reject"')
    assert form < answer.text.index('id="f-note"') < answer.text.index("</form>", form)


async def test_a_line_that_is_open_for_long_ends_so_that_the_session_is_asked_again(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "LISTEN_SECONDS", -1)
    await browser.sign_in("desk")
    await opened(browser)
    answer = await asyncio.wait_for(browser.get("/desk/live"), 20)
    assert answer.status_code == 200 and answer.text == ""


async def test_danger_wakes_whoever_owes_the_step_and_the_rest_does_not(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bool] = []

    async def send(*_: Any, urgent: bool, **__: Any) -> None:
        sent.append(urgent)

    person = await identity.add_person(work, identity.NewPerson(name="Trực ban"))
    await identity.grant_role(work, person.id, identity.Role.DESK)
    monkeypatch.setattr(messages, "send_message", send)
    for category in ("power-cable", "street-light"):
        case = await cases.open_case(work, new_case(category=category))
        await escalate(work, CaseEscalated(case_id=case.id, rung=1, tell=["desk"]))
    assert sent == [True, False]


async def test_a_task_is_not_put_off_to_a_day_nobody_can_mean(work: Work) -> None:
    leader = await person(work, identity.Role.LEADER, "Đỗ Trường Sơn")
    command = await storm(work, leader)
    task = await task_of(work, command, "parks-centre")
    with pytest.raises(Invalid):
        await tasks.change_task(
            acting(work, leader),
            command.case_id,
            task.id,
            owner_unit=task.owner_unit,
            owner_name=task.owner_name,
            due_at=work.now + timedelta(days=365 * 50),
        )
