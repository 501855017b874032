"""What the city vouches for is found by its code, and nothing else is."""

import re
from html import unescape

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from city import cases, identity, reports
from city.cases import command as commands
from city.cases.command.official import sitrep_code
from city.kernel import Work
from city.reports.official import answer_code
from city.web import official_code, read_official
from tests.harness import EVERYBODY, Browser

PLACE = {"latitude": 16.4685, "longitude": 107.5890}
ANSWER = "Đã thay bóng mới và kiểm tra cả dãy đèn từ đầu cầu đến ngã tư, đèn sáng bình thường."


async def sent(work: Work, *, private: bool = False) -> reports.Report:
    new = reports.NewReport(
        category="street-light", description="Đèn đường tắt ba đêm nay.", private=private, **PLACE
    )
    person = await identity.add_person(work, identity.NewPerson(name="Lan"))
    before, work.actor = (
        work.actor,
        type(work.actor)(id=person.id, name="Lan", permissions=EVERYBODY.permissions),
    )
    report = await reports.submit_report(work, new)
    work.actor = before
    return report


async def answer(work: Work, report: reports.Report) -> str:
    """Have a report answered in public; return the code of the answer."""
    unit = await identity.find_unit(work, "hepco")
    assert unit is not None
    if (await cases.get_case(work, report.case_id)).status is cases.Status.NEW:
        await cases.accept_case(work, report.case_id)
    await cases.route_case(work, report.case_id, unit.id)
    await cases.take_case(work, report.case_id)
    await cases.answer_case(work, report.case_id, ANSWER)
    await cases.publish_answer(work, report.case_id)
    await reports.follow_case(work, report.case_id)
    return answer_code(report, await cases.list_history(work, report.case_id))


async def test_a_published_answer_is_found_by_the_code_on_its_page(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        report = await sent(work)
        code = await answer(work, report)
    assert code in (await browser.get(f"/reports/{report.ref}")).text
    page = unescape((await browser.get(f"/verify/{code}")).text)
    assert "Còn hiệu lực" in page and f"/reports/{report.ref}#answer" in page
    assert ANSWER not in page


async def test_the_code_is_read_however_it_is_typed(browser: Browser) -> None:
    code = official_code("7K3M-Q9TD", "whatever")
    assert read_official(code.lower().replace("-", " ").replace("0", "o")) == code
    typed = await browser.get("/verify", params={"code": code.lower()})
    assert typed.headers["location"] == f"/verify/{code}"
    assert read_official("7K3M-Q9TD") is None and read_official("") is None


async def test_a_wrong_code_is_refused_in_plain_words(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        code = await answer(work, await sent(work))
    forged = code[:-1] + ("A" if code[-1] != "A" else "B")
    for wrong in (forged, "7K3M-Q9TD-W4XZ", "nonsense", "x" * 500):
        refused = await browser.get(f"/verify/{wrong}")
        assert refused.status_code == 404
        assert "Thành phố không có mã này" in refused.text


async def test_an_answer_taken_up_again_is_withdrawn_and_then_replaced(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        report = await sent(work)
        first = await answer(work, report)
        await cases.reopen_case(work, report.case_id, "Đèn lại tắt rồi")
    assert "Đã được thu hồi" in (await browser.get(f"/verify/{first}")).text
    async with browser.inside.work(EVERYBODY) as work:
        second = await answer(work, report)
    assert second != first
    assert "Đã được thay" in (await browser.get(f"/verify/{first}")).text
    assert "Còn hiệu lực" in (await browser.get(f"/verify/{second}")).text


async def test_of_a_private_report_a_stranger_learns_nothing_but_that_it_was_answered(
    browser: Browser,
) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        report = await sent(work, private=True)
        code = await answer(work, report)
    page = (await browser.get(f"/verify/{code}")).text
    assert "Nội dung không công khai" in page
    assert "Đèn đường" not in page and "#answer" not in page


async def test_what_was_changed_behind_the_citys_back_is_not_vouched_for(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        report = await sent(work)
        code = await answer(work, report)
        await work.run(
            "update cases.case set answer = 'Trả tiền cho tôi' where id = :id", id=report.case_id
        )
    assert (await browser.get(f"/verify/{code}")).status_code == 404


async def test_a_situation_report_is_checked_by_its_code(browser: Browser) -> None:
    leader = await browser.sign_in("leader", name="Đỗ Trường Sơn")
    async with browser.inside.work(leader) as work:
        new = commands.NewCommand(category="storm", name="Bão số 9", commander_id=leader.person_id)
        command = await commands.begin_command(work, new)
        first = await commands.write_sitrep(
            work, command.case_id, commands.NewSitrep(situation="Gió cấp 9.", needs="Không")
        )
    code = sitrep_code(command.ref, first)
    shown = await browser.get(f"/command/{command.ref}/reports/1")
    assert code in shown.text and 'class="qr"' in shown.text
    browser.sign_out()
    page = (await browser.get(f"/verify/{code}")).text
    assert "Còn hiệu lực" in page and "Gió cấp" not in page and "/command/" not in page
    async with browser.inside.work(leader) as work:
        await commands.write_sitrep(
            work, command.case_id, commands.NewSitrep(situation="Gió đã giảm.", needs="Không")
        )
    assert "Đã được thay" in (await browser.get(f"/verify/{code}")).text


async def test_the_signature_is_checked_with_the_public_key_alone(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        code = await answer(work, await sent(work))
    page = unescape((await browser.get(f"/verify/{code}")).text)
    token = re.search(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", page)
    assert token is not None
    published = (await browser.get("/.well-known/trangtien-keys.json")).json()
    assert "d" not in published["keys"][0]
    checked = jws.deserialize_compact(token[0], KeySet.import_key_set(published))
    assert f'"code":"{code}"'.encode() in (checked.payload or b"")
    with pytest.raises(Exception, match=r"(?i)signature"):
        forged = token[0].split(".")
        forged[1] = forged[1][:-2] + ("AA" if forged[1][-2:] != "AA" else "BB")
        jws.deserialize_compact(".".join(forged), KeySet.import_key_set(published))
