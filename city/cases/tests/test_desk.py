"""The desk: filters, what is held back, many at once, presence, live counts, ready-made texts."""

import asyncio
import json
import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest

from city import cases, identity
from city.cases import store
from city.cases.desk import live
from city.cases.desk.filters import read_filters, tsquery, wanted
from city.cases.desk.live import Listener, LiveDesk
from city.cases.desk.wording import NewTemplate, faults, fill
from city.cases.tests.given_cases import new_case
from city.kernel import Actor, Work

Browser = Any
EVERY = Actor(
    name="Tests",
    permissions=frozenset({"me", "reports.submit", "cases.view", "cases.triage", "cases.answer"}),
)


async def opened(browser: Browser, **about: Any) -> cases.Case:
    async with browser.inside.work(EVERY) as work:
        return await cases.open_case(work, new_case(**about))


async def now(browser: Browser, case: cases.Case) -> cases.Case:
    async with browser.inside.work(EVERY, reading=True) as work:
        return await cases.get_case(work, case.id)


async def unit_of(browser: Browser, code: str = "hepco") -> identity.Organisation:
    async with browser.inside.work(EVERY, reading=True) as work:
        found = await identity.find_unit(work, code)
        assert found is not None
        return found


async def later(browser: Browser, seconds: int = 10) -> None:
    browser.inside.now += timedelta(seconds=seconds)
    await browser.do_jobs()


def refs(page: Any) -> list[str]:
    return re.findall(r'<li data-ref="([0-9A-Z-]{9})"', unescape(page.text))


async def own_statements(browser: Browser, url: str) -> list[str]:
    before = len(browser.inside.statements)
    assert (await browser.get(url)).status_code == 200
    return [sql for sql in browser.inside.statements[before:] if "identity.session" not in sql]


@pytest.mark.parametrize(
    "query",
    ["", "tab=late", "tab=done", "q=den+duong+tat", "ward=19753&group=instant&claimed=nobody"],
)
async def test_any_list_takes_one_statement(browser: Browser, query: str) -> None:
    await browser.sign_in("desk")
    await opened(browser)
    await browser.get("/desk")  # Names of units are remembered from now on.
    own = await own_statements(browser, f"/desk?{query}")
    assert len(own) == 1, own


async def test_filters_narrow_together_and_stay_in_the_address(browser: Browser) -> None:
    await browser.sign_in("desk")
    lamp = await opened(browser, summary="Đèn đường tắt ba đêm")
    tree = await opened(browser, category="fallen-tree", summary="Cây đổ chắn đường")
    for query, found in {
        "q=den+duong": [lamp],
        "q=ĐÈN": [lamp],
        "group=instant": [tree],
        "group=instant&q=den": [],
        "category=street-light&source=report&status=new": [lamp],
        "source=call": [],
        "escalated=1": [],
        "claimed=nobody&category=fallen-tree": [tree],
        "claimed=me": [],
        "reopened=1": [],
    }.items():
        shown = await browser.get(f"/desk?{query}")
        assert refs(shown) == [case.ref for case in found], query
        narrowed = await browser.get(f"/desk?{read_filters(dict(_pairs(query))).query()}")
        assert refs(narrowed) == refs(shown)
    await browser.post(f"/desk/cases/{lamp.ref}/claim", data={})
    assert refs(await browser.get("/desk?claimed=me")) == [lamp.ref]
    browser.inside.now += timedelta(minutes=31)  # Nobody did anything with it.
    assert refs(await browser.get("/desk?claimed=me")) == []


def _pairs(query: str) -> list[tuple[str, str]]:
    from urllib.parse import parse_qsl

    return parse_qsl(query)


def test_what_cannot_be_read_of_an_address_is_left_out() -> None:
    filters = read_filters(
        {"unit": "x", "status": "nonsense", "late": "1", "rows": "7", "tab": "?"}
    )
    assert (filters.unit, filters.status, filters.late, filters.rows) == (None, None, True, 20)
    assert filters.tab == "all"
    assert tsquery("Đèn đường & '|!") == "den & duong"


async def test_a_stale_write_says_what_changed_and_keeps_what_was_typed(browser: Browser) -> None:
    await browser.sign_in("desk", name="Trần Minh Hải")
    browser.cookies.set("language", "en")
    case = await opened(browser)
    await browser.post(f"/desk/cases/{case.ref}/accept", data={"version": "1"})
    await browser.sign_in("desk", name="Lan")
    browser.cookies.set("language", "en")
    late = await browser.post(
        f"/desk/cases/{case.ref}/reject",
        data={"version": "1", "reason": "unclear", "note": "Where is it?"},
    )
    assert late.status_code == 409
    changed = late.text[late.text.index("data-changed") :]
    assert "Accepted" in changed and "Trần Minh Hải" in changed and "Where is it?" in changed
    assert "Do mine on top" in changed
    again = await browser.post(
        f"/desk/cases/{case.ref}/reject", data={"version": "2", "reason": "unclear"}
    )
    assert again.status_code == 303


async def test_the_page_of_a_case_takes_five_statements(browser: Browser) -> None:
    await browser.sign_in("desk")
    case = await opened(browser)
    await browser.get(f"/desk/cases/{case.ref}")
    own = await own_statements(browser, f"/desk/cases/{case.ref}")
    assert len(own) <= 4, own  # And one more to know who asks.


async def test_after_an_action_the_next_case_of_the_list_comes(browser: Browser) -> None:
    await browser.sign_in("desk")
    first, second = await opened(browser), await opened(browser)
    sent = await browser.post(
        f"/desk/cases/{first.ref}/reject",
        data={"version": "1", "reason": "unclear", "list": "tab=new"},
    )
    assert sent.headers["location"].startswith(f"/desk/cases/{second.ref}?list=")
    sent = await browser.post(
        f"/desk/cases/{second.ref}/reject",
        data={"version": "1", "reason": "unclear", "list": "tab=new"},
    )
    assert sent.headers["location"].startswith("/desk?")
    skipped = await browser.get(f"/desk/next?ref={first.ref}&list=tab%3Dnew")
    assert skipped.headers["location"].startswith("/desk?")


async def test_several_are_done_one_by_one_and_each_says_what_became_of_it(
    browser: Browser,
) -> None:
    await browser.sign_in("desk")
    first, second, third = [await opened(browser) for _ in range(3)]
    async with browser.inside.work(EVERY) as work:
        await cases.accept_case(work, second.id)
    chosen = [f"{case.ref}.1" for case in (first, second, third)]
    done = await browser.post("/desk/bulk", data={"verb": "accept", "case": chosen})
    assert re.findall(r'<tr data-done="(\w+)"', done.text) == ["yes", "no", "yes"]
    assert (await now(browser, third)).status is cases.Status.ACCEPTED
    joined = await browser.post(
        "/desk/bulk", data={"verb": "merge", "case": [first.ref, second.ref, third.ref, "?"]}
    )
    assert re.findall(r'<tr data-done="(\w+)"', joined.text) == ["yes", "yes", "no"]
    await later(browser)
    assert (await now(browser, third)).merged_into == first.id
    assert (await now(browser, first)).is_open
    missing = await browser.post("/desk/bulk", data={"verb": "route", "case": [first.ref]})
    assert re.findall(r'<tr data-done="(\w+)"', missing.text) == ["no"]


async def test_an_instant_case_is_taken_by_the_first_who_asks(browser: Browser) -> None:
    await browser.sign_in("desk", name="Trần Minh Hải")
    case = await opened(browser, category="fallen-tree")
    assert case.ref in (await browser.get("/desk/notice")).text
    taken = await browser.post(f"/desk/take/{case.ref}", data={"version": "1"})
    assert taken.status_code == 303
    assert case.ref not in (await browser.get("/desk/notice")).text
    await browser.sign_in("desk", name="Lan")
    browser.cookies.set("language", "en")
    second = await browser.post(f"/desk/take/{case.ref}", data={"version": "1"})
    assert second.status_code == 409 and "Trần Minh Hải" in second.text
    kept = await now(browser, case)
    assert (kept.status, kept.claimed_name) == (cases.Status.ACCEPTED, "Trần Minh Hải")


async def test_those_who_look_at_a_case_are_known_for_a_while(browser: Browser) -> None:
    hai = await browser.sign_in("desk", name="Trần Minh Hải")
    case = await opened(browser)
    desk = LiveDesk(browser.inside)
    sent = await browser.post(f"/desk/presence/{case.ref}", data={"typing": "true"})
    assert sent.status_code == 204
    assert (await desk.look()).present == [
        {"ref": case.ref, "id": str(hai.id), "name": "Trần Minh Hải", "typing": True}
    ]
    browser.inside.now += timedelta(seconds=41)
    assert (await desk.look()).present == []
    await browser.post(f"/desk/presence/{case.ref}", data={})
    await browser.post(f"/desk/presence/{case.ref}", data={"gone": "true"})
    assert (await desk.look()).present == []


async def test_two_hundred_desks_cost_one_question_a_second(
    inside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "EVERY_SECONDS", 0.02)
    async with inside.work(EVERY) as work:
        await cases.open_case(work, new_case(category="fallen-tree"))
    desk = LiveDesk(inside)
    heard: list[dict[str, Any]] = []

    async def stay() -> None:
        async for message in desk.listen(Listener(EVERY)):
            heard.append(json.loads(message))

    before = len(inside.statements)
    pages = [asyncio.create_task(stay()) for _ in range(200)]
    await asyncio.sleep(0.3)
    asked = len(inside.statements) - before
    assert asked - desk.looks in (0, 1) and asked <= 16  # One may just be on its way.
    assert len(heard) == 200  # Nothing new, nothing told again.
    assert heard[0]["counts"]["instant"] == 1 and len(heard[0]["instant"]) == 1
    desk.close()
    await asyncio.wait_for(asyncio.gather(*pages), 1)
    await asyncio.sleep(0.05)
    assert len(inside.statements) - before <= asked + 1  # Nobody listens, nobody asks.


async def test_a_desk_without_news_hears_when_its_counts_were_last_right(
    inside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "EVERY_SECONDS", 0.02)
    monkeypatch.setattr(live, "QUIET_SECONDS", 0.1)
    desk = LiveDesk(inside)
    heard = desk.listen(Listener(EVERY))
    first = json.loads(await anext(heard))
    inside.now += timedelta(minutes=2)
    quiet = json.loads(await anext(heard))
    desk.close()
    assert "counts" in first and set(quiet) == {"as_of"}
    assert datetime.fromisoformat(quiet["as_of"]) == inside.now


async def test_a_filter_is_kept_pinned_shared_and_counted(browser: Browser) -> None:
    hai = await browser.sign_in("desk")
    await opened(browser)
    kept = await browser.post(
        "/desk/filters",
        data={"name": "Đèn", "query": "tab=all&category=street-light&x=1", "shared": "true"},
    )
    assert kept.headers["location"] == "/desk?tab=all&category=street-light"
    await browser.sign_in("desk", name="Lan")
    shown = (await browser.get("/desk/filters")).text
    assert "Đèn" in shown and "/desk?tab=all&amp;category=street-light" in shown
    assert "<form" not in shown  # It is somebody else's.
    async with browser.inside.work(EVERY, reading=True) as work:
        [saved] = await store.list_filters(work, hai.id)
        found = await store.count_board(
            work, wanted(work, read_filters(dict(_pairs(saved.query)))), most=100
        )
    assert found == 1
    not_mine = await browser.post(
        f"/desk/filters/{saved.id}", data={"name": "Other", "version": "1"}
    )
    assert not_mine.status_code == 409


def given_template(**text: str) -> NewTemplate:
    return NewTemplate(
        code="lamp", kind="answer", name={"vi": "Đèn", "en": "Lamp"}, text={**_TEXT, **text}
    )


_TEXT = {"vi": "{unit} đã sửa ở {place}.", "en": "{unit} mended it at {place}."}


def test_a_text_with_an_unknown_blank_is_refused() -> None:
    assert faults(given_template(), ["vi", "en"]) == {}
    assert set(faults(given_template(vi="{nonsense} ở đây"), ["vi", "en"])) == {"text_vi"}
    assert set(faults(given_template(en=""), ["vi", "en"])) == {"text_en"}
    assert set(faults(given_template(en="open { brace"), ["vi", "en"])) == {"text_en"}
    assert fill(_TEXT["en"], {"unit": "HEPCO", "place": ""}) == "HEPCO mended it at {place}."


async def test_ready_made_texts_are_edited_and_filled_in_for_a_case(browser: Browser) -> None:
    await browser.sign_in("admin")
    form = {
        "code": "lamp-test",
        "kind": "question",
        "version": "0",
        "name_vi": "Hỏi",
        "name_en": "Ask",
        "text_vi": "Về {ref} ở {place}",
        "text_en": "About {ref} at {place}",
    }
    wrong = await browser.post("/desk/templates", data={**form, "text_vi": "{nobody}"})
    assert wrong.status_code == 422 and "{nobody}" in unescape(wrong.text)
    shown = await browser.post("/desk/templates", data={**form, "act": "preview"})
    assert "Về 7K3M-Q9TD ở 12 Lê Lợi" in shown.text
    assert (await browser.post("/desk/templates", data=form)).status_code == 303
    changed = {**form, "version": "1", "text_en": "Other words"}
    assert (await browser.post("/desk/templates", data=changed)).status_code == 303
    assert (await browser.post("/desk/templates", data=changed)).status_code == 409
    await browser.sign_in("desk")
    case = await opened(browser)
    texts = await browser.get(f"/desk/texts/{case.ref}?kind=question")
    assert f"Về {case.ref} ở 12 Lê Lợi" in unescape(texts.text)
    assert (await browser.get("/desk/templates")).status_code == 403


async def test_the_profile_brings_texts_in_both_languages(work: Work) -> None:
    texts = await store.list_templates(work)
    assert {text.kind for text in texts} == {"answer", "reject", "send_back", "question"}
    assert all({"vi", "en"} <= text.text.keys() for text in texts)


async def test_what_a_phone_sends_twice_is_done_once(browser: Browser) -> None:
    case = await opened(browser)
    unit = await unit_of(browser)
    async with browser.inside.work(EVERY) as work:
        await cases.route_case(work, case.id, unit.id)
    await browser.sign_in("unit", unit="hepco")
    words = "We put in a new lamp and a new fuse this morning and tried it twice after dark today."
    form = {"text": words, "version": "2", "key": "phone-key-1"}
    program = {"accept": "application/json"}
    short = await browser.post(
        f"/work/{case.ref}/answer", data={**form, "text": "Done."}, headers=program
    )
    assert short.status_code == 422  # Refused, so the key is still free.
    for _ in range(2):
        sent = await browser.post(f"/work/{case.ref}/answer", data=form, headers=program)
        assert sent.status_code == 303
    assert (await now(browser, case)).version == 3
    late = await browser.post(
        f"/work/{case.ref}/hand-back",
        data={"reason": "It is not ours to mend at all.", "version": "2", "key": "phone-key-2"},
        headers=program,
    )
    assert late.status_code == 409
    assert late.headers["content-type"].startswith("application/problem+json")


async def test_a_helping_unit_adds_its_part_and_no_more(browser: Browser) -> None:
    case = await opened(browser)
    lead, helping = await unit_of(browser), await unit_of(browser, "huewaco")
    async with browser.inside.work(EVERY) as work:
        await cases.route_case(work, case.id, lead.id, coop=[helping.id])
    await browser.sign_in("unit", unit="huewaco")
    assert case.ref in (await browser.get("/work")).text
    shown = await browser.get(f"/work/{case.ref}")
    assert f"/work/{case.ref}/contribute" in shown.text
    assert f"/work/{case.ref}/answer" not in shown.text
    sent = await browser.post(f"/work/{case.ref}/contribute", data={"text": "Pipe closed."})
    assert sent.status_code == 303
    assert (await browser.post(f"/work/{case.ref}/take", data={})).status_code == 403
    assert (await browser.post(f"/work/{case.ref}/reject", data={})).status_code == 404


async def test_the_desk_sorts_splits_and_links_on_the_page(work: Work, browser: Browser) -> None:
    case = await cases.open_case(work, new_case())
    other = await cases.open_case(work, new_case(summary="Tiếng ồn cả đêm"))
    await browser.sign_in("desk")
    shown = await browser.get(f"/desk/cases/{case.ref}")
    assert 'id="do-sort-list"' in shown.text and 'id="do-split"' in shown.text
    address = f"/desk/cases/{case.ref}"
    done = await browser.post(f"{address}/sort", data={"category": "noise", "version": "1"})
    assert done.status_code == 303, done.text
    done = await browser.post(
        f"{address}/split", data={"parts": "The pole\n\nThe cable ", "version": "2"}
    )
    assert done.status_code == 303, done.text
    refused = await browser.post(f"{address}/split", data={"parts": " ", "version": "3"})
    assert refused.status_code == 422
    done = await browser.post(f"{address}/link", data={"other": other.ref})
    assert done.status_code == 303, done.text
    now = await cases.get_case(work, case.id)
    assert (now.category, now.parts) == ("noise", 2)
    shown = await browser.get(address)
    assert "The cable" in shown.text and other.ref in shown.text
