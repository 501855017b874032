"""Taking one's data away and going, through every room."""

import io
import json
import zipfile
from datetime import timedelta
from uuid import UUID

import pytest

from city import app, cases, identity, reports
from city.identity import actions
from city.kernel import Actor, Database, run_due_jobs
from tests.harness import EVERYBODY, Browser, Inside

LAMP = {
    "category": "street-light",
    "description": "Đèn đường tắt ba đêm liền trước số 12.",
    "latitude": "16.4637",
    "longitude": "107.5909",
}


async def resident(browser: Browser, *, proven: bool = True, **about: object) -> Actor:
    async with browser.inside.work(EVERYBODY) as work:
        person = await identity.add_person(
            work,
            identity.NewPerson(name="Nguyễn Thị Lan", phone="0912345678", **about),  # type: ignore[arg-type]
        )
    return await sign_in(browser, person.id, proven=proven)


async def sign_in(browser: Browser, person_id: UUID, *, proven: bool = True) -> Actor:
    async with browser.inside.work(EVERYBODY) as work:
        token = await actions.sign_in_person(work, person_id, proven=proven)
    browser.cookies.clear()
    browser.cookies.set("session", token, domain="city.local")
    actor = await identity.find_actor(browser.inside, token)  # type: ignore[arg-type]
    assert actor is not None
    return actor


async def report(browser: Browser) -> reports.Report:
    sent = await browser.post("/reports", data=LAMP)
    assert sent.status_code == 303, sent.text
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        found = await reports.find_by_ref(work, sent.headers["location"].split("/")[2][:9])
    assert found is not None
    return found


async def file_of(browser: Browser) -> str:
    text = (await browser.get("/me/data")).text
    return "/me/data/" + text.partition("/me/data/")[2].partition('"')[0]


async def do_jobs(inside: Inside) -> None:
    await run_due_jobs(inside, now=inside.now)  # type: ignore[arg-type]


async def test_everything_kept_comes_in_one_file(browser: Browser) -> None:
    actor = await resident(browser)
    sent = await report(browser)
    assert (await browser.post("/me/data")).status_code == 303
    await browser.do_jobs()
    assert "Dữ liệu của bạn đã xong" in (await browser.get("/inbox")).text
    answer = await browser.get(await file_of(browser))
    assert answer.headers["content-type"].startswith("application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = set(archive.namelist())
        assert {"README.txt", "identity/account.json", "reports/reports.json"} <= names
        (mine,) = json.loads(archive.read("reports/reports.json"))
        assert mine["ref"] == sent.ref and mine["description"] == LAMP["description"]
        (account,) = json.loads(archive.read("identity/account.json"))
        assert account["contacts"][0]["address"] == "+84912345678"
        assert account["id"] == str(actor.id)
        assert "Phản ánh của bạn" in archive.read("README.txt").decode()


async def test_only_the_person_fetches_it_after_a_proof_and_for_a_week(browser: Browser) -> None:
    actor = await resident(browser)
    await browser.post("/me/data")
    await browser.do_jobs()
    path = await file_of(browser)
    await browser.sign_in("admin")
    assert (await browser.get(path)).status_code == 404
    await sign_in(browser, actor.person_id, proven=False)
    asked = await browser.get(path)
    assert asked.headers["location"] == "/me/again?next=%2Fme%2Fdata"
    browser.inside.now += timedelta(days=7, minutes=1)
    await sign_in(browser, actor.person_id)
    assert (await browser.get(path)).status_code == 404
    await browser.do_jobs()
    assert "/file" not in (await browser.get("/me/data")).text


async def test_asking_twice_makes_one_file_and_three_a_day_are_enough(browser: Browser) -> None:
    await resident(browser)
    await browser.post("/me/data")
    await browser.post("/me/data")
    await browser.do_jobs()
    assert (await browser.get("/me/data")).text.count("/file") == 1
    for _ in range(2):
        await browser.post("/me/data")
        await browser.do_jobs()
    assert (await browser.post("/me/data")).status_code == 429


async def test_somebody_goes_after_a_week_and_is_told_before(browser: Browser) -> None:
    actor = await resident(browser)
    closed, still_open = await report(browser), await report(browser)
    async with browser.inside.work(EVERYBODY) as work:
        await cases.reject_case(work, closed.case_id, cases.REASONS["not_ours"].text)
    await browser.do_jobs()
    page = (await browser.get("/me/delete")).text
    assert "Phản ánh thành phố còn đang xử lý" in page
    assert (await browser.post("/me/delete", data={})).status_code == 403
    assert (await browser.post("/me/delete", data={"sure": "true"})).status_code == 303
    await browser.do_jobs()
    assert "30&#x2f;11&#x2f;2026" in (await browser.get("/inbox")).text
    browser.inside.now += timedelta(days=6, minutes=1)
    await browser.do_jobs()
    assert "Ngày mai chúng tôi xóa" in (await browser.get("/inbox")).text
    assert (await browser.get("/me")).status_code == 200

    browser.inside.now += timedelta(days=1)
    await browser.do_jobs()
    assert (await browser.get("/me")).status_code == 303  # The session has died.
    async with browser.inside.work(EVERYBODY) as work:
        left = await identity.get_person(work, actor.person_id)
        assert (left.name, left.honorific, left.assurance) == ("", "", 0)
        assert await identity.list_contacts(work, actor.person_id) == []
        assert await identity.find_person(work, "sms", "+84912345678") is None
        one = await reports.find_by_ref(work, closed.ref)
        other = await reports.find_by_ref(work, still_open.ref)
        assert one is not None and one.reporter_id is None
        assert other is not None and other.reporter_id == actor.id
        farewell = await identity.find_farewell(work, actor.person_id)
        assert farewell is not None and farewell.done_at is not None and farewell.held


async def test_what_had_to_stay_goes_when_its_reason_does(browser: Browser) -> None:
    actor = await resident(browser)
    sent = await report(browser)
    await browser.post("/me/delete", data={"sure": "true"})
    await browser.do_jobs()
    browser.inside.now += timedelta(days=7, minutes=1)
    await browser.do_jobs()
    async with browser.inside.work(EVERYBODY) as work:
        await cases.reject_case(work, sent.case_id, cases.REASONS["not_ours"].text)
    await browser.do_jobs()
    async with browser.inside.work(EVERYBODY) as work:
        work.later(app.personal.begin_to_forget)
    await browser.do_jobs()
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        found = await reports.find_by_ref(work, sent.ref)
        assert found is not None and found.reporter_id is None
        farewell = await identity.find_farewell(work, actor.person_id)
        assert farewell is not None and not farewell.held


async def test_going_can_be_taken_back(browser: Browser) -> None:
    actor = await resident(browser)
    await browser.post("/me/delete", data={"sure": "true"})
    await browser.do_jobs()
    assert "/me/delete/back" in (await browser.get("/me/delete")).text
    assert (await browser.post("/me/delete/back")).status_code == 303
    browser.inside.now += timedelta(days=8)
    await browser.do_jobs()
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        assert (await identity.get_person(work, actor.person_id)).name == "Nguyễn Thị Lan"
    assert (await browser.post("/me/delete/back")).status_code == 409


async def test_who_works_for_the_city_or_has_not_proven_it_cannot_go(browser: Browser) -> None:
    actor = await resident(browser, proven=False)
    asked = await browser.post("/me/delete", data={"sure": "true"})
    assert asked.headers["location"] == "/me/again?next=%2Fme%2Fdelete"
    async with browser.inside.work(EVERYBODY) as work:
        await identity.grant_role(work, actor.person_id, identity.Role.DESK)
    await sign_in(browser, actor.person_id)
    assert (await browser.post("/me/delete", data={"sure": "true"})).status_code == 403


async def test_a_crash_half_way_goes_on_and_doing_it_twice_changes_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.work(EVERYBODY) as work:
        person = await identity.add_person(
            work, identity.NewPerson(name="Nguyễn Thị Lan", phone="0912345678")
        )
    actor = Actor(id=person.id, permissions=frozenset({"me"}))
    async with database.work(actor) as work:
        token = await actions.sign_in_person(work, person.id, proven=True)
    signed_in = await identity.find_actor(database, token)
    assert signed_in is not None
    async with database.work(signed_in) as work:
        await identity.ask_to_go(work)
    await run_due_jobs(database)

    async def crash(work: object, person_id: UUID) -> None:
        raise RuntimeError("the power went out")

    from city import media

    later = database.clock() + timedelta(days=7, minutes=1)
    with monkeypatch.context() as broken:
        broken.setattr(media, "forget_person", crash)
        with pytest.raises(RuntimeError):
            await run_due_jobs(database, now=later)
    async with database.work(EVERYBODY, reading=True) as work:
        farewell = await identity.find_farewell(work, person.id)
        assert farewell is not None and farewell.begun_at is not None and farewell.done_at is None
    await run_due_jobs(database, now=later + timedelta(minutes=5))
    async with database.work(EVERYBODY) as work:
        assert (await identity.get_person(work, person.id)).name == ""
        farewell = await identity.find_farewell(work, person.id)
        assert farewell is not None and farewell.done_at is not None and not farewell.held
        for room in app.ROOMS:
            if forget := getattr(room, "forget_person", None):
                await forget(work, person.id)
                await forget(work, person.id)
        assert await identity.list_due_farewells(work) == []
