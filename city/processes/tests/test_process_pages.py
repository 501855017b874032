"""The pages of processes: list, drawing, editor, exchange, and what residents and programs read."""

import re
from html import unescape

import pytest

from city.processes import store
from city.processes.profile import read_folders
from city.processes.tests.samples import GOOD
from tests.harness import Browser

BUILT_IN = sorted(read_folders())


async def test_the_list_shows_every_process_in_one_statement(browser: Browser) -> None:
    await browser.sign_in("desk")
    await browser.get("/desk/processes")
    answer, statements = await browser.counted("GET", "/desk/processes")
    assert answer.status_code == 200
    assert "Đèn đường" in answer.text and "Xây dựng trái phép" in answer.text
    assert statements <= 2  # Who is signed in, and the list.
    assert "Tạo quy trình mới" not in answer.text


@pytest.mark.parametrize("code", BUILT_IN)
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_every_process_is_drawn_and_told_in_words(
    browser: Browser, code: str, language: str
) -> None:
    await browser.sign_in("desk")
    browser.cookies.set("lang", language, domain="city.local")
    answer, statements = await browser.counted("GET", f"/desk/processes/{code}")
    assert answer.status_code == 200
    assert statements <= 4
    definition = read_folders()[code][0]
    for state in definition.states.values():
        assert state.name["vi"] in answer.text or state.name["en"] in answer.text
    assert answer.text.count('class="box"') == len(definition.states)
    assert " style=" not in answer.text


async def test_a_process_that_is_not_there_is_missing(browser: Browser) -> None:
    await browser.sign_in("desk")
    for path in ("", "/yaml", "/bpmn"):
        assert (await browser.get(f"/desk/processes/nothing{path}")).status_code == 404
    assert (await browser.get("/how/nothing")).status_code == 404


async def test_only_managers_edit(browser: Browser) -> None:
    await browser.sign_in("desk")
    assert (await browser.get("/desk/processes/noise/edit")).status_code == 403
    for path in ("noise/edit", "noise/check"):
        sent = await browser.post(f"/desk/processes/{path}", data={"source": GOOD})
        assert sent.status_code == 403
    assert (await browser.post("/desk/processes", data={"code": "a"})).status_code == 403


async def test_a_wrong_draft_is_kept_and_refused_for_publishing(browser: Browser) -> None:
    await browser.sign_in("admin")
    wrong = GOOD.replace("by: [desk] # publishes", "by: []")
    sent = {"source": wrong, "version": "0", "do": "publish"}
    answer = await browser.post("/desk/processes/bench/edit", data=sent)
    assert answer.status_code == 422
    assert "transitions.publish.by" in answer.text
    assert "Không ai được làm bước này" in answer.text
    assert "dòng" in answer.text
    async with browser.inside.work(None) as work:  # type: ignore[arg-type]
        draft = await store.find_draft(work, "bench")
        assert draft is not None and draft.version == 1 and "by: []" in draft.source
        assert await store.list_versions(work, "bench") == []


async def test_a_right_draft_is_published_and_compared(browser: Browser) -> None:
    await browser.sign_in("admin")
    sent = {"source": GOOD, "version": "0", "do": "publish", "note": "Ghế mới"}
    answer = await browser.post("/desk/processes/bench/edit", data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/processes/bench")
    sent = {"source": GOOD.replace("Ghế đá", "Ghế gỗ"), "version": "1", "do": "publish"}
    assert (await browser.post("/desk/processes/bench/edit", data=sent)).status_code == 303
    page = (await browser.get("/desk/processes/bench?old=1&new=2")).text
    assert "-name: {vi: Ghế đá, en: Bench}" in page
    assert "+name: {vi: Ghế gỗ, en: Bench}" in page
    assert "Ghế mới" in page
    first = (await browser.get("/desk/processes/bench?version=1")).text
    assert "Ghế đá" in first


async def test_a_stale_save_loses_neither_text(browser: Browser) -> None:
    await browser.sign_in("admin")
    first = {"source": GOOD, "version": "0", "do": "save"}
    assert (await browser.post("/desk/processes/bench/edit", data=first)).status_code == 303
    late = {"source": GOOD.replace("Bench", "Seat"), "version": "0", "do": "save"}
    answer = await browser.post("/desk/processes/bench/edit", data=late)
    assert answer.status_code == 409
    assert "en: Seat" in answer.text and "-name: {vi: Ghế đá, en: Bench}" in answer.text
    version = re.search(r'name="version" value="(\d+)"', answer.text)
    assert version is not None
    again = late | {"version": version[1]}
    assert (await browser.post("/desk/processes/bench/edit", data=again)).status_code == 303


async def test_what_is_new_is_kept_with_the_draft_until_it_is_published(browser: Browser) -> None:
    await browser.sign_in("admin")
    sent = {"source": GOOD, "version": "0", "do": "save", "note": "Thêm bước kiểm tra ghế"}
    await browser.post("/desk/processes/bench/edit", data=sent)
    assert (
        'value="Thêm bước kiểm tra ghế"' in (await browser.get("/desk/processes/bench/edit")).text
    )
    await browser.post("/desk/processes/bench/edit", data=sent | {"version": "1", "do": "publish"})
    assert "Thêm bước kiểm tra ghế" in (await browser.get("/desk/processes/bench")).text
    assert 'value="Thêm' not in (await browser.get("/desk/processes/bench/edit")).text


async def test_another_process_is_not_published_by_mistake(browser: Browser) -> None:
    await browser.sign_in("admin")
    sent = {"source": GOOD, "version": "0", "do": "publish"}
    answer = await browser.post("/desk/processes/noise/edit", data=sent)
    assert answer.status_code == 422 and "noise" in answer.text


async def test_the_text_is_checked_while_it_is_written(browser: Browser) -> None:
    await browser.sign_in("admin")
    post = "/desk/processes/bench/check"
    right = await browser.post(post, data={"source": GOOD})
    assert "Không có gì vướng" in right.text and "<svg" in right.text
    wrong = await browser.post(post, data={"source": GOOD.replace("to: done", "to: nowhere")})
    assert "nowhere" in wrong.text and "<svg" in wrong.text
    broken = await browser.post(post, data={"source": "states: [oh"})
    assert "YAML" in broken.text and "<svg" not in broken.text
    assert (await browser.post(post, data={})).status_code == 200


async def test_a_new_process_begins_like_another(browser: Browser) -> None:
    await browser.sign_in("admin")
    made = await browser.post("/desk/processes", data={"code": "stairs", "like": "road"})
    assert made.headers["location"] == "/desk/processes/stairs/edit"
    page = (await browser.get("/desk/processes/stairs/edit")).text
    assert "code: stairs" in page and "Không có gì vướng" in page
    assert "stairs" in (await browser.get("/desk/processes")).text
    for wrong in (
        {"code": "noise", "like": "road"},
        {"code": "ô hay", "like": "road"},
        {"code": "b", "like": "no"},
    ):
        assert (await browser.post("/desk/processes", data=wrong)).status_code == 422


async def test_a_process_goes_out_and_comes_back(browser: Browser) -> None:
    await browser.sign_in("admin")
    yaml = await browser.get("/desk/processes/noise/yaml")
    assert yaml.text == read_folders()["noise"][1]
    assert 'filename="noise-1.yaml"' in yaml.headers["content-disposition"]
    drawn = await browser.get("/desk/processes/noise/bpmn")
    for name, content in (("noise.bpmn", drawn.content), ("noise.yaml", yaml.content)):
        files = {"file": (name, content, "application/octet-stream")}
        answer = await browser.post("/desk/processes/import", files=files)
        assert answer.headers["location"] == "/desk/processes/noise/edit"


async def test_a_file_that_is_no_process_is_refused(browser: Browser) -> None:
    await browser.sign_in("admin")
    bad = [
        b"\xff\xfe\x00",
        b"hello",
        b"<a/>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        b"x: [",
        b"",
    ]
    for content in bad:
        files = {"file": ("it.bpmn", content, "application/xml")}
        assert (await browser.post("/desk/processes/import", files=files)).status_code == 422
    assert (await browser.post("/desk/processes/import")).status_code == 422


async def test_a_foreign_drawing_becomes_a_draft_and_says_what_is_missing(
    browser: Browser,
) -> None:
    from city.processes.tests.test_bpmn import FOREIGN

    await browser.sign_in("admin")
    files = {"file": ("theirs.bpmn", FOREIGN.encode(), "application/xml")}
    answer = await browser.post("/desk/processes/import", files=files)
    assert answer.status_code == 200 and "mend-a-bench/edit" in unescape(answer.text)
    assert "dataObject" in answer.text


@pytest.mark.parametrize("code", BUILT_IN)
async def test_residents_read_how_it_is_handled(browser: Browser, code: str) -> None:
    answer, statements = await browser.counted("GET", f"/how/{code}")
    assert answer.status_code == 200 and statements <= 2
    assert read_folders()[code][0].words["vi"] in unescape(answer.text)
    assert f"/how/{code}" in unescape((await browser.get("/how")).text)


async def test_programs_read_processes(browser: Browser) -> None:
    listed = (await browser.get("/api/v1/processes")).json()
    assert {one["code"] for one in listed} >= set(BUILT_IN)
    one = (await browser.get("/api/v1/processes/street-light")).json()
    assert one["versions"] == [1]
    assert one["definition"]["transitions"][0]["from"] == ["new"]
    assert (await browser.get("/api/v1/processes/street-light/versions/1")).json()["version"] == 1
    assert (await browser.get("/api/v1/processes/street-light/versions/9")).status_code == 404
    assert (await browser.get("/api/v1/processes/nothing")).status_code == 404
