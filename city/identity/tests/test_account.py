from datetime import timedelta

import pytest

from city import identity
from city.identity import store
from city.kernel import Actor, Conflict, Work
from tests.harness import EVERYBODY, Browser, Inside


async def add(work: Work, name: str = "Hồ Thị Nhi", **about: object) -> identity.Person:
    return await identity.add_person(work, identity.NewPerson(name=name, **about))  # type: ignore[arg-type]


async def actor_of(inside: Inside, token: str) -> Actor | None:
    return await identity.find_actor(inside, token)  # type: ignore[arg-type]


async def test_knowing_who_asks_takes_one_statement(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        token = await identity.sign_in_person(work, (await add(work)).id)
    before = len(inside.statements)
    assert await actor_of(inside, token)
    assert len(inside.statements) - before == 1


async def test_once_an_hour_it_is_noted_that_a_session_is_in_use(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        person = await add(work)
        token = await identity.sign_in_person(work, person.id)
    inside.now += timedelta(hours=2)
    await actor_of(inside, token)
    async with inside.work(EVERYBODY) as work:
        (session,) = await store.list_sessions(work, person.id)
    assert session.seen_at == inside.now


async def test_a_session_ends_after_thirty_days_unused(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        token = await identity.sign_in_person(work, (await add(work)).id)
    inside.now += timedelta(days=30)
    assert await actor_of(inside, token) is None


async def test_a_session_ends_after_ninety_days_however_much_it_is_used(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        token = await identity.sign_in_person(work, (await add(work)).id)
    for _ in range(4):
        inside.now += timedelta(days=20)
        assert await actor_of(inside, token)
    inside.now += timedelta(days=10)
    assert await actor_of(inside, token) is None


async def test_a_device_signed_out_from_elsewhere_is_out_at_once(browser: Browser) -> None:
    actor = await browser.sign_in()
    assert actor.id is not None
    async with browser.inside.work(EVERYBODY) as work:
        other = await identity.sign_in_person(work, actor.id, device="Chrome · Android")
    other_actor = await actor_of(browser.inside, other)
    assert other_actor is not None
    shown = await browser.get("/me/devices")
    assert "Chrome · Android" in shown.text
    await browser.post(f"/me/sessions/{other_actor.session_id}/end")
    assert await actor_of(browser.inside, other) is None
    assert (await browser.get("/me")).status_code == 200


async def test_all_other_devices_can_be_signed_out_together(browser: Browser) -> None:
    actor = await browser.sign_in()
    assert actor.id is not None
    async with browser.inside.work(EVERYBODY) as work:
        others = [await identity.sign_in_person(work, actor.id) for _ in range(3)]
    await browser.post("/me/sessions/end-others")
    assert [await actor_of(browser.inside, other) for other in others] == [None] * 3
    assert (await browser.get("/me")).status_code == 200


async def test_nobody_signs_out_the_device_of_another(browser: Browser) -> None:
    victim = await browser.sign_in()
    token = browser.cookies["session"]
    browser.sign_out()
    await browser.sign_in()
    answer = await browser.post(f"/me/sessions/{victim.session_id}/end")
    assert answer.status_code == 404
    assert await actor_of(browser.inside, token)


async def test_signing_out_ends_the_session_and_not_only_the_cookie(browser: Browser) -> None:
    await browser.sign_in()
    token = browser.cookies["session"]
    browser.cookies.clear()
    browser.cookies.set("session", token, domain="city.local")
    await browser.post("/sign-out")
    assert await actor_of(browser.inside, token) is None
    assert "session" not in browser.cookies


async def test_one_who_is_not_signed_in_is_asked_to_and_comes_back(browser: Browser) -> None:
    answer = await browser.get("/me")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fme")


async def test_raising_assurance_links_the_identity_and_changes_the_token(
    browser: Browser,
) -> None:
    actor = await browser.sign_in()
    assert actor.id is not None
    before = browser.cookies["session"]
    async with browser.inside.work(actor) as work:
        token = await identity.raise_assurance(
            work, actor.id, identity.Assurance.FULL, "https://id.example", "0460"
        )
        assert await identity.find_external_id(work, "https://id.example", "0460") == actor.id
    assert await actor_of(browser.inside, before) is None
    raised = await actor_of(browser.inside, token)
    assert raised is not None and raised.assurance == 2


async def test_one_identity_vouches_for_one_person(work: Work) -> None:
    first, second = await add(work), await add(work, "Người khác")
    full = identity.Assurance.FULL
    await identity.raise_assurance(work, first.id, full, "https://id.example", "1")
    await identity.raise_assurance(work, first.id, full, "https://id.example", "1")
    for person_id, subject in ((second.id, "1"), (first.id, "2")):
        with pytest.raises(Conflict):
            await identity.raise_assurance(work, person_id, full, "https://id.example", subject)
    assert (await identity.get_person(work, second.id)).assurance == 0


async def test_an_address_belongs_to_one_person(work: Work) -> None:
    await add(work, phone="0912345678")
    with pytest.raises(Conflict):
        await add(work, "Người khác", phone="+84 912 345 678")


async def test_people_keep_their_own_profile_and_language(browser: Browser) -> None:
    await browser.sign_in()
    saved = await browser.post(
        "/me/profile", data={"name": "Emma", "honorific": "chị", "language": "en"}
    )
    assert saved.status_code == 303
    shown = await browser.get("/me")
    assert shown.headers["content-language"] == "en"
    assert "Where you are signed in" in shown.text
    assert "chị" in (await browser.get("/me/profile")).text
    wrong = await browser.post("/me/profile", data={"name": "x" * 81, "language": "xx"})
    assert wrong.status_code == 422
    assert "x" * 81 in wrong.text


async def test_the_language_stays_with_the_browser_and_without_an_account(
    browser: Browser,
) -> None:
    chosen = await browser.get("/language/en?next=/sign-in")
    assert chosen.headers["location"] == "/sign-in"
    assert "Come in" in (await browser.get("/sign-in")).text
    assert (await browser.get("/language/xx")).status_code == 404


async def test_the_theme_stays_with_the_browser(browser: Browser) -> None:
    await browser.get("/theme/dark")
    assert 'data-theme="dark"' in (await browser.get("/sign-in")).text
    await browser.get("/theme/auto")
    assert "data-theme=" not in (await browser.get("/sign-in")).text.partition(">")[0]
    assert (await browser.get("/theme/pink")).status_code == 404


async def test_the_sign_in_page_takes_one_statement_and_ones_own_page_five(
    browser: Browser,
) -> None:
    _, statements = await browser.counted("GET", "/sign-in")
    assert statements == 1
    await browser.sign_in()
    _, statements = await browser.counted("GET", "/me")
    assert statements <= 5  # Who asks, the person, their roles, contacts, and whether they leave.
