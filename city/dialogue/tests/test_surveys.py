"""Surveys on their pages: written, published, answered once, counted, followed up."""

import asyncio
from html import unescape
from typing import Any

import pytest
from msgspec.structs import replace

from city import dialogue, identity, messages
from city.dialogue.actions import surveys as doing
from city.dialogue.forms import values_of_draft
from city.dialogue.store import surveys as store
from city.dialogue.tests.conftest import as_somebody_else, as_unit, draft, person_of, published
from city.kernel import Conflict, Database, Forbidden, Invalid, Work
from tests.harness import EVERYBODY

GOOD = {"q1": ["1"], "q3": ["1", "3"], "q4": ["5"]}


async def test_each_person_answers_once_and_the_answer_bears_no_name(work: Work) -> None:
    survey = await published(work)
    async with as_somebody_else(work) as person_id:
        assert await doing.answer_survey(work, survey, GOOD, "")
        with pytest.raises(Conflict):
            await doing.answer_survey(work, survey, {"q1": ["2"], "q2": ["x"]}, "")
    lines = await store.list_lines(work, survey.id, 10)
    assert [line.answers for line in lines] == [{"q1": "1", "q3": ["1", "3"], "q4": 5}]
    assert lines[0].person_id is None
    assert await store.list_takers(work, survey.id) == [person_id]


async def test_an_answer_that_may_change_is_changed_and_still_one(work: Work) -> None:
    survey = await published(work, changeable=True)
    async with as_somebody_else(work) as person_id:
        assert await doing.answer_survey(work, survey, GOOD, "")
        assert not await doing.answer_survey(work, survey, {"q1": ["2"], "q2": ["Vì xa"]}, "")
        own = await doing.find_survey(work, survey.ref)
    assert own.given == {"q1": "2", "q2": "Vì xa"}
    assert len(await store.list_lines(work, survey.id, 10)) == 1
    kept = await dialogue.list_kept(work, person_id)
    assert kept[0].rows[0]["answers"] == own.given


async def test_two_answers_of_one_person_at_once_leave_one(database: Database) -> None:
    async with database.work(EVERYBODY) as work:
        open_now = draft(opens_on=work.now.date(), closes_on=work.now.date().replace(year=2199))
        survey = await doing.add_draft(work, open_now)
        survey = await doing.publish_survey(work, survey.ref, 1)
    actor = await person_of(database)  # type: ignore[arg-type]

    async def answer(choice: str) -> bool:
        try:
            async with database.work(actor) as work:
                given = {"q1": [choice], "q2": ["x"]}
                return await doing.answer_survey(work, survey, given, "")
        except Conflict:
            return False

    done = await asyncio.gather(*(answer(choice) for choice in "12121212"))
    assert sum(done) == 1
    async with database.work(EVERYBODY) as work:
        assert len(await store.list_lines(work, survey.id, 10)) == 1


async def test_a_survey_for_the_whole_city_is_published_by_a_leader(work: Work) -> None:
    hepco = await identity.find_unit(work, "hepco")
    officer = as_unit(work.actor, hepco.id)
    everybody, work.actor = work.actor, officer
    survey = await doing.add_draft(work, draft())
    with pytest.raises(Forbidden):
        await doing.publish_survey(work, survey.ref, survey.version)
    survey = await doing.save_draft(work, survey.ref, draft(wards=["19789"]), survey.version)
    survey = await doing.publish_survey(work, survey.ref, survey.version)
    work.actor = replace(officer, unit_id=(await identity.find_unit(work, "huewaco")).id)
    with pytest.raises(Forbidden):
        await doing.close_survey(work, survey.ref, survey.version)
    work.actor = everybody
    with pytest.raises(Conflict):
        await doing.close_survey(work, survey.ref, survey.version - 1)
    await doing.close_survey(work, survey.ref, survey.version)


async def test_a_survey_asks_only_whom_it_is_for(work: Work) -> None:
    survey = await published(work, audience=["visitor"], wards=["19789"])
    async with as_somebody_else(work) as person_id:
        with pytest.raises(Forbidden):
            await doing.answer_survey(work, survey, GOOD, "19789")
        await identity.grant_role(work, person_id, identity.Role.VISITOR)
        for ward in ("", "00000"):
            with pytest.raises(Invalid) as wrong:
                await doing.answer_survey(work, survey, GOOD, ward)
            assert "ward" in wrong.value.errors
        assert await doing.answer_survey(work, survey, GOOD, "19789")


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_a_survey_is_answered_on_its_page(browser: Any, work: Work, language: str) -> None:
    survey = await published(work)
    where = f"/surveys/{survey.ref}"
    browser.cookies.set("language", language, domain="city.local")
    assert "/sign-in?next=" in unescape((await browser.get(where)).text)
    await browser.sign_in("resident")
    answer, statements = await browser.counted("GET", where)
    assert answer.status_code == 200 and 'name="q1"' in answer.text
    assert statements <= 2  # The session and the survey.
    wrong = await browser.post(where, data={"q1": "2", "q3": ["1", "3"], "q5": "99"})
    assert wrong.status_code == 422
    assert 'href="#f-q2"' in wrong.text and 'href="#f-q5"' in wrong.text
    assert 'value="99"' in wrong.text and wrong.text.count(" checked") == 3
    assert (await browser.post(where, data={"q1": "1", "q3": ["1", "3"]})).status_code == 303
    assert 'name="q1"' not in (await browser.get(where)).text
    assert (await browser.post(where, data={"q1": "1"})).status_code == 409
    listed = await browser.get("/surveys")
    assert listed.status_code == 200 and where in unescape(listed.text)


async def test_results_are_public_when_it_is_closed_and_count_nobody_by_name(
    browser: Any, work: Work, inside: Any
) -> None:
    survey = await published(work)
    for number in range(6):
        async with as_somebody_else(work, f"Người {number}"):
            given = {"q1": ["2"], "q2": ["=Ý kiến riêng"], "q5": ["4"]}
            await doing.answer_survey(work, survey, given, "19789")
    where = f"/surveys/{survey.ref}/results"
    assert "100" not in (await browser.get(where)).text.partition("<main")[2]
    assert (await browser.get(f"{where}.csv")).status_code == 404
    assert (await browser.get(f"/api/v1{where}")).status_code == 404
    await doing.close_survey(work, survey.ref, survey.version)
    answer, statements = await browser.counted("GET", where)
    page = unescape(answer.text)
    assert answer.status_code == 200 and statements <= 2
    assert "Ý kiến riêng" not in page and "100" in page
    told = (await browser.get(f"/api/v1{where}")).json()
    assert told["answers"] == 6 and told["questions"][0]["choices"][1]["n"] == 6
    assert told["by_ward"] == {"shown": [{"ward": "19789", "n": 6, "percent": 100.0}], "others": 0}
    table = (await browser.get(f"{where}.csv")).text
    assert table.startswith("\ufeff") and "Ý kiến riêng" not in table
    await browser.sign_in("leader")
    staff = unescape((await browser.get(f"/desk/surveys/{survey.ref}/results")).text)
    assert staff.count("=Ý kiến riêng") == 6
    lines = (await browser.get(f"/desk/surveys/{survey.ref}/answers.csv")).text
    assert lines.count("'=Ý kiến riêng") == 6 and "Người" not in lines


async def test_whoever_answered_hears_what_was_done(browser: Any, work: Work, inside: Any) -> None:
    survey = await published(work)
    async with as_somebody_else(work) as person_id:
        await doing.answer_survey(work, survey, GOOD, "")
    await doing.close_survey(work, survey.ref, survey.version)
    await browser.sign_in("leader")
    where = f"/desk/surveys/{survey.ref}/follow-up"
    lacking = await browser.post(where, data={"version": "3", "follow_vi": "Đã làm"})
    assert lacking.status_code == 422 and "Đã làm" in unescape(lacking.text)
    both = {"version": "3", "follow_vi": "Đã làm", "follow_en": "Done"}
    assert (await browser.post(where, data=both)).status_code == 303
    await browser.do_jobs()
    assert await messages.count_unread(work, person_id) == 1
    assert "Đã làm" in unescape((await browser.get(f"/surveys/{survey.ref}/results")).text)


async def test_a_survey_is_written_looked_at_published_and_only_mended(browser: Any) -> None:
    await browser.sign_in("desk")
    assert (await browser.get("/desk/surveys")).status_code == 200
    assert (await browser.get("/desk/surveys/new")).status_code == 200
    typed = {**values_of_draft(draft(wards=["19789"])), "q6-kind": "one"}
    made = await browser.post("/desk/surveys/new", data=typed)
    assert made.status_code == 303, made.text
    where = made.headers["location"]
    page = unescape((await browser.get(where)).text)
    assert "Khảo sát thử" in page and "Chọn 2 | Choice 2" in page
    assert 'name="q1"' in (await browser.get(f"{where}/preview")).text
    public = where.replace("/desk", "")
    assert (await browser.get(public)).status_code == 404
    bad = {**typed, "version": "1", "q1-options": "Chỉ một", "then": "publish"}
    refused = await browser.post(where, data=bad)
    assert refused.status_code == 422 and 'href="#f-q1"' in refused.text
    stale = await browser.post(where, data={**typed, "version": "1"})
    assert stale.status_code == 409
    good = {**typed, "version": "2", "then": "publish"}
    assert (await browser.post(where, data=good)).status_code == 303
    assert (await browser.get(public)).status_code == 200
    spelling = {**typed, "title_en": "A survey to try!", "version": "4"}
    assert (await browser.post(where, data=spelling)).status_code == 303
    other = {**typed, "title_en": "Something else altogether", "version": "5"}
    assert (await browser.post(where, data=other)).status_code == 409
    await browser.sign_in("unit", unit="hepco")
    assert (await browser.get(where)).status_code == 403
    await browser.sign_in("resident")
    assert (await browser.get("/desk/surveys")).status_code == 403


async def test_the_home_card_offers_what_is_open_until_it_is_answered(
    browser: Any, work: Work
) -> None:
    assert "<section" not in (await browser.get("/dialogue/card")).text
    survey = await published(work)
    await browser.sign_in("resident")
    assert survey.ref in (await browser.get("/dialogue/card")).text
    await browser.post(f"/surveys/{survey.ref}", data={"q1": "1"})
    assert survey.ref not in (await browser.get("/dialogue/card")).text


async def test_a_person_forgotten_leaves_a_nameless_answer(work: Work) -> None:
    survey = await published(work, named=True)
    async with as_somebody_else(work) as person_id:
        await doing.answer_survey(work, survey, GOOD, "")
    assert (await store.list_lines(work, survey.id, 10))[0].person_id == person_id
    await dialogue.forget_person(work, person_id)
    assert await dialogue.list_kept(work, person_id) == []
    lines = await store.list_lines(work, survey.id, 10)
    assert len(lines) == 1 and lines[0].person_id is None
