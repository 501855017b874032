"""What categories ask besides what everybody is asked, and what is answered."""

import json
from html import unescape
from typing import Any

import msgspec
import pytest

from city import cases, reports
from city.cases import Attribute, AttributeValue, Category
from city.kernel import Invalid, Work
from city.reports.attributes import answers_of, tidy_attributes
from city.reports.tests.conftest import lamp
from city.reports.tests.test_pages import FORM

BITTEN = {"animal-trouble": ["bitten"], "animal-count": ["2"]}
DOG = {**FORM, "category": "stray-animal", "description": "Con chó lớn chạy rông ngoài đường."}
DOG_BODY = {
    "category": "stray-animal",
    "description": DOG["description"],
    "latitude": 16.4685,
    "longitude": 107.589,
}


async def asks(work: Work, *attributes: Attribute) -> Category:
    """A category that asks this."""
    usual = (await cases.known_categories(work))["street-light"]
    return msgspec.structs.replace(usual, attributes=list(attributes))


def one(code: str, datatype: Any, **changed: Any) -> Attribute:
    """A question; a list offers a and b."""
    values = [AttributeValue(key=key, name={"en": key.upper()}) for key in "ab"]
    values = values if datatype.endswith("list") else []
    return Attribute(code=code, datatype=datatype, question={"en": code}, values=values, **changed)


@pytest.mark.parametrize(
    ("datatype", "values", "fault"),
    [
        ("string", ["HU-5521"], ""),
        ("string", ["x" * 1001], "at most"),
        ("string", ["one", "two"], "one answer only"),
        ("text", ["in two\nlines"], ""),
        ("number", ["8"], ""),
        ("number", ["-2.5e3"], ""),
        ("number", ["eight"], "a number"),
        ("number", ["nan"], "a number"),
        ("number", ["1e999"], "a number"),
        ("number", ["٣"], "a number"),
        ("datetime", ["2026-11-23T10:00:00+07:00"], ""),
        ("datetime", ["2026-11-23T03:00:00.5Z"], ""),
        ("datetime", ["2026-11-23T10:00:00"], "date and time"),
        ("datetime", ["2026-11-23"], "date and time"),
        ("datetime", ["2026-02-30T10:00:00Z"], "date and time"),
        ("datetime", ["0001-01-01T00:00:00+14:00"], "date and time"),
        ("singlevaluelist", ["a"], ""),
        ("singlevaluelist", ["c"], "of the list"),
        ("singlevaluelist", ["a", "b"], "one answer only"),
        ("multivaluelist", ["a", "b"], ""),
        ("multivaluelist", ["a", "c"], "of the list"),
        ("multivaluelist", ["a"] * 21, "at most"),
    ],
)
async def test_an_answer_is_judged_by_what_kind_is_wanted(
    work: Work, datatype: str, values: list[str], fault: str
) -> None:
    found = reports.check_attributes(await asks(work, one("it", datatype)), {"it": values})
    assert set(found) == ({"attributes.it"} if fault else set())
    assert fault in str(found.get("attributes.it", ""))


async def test_everything_wrong_with_the_answers_is_said_at_once(work: Work) -> None:
    category = await asks(
        work,
        one("must", "string", required=True),
        one("count", "number"),
        one("notice", "text", variable=False),
    )
    given = {"count": ["many"], "notice": ["yes"], "colour": ["red"]}
    assert set(reports.check_attributes(category, given)) == {
        "attributes.must",
        "attributes.count",
        "attributes.notice",
        "attributes.colour",
    }
    assert reports.check_attributes(category, {"must": ["x"]}) == {}
    flood = {f"code-{n}": ["x"] for n in range(21)}
    assert set(reports.check_attributes(category, flood)) == {"attributes"}


async def test_answers_are_tidied_before_they_are_judged(work: Work) -> None:
    category = await asks(work, one("at", "datetime"), one("which", "multivaluelist"))
    given = {"at": ["2026-11-23T10:00"], "which": ["a", " a ", "b\x00"], "empty": ["", "  "]}
    tidy = tidy_attributes(category, given)
    assert tidy == {"at": ["2026-11-23T10:00:00+07:00"], "which": ["a", "b"]}


async def test_a_report_keeps_its_answers_and_a_required_one_is_asked_for(by_lan: Work) -> None:
    with pytest.raises(Invalid) as refused:
        await reports.submit_report(by_lan, lamp(category="stray-animal"))
    assert set(refused.value.errors) == {"attributes.animal-trouble"}
    told = await reports.submit_report(by_lan, lamp(category="stray-animal", attributes=BITTEN))
    kept = await reports.find_by_ref(by_lan, told.ref)
    assert kept is not None and kept.attributes == BITTEN


async def test_answers_outlive_a_change_of_category(by_lan: Work, browser: Any) -> None:
    told = await reports.submit_report(by_lan, lamp(attributes={"pole-number": ["HU-5521"]}))
    await cases.sort_case(by_lan, told.case_id, "pothole")
    await reports.follow_case(by_lan, told.case_id)
    kept = await reports.find_by_ref(by_lan, told.ref)
    assert kept is not None and (kept.category, kept.attributes) == (
        "pothole",
        {"pole-number": ["HU-5521"]},
    )
    categories = await cases.known_categories(by_lan)
    answers = answers_of(kept.attributes, kept.category, categories, "vi")
    assert [(answer.question, answer.texts) for answer in answers] == [
        ("Số của cột đèn", ["HU-5521"])
    ]
    await browser.sign_in("desk")
    for page in (f"/reports/{told.ref}", f"/reports/by-case/{told.case_id}/desk-card"):
        text = unescape((await browser.get(page)).text)
        assert "Số của cột đèn" in text and "HU-5521" in text, page


async def test_what_the_profile_no_longer_asks_is_shown_by_its_code(work: Work) -> None:
    categories = await cases.known_categories(work)
    answers = answers_of({"gone": ["x"], "lamps-out": ["8"]}, "street-light", categories, "en")
    assert [answer.question for answer in answers] == ["How many lamps are out?", "gone"]


async def test_programs_ask_for_the_questions_and_send_answers(browser: Any) -> None:
    await browser.sign_in("resident")
    listed = (await browser.get("/api/v1/categories")).json()
    dogs = next(category for category in listed if category["code"] == "stray-animal")
    first = dogs["attributes"][0]
    assert (first["code"], first["required"], first["variable"]) == ("animal-trouble", True, True)
    assert {"key": "bitten", "name": {"vi": "Đã cắn người", "en": "It has bitten somebody"}} in (
        first["values"]
    )
    wrong = {"animal-count": ["a few"], "colour": ["brown"]}
    answer = await browser.post("/api/v1/reports", json={**DOG_BODY, "attributes": wrong})
    assert answer.status_code == 409
    assert {fault["field"] for fault in answer.json()["errors"]} == {
        "attributes.animal-trouble",
        "attributes.animal-count",
        "attributes.colour",
    }
    sent = await browser.post("/api/v1/reports", json={**DOG_BODY, "attributes": BITTEN})
    assert sent.status_code == 201 and sent.json()["attributes"] == BITTEN
    again = await browser.get(sent.headers["location"])
    assert again.json()["attributes"] == BITTEN


@pytest.mark.parametrize("attributes", [[], "x", {"animal-trouble": "bitten"}, {"a": [1]}])
async def test_answers_of_another_shape_are_a_fault_of_the_field(
    browser: Any, attributes: Any
) -> None:
    await browser.sign_in("resident")
    body = {**DOG_BODY, "attributes": attributes, "description": "short"}
    answer = await browser.post("/api/v1/reports", json=body)
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json()["errors"]} == {"attributes", "description"}


@pytest.mark.parametrize("letters", ["a\\u0000b", "\\ud800"])
async def test_letters_that_cannot_be_kept_are_no_error_of_the_server(
    browser: Any, letters: str
) -> None:
    await browser.sign_in("resident")
    body = {**DOG_BODY, "category": "street-light", "attributes": {"pole-number": ["LETTERS"]}}
    sent = json.dumps(body).replace("LETTERS", letters)
    kind = {"content-type": "application/json"}
    answer = await browser.post("/api/v1/reports", content=sent, headers=kind)
    assert answer.status_code in (201, 400), answer.text


async def test_the_form_asks_what_the_category_of_the_link_asks(browser: Any) -> None:
    await browser.sign_in("resident")
    page = unescape((await browser.get("/reports/new?category=stray-animal")).text)
    shown = page.partition("data-shown")[2].partition("<template")[0]
    assert 'name="attributes.animal-trouble" value="bitten"' in shown
    assert 'type="number" id="f-attributes.animal-count"' in shown
    assert '<template data-for="street-light">' in page


async def test_a_missing_answer_brings_the_form_back_with_the_question(browser: Any) -> None:
    await browser.sign_in("resident")
    answer = await browser.post("/reports", data={**DOG, "attributes.animal-count": "a few"})
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert 'id="f-attributes.animal-trouble-error"' in page
    assert 'id="f-attributes.animal-count-error"' in page and 'value="a few"' in page
    assert "<b>Chuyện gì với con vật?</b>" in page


async def test_without_javascript_what_must_be_answered_is_a_second_step(browser: Any) -> None:
    await browser.sign_in("resident")
    plain = {**FORM, "category": "stray-animal", "plain": "1"}
    asked = await browser.post("/reports", data=plain)
    assert asked.status_code == 200 and FORM["description"] in unescape(asked.text)
    assert (
        'name="questions" value="stray-animal"'
        in asked.text.partition("data-shown")[2].partition("<template")[0]
    )
    chosen = {"attributes.animal-trouble": "bitten", "questions": "stray-animal"}
    sent = await browser.post("/reports", data={**plain, **chosen})
    assert sent.status_code == 303, sent.text
    kept = await browser.get(f"/api/v1{sent.headers['location']}")
    assert kept.json()["attributes"] == {"animal-trouble": ["bitten"]}


async def test_without_javascript_nobody_is_held_up_by_what_need_not_be_answered(
    browser: Any,
) -> None:
    await browser.sign_in("resident")
    sent = await browser.post("/reports", data={**FORM, "category": "noise", "plain": "1"})
    assert sent.status_code == 303, sent.text


async def test_the_question_whether_it_is_the_same_keeps_the_answers(
    browser: Any, by_lan: Work
) -> None:
    await reports.submit_report(by_lan, lamp(category="noise"))
    await browser.sign_in("resident")
    noise = {**FORM, "category": "noise", "questions": "noise", "key": "another-key-0"}
    answers = {"attributes.noise-source": ["karaoke", "other"]}
    asked = await browser.post("/reports", data={**noise, **answers})
    assert 'name="answer" value="different"' in asked.text
    for value in answers["attributes.noise-source"]:
        assert f'name="attributes.noise-source" value="{value}"' in asked.text
