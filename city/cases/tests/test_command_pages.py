"""The pages and the API of commands, as leaders, the desk and officers of units meet them."""

import re
from html import unescape
from typing import Any

import pytest

from city import identity
from city.cases import command as commands
from city.cases.tests.given_commands import storm
from city.kernel import Actor, Invalid
from city.web import render_words
from tests.harness import EVERYBODY

Browser = Any


async def running(browser: Browser, leader: Actor) -> commands.Command:
    async with browser.inside.work(EVERYBODY) as work:
        return await storm(work, leader)


async def tasks_of(browser: Browser, command: commands.Command) -> list[commands.Task]:
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        return await commands.list_tasks(work, command.case_id)


async def unit_id(browser: Browser, code: str) -> Any:
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        found = await identity.find_unit(work, code)
        assert found is not None
        return found.id


async def test_a_leader_begins_a_command_in_the_browser(browser: Browser) -> None:
    leader = await browser.sign_in("leader", name="Đỗ Trường Sơn")
    form = await browser.get("/command/new")
    assert form.status_code == 200 and "storm" in form.text and "street-light" not in form.text
    begun = await browser.post(
        "/command",
        data={"category": "flood", "name": "Lũ sông Hương", "commander_id": str(leader.id)},
    )
    assert begun.status_code == 303
    shown = await browser.get(begun.headers["location"])
    assert "Lũ sông Hương" in shown.text
    assert "Lũ sông Hương" in (await browser.get("/command")).text


@pytest.mark.parametrize(
    ("language", "said"), [("vi", "Xin đặt tên"), ("en", "Please give the command a name")]
)
async def test_a_wrong_form_comes_back_in_the_readers_language(
    browser: Browser, language: str, said: str
) -> None:
    leader = await browser.sign_in("leader")
    browser.cookies.set("language", language, domain="city.local")
    headers = {"accept-language": language}
    wrong = {"category": "storm", "name": " x", "commander_id": str(leader.id)}
    refused = await browser.post(
        "/command", data={**wrong, "sitrep_minutes": "9999", "wards": "nowhere"}, headers=headers
    )
    assert refused.status_code == 422 and 'value="9999"' in refused.text
    async with browser.inside.work(EVERYBODY) as work:
        with pytest.raises(Invalid) as blank:
            await storm(work, leader, name=" ")

    assert said in render_words(language, blank.value.errors["name"])


async def test_the_page_of_a_command_takes_six_statements(browser: Browser) -> None:
    leader = await browser.sign_in("leader")
    command = await running(browser, leader)
    await browser.get(f"/command/{command.ref}")
    for address in ("", "?log=tasks", "/log"):
        before = len(browser.inside.statements)
        assert (await browser.get(f"/command/{command.ref}{address}")).status_code == 200
        own = [s for s in browser.inside.statements[before:] if "identity.session" not in s]
        assert len(own) <= 6, own
    before = len(browser.inside.statements)
    await browser.get("/command")
    own = [s for s in browser.inside.statements[before:] if "identity.session" not in s]
    assert len(own) == 1


async def test_an_officer_sees_and_moves_what_the_own_unit_has(browser: Browser) -> None:
    leader = await browser.sign_in("leader")
    command = await running(browser, leader)
    parks = await unit_id(browser, "parks-centre")
    own = next(t for t in await tasks_of(browser, command) if t.owner_unit == parks)
    other = next(t for t in await tasks_of(browser, command) if t.owner_unit not in (None, parks))
    await browser.sign_in("unit", unit="tourism-department", name="Ngô Văn Tài")
    assert (await browser.get(f"/command/{command.ref}")).status_code == 404
    assert command.ref not in (await browser.get("/command")).text
    await browser.sign_in("unit", unit="parks-centre", name="Trương Công Nam")
    shown = unescape((await browser.get(f"/command/{command.ref}")).text)
    moves = re.findall(r"/tasks/([0-9a-f-]{36})/move", shown)
    assert set(moves) == {str(own.id)}
    assert '/reports"' not in shown and '/end"' not in shown
    move = f"/command/{command.ref}/tasks/{own.id}/move"
    moved = await browser.post(move, data={"to": "doing", "version": "1"})
    assert moved.headers["location"].endswith(f"#task-{own.id}")
    late = await browser.post(move, data={"to": "done", "version": "1"})
    assert late.status_code == 409 and "Trương Công Nam" in late.text
    foreign = f"/command/{command.ref}/tasks/{other.id}/move"
    assert (await browser.post(foreign, data={"to": "done"})).status_code == 403
    note = await browser.post(f"/command/{command.ref}/notes", data={"text": "Đã cắt 12 cây"})
    assert note.status_code == 303


async def test_reports_are_written_read_and_printed(browser: Browser) -> None:
    leader = await browser.sign_in("leader")
    command = await running(browser, leader)
    task = (await tasks_of(browser, command))[0]
    await browser.post(f"/command/{command.ref}/tasks/{task.id}/move", data={"to": "done"})
    shown = unescape((await browser.get(f"/command/{command.ref}")).text)
    assert f"- {task.title['vi']}" in shown  # Prefilled with what has been done.
    address = f"/command/{command.ref}/reports"
    empty = await browser.post(address, data={"number": "1", "done": "giữ lại"})
    assert empty.status_code == 422 and "giữ lại" in empty.text
    report = {"number": "1", "situation": "Gió cấp 9.\nĐường thông suốt."}
    assert (await browser.post(address, data=report)).status_code == 303
    twice = await browser.post(address, data=report)
    assert twice.status_code == 409 and "Gió cấp 9" in twice.text
    paper = await browser.get(f"{address}/1")
    assert "Gió cấp 9.<br>Đường thông suốt." in paper.text
    assert (await browser.get(f"{address}/2")).status_code == 404
    ended = await browser.post(f"/command/{command.ref}/end", data={})
    assert ended.status_code == 409 and "10 " in ended.text


async def test_programs_read_a_command_and_add_to_it(browser: Browser) -> None:
    leader = await browser.sign_in("leader")
    command = await running(browser, leader)
    address = f"/api/v1/commands/{command.ref}"
    read = (await browser.get(address)).json()
    assert (read["command"]["name"], read["figures"]["open"]) == ("Bão số 12", 11)
    added = await browser.post(f"{address}/tasks", json={"title": "Chở nước", "minutes": 20})
    assert added.status_code == 201
    task = added.json()
    moved = await browser.post(f"{address}/tasks/{task['id']}", json={"to": "done", "version": 1})
    assert moved.json()["state"] == "done"
    stale = await browser.post(f"{address}/tasks/{task['id']}", json={"to": "doing", "version": 1})
    assert stale.status_code == 409
    report = await browser.post(f"{address}/sitreps", json={"situation": "Yên."})
    assert report.status_code == 201 and report.json()["figures"]["done"] == 1
    for wrong in ({"title": ""}, {"title": "x", "due_at": "soon"}, {"title": "x", "more": 1}):
        assert (await browser.post(f"{address}/tasks", json=wrong)).status_code == 422
    browser.sign_out()
    assert (await browser.get(address)).status_code == 401


@pytest.mark.parametrize("role", ["resident", "auditor", "desk"])
async def test_others_do_not_begin_or_end_commands(browser: Browser, role: str) -> None:
    leader = await browser.sign_in("leader")
    command = await running(browser, leader)
    await browser.sign_in(role)
    body = {"category": "storm", "name": "Bão", "commander_id": str(leader.id)}
    assert (await browser.post("/command", data=body)).status_code == 403
    assert (await browser.post(f"/command/{command.ref}/end", data={})).status_code == 403
    seen = (await browser.get(f"/command/{command.ref}")).status_code
    assert seen == (403 if role == "resident" else 200)


async def test_the_whole_log_says_whether_it_is_whole(browser: Browser) -> None:
    leader = await browser.sign_in("leader")
    command = await running(browser, leader)
    assert "Nguyên vẹn" in (await browser.get(f"/command/{command.ref}/log")).text
    await browser.inside.connection.execute("update cases.task set note = 'x'")
    assert "Nhật ký đã bị sửa đổi" in (await browser.get(f"/command/{command.ref}/log")).text
