"""Charts say what the rows say, in every form, and can be shown elsewhere without a risk."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from city import cases
from city.cases.numbers import By
from city.opendata.charts import pages
from city.opendata.charts.drawing import PLOT, TOP, draw, nice_most
from city.opendata.charts.model import CHARTS, Asked, Point, Shape, months_of, period_asked
from tests.harness import EVERYBODY, Inside

Browser = Any
HUE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture(autouse=True)
def counted_anew() -> Iterator[None]:
    pages.forget()
    yield
    pages.forget()


async def opened(inside: Inside, category: str, ward: str, *, private: bool = False) -> None:
    async with inside.work(EVERYBODY) as work:
        new = cases.NewCase(
            category=category,
            source=cases.Source.REPORT,
            summary="Đèn hỏng ở đầu ngõ.",
            place=(16.4637, 107.5909),
            ward=ward,
            private=private,
        )
        await cases.open_case(work, new)
    inside.now += timedelta(minutes=2)  # What is counted is counted by the minute.


async def rows(browser: Browser, url: str) -> dict[str, dict[str, str]]:
    text = (await browser.get(url)).content.decode("utf-8-sig")
    table = csv.DictReader(io.StringIO(text))
    key = (table.fieldnames or [""])[0]
    return {row[key]: row for row in table}


async def test_a_chart_says_the_same_as_its_table_and_as_the_rows(
    inside: Inside, browser: Browser
) -> None:
    for category in ("street-light", "street-light", "pothole"):
        await opened(inside, category, "19774")
    table = await rows(browser, "/charts/categories.csv")
    async with inside.work(EVERYBODY, reading=True) as work:
        counted = await work.value(
            int, "select count(*) from cases.case where category = 'street-light'"
        )
    assert table["street-light"]["received"] == str(counted)
    body = (await browser.get("/charts/categories.json")).json()
    assert {row["key"]: row["received"] for row in body["rows"]} == {
        key: int(row["received"]) for key, row in table.items()
    }
    shown = (await browser.get("/charts/categories")).text
    assert re.search(rf">Đèn đường</text>.*?>{counted}</text>", shown, re.S)
    assert re.search(rf'<th scope="row">Đèn đường</th><td class="num">{counted}</td>', shown)


async def test_where_one_ward_is_picked_private_reports_are_not_counted(
    inside: Inside, browser: Browser
) -> None:
    before = await rows(browser, "/charts/wards.csv")
    assert before == {}
    await opened(inside, "street-light", "19774")
    await opened(inside, "street-light", "19774", private=True)
    pages.forget()
    assert (await rows(browser, "/charts/wards.csv"))["19774"]["received"] == "2"
    narrow = await rows(browser, "/charts/categories.csv?ward=19774")
    assert narrow["street-light"]["received"] == "1"


@pytest.mark.parametrize("code", list(CHARTS))
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_every_chart_is_a_page_a_picture_and_a_frame(
    inside: Inside, browser: Browser, code: str, language: str
) -> None:
    await opened(inside, "street-light", "19774")
    browser.cookies.set("language", language)
    assert (await browser.get(f"/charts/{code}")).status_code == 200
    picture = await browser.get(f"/charts/{code}.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    drawn = etree.fromstring(picture.content)
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg" and drawn.get("aria-label")
    assert not drawn.xpath("//*[local-name()='script' or @style]")
    assert picture.headers["cross-origin-resource-policy"] == "cross-origin"
    frame = await browser.get(f"/embed/charts/{code}")
    assert "<script" not in frame.text


async def test_only_what_is_made_for_it_may_be_framed(browser: Browser) -> None:
    frame = await browser.get("/embed/charts/months")
    assert "frame-ancestors *" in frame.headers["content-security-policy"]
    assert "x-frame-options" not in frame.headers
    page = await browser.get("/charts/months")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"


async def test_what_is_not_known_is_not_asked_for(browser: Browser) -> None:
    for query in ("year=1066", "year=x", "category=nonsense&ward=99", "ward=%00", "year=%FF"):
        assert (await browser.get(f"/charts/months?{query}")).status_code == 200
    assert (await browser.get("/charts/nothing")).status_code == 404
    assert (await browser.get("/charts/months.exe")).status_code == 404
    assert (await browser.get("/embed/charts/nothing")).status_code == 404


async def test_a_chart_is_counted_at_most_once_a_minute(inside: Inside, browser: Browser) -> None:
    await browser.get("/charts/months")
    _, statements = await browser.counted("GET", "/charts/months")
    assert statements == 0


def test_the_last_twelve_months_begin_with_a_month_and_end_today() -> None:
    for day in range(1, 29):
        now = datetime(2026, 3, day, 12, tzinfo=UTC)
        months = months_of(period_asked(Asked(), now, HUE), HUE)
        assert months[0] == "2025-04" and months[-1] == "2026-03" and len(months) == 12
    year = months_of(period_asked(Asked(year=2025), datetime(2026, 3, 1, tzinfo=UTC), HUE), HUE)
    assert year == [f"2025-{month:02}" for month in range(1, 13)]


@given(st.floats(0, 1e7))
def test_an_axis_takes_in_what_it_shows_and_has_few_lines(value: float) -> None:
    most, step = nice_most(value)
    assert most >= value * (1 - 1e-9) and 1 <= round(most / step) <= 6


@given(
    st.sampled_from([chart for chart in CHARTS.values() if chart.shape is not Shape.BARS]),
    st.lists(st.none() | st.floats(0, 100), max_size=40),
)
def test_nothing_is_drawn_outside_its_frame(chart: Any, values: list[float | None]) -> None:
    points = [Point(str(n), str(n), (value,) * len(chart.series)) for n, value in enumerate(values)]
    drawing = draw(chart, points, str)
    for mark in (*drawing.get("columns", []), *drawing.get("dots", [])):
        assert TOP - 0.2 <= mark["y"] <= TOP + PLOT + 0.2
        assert 0 <= float(mark["x"].rstrip("%")) <= 100
    assert len(drawing["labels"]) <= 7


def test_a_percentage_is_drawn_as_a_part_of_the_whole() -> None:
    chart = CHARTS["units"]
    assert chart.by is By.UNIT
    drawing = draw(chart, [Point("a", "A", (40.0,)), Point("b", "B", (None,))], str)
    assert [row["width"] for row in drawing["rows"]] == ["40.00%", "0.00%"]
