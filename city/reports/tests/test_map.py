"""The map counts what there is, at every moment."""

import random
from typing import Any

import msgspec
import pytest

from city import reports
from city.kernel import Work
from city.reports import store
from city.reports.model import Progress
from city.reports.pins import MOST_SQUARES, Square, clusters_of, view_of
from city.reports.tests.conftest import lamp

CITY = (15.98, 107.02, 16.76, 108.23)
BOTH = [True, False]
CATEGORIES = ["street-light", "pothole", "sidewalk"]


async def progress_of(work: Work, report: reports.Report, **changed: Any) -> Progress:
    """What a report shows of its case, with something changed."""
    now = await reports.find_by_ref(work, report.ref)
    assert now is not None
    fields = {name: getattr(now, name, "") for name in Progress.__struct_fields__}
    return Progress(**{**fields, **changed})


async def move(work: Work, report: reports.Report, **changed: Any) -> None:
    """Have a report's case move on."""
    followed = await store.lock_by_case(work, report.case_id)
    assert followed is not None
    await store.set_progress(work, followed, await progress_of(work, report, **changed), 1)


async def assert_true(work: Work, told: list[reports.Report]) -> None:
    """Assert that views of every size show exactly the reports there are."""
    now = [r for r in [await reports.find_by_ref(work, r.ref) for r in told] if r is not None]
    for category in ("", *CATEGORIES):
        for states in (BOTH, [True], [False]):
            shown = {
                r.ref: r
                for r in now
                if not r.private
                and r.status not in ("rejected", "merged")
                and (r.status != "done") in states
                and category in ("", r.category)
            }
            for zoom in (7, 11, 14, 17, 22):
                box = CITY if zoom < 10 else (16.46, 107.58, 16.475, 107.60)
                view = view_of(*box, zoom)
                squares = await store.count_pins(work, view, category, states)
                clusters = clusters_of(squares)
                inside = [
                    r
                    for r in shown.values()
                    if box[0] <= r.latitude <= box[2] and box[1] <= r.longitude <= box[3]
                ]
                # Squares that touch the view are counted whole, so it may be a few more.
                assert len(inside) <= clusters.total <= len(shown)
                if box == CITY:
                    assert clusters.total == len(shown)
                for longitude, latitude, n, ref in clusters.clusters:
                    assert (ref is None) == (n > 1)
                    if ref is not None:
                        assert abs(shown[ref].latitude - latitude) < 2e-5
                        assert abs(shown[ref].longitude - longitude) < 2e-5


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_the_map_shows_what_there_is(by_lan: Work, seed: int) -> None:
    chance = random.Random(seed)
    told: list[reports.Report] = []
    for step in range(60):
        what = chance.random()
        if what < 0.5 or not told:
            new = lamp(
                category=chance.choice(CATEGORIES),
                latitude=16.4685 + chance.gauss(0, 0.002),
                longitude=107.5890 + chance.gauss(0, 0.002),
                private=chance.random() < 0.2,
            )
            told.append(await reports.submit_report(by_lan, new))
        elif what < 0.9:
            change = chance.choice(
                [
                    {"status": "done"},
                    {"status": "doing"},
                    {"status": "rejected"},
                    {"status": "merged"},
                    {"private": True},
                    {"private": False},
                    {"category": chance.choice(CATEGORIES)},
                ]
            )
            await move(by_lan, chance.choice(told), **change)
        else:
            await store.fold_pin_changes(by_lan)
        if step % 20 == 19:
            await assert_true(by_lan, told)
    await store.fold_pin_changes(by_lan)
    await assert_true(by_lan, told)
    squares = await store.rebuild_pins(by_lan)
    assert squares > 0
    await assert_true(by_lan, told)


async def test_nothing_is_left_of_what_came_and_went(by_lan: Work) -> None:
    report = await reports.submit_report(by_lan, lamp())
    await store.fold_pin_changes(by_lan)
    await move(by_lan, report, private=True)
    assert await store.count_pins(by_lan, view_of(*CITY), "", BOTH) == []
    await store.fold_pin_changes(by_lan)
    assert await by_lan.value(int, "select count(*) from reports.pin_count") == 0


@pytest.mark.parametrize("zoom", [None, 0, 6.4, 9, 12.7, 16, 24])
@pytest.mark.parametrize("size", [0.0, 0.0001, 0.01, 1, 30, 180])
def test_no_view_has_more_squares_than_can_be_sent(zoom: float | None, size: float) -> None:
    box = (max(-90, 16.4 - size), max(-180, 107.5 - size), min(90, 16.4 + size), 107.5 + size)
    view = view_of(box[0], box[1], box[2], min(180, box[3]), zoom)
    assert len(view.lows) <= 12

    def axis(number: int) -> int:
        """Take every second bit, which is what one axis has of an interleaved number."""
        return int("0" + bin(number)[2:].zfill(64)[1::2], 2)

    columns = axis(view.along_high) - axis(view.along_low) + 1
    rows = axis(view.up_high >> 1) - axis(view.up_low >> 1) + 1
    assert columns * rows <= MOST_SQUARES


async def test_a_full_view_fits_in_thirty_kilobytes() -> None:
    single = Square(1, (1 << 40) - 1, 287_589_012, 106_468_512)
    answer = msgspec.json.encode(clusters_of([single] * MOST_SQUARES))
    assert len(answer) <= 30_000


async def test_the_map_of_the_api_takes_one_statement(by_lan: Work, browser: Any) -> None:
    report = await reports.submit_report(by_lan, lamp())
    box = "bbox=107.5,16.4,107.7,16.5&zoom=13.2"
    answer, statements = await browser.counted("GET", f"/api/v1/map?{box}")
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"clusters": [[107.589, 16.4685, 1, report.ref]], "total": 1}
    assert statements == 1
    four = "south=16.4&west=107.5&north=16.5&east=107.7&category=street-light&state=open"
    assert (await browser.get(f"/api/v1/map?{four}")).json()["total"] == 1
    closed = await browser.get(f"/api/v1/map?{box}&state=closed")
    assert closed.json() == {"clusters": [], "total": 0}


@pytest.mark.parametrize(
    "query", ["bbox=1,2,3", "bbox=a,b,c,d", "south=nan&west=1&north=2", "south=91", "box=1,2,3,4"]
)
async def test_what_is_no_box_is_refused_with_a_sentence(browser: Any, query: str) -> None:
    answer = await browser.get(f"/api/v1/map?{query}")
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"].startswith("application/problem+json")
