"""Which requests are listed: the standard's arguments, ours, and never a private one."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from city import cases, reports
from city.integration.open311.formats import w3c
from city.integration.open311.listing import read_moment
from city.integration.open311.tests.given_open311 import (
    ERRORS,
    REQUESTS,
    close,
    fits,
    key_for,
    send,
    xml_of,
)
from city.kernel import THE_CITY
from tests.harness import EVERYBODY, NOON, Browser

LIST = "/open311/v2/requests.json"
MANY_DAYS = [0, 20, 40, 100, 170, 200]


async def ids(browser: Browser, query: str = "") -> list[str]:
    found = fits(await browser.get(f"{LIST}?{query}"), REQUESTS)
    return [one["service_request_id"] for one in found]


async def some_of_other_days(browser: Browser, days: Sequence[int] = MANY_DAYS) -> list[str]:
    """Send a request on each of the days that lie so far back; return their ids."""
    key = await key_for(browser)
    sent = []
    for back in days:
        browser.inside.now = NOON - timedelta(days=back)
        sent.append(await send(browser, key))
    browser.inside.now = NOON + timedelta(minutes=1)
    return sent


async def test_the_last_90_days_newest_first_without_dates(browser: Browser) -> None:
    sent = await some_of_other_days(browser)
    assert await ids(browser) == sent[:3]


async def test_dates_narrow_the_list_and_what_is_shown_fits_them(browser: Browser) -> None:
    sent = await some_of_other_days(browser)
    day = NOON - timedelta(days=100)
    assert await ids(browser, f"start_date={w3c(day)}&end_date={w3c(day)}") == [sent[3]]
    assert await ids(browser, f"end_date={w3c(day)}") == sent[3:5]
    assert await ids(browser, f"start_date={w3c(NOON)}") == sent[:1]
    assert await ids(browser, "start_date=2026-11-23&end_date=2026-11-23") == sent[:1]


async def test_more_than_90_days_go_on_where_the_link_leads(browser: Browser) -> None:
    sent = await some_of_other_days(browser)
    for query, expected in (
        (f"start_date={w3c(NOON - timedelta(days=300))}", sent),
        (f"start_date={w3c(NOON - timedelta(days=300))}&page_size=2", sent),
        (f"start_date={w3c(NOON - timedelta(days=300))}&page_size=2&page=1", sent),
        (f"start_date={w3c(NOON - timedelta(days=300))}&sort=requested_datetime", sent[::-1]),
    ):
        assert await follow(browser, query) == expected, query


async def follow(browser: Browser, query: str) -> list[str]:
    """Return the ids of all pages, as a mirror would follow them."""
    found: list[str] = []
    address: str | None = f"{LIST}?{query}"
    for _ in range(30):
        answer = await browser.get(address or "")
        found += [one["service_request_id"] for one in fits(answer, REQUESTS)]
        link = answer.headers.get("link", "")
        if not link:
            return list(dict.fromkeys(found))
        assert link.endswith('>; rel="next"')
        address = link.partition(">")[0].removeprefix("<http://city")
    raise AssertionError("the pages have no end")


async def test_codes_states_and_ids_are_lists(browser: Browser) -> None:
    key = await key_for(browser)
    lamp = await send(browser, key)
    hole = await send(browser, key, service_code="pothole", **{"attribute[lamps-out]": ""})
    await close(browser, lamp)
    assert await ids(browser, "service_code=street-light") == [lamp]
    assert set(await ids(browser, "service_code=street-light,pothole")) == {lamp, hole}
    assert set(await ids(browser, "service_code=street-light&service_code=pothole")) == {lamp, hole}
    assert await ids(browser, "service_code=never-was") == []
    assert await ids(browser, "status=open") == [hole]
    assert await ids(browser, "status=closed&service_code=street-light") == [lamp]
    assert set(await ids(browser, "status=open,closed")) == {lamp, hole}
    assert set(await ids(browser, f"service_request_id={lamp},{hole}&status=open")) == {lamp, hole}
    assert await ids(browser, f"service_request_id={lamp.replace('-', '').lower()}") == [lamp]
    assert await ids(browser, "service_request_id=0000-0000") == []
    assert set(await ids(browser, "status=&service_code=&start_date=&bbox=&q=")) == {lamp, hole}


async def test_a_place_and_words_narrow_the_list(browser: Browser) -> None:
    key = await key_for(browser)
    bridge = await send(browser, key, description="Cây phượng gãy cành")
    far = await send(browser, key, lat="16.40", long="107.62", description="Ổ gà sâu")
    assert await ids(browser, "bbox=107.58,16.46,107.60,16.47") == [bridge]
    assert await ids(browser, "lat=16.4685&long=107.589&radius=300") == [bridge]
    assert await ids(browser, "lat=16.4&long=107.62&radius=20000") == [far, bridge]
    assert await ids(browser, "q=phuong+gay") == [bridge]
    assert await ids(browser, "q=phuong+gay&sort=requested_datetime") == [bridge]
    assert await ids(browser, "q=%21%21") == []
    assert await ids(browser, "q=phuong+gay&bbox=107.61,16.3,107.7,16.45") == []


async def test_changes_show_what_left_the_public_list_too(browser: Browser) -> None:
    key = await key_for(browser)
    first, second, third = [await send(browser, key) for _ in range(3)]
    start = w3c(browser.inside.now)
    browser.inside.now += timedelta(hours=1)
    async with browser.inside.work(EVERYBODY) as work:
        case, into = [await cases.get_case_by_ref(work, ref) for ref in (first, second)]
        await cases.merge_case(work, case.id, into.id)
        other = await cases.get_case_by_ref(work, third)
        await cases.reject_case(work, other.id, "unclear")
    async with browser.inside.work(THE_CITY) as work:
        for id in (case.id, other.id):
            await reports.follow_case(work, id)
    assert await ids(browser) == [second]
    later = w3c(browser.inside.now)
    found = fits(await browser.get(f"{LIST}?updated_after={later}&lang=en"), REQUESTS)
    notes = {one["service_request_id"]: one["status_notes"] for one in found}
    assert notes[first] == f"Joined with report {second}, which is about the same thing."
    assert notes[third].startswith("It is not clear what or where it is")
    assert second not in notes and all(one["status"] == "closed" for one in found)
    every = await follow(browser, f"sort=updated_datetime&updated_after={start}&page_size=1")
    assert set(every) == {first, second, third}
    assert await ids(browser, f"updated_before={w3c(NOON - timedelta(days=1))}") == []
    sent = f"updated_after={start}&start_date={start}"
    assert set(await ids(browser, sent)) == {first, second, third}
    assert await ids(browser, f"{sent}&end_date={w3c(NOON - timedelta(days=1))}") == []
    assert await ids(browser, f"updated_after={start}&start_date={later}") == []
    single = fits(await browser.get(f"/open311/v2/requests/{first}.json"), REQUESTS)[0]
    assert single["status"] == "closed"


async def test_a_private_report_is_nowhere(browser: Browser) -> None:
    key = await key_for(browser)
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        known = await cases.known_categories(work)
    private = next(c.code for c in known.values() if c.private and c.is_reported)
    secret = await send(browser, key, service_code=private, **{"attribute[lamps-out]": ""})
    shown = await send(browser, key)
    async with browser.inside.work(EVERYBODY) as work:
        hidden, into = [await cases.get_case_by_ref(work, ref) for ref in (shown, secret)]
        await cases.merge_case(work, hidden.id, into.id)
    async with browser.inside.work(THE_CITY) as work:
        await reports.follow_case(work, hidden.id)
    everyone = ("", "sort=updated_datetime", "sort=-updated_datetime", "sort=requested_datetime")
    for headers in ({}, {"authorization": f"Bearer {key}"}):
        for query in (
            *everyone,
            f"service_request_id={secret}",
            "q=den",
            f"service_code={private}",
        ):
            answer = await browser.get(f"{LIST}?{query}", headers=headers)
            assert secret not in answer.text, query
        for name in (f"requests/{secret}", f"tokens/{secret}"):
            fits(await browser.get(f"/open311/v2/{name}.json", headers=headers), ERRORS, 404)
            xml_of(await browser.get(f"/open311/v2/{name}.xml", headers=headers), "errors", 404)
    one = fits(await browser.get(f"/open311/v2/requests/{shown}.json?lang=en"), REQUESTS)[0]
    assert one["status_notes"] == "Joined with another report about the same thing."


async def test_every_wrong_argument_is_named_at_once(browser: Browser) -> None:
    wrong = {
        "start_date": "yesterday",
        "end_date": "2026-13-40",
        "status": "lost",
        "bbox": "1,2,3",
        "lat": "x",
        "page": "-1",
        "page_size": "5000",
        "sort": "colour",
        "cursor": "zzz",
    }
    answer = await browser.get(LIST, params=wrong)
    said = {one["description"].partition(":")[0] for one in fits(answer, ERRORS, 400)}
    assert said == set(wrong)
    tree = xml_of(await browser.get(LIST.replace("json", "xml"), params=wrong), "errors", 400)
    assert len(tree) == len(wrong)
    both = await browser.get(f"{LIST}?updated_after=2026-01-01&sort=requested_datetime")
    fits(both, ERRORS, 400)
    fits(await browser.get(f"{LIST}?start_date=2026-02-01&end_date=2026-01-01"), ERRORS, 400)


async def test_a_jurisdiction_may_be_left_out_but_must_be_ours(browser: Browser) -> None:
    for path in ("services", "services/street-light", "requests"):
        for known in ("hue", "HUE", "city", ""):
            answer = await browser.get(f"/open311/v2/{path}.json?jurisdiction_id={known}")
            assert answer.status_code == 200
        other = await browser.get(f"/open311/v2/{path}.json?jurisdiction_id=paris")
        assert "jurisdiction_id" in fits(other, ERRORS, 404)[0]["description"]
        xml_of(await browser.get(f"/open311/v2/{path}.xml?jurisdiction_id=paris"), "errors", 404)


async def test_a_list_takes_one_statement(browser: Browser) -> None:
    await some_of_other_days(browser, [0, 1])
    for query in ("", "status=open&page_size=1", "q=den", "sort=updated_datetime", "bbox=1,2,3,4"):
        answer, statements = await browser.counted("GET", f"{LIST}?{query}")
        assert answer.status_code == 200 and statements == 1, query


def test_dates_are_read_as_the_w3c_writes_them() -> None:
    def moment(text: str) -> Any:
        found = read_moment(text)
        return found and w3c(found)

    assert moment("2026-01-31T08:00:00Z") == "2026-01-31T08:00:00Z"
    assert moment("2026-01-31T08:00:00+07:00") == "2026-01-31T01:00:00Z"
    assert moment("2026-01-31T08:00:00 07:00") == "2026-01-31T01:00:00Z"
    assert moment("2026-01-31T08:00-0330") == "2026-01-31T11:30:00Z"
    assert moment("2026-01-31") == "2026-01-30T17:00:00Z"
    assert moment("2026-01-31T08:00:00.123456789Z") == "2026-01-31T08:00:00Z"
    assert moment("2016-12-31T23:59:60Z") == "2016-12-31T23:59:59Z"
    assert moment("0000-01-01") == moment("0001-01-01T00:00:00+07:00") == "1900-01-01T00:00:00Z"
    assert moment("9999-12-31T23:00:00-05:00") == "8999-12-31T23:59:59Z"
    for wrong in ("31.1.2026", "2026-02-30", "0001-13-01", "2026-01-31T25:00Z", "x"):
        assert moment(wrong) is None
