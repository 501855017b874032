"""Questions to the city: asked, answered as cases are, found again, put right."""

from html import unescape
from typing import Any

import pytest

from city import cases, dialogue, identity, messages
from city.cases import Case
from city.dialogue.actions import questions as doing
from city.dialogue.model import NewQuestion, Question
from city.dialogue.reactions import follow_case
from city.dialogue.tests.conftest import as_somebody_else
from city.kernel import TooMany, Work

BUS = "Xe buýt số 2 chạy đến mấy giờ tối?"
ANSWER = "Chuyến cuối rời bến lúc 18 giờ 30, mỗi ngày trong tuần."


async def asked(work: Work, words: str = BUS, **more: Any) -> Question:
    """A question."""
    return await doing.ask_question(work, NewQuestion(words=words, **more))


async def answered(work: Work, question: Question, text: str = ANSWER) -> Case:
    """The case of a question that was answered, all the way."""
    unit = await identity.find_unit(work, "construction-department")
    await cases.accept_case(work, question.case_id)
    await cases.route_case(work, question.case_id, unit.id)
    await cases.take_case(work, question.case_id)
    await cases.answer_case(work, question.case_id, text)
    case = await cases.publish_answer(work, question.case_id)
    await follow_case(work, question.case_id)
    return case


async def saw(work: Work, ref: str) -> Any:
    """The question as the actor sees it."""
    return await doing.find_question(work, ref)


async def test_a_question_is_a_case_with_a_promise_of_five_working_days(by_lan: Work) -> None:
    question = await asked(by_lan, topic="question-traffic", ward="19789")
    case = await cases.get_case(by_lan, question.case_id)
    assert (case.source, case.definition, case.ward) == (cases.Source.QUESTION, "question", "19789")
    assert case.due_at is not None and case.promise["done"].working_days == 5
    history = await cases.list_history(by_lan, case.id)
    assert history[0].actor_id is None and history[0].actor_name == ""
    await cases.verify_history(by_lan, case.id)


async def test_it_is_answered_in_public_and_its_asker_told_at_each_step(
    by_lan: Work,
    browser: Any,
) -> None:
    question = await asked(by_lan)
    where = f"/questions/{question.ref}"
    assert (await browser.get(where)).status_code == 404
    await answered(by_lan, question)
    await follow_case(by_lan, question.case_id)
    assert await messages.count_unread(by_lan, by_lan.actor.person_id) == 5
    page = unescape((await browser.get(where)).text)
    assert BUS in page and ANSWER in page and "Nguyễn Thị Lan" not in page
    for q in ("buýt", "buyt", "XE BUYT SO", "chuyen cuoi", "buý"):
        found = unescape((await browser.get("/questions", params={"q": q})).text)
        assert where in found, q
    nothing = unescape((await browser.get("/questions", params={"q": "học phí"})).text)
    assert where not in nothing
    answers = (await browser.get("/api/v1/questions", params={"q": "xe buyt"})).json()["answers"]
    assert answers[0]["ref"] == question.ref and "asker" not in str(answers)
    like = await browser.post("/questions/like", data={"words": "xe buyt so 2 chay may gio"})
    assert where in unescape(like.text)


async def test_a_private_question_is_only_its_askers(by_lan: Work, browser: Any) -> None:
    question = await asked(by_lan, private=True)
    await answered(by_lan, question)
    for role, status in [("resident", 404), ("desk", 200)]:
        await browser.sign_in(role)
        assert (await browser.get(f"/questions/{question.ref}")).status_code == status
    assert question.ref not in (await browser.get("/questions")).text
    assert (await saw(by_lan, question.ref)).answer == ANSWER


async def test_somebody_asks_on_the_page_and_the_same_form_is_one_question(
    browser: Any, work: Work
) -> None:
    await browser.sign_in("resident")
    assert (await browser.get("/questions/ask")).status_code == 200
    form = {"words": BUS, "topic": "question-traffic", "key": "0123456789abcdef"}
    first = await browser.post("/questions", data=form)
    again = await browser.post("/questions", data=form)
    assert first.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    page = unescape((await browser.get(first.headers["location"])).text)
    assert BUS in page
    wrong = await browser.post("/questions", data={**form, "words": "ngắn", "topic": "pothole"})
    assert wrong.status_code == 422 and 'href="#f-words"' in wrong.text
    mine = unescape((await browser.get("/questions/mine")).text)
    assert first.headers["location"] in mine


async def test_a_question_very_like_an_answered_one_is_asked_about_first(
    browser: Any,
    by_lan: Work,
) -> None:
    await answered(by_lan, await asked(by_lan))
    await browser.sign_in("resident")
    form = {"words": "Xe buýt số 2 tối chạy đến mấy giờ?", "key": "k1"}
    held = await browser.post("/questions", data=form)
    assert held.status_code == 200 and 'name="sure"' in held.text
    assert (await browser.post("/questions", data={**form, "sure": "true"})).status_code == 303


async def test_one_person_asks_ten_times_a_day_at_most(by_lan: Work) -> None:
    for number in range(doing.MOST_A_DAY):
        await asked(by_lan, f"Câu hỏi thứ {number} của tôi?")
    with pytest.raises(TooMany):
        await asked(by_lan)


async def test_the_desk_puts_an_answer_right_and_how_it_read_stays(
    by_lan: Work,
    browser: Any,
) -> None:
    question = await asked(by_lan)
    await answered(by_lan, question)
    where = f"/questions/{question.ref}"
    await browser.sign_in("desk")
    new = {"words": BUS, "answer": "Chuyến cuối rời bến lúc 19 giờ.", "version": "1"}
    assert (await browser.get(f"{where}/edit")).status_code == 200
    assert (await browser.post(f"{where}/edit", data=new)).status_code == 303
    assert (await browser.post(f"{where}/edit", data={**new, "answer": "x"})).status_code == 409
    await follow_case(by_lan, question.case_id)
    page = unescape((await browser.get(where)).text)
    assert "19 giờ." in page and "sửa lúc" in page and "18 giờ 30" in page
    await browser.sign_in("unit", unit="hepco")
    assert (await browser.post(f"{where}/edit", data={**new, "version": "2"})).status_code == 403


async def test_each_person_says_once_whether_it_helped(by_lan: Work, browser: Any) -> None:
    question = await asked(by_lan)
    await answered(by_lan, question)
    where = f"/questions/{question.ref}"
    await browser.sign_in("resident")
    for helpful in ("true", "true", "false"):
        answer = await browser.post(f"{where}/helpful", data={"helpful": helpful})
        assert answer.status_code == 303
    seen = await saw(by_lan, question.ref)
    assert (seen.helpful, seen.unhelpful) == (0, 1)


async def test_who_asked_replies_and_rates_and_nobody_else(by_lan: Work, browser: Any) -> None:
    question = await asked(by_lan)
    await cases.ask_reporter(by_lan, question.case_id, "Bạn hỏi tuyến đi sân bay phải không?")
    await follow_case(by_lan, question.case_id)
    seen = await saw(by_lan, question.ref)
    assert seen.asks_back.startswith("Bạn hỏi tuyến")
    await doing.reply(by_lan, seen, "Vâng, tuyến đi sân bay.")
    await follow_case(by_lan, question.case_id)
    assert (await saw(by_lan, question.ref)).asks_back == ""
    await answered(by_lan, question)
    await browser.sign_in("resident")
    rating = {"rating": "satisfied"}
    where = f"/questions/{question.ref}/rating"
    assert (await browser.post(where, data=rating)).status_code == 403
    await doing.rate(by_lan, await saw(by_lan, question.ref), cases.Rating.SATISFIED, "")
    await follow_case(by_lan, question.case_id)
    assert (await saw(by_lan, question.ref)).rating is cases.Rating.SATISFIED


async def test_the_same_question_twice_is_answered_once_for_both(by_lan: Work) -> None:
    first = await asked(by_lan)
    async with as_somebody_else(by_lan) as person_id:
        second = await asked(by_lan, "Xe buýt số 2 tối chạy tới khi nào?")
    await cases.merge_case(by_lan, second.case_id, first.case_id)
    await follow_case(by_lan, second.case_id)
    before = await messages.count_unread(by_lan, person_id)
    await answered(by_lan, first)
    seen = await saw(by_lan, second.ref)
    assert (seen.merged_ref, seen.answer) == (first.ref, ANSWER)
    assert await messages.count_unread(by_lan, person_id) == before + 1


async def test_topics_of_questions_are_nothing_to_report(browser: Any) -> None:
    await browser.sign_in("resident")
    assert "question-app" not in (await browser.get("/reports/new")).text
    offered = (await browser.get("/api/v1/categories")).json()
    assert all(not each["code"].startswith("question-") for each in offered)


async def test_the_desk_sees_the_question_on_its_case_without_who_asked(
    by_lan: Work,
    browser: Any,
) -> None:
    question = await asked(by_lan)
    await browser.sign_in("desk")
    assert "/questions/by-case/" in (await browser.get(f"/desk/cases/{question.ref}")).text
    card = unescape((await browser.get(f"/questions/by-case/{question.case_id}")).text)
    card = card.partition("<main")[2]
    assert BUS in card and "Nguyễn Thị Lan" not in card


async def test_lists_take_one_statement(by_lan: Work, browser: Any) -> None:
    await answered(by_lan, await asked(by_lan))
    await browser.get("/questions")
    for path in ("/questions", "/questions?q=xe+buyt", "/questions?topic=question-other"):
        answer, statements = await browser.counted("GET", path)
        assert (answer.status_code, statements) == (200, 1), path


async def test_what_somebody_asked_is_taken_away_and_made_nameless(by_lan: Work) -> None:
    question = await asked(by_lan)
    person_id = by_lan.actor.person_id
    kept = await dialogue.list_kept(by_lan, person_id)
    assert [each.name for each in kept] == ["questions"]
    assert kept[0].rows[0]["words"] == BUS
    await dialogue.forget_person(by_lan, person_id)
    assert (await saw(by_lan, question.ref)).asker_id is None
