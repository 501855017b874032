"""Is it this one? What is asked before a report is sent, and categories from the words."""

from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any

import pytest

from city import cases, reports, textai
from city.kernel import Work
from city.reports import store
from city.reports.alike import find_alike
from city.reports.reactions import follow_case
from city.reports.tests.conftest import lamp, saw
from city.reports.tests.test_pages import FORM, photo

BRIDGE = (16.4685, 107.5890)
METRE = 1 / 111_195


async def found(work: Work, **about: Any) -> list[str]:
    """The references of what is alike at the bridge."""
    return [one.report.ref for one in await find_alike(work, BRIDGE, **about)]


async def test_what_is_near_and_fresh_is_asked_about(by_lan: Work) -> None:
    near = await reports.submit_report(by_lan, lamp(latitude=16.4685 + 20 * METRE))
    far = await reports.submit_report(by_lan, lamp(latitude=16.4685 + 48 * METRE))
    await reports.submit_report(by_lan, lamp(latitude=16.4685 + 53 * METRE))
    await reports.submit_report(by_lan, lamp(private=True))
    words = "Đèn đường tắt ba đêm nay."
    alike = await find_alike(by_lan, BRIDGE, "street-light", words, by_lan.actor.id)
    assert [(one.report.ref, one.likely) for one in alike] == [(near.ref, True), (far.ref, False)]
    assert alike[0].score > alike[1].score
    assert round(alike[0].metres) == 20
    assert alike[0].report.own and not (await find_alike(by_lan, BRIDGE))[0].report.own
    by_lan.now += timedelta(days=4)
    assert not any(one.likely for one in await find_alike(by_lan, BRIDGE))
    by_lan.now += timedelta(days=4)
    assert await found(by_lan) == []


async def test_the_same_category_and_words_come_first(by_lan: Work) -> None:
    light = await reports.submit_report(by_lan, lamp())
    hole = await reports.submit_report(by_lan, lamp(category="pothole", description="Hố sâu quá."))
    assert (await found(by_lan, category="street-light", text="đèn tắt"))[0] == light.ref
    assert (await found(by_lan, category="pothole", text="hố trên đường"))[0] == hole.ref


async def test_joined_and_rejected_reports_are_not_asked_about(by_lan: Work) -> None:
    first = await reports.submit_report(by_lan, lamp())
    second = await reports.submit_report(by_lan, lamp())
    third = await reports.submit_report(by_lan, lamp())
    await cases.merge_case(by_lan, second.case_id, first.case_id)
    await cases.reject_case(by_lan, third.case_id, "not_found")
    for one in (second, third):
        await follow_case(by_lan, one.case_id)
    assert await found(by_lan) == [first.ref]


async def test_no_place_of_the_earth_is_alike_nothing(work: Work) -> None:
    for point in [(float("nan"), 107.0), (90.0, 0.0), (0.0, 180.0), (float("inf"), 0.0)]:
        assert await find_alike(work, point) == []


async def test_programs_ask_too_in_one_statement(browser: Any, by_lan: Work) -> None:
    report = await reports.submit_report(by_lan, lamp())
    await browser.get("/api/v1/reports")
    answer, statements = await browser.counted(
        "GET", "/api/v1/reports/alike?lat=16.4685&lon=107.589&category=street-light&text=den"
    )
    assert statements == 1
    [one] = answer.json()["reports"]
    assert (one["ref"], one["metres"], one["likely"]) == (report.ref, 0.0, True)
    assert "own" not in one
    for wrong in ("", "lat=95&lon=1", "lat=x&lon=1", "lat=nan&lon=1"):
        answer = await browser.get(f"/api/v1/reports/alike?{wrong}")
        assert answer.status_code in (400, 422) or answer.json() == {"reports": []}, wrong


@pytest.mark.parametrize(("language", "said"), [("vi", "Có phải chuyện này"), ("en", "Is it this")])
async def test_the_question_is_asked_once_and_nothing_typed_is_lost(
    browser: Any, by_lan: Work, language: str, said: str
) -> None:
    theirs = await reports.submit_report(by_lan, lamp())
    await browser.sign_in("resident")
    browser.cookies.set("language", language, domain="city.local")
    files = [("photos", ("a.jpg", BytesIO(photo(90)), "image/jpeg"))]
    typed = {**FORM, "address": "5 Lê Lợi", "description": "Đèn ở đầu cầu không sáng."}
    answer = await browser.post("/reports", data=typed, files=files)
    page = unescape(answer.text)
    assert answer.status_code == 200 and said in page
    assert f'value="{theirs.ref}" checked' in page
    for name, value in typed.items():
        assert f'name="{name}" value="{value}"' in page, name
    kept = page.partition('name="photos" value="')[2].partition('"')[0]
    assert kept
    typed |= {"photos": kept, "asked": theirs.ref}
    back = unescape((await browser.post("/reports", data={**typed, "answer": "edit"})).text)
    assert typed["description"] in back and kept in back and 'value="5 Lê Lợi"' in back
    sent = await browser.post("/reports", data={**typed, "answer": "different"})
    assert sent.status_code == 303 and theirs.ref not in sent.headers["location"]
    assert kept in (await browser.get(sent.headers["location"])).text
    again = await browser.post("/reports", data=typed)
    assert again.headers["location"] == sent.headers["location"]


async def test_who_says_yes_adds_a_voice_with_words_and_photos(browser: Any, by_lan: Work) -> None:
    theirs = await reports.submit_report(by_lan, lamp())
    await browser.sign_in("resident")
    files = [("photos", ("a.jpg", BytesIO(photo(90)), "image/jpeg"))]
    yes = {"key": FORM["key"], "description": "Tối", "answer": "voice", "same": theirs.ref}
    sent = await browser.post("/reports", data=yes, files=files)
    assert sent.status_code == 303
    assert sent.headers["location"].startswith(f"/reports/{theirs.ref}")
    [said] = await store.list_voices(by_lan, theirs.id, 5)
    assert said.comment == "Tối" and len(said.photos) == 1
    assert (await saw(by_lan, theirs.ref)).voices == 1
    cards, _ = await reports.find_reports(by_lan, reports.Filters())
    assert [card.ref for card in cards] == [theirs.ref]


@pytest.mark.parametrize("same", ["", "0000-0000", "nonsense"])
async def test_a_yes_to_nothing_brings_the_form_back(browser: Any, same: str) -> None:
    await browser.sign_in("resident")
    answer = await browser.post("/reports", data={**FORM, "answer": "voice", "same": same})
    assert answer.status_code == 422
    assert FORM["description"] in unescape(answer.text)


async def test_what_was_shown_already_or_is_ones_own_is_not_asked_about(
    browser: Any, by_lan: Work
) -> None:
    theirs = await reports.submit_report(by_lan, lamp())
    await browser.sign_in("resident")
    for name in ("asked", "dismissed"):
        words = f"Đèn tắt, {name} đã thấy rồi."
        sent = await browser.post(
            "/reports", data={**FORM, name: f" {theirs.ref} ", "description": words}
        )
        assert sent.status_code == 303, name


async def test_the_form_shows_what_is_alike_while_it_is_filled_in(
    browser: Any, by_lan: Work
) -> None:
    theirs = await reports.submit_report(by_lan, lamp())
    await browser.sign_in("resident")
    place = {"latitude": "16.4685", "longitude": "107.589", "category": "street-light"}
    await browser.get("/reports")
    answer, statements = await browser.counted("POST", "/reports/alike", data=place)
    assert theirs.ref in answer.text and "<html" not in answer.text
    assert statements == 2  # The session, and what is there.
    for nothing in ({}, {**place, "dismissed": theirs.ref}, {"latitude": "x", "longitude": "1"}):
        answer = await browser.post("/reports/alike", data=nothing)
        assert answer.status_code == 200 and answer.text.strip() == ""


async def test_own_reports_are_shown_but_not_to_be_joined(browser: Any) -> None:
    await browser.sign_in("resident")
    where = (await browser.post("/reports", data=FORM)).headers["location"]
    shown = await browser.post("/reports/alike", data=FORM)
    assert where in shown.text and 'name="same"' not in shown.text
    assert 'value="voice"' not in shown.text


@pytest.fixture
async def labels(work: Work) -> None:
    """What the room that has the categories tells `textai` of them."""
    textai.set_labels(
        [
            textai.Label(one.code, [*one.name.values(), *one.keywords, *one.hint.values()])
            for one in (await cases.known_categories(work)).values()
        ]
    )


async def test_words_suggest_categories_without_a_statement(browser: Any, labels: None) -> None:
    await browser.sign_in("resident")
    await browser.get("/reports")
    words = {"description": "Đèn đường trước nhà tắt ba đêm nay, tối quá"}
    answer, statements = await browser.counted("POST", "/reports/suggestions", data=words)
    assert answer.status_code == 200
    assert statements == 1  # The session.
    assert 'data-choose="street-light"' in answer.text
    for nothing in ({}, {"description": "!!!"}, {"description": "x" * 4001}):
        answer = await browser.post("/reports/suggestions", data=nothing)
        assert answer.status_code == 200 and "data-choose" not in answer.text


async def test_what_was_suggested_and_chosen_is_written_down(
    browser: Any, by_lan: Work, labels: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[Any] = []

    async def note(work: Work, key: str, shown: Any, *, chosen: str | None = None) -> None:
        noted.append((key, [one.code for one in shown], chosen))

    monkeypatch.setattr(textai, "record", note)
    await browser.sign_in("resident")
    data = {**FORM, "suggested": "street-light no-such-thing", "category": "pothole"}
    where = (await browser.post("/reports", data=data)).headers["location"]
    report = await saw(by_lan, where.rpartition("/")[2])
    assert noted == [(f"case:{report.case_id}", ["street-light"], "pothole")]
