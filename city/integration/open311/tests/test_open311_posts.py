"""What programs send: taken in once and whole, or refused with everything that is wrong."""

import asyncio
import io
from typing import Any

import msgspec
import pytest
from PIL import Image

from city import cases, partners, reports
from city.integration.open311 import actions, keeping, store
from city.integration.open311.model import ADDED_BY_FIXMYSTREET, SENDER_KEPT
from city.integration.open311.reading import Draft, Posted
from city.integration.open311.tests.given_open311 import (
    CREATED,
    DEFINITION,
    ERRORS,
    EXTENDED,
    REQUESTS,
    fits,
    key_for,
    lamp,
    send,
    xml_of,
)
from city.kernel import THE_CITY, Database
from city.partners.tests.given_programs import program_with_key
from tests.harness import EVERYBODY, Browser

POST = "/open311/v2/requests.json"
WHO = {
    "email": "lan@example.org",
    "first_name": "Lan",
    "last_name": "Nguyễn",
    "phone": "0901234567",
    "device_id": "tt222111",
    "account_id": "123456",
}


async def test_a_request_becomes_a_report_with_a_case(browser: Browser) -> None:
    key = await key_for(browser)
    form = lamp(api_key=key, jurisdiction_id="hue", address_string="Trước số 5 Lê Lợi", **WHO)
    said = fits(await browser.post(POST, data=form), CREATED)[0]
    assert said["account_id"] == "123456"
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        report = await reports.find_by_ref(work, said["service_request_id"])
        assert report is not None and report.reporter_id is None
        assert report.description == form["description"] and report.address == "Trước số 5 Lê Lợi"
        assert report.attributes == {"lamps-out": ["2"]}
        assert (await cases.get_case(work, report.case_id)).source is cases.Source.REPORT
        sent = await store.find_sent(work, report.ref)
    assert sent is not None and sent.has_sender and sent.program_name == "Street lights"


async def test_both_forms_and_every_way_to_bring_a_key(browser: Browser) -> None:
    key = await key_for(browser)
    ways: list[dict[str, Any]] = [
        {"data": lamp(api_key=key)},
        {"params": {"api_key": key}, "data": lamp()},
        {"headers": {"authorization": f"Bearer {key}"}, "data": lamp()},
        {"headers": {"x-api-key": key}, "data": lamp()},
        {"data": lamp(api_key=key), "files": {"nothing": ("", b"")}},
    ]
    for way in ways:
        fits(await browser.post(POST, **way), CREATED)
        tree = xml_of(await browser.post(POST.replace("json", "xml"), **way), "service_requests")
        assert [field.tag for field in tree[0]] == [
            "service_request_id",
            "service_notice",
            "account_id",
        ]


async def test_a_missing_or_bad_key_is_403_in_both_forms(browser: Browser) -> None:
    reading, sending = await key_for(browser, "cases:read"), await key_for(browser)
    ways: list[dict[str, Any]] = [
        {"data": lamp()},
        {"data": lamp(api_key="")},
        {"data": lamp(api_key="tt_never_was")},
        {"data": lamp(api_key="\x00ế" * 50)},
        {"data": lamp(api_key=reading)},
        {"headers": {"authorization": "Bearer tt_never_was"}, "data": lamp()},
        {"headers": {"x-api-key": "tt_never_was"}, "data": lamp()},
        {"headers": {"authorization": f"Bearer {reading}"}, "data": lamp()},
        {"headers": {"x-api-key": await key_for(browser)}, "data": lamp(api_key=sending)},
        {"headers": {"x-api-key": sending}, "data": lamp(api_key="tt_never_was")},
    ]
    for way in ways:
        assert fits(await browser.post(POST, **way), ERRORS, 403)[0]["code"] == 403, way
        xml_of(await browser.post(POST.replace("json", "xml"), **way), "errors", 403)


async def test_a_person_who_is_signed_in_is_no_program(browser: Browser) -> None:
    await browser.sign_in("resident")
    fits(await browser.post(POST, data=lamp()), ERRORS, 403)
    await browser.sign_in("admin")
    fits(await browser.post(POST, data=lamp()), ERRORS, 403)


async def test_everything_that_is_wrong_is_said_at_once(browser: Browser) -> None:
    key = await key_for(browser)
    form = {
        "api_key": key,
        "lat": "north",
        "long": "107.5",
        "description": "x" * 4001,
        "email": "nobody",
        "media_url": "ftp://a.example/b",
        "first_name": "x" * 101,
    }
    said = fits(await browser.post(POST, data=form), ERRORS, 400)
    assert {one["description"].partition(":")[0] for one in said} == {
        "service_code",
        "lat",
        "description",
        "email",
        "media_url",
        "first_name",
    }
    tree = xml_of(await browser.post(POST.replace("json", "xml"), data=form), "errors", 400)
    assert len(tree) == len(said)


async def test_what_only_the_city_knows_is_said_with_the_rest(browser: Browser) -> None:
    key = await key_for(browser)
    form = lamp(api_key=key, lat="48.85", long="2.35", email="nobody")
    form |= {"attribute[lamps-out]": "many", "attribute[never-asked]": "1"}
    said = fits(await browser.post(POST, data=form), ERRORS, 400)
    names = {one["description"].partition(": ")[0] for one in said}
    wrong = {"lat", "attribute[lamps-out]", "attribute[never-asked]"}
    assert names == wrong | {"email"}
    del form["email"]
    said = fits(await browser.post(POST, data=form), ERRORS, 400)
    assert {one["description"].partition(": ")[0] for one in said} == wrong
    unknown = lamp(api_key=key, service_code="never-was", **{"attribute[lamps-out]": ""})
    assert fits(await browser.post(POST, data=unknown), ERRORS, 404)[0]["code"] == 404
    fits(await browser.post(POST, data=lamp(api_key=key, jurisdiction_id="paris")), ERRORS, 404)
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        assert (await reports.find_reports(work, reports.Filters()))[0] == []


async def test_the_answers_to_the_questions_of_a_service_come_back(browser: Browser) -> None:
    key = await key_for(browser)
    services = (await browser.get("/open311/v2/services.json")).json()
    tried = set()
    for code in [one["service_code"] for one in services if one["metadata"]]:
        path = f"/open311/v2/services/{code}.json"
        asked = fits(await browser.get(path), DEFINITION)["attributes"]
        given = {one["code"]: _values_for(one) for one in asked if one["variable"]}
        form: dict[str, Any] = lamp(api_key=key, service_code=code, **{"attribute[lamps-out]": ""})
        for name, values in given.items():
            form[f"attribute[{name}][]" if len(values) > 1 else f"attribute[{name}]"] = values
        created = fits(await browser.post(POST, data=form), CREATED)[0]["service_request_id"]
        answer = await browser.get(f"/open311/v2/requests/{created}.json?extensions=true")
        if answer.status_code == 404:
            continue  # Of a private category.
        found = fits(answer, EXTENDED)[0]["extended_attributes"]["attributes"]
        assert {one["code"]: [v["key"] for v in one["values"]] for one in found} == given
        tried |= {one["datatype"] for one in asked}
    assert len(tried) >= 4


def _values_for(asked: dict[str, Any]) -> list[str]:
    keys = [value["key"] for value in asked["values"]]
    usual = {"number": ["3.5"], "datetime": ["2026-11-20T08:00:00+07:00"]}
    if asked["datatype"] == "multivaluelist":
        return keys[:2]
    return keys[:1] or usual.get(asked["datatype"], ["Số 12"])


async def test_what_fixmystreet_adds_is_left_out_unless_it_is_asked(browser: Browser) -> None:
    key = await key_for(browser)
    added = {f"attribute[{name}]": "1" for name in sorted(ADDED_BY_FIXMYSTREET)}
    ref = await send(browser, key, **added)
    answer = await browser.get(f"/open311/v2/requests/{ref}.json?extensions=true")
    found = fits(answer, EXTENDED)[0]["extended_attributes"]["attributes"]
    assert found == [{"code": "lamps-out", "values": [{"key": "2"}]}]
    form = lamp(api_key=key, email="nobody", **added)
    said = fits(await browser.post(POST, data=form), ERRORS, 400)
    assert [one["description"].partition(": ")[0] for one in said] == ["email"]
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        category = (await cases.known_categories(work))["street-light"]
    asking = msgspec.structs.replace(category.attributes[0], code="title")
    draft = Draft(Posted())
    draft.given["attributes"] = {"title": ["x"], "group": ["y"], "never-asked": ["z"]}
    draft.leave_out_unasked(msgspec.structs.replace(category, attributes=[asking]))
    assert draft.given["attributes"] == {"title": ["x"], "never-asked": ["z"]}


async def test_the_place_may_be_an_address_or_a_ward(browser: Browser) -> None:
    key = await key_for(browser)
    ward = (await browser.get("/api/v1/wards")).json()["wards"][0]
    nowhere = {"lat": "", "long": ""}
    by_code = await send(
        browser, key, **nowhere, address_id=ward["code"], address_string="5 Lê Lợi"
    )
    only_code = await send(browser, key, **nowhere, address_id=ward["code"])
    named = await send(browser, key, **nowhere, address_string="5 Lê Lợi, phường Thuận Hóa")
    former = await send(browser, key, **nowhere, address_string="5 Lê Lợi, phường Vĩnh Ninh")
    for ref in (by_code, only_code, named, former):
        found = fits(await browser.get(f"/open311/v2/requests/{ref}.json"), REQUESTS)[0]
        assert found["address_id"] and found["lat"] is not None
    for changed, argument, status in (
        ({**nowhere}, "lat", 400),
        ({**nowhere, "address_string": "Somewhere over the rainbow"}, "address_string", 409),
        ({**nowhere, "address_id": "never"}, "address_id", 409),
        ({"lat": "48.85", "long": "2.35"}, "lat", 409),
        ({"lat": ""}, "lat", 400),
        ({"long": ""}, "long", 400),
        ({"long": "", "address_id": ward["code"]}, "long", 409),
        ({"lat": "nan"}, "lat", 400),
        ({"lat": "1e300"}, "lat", 400),
    ):
        answer = await browser.post(POST, data=lamp(api_key=key, **changed))
        assert argument in fits(answer, ERRORS, status)[0]["description"], changed
    as_words = await browser.post(POST, data=lamp(api_key=key, media="a picture"))
    assert fits(as_words, ERRORS, 400)[0]["description"].startswith("media:")


async def test_the_standard_asks_for_no_description(browser: Browser) -> None:
    key = await key_for(browser)
    bare = await send(browser, key, description="")
    short = await send(browser, key, description="I know")
    for ref, words in ((bare, "Đèn đường"), (short, "I know")):
        found = fits(await browser.get(f"/open311/v2/requests/{ref}.json"), REQUESTS)[0]
        assert words in found["description"]


async def test_the_same_key_of_the_same_program_is_the_same_request(browser: Browser) -> None:
    key, other = await key_for(browser), await key_for(browser)
    once = {"headers": {"idempotency-key": "lamp-0001"}}
    first = fits(await browser.post(POST, data=lamp(api_key=key), **once), CREATED)
    assert fits(await browser.post(POST, data=lamp(api_key=key), **once), CREATED) == first
    as_field = await browser.post(POST, data=lamp(api_key=key, client_key="lamp-0001"))
    assert fits(as_field, CREATED) == first
    assert fits(await browser.post(POST, data=lamp(api_key=other), **once), CREATED) != first
    short = await browser.post(POST, data=lamp(api_key=key, client_key="short"))
    assert "client_key" in fits(short, ERRORS, 400)[0]["description"]


async def test_the_same_request_many_times_at_once_is_one_report(database: Database) -> None:
    async with database.work(EVERYBODY) as work:
        _, key = await program_with_key(work, "reports:submit")
    actor = await partners.find_by_key(database, key)
    assert actor is not None
    drafts = []
    for _ in range(6):
        posted = Posted()
        for name, value in lamp(description="Đèn tắt").items():
            posted.add(name, value)
        drafts.append(Draft(posted))
    refs = await asyncio.gather(
        *(actions.send_request(database, actor, draft, "one-and-only") for draft in drafts)
    )
    assert len(set(refs)) == 1
    async with database.work(EVERYBODY, reading=True) as work:
        assert len((await reports.find_reports(work, reports.Filters()))[0]) == 1


async def test_sending_takes_five_statements(browser: Browser) -> None:
    key = await key_for(browser)
    await send(browser, key)
    answer, statements = await browser.counted("POST", POST, data=lamp(api_key=key, **WHO))
    assert answer.status_code == 200 and statements <= 5


async def test_pictures_come_with_the_form_and_are_made_safe(browser: Browser) -> None:
    key = await key_for(browser)
    names = ("media", "media[]", "photo1")
    files = [(name, (f"{n}.jpg", picture(f"#0{n}0"))) for n, name in enumerate(names)]
    answer = await browser.post(POST, data=lamp(api_key=key), files=files)
    ref = fits(answer, CREATED)[0]["service_request_id"]
    found = fits(await browser.get(f"/open311/v2/requests/{ref}.json?extensions=1"), EXTENDED)[0]
    assert len(found["extended_attributes"]["photos"]) == 3
    shown = await browser.get(found["media_url"].removeprefix("http://city"))
    assert shown.status_code == 200 and shown.headers["content-type"] == "image/jpeg"
    bad = {"files": {"media": ("a.jpg", b"no picture at all")}}
    said = await browser.post(POST, data=lamp(api_key=key), **bad)
    assert fits(said, ERRORS, 409)[0]["description"].startswith("media: ")
    many = [("media", (f"{n}.jpg", picture())) for n in range(7)]
    said = await browser.post(POST, data=lamp(api_key=key), files=many)
    assert fits(said, ERRORS, 400)[0]["description"].startswith("media: ")


def picture(colour: str = "blue") -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(drawn, "JPEG")
    return drawn.getvalue()


async def test_who_sent_it_is_seen_by_the_desk_with_a_reason_that_is_kept(browser: Browser) -> None:
    ref = await send(browser, await key_for(browser), **WHO)
    public = [f"/open311/v2/requests/{ref}.json?extensions=true", f"/reports/{ref}"]
    for address in (*public, f"/api/v1/reports/{ref}"):
        assert "lan@example.org" not in (await browser.get(address)).text
    await browser.sign_in("unit", unit="hepco")
    assert "lan@example.org" not in (await browser.get(f"/desk/open311/{ref}")).text
    refused = await browser.post(f"/desk/open311/{ref}", data={"purpose": "I want to know"})
    assert refused.status_code == 403
    await browser.sign_in("desk", name="Hoàng Thanh Thủy")
    part = {"hx-request": "true"}
    shown = await browser.get(f"/desk/open311/{ref}", headers=part)
    assert "Street lights" in shown.text and "lan@example.org" not in shown.text
    assert (await browser.post(f"/desk/open311/{ref}", data={"purpose": ""})).status_code == 422
    seen = await browser.post(f"/desk/open311/{ref}", data={"purpose": "To ask which lamp"})
    assert "lan@example.org" in seen.text and "Nguyễn" in seen.text
    async with browser.inside.work(EVERYBODY) as work:
        looks = await store.list_looks(work, ref)
        assert [(one.actor_name, one.purpose) for one in looks] == [
            ("Hoàng Thanh Thủy", "To ask which lamp")
        ]


async def test_who_sent_it_is_forgotten_after_a_year(browser: Browser) -> None:
    ref = await send(browser, await key_for(browser), **WHO)
    looker = await browser.sign_in("desk")
    await browser.post(f"/desk/open311/{ref}", data={"purpose": "To ask which lamp"})
    async with browser.inside.work(THE_CITY, now=browser.inside.now + SENDER_KEPT / 2) as work:
        await keeping.forget_senders(work)
        assert (await store.find_sent(work, ref)).has_sender  # type: ignore[union-attr]
    async with browser.inside.work(THE_CITY, now=browser.inside.now + SENDER_KEPT * 2) as work:
        await keeping.forget_senders(work)
        assert not (await store.find_sent(work, ref)).has_sender  # type: ignore[union-attr]
        kept = await keeping.list_kept(work, looker.person_id)
        assert kept[0].rows[0]["purpose"] == "To ask which lamp"
        await keeping.forget_person(work, looker.person_id)
        assert await keeping.list_kept(work, looker.person_id) == []


@pytest.mark.parametrize("ending", ["json", "xml"])
async def test_refusals_have_the_form_asked_for(browser: Browser, ending: str) -> None:
    def check(answer: Any, status: int) -> None:
        if ending == "xml":
            xml_of(answer, "errors", status)
        else:
            fits(answer, ERRORS, status)

    key = await key_for(browser)
    base = "/open311/v2"
    check(await browser.get(f"{base}/never.{ending}"), 404)
    check(await browser.get(f"{base}/services/never.{ending}"), 404)
    check(await browser.get(f"{base}/tokens/never.{ending}"), 404)
    wrong_way = await browser.put(f"{base}/requests.{ending}")
    check(wrong_way, 405)
    assert {"GET", "HEAD", "POST"} <= set(wrong_way.headers["allow"].split(", "))
    check(await browser.delete(f"{base}/services.{ending}"), 405)
    address = f"{base}/requests.{ending}"
    check(await browser.post(address, json={"api_key": key}), 415)
    bomb = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    check(await browser.post(address, content=bomb, headers={"content-type": "text/xml"}), 415)
    check(await browser.post(address, data=lamp(api_key=key, description="x" * 300_000)), 413)
    check(await browser.post(address, content=b"a" * 90_000_000), 413)
    plain = {"content-type": "application/x-www-form-urlencoded"}
    latin = "description=é".encode("latin-1")
    check(await browser.post(address, content=latin, headers=plain), 400)
    check(await browser.post(address, content=b"description=%E9", headers=plain), 400)
    check(await browser.post(address, content=b"&a=1" * 2000, headers=plain), 400)
    broken = {"content-type": "multipart/form-data; boundary=x"}
    check(await browser.post(address, content=b"--x\r\nbroken", headers=broken), 400)
    check(await browser.get(f"{address}?q=%E9"), 400)


async def test_a_failure_of_ours_has_the_form_too(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*given: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(reports, "list_requests", fail)
    fits(await browser.get("/open311/v2/requests.json"), ERRORS, 500)
    xml_of(await browser.get("/open311/v2/requests.xml"), "errors", 500)


async def test_too_many_requests_are_429_in_the_form_asked_for(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        _, key = await program_with_key(work, "reports:submit", a_minute=1)
    address = "/open311/v2/services.xml"
    answers = [await browser.get(address, headers={"x-api-key": key}) for _ in range(4)]
    late = answers[-1]
    xml_of(late, "errors", 429)
    assert int(late.headers["retry-after"]) > 0
