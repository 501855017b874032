import asyncio
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from msgspec.structs import replace

from city import identity, settings
from city.identity import actions, store
from city.identity.addresses import hide_addresses, read_address
from city.identity.codes import hash_token
from city.identity.model import Entered
from city.kernel import NOBODY, Database, Invalid, Says, TooMany, Work
from tests.harness import EVERYBODY, NOON, Browser, Inside

PHONE = "0912 345 678"


async def ask(work: Work, written: str = PHONE, origin: str = "192.0.2.1") -> UUID:
    return await actions.ask_for_code(work, written, origin=origin, language="vi")


async def ask_in(browser: Browser, written: str = PHONE, onward: str = "/") -> str:
    """Ask for a code as a browser does, and return its digits."""
    asked = await browser.post("/sign-in", data={"address": written, "next": onward})
    assert asked.status_code == 303, asked.text
    async with browser.inside.work(NOBODY, reading=True) as work:
        return (await identity.get_code(work, UUID(browser.cookies["code"]))).digits


async def test_somebody_unknown_comes_in_with_a_code_and_becomes_a_resident(
    browser: Browser,
) -> None:
    digits = await ask_in(browser, onward="/me")
    entered = await browser.post("/sign-in/code", data={"code": digits, "next": "/me"})
    assert entered.headers["location"] == "/sign-in/name?next=%2Fme"
    named = await browser.post("/sign-in/name", data={"name": "Lê  Thị Hoa", "next": "/me"})
    assert named.headers["location"] == "/me"
    shown = await browser.get("/me")
    assert "Lê Thị Hoa" in shown.text
    assert "+84 912 345 678" in shown.text


async def test_the_second_time_nobody_asks_for_a_name(browser: Browser) -> None:
    for onward in ("/sign-in/name?next=%2F", "/"):
        digits = await ask_in(browser)
        entered = await browser.post("/sign-in/code", data={"code": digits, "next": "/"})
        assert entered.headers["location"] == onward
        browser.inside.now += timedelta(minutes=5)


async def test_a_code_works_once(work: Work) -> None:
    code_id = await ask(work)
    digits = (await identity.get_code(work, code_id)).digits
    first = await actions.enter_code(work, code_id, digits, device="")
    second = await actions.enter_code(work, code_id, digits, device="")
    assert isinstance(first, Entered)
    assert isinstance(second, Says)


async def test_two_who_enter_the_same_code_at_once_get_one_session(database: Database) -> None:
    async with database.work(NOBODY) as work:
        code_id = await ask(work)
        digits = (await identity.get_code(work, code_id)).digits

    async def enter() -> bool:
        async with database.work(NOBODY) as work:
            entered = await actions.enter_code(work, code_id, digits, device="")
        return isinstance(entered, Entered)

    assert sum(await asyncio.gather(*(enter() for _ in range(6)))) == 1


async def test_five_wrong_codes_lock_it_even_for_the_right_one(browser: Browser) -> None:
    digits = await ask_in(browser)
    wrong = f"{(int(digits) + 1) % 1_000_000:06}"
    answers = [await browser.post("/sign-in/code", data={"code": wrong}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 5
    assert "Bạn còn thử được 4 lần nữa" in answers[0].text
    right = await browser.post("/sign-in/code", data={"code": digits})
    assert right.status_code == 422
    assert "session" not in browser.cookies


async def test_a_code_expires_after_ten_minutes(browser: Browser) -> None:
    digits = await ask_in(browser)
    browser.inside.now += timedelta(minutes=10)
    late = await browser.post("/sign-in/code", data={"code": digits})
    assert late.status_code == 422
    assert "session" not in browser.cookies


async def test_a_code_with_spaces_in_it_is_still_the_code(work: Work) -> None:
    code_id = await ask(work)
    digits = (await identity.get_code(work, code_id)).digits
    entered = await actions.enter_code(work, code_id, f" {digits[:3]} {digits[3:]}", device="")
    assert isinstance(entered, Entered)


async def test_letters_of_any_script_are_a_wrong_code_and_no_failure(work: Work) -> None:
    entered = await actions.enter_code(work, await ask(work), "１２３４５đ", device="")
    assert isinstance(entered, Says)


async def test_one_address_gets_one_code_in_thirty_seconds_and_five_in_an_hour(
    inside: Inside,
) -> None:
    for n in range(5):
        async with inside.work(NOBODY) as work:
            await ask(work)
        if n < 4:
            inside.now += timedelta(seconds=10)
            async with inside.work(NOBODY) as work:
                with pytest.raises(TooMany) as soon:
                    await ask(work)
            assert soon.value.seconds == 20
            inside.now += timedelta(seconds=21)
    async with inside.work(NOBODY) as work:
        with pytest.raises(TooMany) as full:
            await ask(work)
    assert full.value.seconds == 3600 - 4 * 31
    inside.now = NOON + timedelta(hours=1, seconds=1)
    async with inside.work(NOBODY) as work:
        await ask(work)


async def test_one_origin_asks_for_thirty_codes_in_an_hour(inside: Inside) -> None:
    for n in range(30):
        async with inside.work(NOBODY) as work:
            await ask(work, f"somebody{n}@example.org")
    async with inside.work(NOBODY) as work:
        with pytest.raises(TooMany):
            await ask(work, "one.more@example.org")
        await ask(work, "one.more@example.org", origin="192.0.2.2")


async def test_requests_at_the_same_instant_cannot_slip_past_the_limit(database: Database) -> None:
    async def request() -> bool:
        try:
            async with database.work(NOBODY) as work:
                await ask(work)
        except TooMany:
            return False
        return True

    assert sum(await asyncio.gather(*(request() for _ in range(6)))) == 1


async def test_asking_too_soon_says_how_long_to_wait_and_keeps_what_was_typed(
    browser: Browser,
) -> None:
    await ask_in(browser)
    again = await browser.post("/sign-in", data={"address": PHONE, "next": "/map"})
    assert again.status_code == 429
    assert again.headers["retry-after"] == "30"
    assert "Xin chờ 30 giây nữa" in again.text
    assert PHONE in again.text


async def test_another_code_can_be_sent_without_writing_the_address_again(
    browser: Browser,
) -> None:
    await ask_in(browser)
    before = browser.cookies["code"]
    soon = await browser.post("/sign-in/again", data={"next": "/"})
    assert soon.status_code == 429
    browser.inside.now += timedelta(seconds=40)
    again = await browser.post("/sign-in/again", data={"next": "/"})
    assert again.status_code == 303
    assert browser.cookies["code"] != before


async def test_a_known_address_and_an_unknown_one_get_the_same_answer(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        await identity.add_person(work, identity.NewPerson(name="Tâm", email="tam@example.org"))
    known, statements = await browser.counted(
        "POST", "/sign-in", data={"address": "Tam@Example.org"}
    )
    unknown, others = await browser.counted(
        "POST", "/sign-in", data={"address": "khong.ai@example.org"}
    )
    assert (known.status_code, known.headers["location"]) == (303, unknown.headers["location"])
    assert statements == others


async def test_what_is_neither_number_nor_email_comes_back_with_a_sentence(
    browser: Browser,
) -> None:
    for written in ("", "12", "a@b", "Nguyễn", "0912", "x" * 300):
        answer = await browser.post("/sign-in", data={"address": written})
        assert answer.status_code == 422, written
        assert 'aria-invalid="true"' in answer.text


async def test_numbers_are_kept_as_e164_however_they_are_written(work: Work) -> None:
    for n, written in enumerate(("0912345678", "+84 912 345 678", "0912.345.678", "(091)2345678")):
        code = await identity.get_code(work, await ask(work, written, origin=f"192.0.2.{n}"))
        assert code.address == "+84912345678"
        work.now += timedelta(minutes=5)


async def test_a_real_city_takes_no_number_that_nobody_can_have(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(work, "+84 000 000 001")
    real(monkeypatch)
    with pytest.raises(Invalid):
        await ask(work, "+84 000 000 002")


async def test_a_text_message_ties_the_code_to_this_site(work: Work) -> None:
    code = await identity.get_code(work, await ask(work))
    assert code.text.endswith(f"\n@{urlsplit(settings.current().url).netloc} #{code.digits}")


async def test_neither_the_code_nor_the_address_goes_into_the_event(inside: Inside) -> None:
    async with inside.work(NOBODY) as work:
        code_id = await ask(work)
        digits = (await identity.get_code(work, code_id)).digits
    body = await inside.connection.fetchval(
        "select body::text from kernel.event where kind = 'identity.CodeRequested'"
    )
    assert str(code_id) in body
    assert "912345678" not in body
    kept = await inside.connection.fetchval("select c::text from identity.code as c")
    assert digits not in kept
    assert "192.0.2.1" not in kept


async def test_signing_in_never_leads_to_another_site(browser: Browser) -> None:
    for evil in (
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/\r\nset-cookie:x=y",
    ):
        assert identity.local_path(evil) == "/", evil
        asked = await browser.post("/sign-in", data={"address": PHONE, "next": evil})
        assert asked.headers["location"] == "/sign-in/code?next=%2F"
        for path in ("/language/en", "/theme/dark"):
            answer = await browser.get(path, params={"next": evil})
            assert answer.headers["location"] == "/", (path, evil)
        browser.inside.now += timedelta(minutes=13)
    assert identity.local_path("/reports?q=đèn&page=2#x") == "/reports?q=đèn&page=2#x"


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(browser: Browser) -> None:
    digits = await ask_in(browser)
    entered = await browser.post("/sign-in/code", data={"code": digits})
    (cookie,) = [c for c in entered.headers.get_list("set-cookie") if c.startswith("session=")]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/;" in cookie + ";"


async def test_a_form_from_another_site_signs_nobody_in(browser: Browser) -> None:
    digits = await ask_in(browser)
    foreign = await browser.post(
        "/sign-in/code", data={"code": digits}, headers={"sec-fetch-site": "cross-site"}
    )
    assert foreign.status_code == 403
    assert "session" not in browser.cookies


async def test_signing_in_again_ends_the_session_one_came_with(browser: Browser) -> None:
    await browser.sign_in("resident")
    before = hold_session(browser)
    digits = await ask_in(browser)
    await browser.post("/sign-in/code", data={"code": digits})
    assert browser.cookies["session"] != before
    assert await identity.find_actor(browser.inside, before) is None  # type: ignore[arg-type]
    assert await identity.find_actor(browser.inside, browser.cookies["session"])  # type: ignore[arg-type]


async def test_the_token_is_stored_only_as_its_hash(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        person = await identity.add_person(work, identity.NewPerson(name="Tâm"))
        token = await identity.sign_in_person(work, person.id)
    kept = await inside.connection.fetch("select * from identity.session")
    assert [row["token_hash"] for row in kept] == [hash_token(token)]
    assert token not in str(kept)


async def test_sample_people_come_in_with_one_tap(browser: Browser) -> None:
    person_id = await sample_person(browser)
    shown = await browser.get("/sign-in?next=/mine")
    assert "Trần Minh Tuấn" in shown.text
    tapped = await browser.post("/sign-in/sample", data={"person": person_id, "next": "/mine"})
    assert (tapped.status_code, tapped.headers["location"]) == (303, "/mine")
    assert "Trần Minh Tuấn" in (await browser.get("/me")).text


async def test_outside_sample_mode_nobody_comes_in_with_one_tap(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_id = await sample_person(browser)
    real(monkeypatch)
    assert "Trần Minh Tuấn" not in (await browser.get("/sign-in")).text
    tapped = await browser.post("/sign-in/sample", data={"person": person_id})
    assert tapped.status_code == 404
    assert "session" not in browser.cookies


async def test_nobody_real_comes_in_with_one_tap(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        person = await identity.add_person(work, identity.NewPerson(name="Người thật"))
    tapped = await browser.post("/sign-in/sample", data={"person": str(person.id)})
    assert tapped.status_code == 403
    assert "session" not in browser.cookies


async def test_what_is_over_is_removed(work: Work) -> None:
    code_id = await ask(work)
    work.now += timedelta(days=2)
    await store.remove_expired(work)
    assert await store.find_code(work, code_id) is None


def hold_session(browser: Browser) -> str:
    """Keep the session as this site's cookie, so that an answer can replace or delete it."""
    token = browser.cookies["session"]
    browser.cookies.clear()
    browser.cookies.set("session", token, domain="city.local")
    return token


async def sample_person(browser: Browser) -> str:
    async with browser.inside.work(EVERYBODY) as work:
        new = identity.NewPerson(name="Trần Minh Tuấn", sample=True)
        return str((await identity.add_person(work, new)).id)


def real(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this a city in service, not a sample."""
    monkeypatch.setattr(settings, "_current", replace(settings.current(), sample=False))


async def test_outside_a_sample_city_sample_people_are_signed_out(
    browser: Browser, here: settings.Settings
) -> None:
    await browser.sign_in("admin", sample=True)
    assert (await browser.get("/admin/people")).status_code == 200
    try:
        settings.use(replace(here, sample=False))
        assert (await browser.get("/admin/people")).status_code == 303
    finally:
        settings.use(here)


def test_one_e_mail_address_is_never_two() -> None:
    for written in ('"a@b.example,c"@d.example', '"a;b"@d.example', '"a b"@d.example'):
        assert read_address(written, "VN") is None


async def test_a_name_too_long_is_asked_for_again(browser: Browser) -> None:
    await browser.sign_in("resident")
    for onward in ({}, {"next": "//elsewhere.example"}):
        again = await browser.post("/sign-in/name", data={"name": "a" * 300, **onward})
        assert again.status_code == 422
        assert "elsewhere" not in again.text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Gọi tôi 0912 345 678 nhé.", "Gọi tôi ••• nhé."),
        ("(0234) 3822 222 hoặc +84 91.234.5678", "••• hoặc •••"),
        ("thư về lan.nguyen@example.com, cảm ơn", "thư về •••, cảm ơn"),
        ("CCCD 046199001234.", "CCCD •••."),
        ("Trụ HUE-00123456, 12/11/2026 08:30", "Trụ HUE-00123456, 12/11/2026 08:30"),
        ("16.468500, 107.589000", "16.468500, 107.589000"),
        ("@ góc đường, 3 bóng", "@ góc đường, 3 bóng"),
    ],
)
def test_words_for_the_public_lead_to_nobody(written: str, read: str) -> None:
    assert hide_addresses(written, "VN") == read
