"""The pages of numbers: for everybody, for leaders, for a unit's officers; as CSV and as JSON."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import httpx2
import pytest

from city import identity
from city.cases.numbers.pages import MOST_LATE
from city.cases.numbers.views import forget, percent
from city.cases.tests.given_numbers import Row, put
from tests.harness import EVERYBODY, NOON

Browser = Any
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    forget()
    yield
    forget()


async def world(browser: Browser) -> dict[str, str]:
    """Two units: one kept two promises of three, the other none of one; one case is due soon."""
    async with browser.inside.work(EVERYBODY) as work:
        first, second = (await identity.list_units(work))[:2]
        due = NOON - 3 * DAY
        await put(
            work,
            [
                Row(due_at=due, closed_at=due, unit_id=first.id, rating="satisfied"),
                Row(due_at=due - 30 * DAY, closed_at=due - 31 * DAY, unit_id=first.id),
                Row(due_at=due, status="doing", unit_id=first.id, reopened=1, private=True),
                Row(due_at=due, status="answered", unit_id=second.id, escalated=2),
                Row(due_at=NOON + timedelta(hours=2), status="routed", unit_id=second.id),
                Row(due_at=due, status="new", category="pothole"),
            ],
        )
    return {"first": str(first.id), "second": str(second.id), "code": first.code}


def figures(answer: httpx2.Response) -> list[str]:
    """Return which figures a page shows, in order."""
    return re.findall(r'data-figure="(\w+)"', answer.text)


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_everybody_sees_what_was_on_time_beside_what_was_processed(
    browser: Browser, language: str
) -> None:
    await world(browser)
    browser.cookies.set("language", language)
    shown = await browser.get("/numbers?days=90")
    assert shown.status_code == 200
    told = figures(shown)
    assert len(told) >= 12
    assert told == ["on_time", "processed"] * (len(told) // 2)
    # Two of five fell due and were closed in time.
    assert ("40%" in shown.text) and "svg" in shown.text
    assert shown.text.count("<polyline") >= 2


async def test_the_public_page_names_no_case(browser: Browser) -> None:
    await world(browser)
    shown = await browser.get("/numbers?days=90")
    assert "Written by a resident" not in shown.text and "/desk/cases" not in unescape(shown.text)


async def test_a_city_without_cases_has_a_page_of_numbers_too(browser: Browser) -> None:
    assert (await browser.get("/numbers")).status_code == 200
    await browser.sign_in("leader")
    assert (await browser.get("/leader")).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "days=7",
        "days=-1",
        "days=nonsense",
        "month=2026-10",
        "month=9999-12",
        "month=0001-01",
        "month=x",
        "since=2026-10-01&until=2026-10-31",
        "since=0001-01-01&until=9999-12-31",
        "since=2026-12-01&until=2026-01-01",
        "since=x",
        "unit=x&ward=x&why=x",
    ],
)
async def test_whatever_the_address_asks_for_is_answered(browser: Browser, query: str) -> None:
    await world(browser)
    for path in ("/numbers", "/numbers.csv"):
        assert (await browser.get(f"{path}?{query}")).status_code == 200
    await browser.sign_in("leader")
    assert (await browser.get(f"/leader?{query}")).status_code == 200


async def test_public_pages_take_one_statement_for_each_table_and_none_within_a_minute(
    browser: Browser,
) -> None:
    await world(browser)
    await browser.get("/numbers")
    forget()
    _, first = await browser.counted("GET", "/numbers")
    _, again = await browser.counted("GET", "/numbers")
    assert first - again == 3


async def test_a_table_comes_as_csv_with_its_total(browser: Browser) -> None:
    units = await world(browser)
    answer = await browser.get("/numbers.csv?by=unit&days=90")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    by_key = {row["unit"]: row for row in rows}
    assert by_key[units["first"]]["on_time"] == "2" and by_key[units["first"]]["due"] == "3"
    assert by_key["total"]["due"] == "5" and by_key["total"]["on_time_rate"] == "0.4"
    assert (await browser.get("/numbers.csv?by=nonsense")).status_code == 400


async def test_programs_get_the_same_numbers(browser: Browser) -> None:
    units = await world(browser)
    answer = await browser.get("/api/v1/numbers?by=unit&since=2026-10-01&until=2026-11-30")
    said = answer.json()
    assert answer.status_code == 200
    rows = {row["key"]: row for row in said["rows"]}
    assert rows[units["first"]]["on_time_rate"] == pytest.approx(2 / 3)
    assert said["total"]["due"] == 5 and said["total"]["late"] == 3
    assert said["total"]["on_time_rate"] == said["total"]["processed_rate"] == 0.4
    months = (await browser.get("/api/v1/numbers?by=month&since=2026-01-01")).json()
    assert [row["key"] for row in months["rows"]] == ["2026-10", "2026-11"]
    assert (await browser.get("/api/v1/numbers?by=x")).status_code == 400
    assert (await browser.get("/api/v1/numbers?since=x")).status_code == 400
    odd = await browser.get("/api/v1/numbers?since=0001-01-01&until=9999-12-31")
    assert odd.status_code == 200


async def test_a_leader_sees_what_is_late_and_at_which_step(browser: Browser) -> None:
    units = await world(browser)
    await browser.sign_in("leader")
    browser.cookies.set("language", "en")
    shown = await browser.get("/leader")
    text = unescape(shown.text)
    assert shown.status_code == 200
    for words in ("Unit is at work", "Answer not checked", "Not verified", "Escalated 2 times"):
        assert words in text
    assert "Taken up again once" in text and "About to be late" in text
    told = figures(shown)
    assert told == ["on_time", "processed"] * (len(told) // 2)
    one = unescape((await browser.get(f"/leader?unit={units['second']}")).text)
    assert "Answer not checked" in one and "Unit is at work" not in one
    checked = await browser.get(f"/leader?why=unchecked&unit={units['second']}")
    assert checked.text.count('class="late-line"') == 2  # The late one, and the one due soon.


async def test_the_leaders_page_takes_one_statement_for_each_table(browser: Browser) -> None:
    await world(browser)
    await browser.sign_in("leader")
    await browser.get("/leader")
    before = len(browser.inside.statements)
    await browser.get("/leader")
    own = [sql for sql in browser.inside.statements[before:] if "identity." not in sql]
    assert len(own) == 5, own


async def test_late_cases_come_in_pages_the_oldest_first(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        await put(
            work, [Row(due_at=NOON - n * DAY, status="doing") for n in range(1, MOST_LATE + 4)]
        )
    await browser.sign_in("leader")
    first = await browser.get("/leader")
    assert first.text.count('class="late-line"') == MOST_LATE
    more = re.search(r'href="(\?[^"]*after=[^"#]*)', unescape(first.text))
    assert more
    second = await browser.get(f"/leader{more[1]}")
    assert second.text.count('class="late-line"') == 3
    assert (await browser.get("/leader?after=nonsense")).status_code == 400


async def test_a_units_officer_sees_the_own_unit_only(browser: Browser) -> None:
    units = await world(browser)
    await browser.sign_in("unit", unit=units["code"])
    browser.cookies.set("language", "en")
    for path in ("/work/numbers", "/leader", f"/leader?unit={units['second']}"):
        shown = await browser.get(path)
        assert shown.status_code == 200
        assert "Unit is at work" in shown.text and "Answer not checked" not in shown.text
        assert "About to be late" not in shown.text
    assert 'href="/work/' in unescape((await browser.get("/work/numbers")).text)


async def test_numbers_of_staff_are_for_staff(browser: Browser) -> None:
    assert (await browser.get("/numbers")).status_code == 200
    await browser.sign_in("resident")
    assert (await browser.get("/leader")).status_code == 403
    assert (await browser.get("/work/numbers")).status_code == 403


def test_percentages_are_rounded_down_so_that_all_but_one_is_not_all() -> None:
    assert percent(4999, 5000) == 99.9
    assert percent(5000, 5000) == 100.0
    assert percent(0, 3) == 0.0
    assert percent(0, 0) is None
