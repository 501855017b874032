"""The staff's pages: the desk, a unit's work, a leader's figures; and the API."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from city import cases, identity
from city.cases.tests.given_cases import LONG, done_case, new_case
from city.kernel import Actor, Work

Browser = Any
FORM = {"content-type": "application/x-www-form-urlencoded"}


async def opened(browser: Browser, **about: Any) -> cases.Case:
    async with browser.inside.work(EVERY) as work:
        return await cases.open_case(work, new_case(**about))


async def routed(browser: Browser, unit: str = "hepco", **about: Any) -> cases.Case:
    async with browser.inside.work(EVERY) as work:
        case = await cases.open_case(work, new_case(**about))
        found = await identity.find_unit(work, unit)
        assert found is not None
        return await cases.route_case(work, case.id, found.id)


async def now(browser: Browser, case: cases.Case) -> cases.Case:
    async with browser.inside.work(EVERY, reading=True) as work:
        return await cases.get_case(work, case.id)


EVERY = Actor(
    name="Tests",
    permissions=frozenset({"me", "reports.submit", "cases.view", "cases.triage", "cases.answer"}),
)


async def ten_seconds_later(browser: Browser) -> None:
    """Let what is held back happen."""
    browser.inside.now += timedelta(seconds=10)
    await browser.do_jobs()


def refs(page: httpx2.Response) -> list[str]:
    return re.findall(r'<li data-ref="([0-9A-Z-]{9})"', unescape(page.text))


async def test_the_desk_sees_what_is_new_with_the_most_urgent_on_top(browser: Browser) -> None:
    await browser.sign_in("desk")
    calm = await opened(browser)
    danger = await opened(browser, category="fallen-tree")
    queue = await browser.get("/desk")
    assert queue.status_code == 200
    assert refs(queue) == [danger.ref, calm.ref]
    assert refs(await browser.get("/desk?tab=instant")) == [danger.ref]
    assert refs(await browser.get("/desk?tab=route")) == []


async def test_the_desk_finds_a_reference_and_words_that_look_like_one(browser: Browser) -> None:
    await browser.sign_in("desk")
    case = await opened(browser)
    found = await browser.get(f"/desk?q={case.ref.lower().replace('-', '')}")
    assert found.headers["location"] == f"/desk/cases/{case.ref}"
    assert (await browser.get("/desk?q=den%20duong")).status_code == 200


async def test_a_queue_takes_three_statements(browser: Browser) -> None:
    await browser.sign_in("desk")
    await opened(browser)
    await browser.get("/desk")
    for address in ("/desk", "/desk?tab=late", "/desk?tab=done", "/desk?q=light"):
        before = len(browser.inside.statements)
        assert (await browser.get(address)).status_code == 200
        own = [sql for sql in browser.inside.statements[before:] if "identity.session" not in sql]
        assert len(own) <= 3, own


async def test_long_queues_come_in_pages(browser: Browser) -> None:
    await browser.sign_in("desk")
    all_of_them = {(await opened(browser)).ref for _ in range(23)}
    first = await browser.get("/desk")
    assert len(refs(first)) == 20
    more = re.search(r'href="(/desk\?[^"]*after=[^"]*)"', unescape(first.text))
    assert more
    second = await browser.get(more[1])
    assert len(refs(second)) == 3
    assert set(refs(first)) | set(refs(second)) == all_of_them


async def test_a_reference_leads_to_its_case_however_it_is_written(browser: Browser) -> None:
    await browser.sign_in("desk")
    case = await opened(browser)
    found = await browser.get("/desk", params={"q": f" {case.ref.lower().replace('-', ' ')} "})
    assert found.headers["location"] == f"/desk/cases/{case.ref}"
    assert refs(await browser.get("/desk", params={"q": "street light"})) == [case.ref]
    assert refs(await browser.get("/desk", params={"q": "100%"})) == []
    assert (await browser.get("/desk/cases/0000-0000")).status_code == 404
    assert (await browser.get("/desk/cases/nonsense")).status_code == 404


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_the_page_of_a_case_shows_it_and_what_can_be_done(
    browser: Browser, language: str
) -> None:
    await browser.sign_in("desk")
    browser.cookies.set("language", language)
    case = await opened(browser)
    shown = await browser.get(f"/desk/cases/{case.ref}")
    assert shown.status_code == 200
    assert "The street light is out" in shown.text and "12 Lê Lợi" in shown.text
    for verb in ("accept", "route", "reject", "merge"):
        assert f'action="/desk/cases/{case.ref}/{verb}"' in shown.text
    assert "/publish" not in shown.text
    assert f'hx-get="/reports/by-case/{case.id}/desk-card"' in shown.text
    # The unit of the category is suggested.
    unit = await unit_of(browser, "hepco")
    assert f'<option value="{unit.id}" selected>' in shown.text


async def unit_of(browser: Browser, code: str) -> identity.Organisation:
    async with browser.inside.work(EVERY, reading=True) as work:
        found = await identity.find_unit(work, code)
        assert found is not None
        return found


async def test_the_desk_moves_a_case_by_forms(browser: Browser) -> None:
    await browser.sign_in("desk")
    case = await opened(browser)
    unit = await unit_of(browser, "hepco")
    sent = await browser.post(
        f"/desk/cases/{case.ref}/route",
        data={"version": "1", "unit_id": str(unit.id), "note": "By the bridge."},
    )
    assert sent.status_code == 303
    assert sent.headers["location"].startswith(f"/desk/cases/{case.ref}?undo=")
    await ten_seconds_later(browser)
    case = await now(browser, case)
    assert (case.status, case.unit_id) == (cases.Status.ROUTED, unit.id)
    shown = await browser.get(f"/desk/cases/{case.ref}")
    assert "By the bridge." in shown.text


async def test_a_form_that_is_wrong_comes_back_with_what_was_typed(browser: Browser) -> None:
    await browser.sign_in("desk")
    browser.cookies.set("language", "en")
    case = await opened(browser)
    wrong = await browser.post(
        f"/desk/cases/{case.ref}/reject", data={"version": "1", "note": "Some more words"}
    )
    assert wrong.status_code == 422
    assert "Please fill this in." in wrong.text and "Some more words" in wrong.text
    wrong = await browser.post(f"/desk/cases/{case.ref}/merge", data={"into": "0000-0000"})
    assert wrong.status_code == 422 and "There is no case with this reference." in wrong.text
    assert (await now(browser, case)).version == 1


async def test_a_form_that_is_out_of_date_says_what_the_case_is_now(browser: Browser) -> None:
    await browser.sign_in("desk")
    browser.cookies.set("language", "en")
    case = await opened(browser)
    await browser.post(f"/desk/cases/{case.ref}/accept", data={"version": "1"})
    late = await browser.post(
        f"/desk/cases/{case.ref}/reject", data={"version": "1", "reason": "unclear"}
    )
    assert late.status_code == 409
    assert "Somebody else has just changed this case. It stands now at: Accepted." in late.text


async def test_a_case_that_was_joined_leads_to_the_one_that_goes_on(browser: Browser) -> None:
    await browser.sign_in("desk")
    first, second = await opened(browser), await opened(browser)
    await browser.post(f"/desk/cases/{second.ref}/merge", data={"into": first.ref.lower()})
    await ten_seconds_later(browser)
    shown = await browser.get(f"/desk/cases/{second.ref}")
    assert f'href="/desk/cases/{first.ref}"' in unescape(shown.text)
    assert "<form class=" not in shown.text


async def test_leaders_and_auditors_read_only(browser: Browser) -> None:
    case = await opened(browser)
    for role in ("leader", "auditor"):
        await browser.sign_in(role)
        shown = await browser.get(f"/desk/cases/{case.ref}")
        assert shown.status_code == 200 and "<form class=" not in shown.text
        refused = await browser.post(f"/desk/cases/{case.ref}/accept", data={"version": "1"})
        assert refused.status_code == 403
    await browser.sign_in("resident")
    assert (await browser.get("/desk")).status_code == 403


async def test_an_officer_sees_takes_and_answers_what_the_unit_has(browser: Browser) -> None:
    mine, others = await routed(browser), await routed(browser, unit="huewaco")
    await browser.sign_in("unit", unit="hepco")
    assert refs_of_work(await browser.get("/work")) == [mine.ref]
    assert (await browser.get("/desk")).headers["location"] == "/work"
    for address in (f"/work/{others.ref}", f"/desk/cases/{others.ref}"):
        assert (await browser.get(address)).status_code == 404
    own = await browser.get(f"/desk/cases/{mine.ref}")
    assert own.headers["location"] == f"/work/{mine.ref}"
    refused = await browser.post(f"/work/{others.ref}/take", data={"version": "2"})
    assert refused.status_code == 404
    shown = await browser.get(f"/work/{mine.ref}")
    assert shown.status_code == 200 and "<photo-input" in shown.text
    taken = await browser.post(f"/work/{mine.ref}/take", data={"version": "2"})
    assert taken.status_code == 303
    browser.cookies.set("language", "en")
    short = await browser.post(f"/work/{mine.ref}/answer", data={"text": "Done.", "version": "3"})
    assert short.status_code == 422
    assert "at least 80 characters what was done" in short.text and "Done." in short.text
    answered = await browser.post(f"/work/{mine.ref}/answer", data={"text": LONG, "version": "3"})
    assert answered.status_code == 303
    assert (await now(browser, mine)).status is cases.Status.ANSWERED


async def test_a_photo_is_proof_enough_and_stays_when_the_form_is_refused(browser: Browser) -> None:
    case = await routed(browser)
    await browser.sign_in("unit", unit="hepco")
    photo = {"files": ("lamp.png", drawn(), "image/png")}
    refused = await browser.post(f"/work/{case.ref}/answer", data={"text": ""}, files=photo)
    assert refused.status_code == 422
    kept = re.search(r'name="photos" value="([0-9a-f-]{36})"', refused.text)
    assert kept
    sent = {"text": "The lamp is new.", "photos": kept[1]}
    answered = await browser.post(f"/work/{case.ref}/answer", data=sent)
    assert answered.status_code == 303
    case = await now(browser, case)
    assert case.status is cases.Status.ANSWERED
    assert [str(id) for id in case.answer_photos] == [kept[1]]
    broken = {"files": ("lamp.jpg", b"not a picture", "image/jpeg")}
    other = await routed(browser)
    refused = await browser.post(f"/work/{other.ref}/answer", data={"text": LONG}, files=broken)
    assert refused.status_code == 422 and LONG in refused.text


def drawn() -> bytes:
    import pyvips

    return (pyvips.Image.black(80, 60, bands=3) + 120).cast("uchar").write_to_buffer(".png")


def refs_of_work(page: httpx2.Response) -> list[str]:
    return re.findall(r'href="/work/([0-9A-Z-]{9})"', unescape(page.text))


async def test_the_list_of_work_takes_two_statements(browser: Browser) -> None:
    await routed(browser)
    await browser.sign_in("unit", unit="hepco")
    await browser.get("/work")
    _, statements = await browser.counted("GET", "/work")
    assert statements <= 3  # One of them finds out who asks.


async def test_figures_are_true(work: Work, browser: Browser) -> None:
    """One closed in time, one late and open, one that was not taken on and is not counted."""
    await done_case(work)
    long_ago = work.now - timedelta(days=20)
    await cases.open_case(work, new_case(opened_at=long_ago))
    rejected = await cases.open_case(work, new_case(opened_at=long_ago))
    await cases.reject_case(work, rejected.id, "unclear")
    browser.inside.now = work.now + timedelta(days=10)  # Past the day the first was due.
    await browser.sign_in("leader")
    browser.cookies.set("language", "en")
    shown = await browser.get("/leader")
    assert shown.status_code == 200
    assert "1 of 2 that fell due" in shown.text and ">50%<" in shown.text
    _, statements = await browser.counted("GET", "/leader?days=7")
    assert statements <= 7  # Who asks, five tables, the names of the units.


async def test_everybody_can_ask_for_the_categories(browser: Browser) -> None:
    answer = await browser.get("/api/v1/categories")
    found = {category["code"]: category for category in answer.json()}
    assert found["street-light"]["days"] == 3 and found["street-light"]["minutes"] is None
    assert found["fallen-tree"]["minutes"] == 240
    assert found["corruption"]["private"] is True
    assert found["street-light"]["name"]["vi"] == "Đèn đường"


async def test_programs_list_cases_page_by_page(browser: Browser) -> None:
    await browser.sign_in("desk")
    opened_refs = {(await opened(browser)).ref for _ in range(5)}
    seen: list[str] = []
    after = ""
    while True:
        answer = await browser.get("/api/v1/cases", params={"limit": 2, "cursor": after})
        body = answer.json()
        seen += [case["ref"] for case in body["cases"]]
        after = body["next"]
        if after is None:
            break
    assert len(seen) == 5 and set(seen) == opened_refs
    closed = await browser.get("/api/v1/cases", params={"closed": True})
    assert closed.json() == {"cases": [], "next": None}
    assert (await browser.get("/api/v1/cases?limit=1000")).status_code in (400, 422)
    assert (await browser.get("/api/v1/cases?cursor=x")).status_code == 400


async def test_programs_narrow_a_list_by_all_that_the_desk_can(browser: Browser) -> None:
    await browser.sign_in("desk")
    lamp = await opened(browser, summary="Đèn đường trước chợ Đông Ba tắt ba đêm")
    hole = await opened(browser, category="pothole", summary="Ổ gà sâu cạnh chợ")

    async def refs(**asked: Any) -> set[str]:
        answer, statements = await browser.counted(
            "GET", "/api/v1/cases?" + urlencode({"limit": 20} | asked)
        )
        assert answer.status_code == 200, answer.text
        assert statements <= 2  # Who asks, and the list.
        return {case["ref"] for case in answer.json()["cases"]}

    assert await refs(q="cho") == {lamp.ref, hole.ref}
    assert await refs(q="den dong ba") == {lamp.ref} == await refs(q="Đèn Đông Ba")
    assert await refs(q="chợ", category="pothole") == {hole.ref}
    assert await refs(q="khongcogi") == set()
    assert await refs(group="time_bound", claimed="nobody") == {lamp.ref, hole.ref}
    assert await refs(claimed="me") == await refs(escalated=True) == await refs(reopened=True)
    address = f"/api/v1/cases/{lamp.ref}/reject"
    assert (await browser.post(address, json={"reason": "unclear"})).status_code == 200
    assert await refs(q="chợ") == {hole.ref}
    assert await refs(q="chợ", closed=True) == {lamp.ref} == await refs(status="rejected")
    assert await refs(status="new", closed=True) == set()


async def test_programs_move_cases_and_hear_what_is_wrong(browser: Browser) -> None:
    case = await opened(browser)
    await browser.sign_in("desk")
    address = f"/api/v1/cases/{case.ref}"
    moved = await browser.post(f"{address}/accept", json={"version": 1})
    assert moved.json()["status"] == "accepted" and moved.json()["version"] == 2
    stale = await browser.post(f"{address}/reject", json={"version": 1, "reason": "unclear"})
    assert stale.status_code == 409
    assert stale.headers["content-type"].startswith("application/problem+json")
    wrong = await browser.post(f"{address}/route", json={"unit_id": "x", "nonsense": 1})
    assert {error["field"] for error in wrong.json()["errors"]} == {"unit_id", "nonsense"}
    assert (await browser.post(f"{address}/explode", json={})).status_code == 404
    assert (await browser.post(f"{address}/take", json={})).status_code == 403
    assert (await browser.get(address)).json()["status"] == "accepted"


async def test_programs_of_a_unit_get_its_cases_only(browser: Browser) -> None:
    mine, others = await routed(browser), await routed(browser, unit="huewaco")
    await browser.sign_in("unit", unit="hepco")
    listed = (await browser.get("/api/v1/cases")).json()["cases"]
    assert [case["ref"] for case in listed] == [mine.ref]
    assert (await browser.get(f"/api/v1/cases/{others.ref}")).status_code == 404
    unit = await unit_of(browser, "huewaco")
    asked = await browser.get("/api/v1/cases", params={"unit": str(unit.id)})
    assert asked.json()["cases"] == []
