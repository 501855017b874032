from datetime import timedelta
from uuid import UUID

import pytest

from city import identity
from city.identity import actions, store
from city.kernel import Actor, Conflict, Work
from tests.harness import EVERYBODY, Browser

PAGES = [
    "/me",
    "/me/profile",
    "/me/devices",
    "/me/contacts",
    "/me/assurance",
    "/me/seen",
    "/me/helpers",
    "/me/qr",
    "/me/qr/picture",
    "/me/again",
]


async def resident(browser: Browser, *, proven: bool = False, **about: object) -> Actor:
    """Sign in a new resident, who may have just proven that it is them."""
    async with browser.inside.work(EVERYBODY) as work:
        person = await identity.add_person(
            work,
            identity.NewPerson(name="Nguyễn Thị Lan", **about),  # type: ignore[arg-type]
        )
        token = await actions.sign_in_person(work, person.id, proven=proven)
    browser.cookies.clear()
    browser.cookies.set("session", token, domain="city.local")
    actor = await identity.find_actor(browser.inside, token)  # type: ignore[arg-type]
    assert actor is not None
    return actor


async def digits(browser: Browser) -> str:
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        return (await identity.get_code(work, UUID(browser.cookies["proof"]))).digits


async def test_every_page_of_ones_own_stands_in_both_languages(browser: Browser) -> None:
    await resident(browser, phone="0912345678")
    for language in ("vi", "en"):
        browser.cookies.set("language", language, domain="city.local")
        for path in PAGES:
            assert (await browser.get(path)).status_code == 200, path


async def test_the_pages_take_few_statements(browser: Browser) -> None:
    await resident(browser, phone="0912345678")
    most = {"/me": 5, "/me/seen": 3, "/me/qr": 3, "/me/qr/picture": 1, "/me/helpers": 3}
    for path, budget in most.items():
        _, statements = await browser.counted("GET", path)
        assert statements <= budget, path


async def test_a_second_number_is_added_by_its_code_and_signs_in(browser: Browser) -> None:
    actor = await resident(browser, proven=True, phone="0912345678")
    asked = await browser.post("/me/contacts", data={"address": "Lan@Example.org"})
    assert asked.headers["location"].startswith("/me/contacts/code")
    wrong = await browser.post("/me/contacts/code", data={"code": "12"})
    assert wrong.status_code == 422
    code = await digits(browser)
    added = await browser.post("/me/contacts/code", data={"code": code})
    assert added.headers["location"] == "/me/contacts"
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        found = await identity.find_person(work, "email", "lan@example.org")
        assert found is not None and found.id == actor.id
    assert "lan@example.org" in (await browser.get("/me/contacts")).text
    gone = await browser.post(
        "/me/contacts/remove", data={"channel": "sms", "address": "+84912345678"}
    )
    assert gone.status_code == 303
    last = await browser.post(
        "/me/contacts/remove", data={"channel": "email", "address": "lan@example.org"}
    )
    assert last.status_code == 409


async def test_without_a_fresh_proof_nothing_is_added(browser: Browser) -> None:
    await resident(browser, phone="0912345678")
    asked = await browser.post("/me/contacts", data={"address": "lan@example.org"})
    assert asked.headers["location"] == "/me/again?next=%2Fme%2Fcontacts"
    sent = await browser.post("/me/again", data={"next": "/me/contacts"})
    assert sent.status_code == 303
    proven = await browser.post(
        "/me/again/code", data={"code": await digits(browser), "next": "/me/contacts"}
    )
    assert proven.headers["location"] == "/me/contacts"
    browser.inside.now += timedelta(minutes=5)
    asked = await browser.post("/me/contacts", data={"address": "lan@example.org"})
    assert asked.headers["location"].startswith("/me/contacts/code")
    browser.inside.now += timedelta(minutes=6)
    stale = await browser.post("/me/contacts", data={"address": "hoa@example.org"})
    assert stale.headers["location"].startswith("/me/again")


async def test_the_number_of_somebody_else_is_refused(work: Work, browser: Browser) -> None:
    await resident(browser, phone="0987654321")
    actor = await resident(browser, proven=True, phone="0912345678")
    asked = await browser.post("/me/contacts", data={"address": "0987654321"})
    assert asked.status_code == 303
    refused = await browser.post("/me/contacts/code", data={"code": await digits(browser)})
    assert refused.status_code == 409
    with pytest.raises(Conflict):
        await actions.remove_contact(work.at(work.now, actor), "sms", "+84912345678")


async def test_a_code_asked_for_by_one_proves_nothing_for_another(browser: Browser) -> None:
    await resident(browser, phone="0987654321")
    await browser.post("/me/again", data={"next": "/me"})
    proof, code = browser.cookies["proof"], await digits(browser)
    await resident(browser, phone="0912345678")
    browser.cookies.set("proof", proof, domain="city.local", path="/me")
    answer = await browser.post("/me/again/code", data={"code": code, "next": "/me"})
    assert answer.status_code == 422


async def test_a_look_that_was_wrong_reaches_the_auditor_and_is_answered(
    browser: Browser,
) -> None:
    desk = await browser.sign_in("desk", name="Hoàng Thanh Thủy")
    person = await resident(browser, phone="0912345678")
    session = browser.cookies["session"]
    async with browser.inside.work(desk) as work:
        await identity.see_person(work, person.person_id, purpose="Tò mò", about="7K3M-Q9TD")
    async with browser.inside.work(EVERYBODY) as work:
        (look,) = await store.list_access_to(work, person.person_id)
    empty = await browser.post(f"/me/seen/{look.id}/concern", data={"text": " "})
    assert empty.status_code == 422
    told = await browser.post(
        f"/me/seen/{look.id}/concern", data={"text": "Tôi không quen người này."}
    )
    assert told.status_code == 303

    await browser.sign_in("auditor", name="Huỳnh An Bình")
    await browser.do_jobs()
    assert "có lần xem dữ liệu của họ không đúng" in (await browser.get("/inbox")).text
    page = (await browser.get("/audit/access")).text
    assert "Tôi không quen người này." in page and "Nguyễn Thị Lan" not in page
    concern = page.partition("/audit/concerns/")[2][:36]
    await browser.post(f"/audit/concerns/{concern}", data={"answer": "Đã nhắc nhở cán bộ."})
    twice = await browser.post(f"/audit/concerns/{concern}", data={"answer": "Lần nữa."})
    assert twice.status_code == 409
    await browser.do_jobs()

    browser.cookies.set("session", session, domain="city.local")
    assert "Đã nhắc nhở cán bộ." in (await browser.get("/me/seen")).text
    assert "Cán bộ kiểm tra đã trả lời" in (await browser.get("/inbox")).text


async def test_nobody_complains_about_the_looks_at_another(browser: Browser) -> None:
    desk = await browser.sign_in("desk")
    person = await resident(browser)
    async with browser.inside.work(desk) as work:
        await identity.see_person(work, person.person_id, purpose="Hỏi đèn", about="")
        (look,) = await store.list_access_to(work, person.person_id)
    await resident(browser)
    answer = await browser.post(f"/me/seen/{look.id}/concern", data={"text": "Không đúng."})
    assert answer.status_code == 404


async def test_a_partner_that_was_told_something_stands_in_the_list(browser: Browser) -> None:
    person = await resident(browser)
    async with browser.inside.work(EVERYBODY) as work:
        await identity.note_partner(
            work, person.person_id, partner="Xe buýt Huế", purpose="Tên của bạn"
        )
    assert "Xe buýt Huế" in (await browser.get("/me/seen")).text
