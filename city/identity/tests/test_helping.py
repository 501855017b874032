from datetime import timedelta
from uuid import UUID

import pytest

from city import cases, identity, media, reports
from city.identity import actions, personal_codes, store
from city.identity.model import QR_LASTS, Entered
from city.kernel import NOBODY, Actor, Forbidden, Problem, Work
from tests.harness import EVERYBODY, Browser, Inside

PHONE = "+84 912 345 678"
ASK = {"address": PHONE, "name": "Lê Thị Hoa", "purpose": "To send a report", "minutes": "30"}
LAMP = {
    "category": "street-light",
    "description": "Đèn đường tắt ba đêm liền trước số 12.",
    "latitude": "16.4637",
    "longitude": "107.5909",
}


async def person(inside: Inside, name: str = "Tôn Nữ Diệu", **about: object) -> identity.Person:
    async with inside.work(EVERYBODY) as work:
        return await identity.add_person(work, identity.NewPerson(name=name, **about))  # type: ignore[arg-type]


async def become(browser: Browser, person_id: UUID, *, proven: bool = False) -> Actor:
    """Sign this person in, in this browser."""
    async with browser.inside.work(EVERYBODY) as work:
        token = await actions.sign_in_person(work, person_id, proven=proven)
    browser.cookies.clear()
    browser.cookies.set("session", token, domain="city.local")
    return await me(browser)


async def me(browser: Browser) -> Actor:
    actor = await identity.find_actor(browser.inside, browser.cookies["session"])  # type: ignore[arg-type]
    assert actor is not None
    return actor


async def digits(browser: Browser, acting: str) -> str:
    async with browser.inside.work(EVERYBODY) as work:
        asked = await store.get_acting(work, UUID(acting.rpartition("/")[2]))
        assert asked.code_id is not None
        return (await identity.get_code(work, asked.code_id)).digits


async def code_text(browser: Browser, person_id: UUID) -> str:
    return personal_codes.code_of(person_id, browser.inside.now)[0]


async def begin(browser: Browser) -> Actor:
    """Begin to act for whoever has PHONE, by the code."""
    asked = await browser.post("/help/act-for", data=ASK)
    where = asked.headers["location"]
    begun = await browser.post(where, data={"code": await digits(browser, where)})
    assert begun.status_code == 303, begun.text
    return await me(browser)


async def test_a_helper_acts_for_somebody_new_who_read_out_the_code(browser: Browser) -> None:
    helper = await browser.sign_in("helper", name="Trần Quốc An")
    acting = await begin(browser)
    assert (acting.name, acting.helper_id, acting.helper_name) == (
        "Lê Thị Hoa",
        helper.id,
        "Trần Quốc An",
    )
    assert acting.id != helper.id
    sent = await browser.post("/reports", data=LAMP)
    assert sent.status_code == 303, sent.text
    await browser.post("/help/stop")
    assert (await me(browser)).id == helper.id

    await browser.do_jobs()
    await become(browser, acting.person_id)
    mine = (await browser.get("/mine")).text
    assert "Đèn đường tắt" in mine
    seen = (await browser.get("/me/seen")).text
    assert "Trần Quốc An" in seen and "Gửi phản ánh thay bạn" in seen
    assert "Trần Quốc An" in (await browser.get("/inbox")).text


async def test_the_journal_of_the_case_keeps_who_helped(browser: Browser) -> None:
    helper = await browser.sign_in("helper", name="Trần Quốc An")
    await begin(browser)
    ref = (await browser.post("/reports", data=LAMP)).headers["location"].split("/")[2][:9]
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        report = await reports.find_by_ref(work, ref)
        assert report is not None and report.reporter_id != helper.id
        first, *_ = await cases.list_history(work, report.case_id)
        assert first.facts["helped_by"] == "Trần Quốc An" and first.actor_id is None
        assert await cases.verify_history(work, report.case_id)
    await browser.sign_in("desk")
    case = (await browser.get(f"/desk/cases/{ref}")).text
    assert "Người dân, do Trần Quốc An làm thay" in case


async def test_a_helper_sees_nothing_of_the_person(browser: Browser) -> None:
    known = await person(browser.inside, phone=PHONE)
    await become(browser, known.id)
    await browser.post("/reports", data=LAMP | {"private": "true"})
    own = (await browser.get("/mine")).text.partition('href="/reports/')[2][:9]
    await browser.sign_in("helper")
    acting = await begin(browser)
    assert acting.id == known.id
    assert (await browser.get(f"/reports/{own}")).status_code == 404
    hidden = await browser.post("/reports", data=LAMP | {"private": "true"})
    assert hidden.headers["location"] == "/"
    home = (await browser.get("/")).text
    assert "thay cho Tôn Nữ Diệu" in home  # The bar says for whom; the page itself says nothing.
    assert home.count("Tôn Nữ Diệu") == 1
    for path in ("/me", "/mine", "/inbox", "/me/seen", "/me/data", "/me/contacts", "/me/qr/card"):
        assert (await browser.get(path)).status_code == 403, path
    for path in ("/me/profile", "/me/helpers/refuse", "/me/delete", "/me/data", "/me/again"):
        assert (await browser.post(path, data={})).status_code == 403, path
    with pytest.raises(Forbidden):
        async with browser.inside.work(acting) as work:
            await identity.raise_assurance(
                work, known.id, identity.Assurance.FULL, "https://id.example", "1"
            )


async def test_vneid_never_links_a_helper_to_the_person_they_act_for(browser: Browser) -> None:
    await person(browser.inside, phone=PHONE)
    await browser.sign_in("helper")
    acting = await begin(browser)
    away = await browser.get("/sign-in/vneid?next=/")
    asked = dict(
        pair.split("=", 1) for pair in away.headers["location"].partition("?")[2].split("&")
    )
    from urllib.parse import unquote

    form = {name: unquote(value) for name, value in asked.items()}
    form["subject"] = "sample-000000000001"
    back = await browser.post("/simulated/vneid/authorize", data=form)
    arrived = await browser.get(back.headers["location"])
    assert arrived.status_code == 403
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        assert (await identity.get_person(work, acting.person_id)).assurance == 0


async def test_help_ends_by_itself_by_the_person_and_with_the_role(browser: Browser) -> None:
    known = await person(browser.inside, phone=PHONE)
    helper = await browser.sign_in("helper")
    token = browser.cookies["session"]
    await begin(browser)
    browser.inside.now += timedelta(minutes=31)
    assert (await me(browser)).id == helper.id

    await begin(browser)
    async with browser.inside.work(EVERYBODY) as work:
        (acting, *_) = await store.list_actings_for(work, known.id)
    await become(browser, known.id)
    assert "Kết thúc" in (await browser.get("/me/helpers")).text
    assert (await browser.post(f"/me/helpers/{acting.id}/end")).status_code == 303
    browser.cookies.set("session", token, domain="city.local")
    assert (await me(browser)).id == helper.id

    browser.inside.now += timedelta(minutes=5)
    await begin(browser)
    async with browser.inside.work(EVERYBODY) as work:
        await identity.revoke_role(work, helper.person_id, identity.Role.HELPER)
    assert (await me(browser)).id == helper.id


async def test_who_forbids_it_is_not_helped_even_with_their_code(browser: Browser) -> None:
    known = await person(browser.inside, phone=PHONE)
    await become(browser, known.id)
    await browser.post("/me/helpers/refuse", data={"refused": "true"})
    helper = await browser.sign_in("helper")
    asked = await browser.post("/help/act-for", data=ASK)
    where = asked.headers["location"]
    refused = await browser.post(where, data={"code": await digits(browser, where)})
    assert refused.status_code == 403
    text = await code_text(browser, known.id)
    shown = await browser.post("/help/act-for/shown", data={"text": text, "purpose": "To report"})
    assert shown.status_code == 403
    assert (await me(browser)).id == helper.id


async def test_wrong_codes_and_codes_for_something_else_begin_nothing(browser: Browser) -> None:
    helper = await browser.sign_in("helper")
    asked = await browser.post("/help/act-for", data=ASK)
    where = asked.headers["location"]
    right = await digits(browser, where)
    wrong = "000000" if right != "000000" else "111111"
    assert (await browser.post(where, data={"code": wrong})).status_code == 422
    async with browser.inside.work(NOBODY) as work:
        acting = await store.find_acting(work, UUID(where.rpartition("/")[2]), helper.person_id)
        assert acting is not None and acting.code_id is not None
        # The code for helping signs nobody in, least of all the helper.
        entered = await actions.enter_code(work, acting.code_id, right, device="")
        assert not isinstance(entered, Entered)
    browser.sign_out()
    await browser.sign_in("helper", name="Another")
    assert (await browser.post(where, data={"code": right})).status_code == 404
    assert (await browser.post("/help/act-for", data={**ASK, "minutes": "600"})).status_code == 422


async def test_a_photo_sent_by_a_helper_is_the_persons(inside: Inside, work: Work) -> None:
    known = await person(inside)
    acting = Actor(
        id=known.id,
        name=known.name,
        permissions=frozenset({"reports.submit", "media.send"}),
        helper_id=EVERYBODY.id,
        helper_name="Helper",
    )
    picture = (b"not a picture", "a.jpg")
    with pytest.raises(media.actions.Unusable):  # type: ignore[attr-defined]
        await media.keep_upload(work.at(work.now, acting), *picture)
    with pytest.raises(Forbidden):
        acting.require("me")


async def test_a_code_shows_who_it_is_and_every_reading_is_written_down(browser: Browser) -> None:
    known = await person(browser.inside)
    await browser.sign_in("desk", name="Hoàng Thanh Thủy")
    text = await code_text(browser, known.id)
    asked = await browser.post("/qr/read", data={"text": text})
    assert asked.status_code == 200 and "Tôn Nữ Diệu" not in asked.text
    read = await browser.post("/qr/read", data={"text": text, "purpose": "To help at the counter"})
    assert "Tôn Nữ Diệu" in read.text
    as_json = {"accept": "application/json"}
    program = await browser.post(
        "/qr/read", data={"text": text, "purpose": "To help"}, headers=as_json
    )
    assert program.json()["name"] == "Tôn Nữ Diệu"
    lacking = await browser.post("/qr/read", data={"text": text}, headers=as_json)
    assert lacking.status_code == 422
    await become(browser, known.id)
    seen = (await browser.get("/me/seen")).text
    assert seen.count("Hoàng Thanh Thủy") == 2
    assert "Để giúp tại quầy" in seen


async def test_only_staff_and_helpers_read_codes(browser: Browser) -> None:
    known = await person(browser.inside)
    text = await code_text(browser, known.id)
    for role, status in (
        ("resident", 403),
        ("leader", 403),
        ("auditor", 403),
        ("helper", 200),
        ("desk", 200),
    ):
        browser.sign_out()
        await browser.sign_in(role)
        answer = await browser.post("/qr/read", data={"text": text, "purpose": "To help"})
        assert answer.status_code == status, role


async def test_a_code_is_over_after_two_minutes_and_never_the_same_twice(inside: Inside) -> None:
    known = await person(inside)
    text, until = personal_codes.code_of(known.id, inside.now)
    other, _ = personal_codes.code_of(known.id, inside.now)
    assert text != other and until - inside.now <= QR_LASTS
    assert str(known.id) not in text and known.id.hex not in text
    assert personal_codes.read_code(text, inside.now).id == known.id
    with pytest.raises(Problem):
        personal_codes.read_code(text, inside.now + QR_LASTS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "http://city/qr#a.b.c",
        "http://city/qr#eyJhbGciOiJub25lIn0.eyJrIjoicCJ9.",
        "http://city/qr#" + "." * 40,
    ],
)
async def test_what_is_no_code_is_refused(inside: Inside, text: str) -> None:
    with pytest.raises(Problem):
        personal_codes.read_code(text, inside.now)


async def test_a_changed_code_is_refused(inside: Inside) -> None:
    known = await person(inside)
    text, _ = personal_codes.code_of(known.id, inside.now)
    head, body, seal = text.rpartition("#")[2].split(".")
    body = body[:10] + ("A" if body[10] != "A" else "B") + body[11:]
    with pytest.raises(Problem):
        personal_codes.read_code(f"{head}.{body}.{seal}", inside.now)


async def test_somebody_without_a_phone_gets_a_card_and_is_helped_by_it(browser: Browser) -> None:
    await browser.sign_in("helper", name="Trần Quốc An")
    unseen = await browser.post("/help/cards", data={"name": "Mệ Gái"})
    assert unseen.status_code == 422
    printed = await browser.post("/help/cards", data={"name": "Mệ Gái", "seen": "true"})
    assert printed.status_code == 200 and "Mệ Gái" in printed.text
    async with browser.inside.work(EVERYBODY) as work:
        number = printed.text.partition("Thẻ số ")[2][:9]
        person_id = await work.value(
            UUID, "select person_id from identity.card where number = :number", number=number
        )
        assert person_id is not None
        (card,) = await store.list_cards(work, person_id)
    text = personal_codes.code_of_card(card.id, card.until_at)
    begun = await browser.post("/help/act-for/shown", data={"text": text, "purpose": "To report"})
    assert begun.status_code == 303
    assert (await me(browser)).name == "Mệ Gái"
    await browser.post("/help/stop")

    lost = await browser.post("/help/cards/revoke", data={"number": number.lower()})
    assert lost.status_code == 303
    again = await browser.post("/qr/read", data={"text": text, "purpose": "To help"})
    assert again.status_code == 403
    assert (await browser.post("/help/cards/revoke", data={"number": number})).status_code == 422


async def test_a_new_card_ends_the_one_before_and_nobody_revokes_anothers(
    browser: Browser,
) -> None:
    known = await person(browser.inside)
    await become(browser, known.id)
    asked = await browser.post("/me/qr/card")
    assert asked.headers["location"].startswith("/me/again")  # First a proof that it is them.
    await become(browser, known.id, proven=True)
    for _ in range(2):
        assert (await browser.post("/me/qr/card")).headers["location"] == "/me/qr/card"
    async with browser.inside.work(EVERYBODY) as work:
        new, old = await store.list_cards(work, known.id)
    assert new.revoked_at is None and old.revoked_at is not None
    await browser.sign_in("resident")
    stolen = await browser.post("/me/qr/card/revoke", data={"number": new.number})
    assert stolen.status_code == 404
    await become(browser, known.id)
    await browser.post("/me/qr/card/revoke", data={"number": new.number})
    assert (await browser.get("/me/qr/card")).headers["location"] == "/me/qr"


async def test_acting_costs_no_statement_more(browser: Browser) -> None:
    await person(browser.inside, phone=PHONE)
    await browser.sign_in("helper")
    await begin(browser)
    before = len(browser.inside.statements)
    await me(browser)
    assert len(browser.inside.statements) - before == 1
