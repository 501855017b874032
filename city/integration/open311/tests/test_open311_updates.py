"""FixMyStreet's extension: what the city did is read, what others did comes in, each once."""

from typing import Any

import jsonschema
import pytest

from city import cases, identity
from city.integration.open311.tests.given_open311 import (
    DONE,
    ERRORS,
    MAYBE,
    MOMENT,
    TEXT,
    close,
    fits,
    key_for,
    send,
    xml_of,
)
from tests.harness import EVERYBODY, Browser

PATH = "/open311/v2/servicerequestupdates"
UPDATES = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "update_id": TEXT,
            "service_request_id": TEXT,
            "status": {
                "enum": [
                    "open",
                    "investigating",
                    "action_scheduled",
                    "in_progress",
                    "fixed",
                    "duplicate",
                    "no_further_action",
                    "not_councils_responsibility",
                    "closed",
                ]
            },
            "updated_datetime": MOMENT,
            "description": MAYBE,
            "media_url": MAYBE,
        },
        "required": [
            "update_id",
            "service_request_id",
            "status",
            "updated_datetime",
            "description",
            "media_url",
        ],
        "additionalProperties": False,
    },
}
GOLDEN_XML = """<?xml version="1.0" encoding="utf-8"?>
<service_request_updates><request_update><update_id>{ref}.6</update_id>\
<service_request_id>{ref}</service_request_id><status>fixed</status>\
<updated_datetime>2026-11-23T05:00:00Z</updated_datetime><description>{done}</description>\
<media_url></media_url></request_update></service_request_updates>"""
GOLDEN_POSTED = """<?xml version="1.0" encoding="utf-8"?>
<service_request_updates><request_update><update_id>{ref}.{seq}</update_id></request_update>\
</service_request_updates>"""
THEIRS = {"update_id": "fms-1", "updated_datetime": "2026-11-23T04:00:00Z"}


async def routed(browser: Browser, ref: str) -> cases.Case:
    async with browser.inside.work(EVERYBODY) as work:
        case = await cases.get_case_by_ref(work, ref)
        unit = (await identity.list_units(work))[0]
        await cases.accept_case(work, case.id)
        if (await cases.get_case(work, case.id)).unit_id is None:
            await cases.route_case(work, case.id, unit.id)
        return await cases.get_case(work, case.id)


async def case_of(browser: Browser, ref: str) -> tuple[cases.Case, list[cases.Entry]]:
    async with browser.inside.work(EVERYBODY) as work:
        case = await cases.get_case_by_ref(work, ref)
        return case, await cases.list_history(work, case.id)


async def test_changes_are_listed_in_order_in_json_and_xml(browser: Browser) -> None:
    ref = await send(browser, await key_for(browser))
    await close(browser, ref)
    browser.inside.statements.clear()
    answer = await browser.get(f"{PATH}.json?service_request_id={ref}")
    found = fits(answer, UPDATES)
    assert sum("cases.entry" in one for one in browser.inside.statements) == 1
    expected = ["investigating", "action_scheduled", "in_progress", "in_progress", "fixed"]
    assert [one["status"] for one in found] == expected
    assert found[-1]["description"] == DONE.strip()
    assert all(one["description"] is None for one in found[:-1])
    plain = fits(
        await browser.get(f"{PATH}.json?extensions=false&service_request_id={ref}"), UPDATES
    )
    assert [one["status"] for one in plain] == ["open"] * 4 + ["closed"]
    xml = await browser.get(f"{PATH}.xml?service_request_id={ref}")
    root = xml_of(xml, "service_request_updates")
    assert [one.findtext("status") for one in root] == expected
    whole = GOLDEN_XML.format(ref=ref, done=DONE.strip())
    assert xml.text.partition("<request_update>")[0] == whole.partition("<request_update>")[0]
    assert xml.text.rpartition("<request_update>")[2] == whole.rpartition("<request_update>")[2]


async def test_dates_bound_what_is_listed_and_pages_follow(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = await send(browser, await key_for(browser))
    await close(browser, ref)
    none = await browser.get(f"{PATH}.json?end_date=2020-01-01T00:00:00Z")
    assert fits(none, UPDATES) == []
    since = "start_date=2026-11-23T05:00:00Z&end_date=2026-11-23T05:00:00Z"
    everything = fits(await browser.get(f"{PATH}.json?{since}&service_request_id={ref}"), UPDATES)
    assert len(everything) == 5
    monkeypatch.setattr("city.integration.open311.updates.api.MOST_UPDATES", 2)
    got, url = [], f"{PATH}.json?{since}&service_request_id={ref}"
    while url:
        answer = await browser.get(url)
        got += fits(answer, UPDATES)
        link = answer.headers.get("link", "")
        url = link[1:].partition(">")[0] if link else ""
    assert got == everything
    for bad in ("start_date=yesterday", "cursor=nonsense"):
        fits(await browser.get(f"{PATH}.json?{bad}"), ERRORS, 400)
    fits(await browser.get(f"{PATH}.json?jurisdiction_id=paris"), ERRORS, 404)


async def test_private_cases_are_in_no_list_of_updates(browser: Browser) -> None:
    ref = await send(browser, await key_for(browser))
    case = await routed(browser, ref)
    await browser.inside.execute("update cases.case set private = true where id = $1", case.id)
    assert ref not in (await browser.get(f"{PATH}.json")).text


async def test_an_update_from_another_system_is_noted_once(browser: Browser) -> None:
    ref = await send(browser, await key_for(browser))
    case = await routed(browser, ref)
    key = await key_for(browser, "requests:update")
    form = {**THEIRS, "api_key": key, "service_request_id": ref, "status": "INVESTIGATING"}
    form |= {"description": "Đã cử người đi xem", "email": "a@example.org", "first_name": "An"}
    first = await browser.post(f"{PATH}.xml", data=form)
    assert first.status_code == 200, first.text
    after, entries = await case_of(browser, ref)
    assert first.text == GOLDEN_POSTED.format(ref=ref, seq=after.head_seq)
    again = await browser.post(f"{PATH}.json", data=form)
    assert again.json() == [{"update_id": f"{ref}.{after.head_seq}"}]
    assert len((await case_of(browser, ref))[1]) == len(entries)
    last = entries[-1]
    assert (last.verb, last.actor_name) == ("note", "Street lights")
    assert last.note.endswith("Đã cử người đi xem") and "example.org" not in str(last)
    assert after.status is case.status
    assert "Đã cử người" not in (await browser.get(f"/reports/{ref}")).text


async def test_an_update_may_name_several_pictures(browser: Browser) -> None:
    ref = await send(browser, await key_for(browser))
    key = await key_for(browser, "requests:update")
    urls = ["https://fms.example/1.jpg", "https://fms.example/2.jpg"]
    form: dict[str, Any] = {**THEIRS, "api_key": key, "service_request_id": ref}
    await browser.post(f"{PATH}.json", data=form | {"media_url": [*urls, urls[0]]})
    _, entries = await case_of(browser, ref)
    assert entries[-1].note.endswith(" ".join(urls)) and entries[-1].note.count(urls[0]) == 1


async def test_closed_is_the_units_answer_and_waits_for_the_desk(browser: Browser) -> None:
    ref = await send(browser, await key_for(browser))
    await routed(browser, ref)
    key = await key_for(browser, "requests:update")
    form = {**THEIRS, "api_key": key, "service_request_id": ref, "status": "closed"}
    await browser.post(f"{PATH}.json", data=form | {"description": DONE})
    case, entries = await case_of(browser, ref)
    assert (case.status, entries[-1].verb) == (cases.Status.ANSWERED, "answer")
    reopened = form | {"update_id": "fms-2", "status": "open"}
    await browser.post(f"{PATH}.json", data=reopened)
    case, entries = await case_of(browser, ref)
    assert (case.status, entries[-1].verb) == (cases.Status.ANSWERED, "note")


async def test_not_theirs_goes_back_to_the_desk(browser: Browser) -> None:
    ref = await send(browser, await key_for(browser))
    await routed(browser, ref)
    key = await key_for(browser, "requests:update")
    form = {**THEIRS, "api_key": key, "service_request_id": ref}
    form |= {"status": "NOT_COUNCILS_RESPONSIBILITY", "description": "Cột này của công ty điện lực"}
    await browser.post(f"{PATH}.json", data=form)
    case, entries = await case_of(browser, ref)
    assert (case.status, entries[-1].verb) == (cases.Status.ACCEPTED, "hand_back")


async def test_what_is_wrong_with_an_update_is_said_at_once(browser: Browser) -> None:
    key = await key_for(browser, "requests:update")
    bad = {"api_key": key, "status": "melted", "updated_datetime": "soon", "media_url": "ftp://x"}
    answer = await browser.post(f"{PATH}.json", data=bad)
    said = " ".join(one["description"] for one in fits(answer, ERRORS, 400))
    for name in ("service_request_id", "update_id", "status", "updated_datetime", "media_url"):
        assert f"{name}:" in said
    ref = await send(browser, await key_for(browser))
    form = {**THEIRS, "service_request_id": ref, "status": "open"}
    fits(await browser.post(f"{PATH}.json", data=form), ERRORS, 403)
    other = await key_for(browser, "reports:submit")
    fits(await browser.post(f"{PATH}.json", data=form | {"api_key": other}), ERRORS, 403)
    unknown = form | {"api_key": key, "service_request_id": "7777-7777"}
    fits(await browser.post(f"{PATH}.json", data=unknown), ERRORS, 404)
    jsonschema.Draft202012Validator.check_schema(UPDATES)
