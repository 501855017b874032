"""Feeds: valid, with whole addresses, and nothing in them that is not public."""

import html
from collections.abc import AsyncIterator, Awaitable, Callable

import feedparser
import pytest
from icalendar import Calendar
from lxml import etree

from city import cases, identity, reports
from tests.harness import EVERYBODY, Browser

ATOM = "{http://www.w3.org/2005/Atom}"
PATHS = ["/feeds/reports.atom", "/feeds/reports.rss", "/feeds/answers.atom", "/feeds/answers.rss"]


Send = Callable[..., Awaitable[reports.Report]]
WORDS = "Đèn <tắt> & tối\x0b từ ba hôm nay."


@pytest.fixture
async def told(browser: Browser, send: Send) -> AsyncIterator[reports.Report]:
    """A report that everybody may read; another one is private."""
    await send(browser.inside, private=True, description="Điều riêng tư không ai được biết.")
    yield await send(browser.inside, description=WORDS)


async def test_new_reports_are_told_in_both_forms(browser: Browser, told: reports.Report) -> None:
    for path in PATHS[:2]:
        seen = await browser.get(path)
        assert seen.status_code == 200 and "riêng tư" not in seen.text
        feed = feedparser.parse(seen.content)
        assert not feed.bozo, feed.get("bozo_exception")
        (entry,) = feed.entries
        assert entry.link == f"http://city/reports/{told.ref}"
        assert entry.id == entry.link
        assert "<tắt> & tối" in html.unescape(entry.summary)
        assert entry.where["coordinates"] == (107.5909, 16.4637)


async def test_a_feed_can_be_of_a_ward_or_a_category(
    browser: Browser, told: reports.Report
) -> None:
    for query, count in [
        (f"ward={told.ward}", 1),
        ("category=street-light", 1),
        ("category=pothole", 0),
        (f"ward={told.ward}&category=pothole", 0),
    ]:
        feed = feedparser.parse((await browser.get(f"/feeds/reports.atom?{query}")).content)
        assert len(feed.entries) == count, query
        assert feed.feed.links[0].href.startswith("http://city/feeds/reports.atom?")
    assert (await browser.get("/feeds/reports.atom?ward=nowhere")).status_code == 404
    assert (await browser.get("/feeds/answers.rss?category=nothing")).status_code == 404


async def test_atom_has_what_the_standard_demands(browser: Browser, told: reports.Report) -> None:
    """RFC 4287 §4.1.1 and §4.1.2."""
    root = etree.fromstring((await browser.get("/feeds/reports.atom?lang=en")).content)
    assert root.tag == f"{ATOM}feed"
    for parent in [root, *root.findall(f"{ATOM}entry")]:
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"{ATOM}{name}")) == 1
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    rels = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert rels["self"] == root.findtext(f"{ATOM}id") == "http://city/feeds/reports.atom"


async def test_answers_are_told_once_they_are_published(
    browser: Browser, told: reports.Report
) -> None:
    assert not feedparser.parse((await browser.get("/feeds/answers.atom")).content).entries
    async with browser.inside.work(EVERYBODY) as work:
        unit = await identity.find_unit(work, "hepco")
        assert unit is not None
        await cases.accept_case(work, told.case_id)
        await cases.route_case(work, told.case_id, unit.id)
        await cases.take_case(work, told.case_id)
        await cases.answer_case(work, told.case_id, "Đã thay bóng đèn mới. " * 8)
    assert not feedparser.parse((await browser.get("/feeds/answers.atom")).content).entries
    async with browser.inside.work(EVERYBODY) as work:
        await cases.publish_answer(work, told.case_id)
    for path in PATHS[2:]:
        (entry,) = feedparser.parse((await browser.get(path)).content).entries
        assert entry.link == f"http://city/reports/{told.ref}"
        assert "bóng đèn mới" in entry.summary
    nowhere = await browser.get("/feeds/answers.atom?category=pothole")
    assert not feedparser.parse(nowhere.content).entries


async def test_a_feed_that_is_known_is_not_sent_again(
    browser: Browser, told: reports.Report, send: Send
) -> None:
    for path in [*PATHS, "/feeds/calendar.ics"]:
        first = await browser.get(path)
        known = {"if-none-match": first.headers["etag"]}
        assert (await browser.get(path, headers=known)).status_code == 304, path
    first = await browser.get("/feeds/reports.atom")
    await send(browser.inside)
    again = await browser.get(
        "/feeds/reports.atom", headers={"if-none-match": first.headers["etag"]}
    )
    assert again.status_code == 200


async def test_feeds_take_few_statements(browser: Browser, told: reports.Report) -> None:
    for path in PATHS:
        await browser.get(path)
        _, statements = await browser.counted("GET", path)
        assert statements <= 2, path


async def test_the_calendar_has_the_days_off(browser: Browser) -> None:
    seen = await browser.get("/feeds/calendar.ics?lang=en")
    assert seen.headers["content-type"] == "text/calendar; charset=utf-8"
    file = Calendar.from_ical(seen.content)
    days = {event.decoded("dtstart").isoformat(): event for event in file.walk("VEVENT")}
    assert "Day off" in days["2026-09-02"]["summary"]
    assert all(event["uid"] and event["dtstamp"] for event in days.values())
    assert len({event["uid"] for event in days.values()}) == len(days)


async def test_the_list_of_reports_links_to_its_feeds(
    browser: Browser, told: reports.Report
) -> None:
    page = (await browser.get(f"/reports?ward={told.ward}")).text
    assert f'type="application/atom+xml" href="/feeds/reports.atom?ward={told.ward}"' in page
