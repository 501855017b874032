"""The public list: filters, search, and what lies near."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city import places, reports
from city.kernel import Work
from city.reports import Filters, search
from city.reports.search import read_filters
from city.reports.tests.conftest import lamp


async def refs(work: Work, **filters: Any) -> list[str]:
    """The references of a list."""
    cards, _ = await reports.find_reports(work, Filters(**filters))
    return [card.ref for card in cards]


async def test_words_are_found_with_and_without_diacritics(by_lan: Work) -> None:
    told = await reports.submit_report(
        by_lan, lamp(description="Đèn đường trước chợ Đông Ba/cầu Gia Hội bị tắt", address="Lê Lợi")
    )
    for words in ("đèn đường", "den duong", "DEN DUO", "cho dong ba", "Gia Hội", "le loi"):
        assert await refs(by_lan, q=words) == [told.ref], words
    ward = places.get_ward(told.ward or "")
    assert await refs(by_lan, q=ward.name["vi"]) == [told.ref]
    assert await refs(by_lan, q="Street light") == [told.ref]
    for reference in (told.ref, told.ref.lower().replace("-", " "), told.ref.replace("-", "")):
        assert await refs(by_lan, q=reference) == [told.ref], reference
    for words in ("đèn cây", "zz & | ! ( ' :*", "<->"):
        assert await refs(by_lan, q=words) in ([], [told.ref] if words == "<->" else [])


async def test_a_list_is_narrowed_by_category_ward_state_and_unit(by_lan: Work) -> None:
    light = await reports.submit_report(by_lan, lamp())
    hole = await reports.submit_report(by_lan, lamp(category="pothole"))
    assert set(await refs(by_lan)) == {light.ref, hole.ref}
    assert await refs(by_lan, category="pothole") == [hole.ref]
    assert await refs(by_lan, ward=light.ward, category="street-light") == [light.ref]
    assert set(await refs(by_lan, state="open")) == {light.ref, hole.ref}
    for filters in ({"state": "closed"}, {"unit": light.id}, {"ward": "0"}, {"q": "voi"}):
        assert await refs(by_lan, **filters) == []


async def test_what_lies_near_is_within_the_true_distance(by_lan: Work) -> None:
    here = await reports.submit_report(by_lan, lamp())
    there = await reports.submit_report(by_lan, lamp(longitude=107.5890 + 0.0046))
    metres = places.metres_between(16.4685, 107.5890, 16.4685, 107.5936)
    point = {"latitude": 16.4685, "longitude": 107.5890}
    assert await refs(by_lan, **point, radius=int(metres) - 2) == [here.ref]
    assert set(await refs(by_lan, **point, radius=int(metres) + 2)) == {here.ref, there.ref}
    assert await refs(by_lan, **point, radius=300, q="den duong") == [here.ref]
    assert await refs(by_lan, **point, radius=300, category="pothole") == []


async def test_pages_follow_each_other_without_gaps_or_repetition(by_lan: Work) -> None:
    sent = []
    for minute in range(45):
        by_lan.now = by_lan.now + timedelta(minutes=minute % 2)  # Many at the very same instant.
        sent.append((await reports.submit_report(by_lan, lamp())).ref)
    for filters in (
        {},
        {"state": "open"},
        {"q": "den"},
        {"latitude": 16.4685, "longitude": 107.589},
    ):
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            cards, cursor = await reports.find_reports(by_lan, Filters(**filters, cursor=cursor))
            assert len(cards) <= 20
            seen += [card.ref for card in cards]
        assert sorted(seen) == sorted(sent)
        assert len(seen) == 45


async def test_private_rejected_and_merged_reports_are_in_no_list(by_lan: Work) -> None:
    await reports.submit_report(by_lan, lamp(private=True))
    point = {"latitude": 16.4685, "longitude": 107.5890}
    filters: list[dict[str, Any]] = [{}, {"q": "den"}, point, {"category": "street-light"}]
    for filter in filters:
        assert await refs(by_lan, **filter) == []


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"category": "street-light"},
        {"ward": "19804"},
        {"state": "open"},
        {"q": "đèn"},
        {"latitude": "16.4685", "longitude": "107.5890", "radius": "500"},
    ],
)
async def test_a_list_takes_one_statement(by_lan: Work, browser: Any, query: Any) -> None:
    await reports.submit_report(by_lan, lamp())
    await browser.get("/reports")
    for path in ("/reports", "/api/v1/reports"):
        answer, statements = await browser.counted("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        assert statements == 1


def test_what_cannot_be_read_narrows_nothing() -> None:
    given = {"state": "half", "unit": "x", "latitude": "north", "longitude": "1", "radius": "far"}
    assert read_filters(given) == Filters()
    assert read_filters({"latitude": "95", "longitude": "1"}).near is None
    assert read_filters({"latitude": "nan", "longitude": "1"}).near is None
    near = read_filters({"latitude": "16.4", "longitude": "107.5", "radius": "999999"})
    assert near.near == (16.4, 107.5)
    assert near.radius == 5000
    assert "radius" not in Filters().query()


async def test_the_list_shows_chips_and_says_when_it_is_empty(by_lan: Work, browser: Any) -> None:
    told = await reports.submit_report(by_lan, lamp())
    page = unescape((await browser.get("/reports?q=den&state=open")).text)
    assert f"/reports/{told.ref}" in page
    assert 'href="/reports?q=den"' in page
    empty = (await browser.get("/reports?q=voi", headers={"accept-language": "en"})).text
    assert "No reports here" in empty


@given(
    st.floats(16.0, 16.7),
    st.floats(107.1, 108.2),
    st.integers(1, 5000),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_every_point_of_a_circle_lies_in_one_of_its_squares(
    latitude: float, longitude: float, metres: int, up: float, along: float
) -> None:
    box = places.circle_box(latitude, longitude, metres)
    point = (box.south + up * (box.north - box.south), box.west + along * (box.east - box.west))
    if places.metres_between(latitude, longitude, *point) <= metres:
        squares = search.squares_of((latitude, longitude), metres)
        assert places.cell_of(*point) >> 27 in squares
