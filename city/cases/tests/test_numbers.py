"""The city's numbers: small worlds counted by hand, and random ones counted by brute force."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from city import identity
from city.cases.numbers import (
    By,
    Figures,
    Narrowed,
    Period,
    Why,
    count_late,
    list_due,
    list_figures,
    month_period,
    period_of,
    why_late,
)
from city.cases.numbers.charts import rate_lines
from city.cases.tests.given_numbers import Row, put
from city.kernel import Work
from city.settings import ROOT
from tests.harness import EVERYBODY, NOON, Inside

HUE = ZoneInfo("Asia/Ho_Chi_Minh")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MONTH = Period(NOON - 30 * DAY, NOON)
MANY = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


async def total(work: Work, *rows: Row, period: Period = MONTH) -> Figures:
    await put(work, rows)
    return (await list_figures(work, By.ALL, period)).total


async def test_a_case_is_on_time_when_it_was_closed_by_its_due_time(work: Work) -> None:
    due = NOON - 5 * DAY
    found = await total(
        work,
        Row(due_at=due, closed_at=due),
        Row(due_at=due, closed_at=due + timedelta(seconds=1)),
        Row(due_at=due, closed_at=due - DAY),
        Row(due_at=due),
    )
    assert (found.due, found.on_time, found.processed) == (4, 2, 3)
    assert (found.on_time_rate, found.processed_rate) == (0.5, 0.75)
    assert (found.open, found.late, found.oldest_due_at) == (1, 1, due)


async def test_only_what_fell_due_in_the_period_is_counted(work: Work) -> None:
    early, late = MONTH.since - HOUR, NOON + HOUR
    found = await total(
        work,
        Row(due_at=early, closed_at=early),
        Row(due_at=late, closed_at=NOON - HOUR),
        Row(due_at=None, closed_at=NOON - HOUR),
        Row(due_at=MONTH.since, closed_at=NOON),
        Row(due_at=late),
        Row(due_at=None),
        Row(due_at=early),
    )
    assert (found.due, found.on_time, found.processed) == (1, 0, 1)
    assert (found.open, found.late) == (3, 1)


async def test_what_was_not_taken_on_or_was_joined_does_not_count(work: Work) -> None:
    due = NOON - DAY
    found = await total(
        work,
        Row(due_at=due, closed_at=due, status="rejected"),
        Row(due_at=due, closed_at=due, status="merged"),
    )
    assert found.due == found.open == 0
    assert found.on_time_rate is None and found.processed_rate is None
    assert found.spans is None and found.median_hours is None


async def test_what_waits_is_late_only_if_it_was_before_its_clock_stood_still(work: Work) -> None:
    due = NOON - 2 * DAY
    found = await total(
        work,
        Row(due_at=due, status="waiting", pauses=[due - DAY]),
        Row(due_at=due, status="waiting", pauses=[due + DAY]),
        Row(due_at=due, status="doing", pauses=[due - 3 * DAY, due - 2 * DAY]),
    )
    assert (found.open, found.waiting, found.late) == (3, 2, 2)
    assert (found.due, found.on_time) == (2, 0)
    assert sum(group.late for group in await count_late(work)) == 2
    assert len(await list_due(work, before=NOON)) == 2


async def test_times_are_from_opening_to_closing_by_the_clock(work: Work) -> None:
    due = NOON - DAY
    spans = [2, 4, 6, 8, 110]
    found = await total(
        work,
        *(Row(opened_at=due - n * HOUR, due_at=due, closed_at=due) for n in spans),
        Row(opened_at=due - 500 * HOUR, due_at=due),
    )
    assert found.median_hours == pytest.approx(6)
    assert found.p90_hours == pytest.approx(8 + 0.6 * 102)


async def test_satisfaction_is_of_those_who_rated_and_reopening_of_what_was_answered(
    work: Work,
) -> None:
    due = NOON - DAY
    found = await total(
        work,
        Row(due_at=due, closed_at=due, rating="satisfied"),
        Row(due_at=due, closed_at=due, rating="acceptable"),
        Row(due_at=due, closed_at=due, rating="unsatisfied", reopened=1),
        Row(due_at=due, closed_at=due),
        Row(due_at=due, reopened=1),
        Row(due_at=due),
    )
    assert (found.rated, found.content, found.satisfied) == (3, 2, 1)
    assert found.satisfaction == pytest.approx(2 / 3)
    assert (found.returned, found.reopened) == (5, 2)
    assert found.reopened_rate == pytest.approx(0.4)


async def test_each_table_puts_the_same_cases_together_differently(work: Work) -> None:
    units = [unit.id for unit in (await identity.list_units(work))[:2]]
    saturday = datetime(2026, 10, 31, 16, 59, tzinfo=UTC)  # 23:59 in Huế, in October.
    await put(
        work,
        [
            Row(due_at=saturday, closed_at=saturday, unit_id=units[0], ward="19753"),
            Row(due_at=saturday + timedelta(minutes=1), unit_id=units[0], category="pothole"),
            Row(due_at=saturday + DAY, unit_id=units[1], process="instant"),
            Row(due_at=saturday + 2 * DAY),
        ],
    )

    async def counted(by: By) -> dict[str | None, int]:
        return {row.key: row.due for row in (await list_figures(work, by, MONTH)).rows}

    assert await counted(By.UNIT) == {str(units[0]): 2, str(units[1]): 1, None: 1}
    assert await counted(By.CATEGORY) == {"street-light": 3, "pothole": 1}
    assert await counted(By.WARD) == {"19753": 1, None: 3}
    assert await counted(By.PROCESS) == {"time_bound": 3, "instant": 1}
    assert await counted(By.MONTH) == {"2026-10": 1, "2026-11": 3}
    assert await counted(By.WEEK) == {"2026-10-26": 3, "2026-11-02": 1}
    narrowed = Narrowed(unit=units[0], category="pothole")
    assert (await list_figures(work, By.ALL, MONTH, narrowed)).total.due == 1
    assert (await list_figures(work, By.ALL, MONTH, Narrowed(ward="19753"))).total.due == 1


async def test_a_table_with_its_total_takes_one_statement(inside: Inside) -> None:
    async with inside.work(EVERYBODY, reading=True) as work:
        for by in By:
            before = len(inside.statements)
            await list_figures(work, by, MONTH)
            assert len(inside.statements) == before + 1


moments = st.integers(0, 60 * 24).map(lambda hours: NOON - 50 * DAY + hours * HOUR)
rows = st.builds(
    Row,
    opened_at=st.just(NOON - 60 * DAY),
    due_at=st.none() | moments,
    closed_at=st.none() | moments.filter(lambda moment: moment <= NOON),
    status=st.sampled_from(["done", "rejected", "merged"]),
    rating=st.none() | st.sampled_from(["satisfied", "acceptable", "unsatisfied"]),
    reopened=st.integers(0, 2),
    ward=st.none() | st.sampled_from(["19753", "19789"]),
    category=st.sampled_from(["street-light", "pothole"]),
    pauses=st.lists(moments, max_size=3).map(sorted),
)


@given(st.lists(rows, max_size=12), moments, moments)
@MANY
async def test_the_figures_are_what_counting_one_by_one_gives(
    inside: Inside, given_rows: list[Row], one: datetime, other: datetime
) -> None:
    period = Period(min(one, other), min(max(one, other), NOON))
    async with inside.work(EVERYBODY) as work:
        await put(work, given_rows)
        for by, key in (
            (By.ALL, lambda row: None),
            (By.WARD, lambda row: row.ward),
            (By.CATEGORY, lambda row: row.category),
            (By.MONTH, lambda row: row.due_at and f"{row.due_at.astimezone(HUE):%Y-%m}"),
        ):
            table = await list_figures(work, by, period)
            assert counts(table.total) == brute(given_rows, period)
            for row in table.rows:
                same = [r for r in given_rows if key(r) == row.key]
                assert counts(row) == brute(same, period)
        late = [r for r in given_rows if is_late(r)]
        assert sum(group.late for group in await count_late(work)) == len(late)
        listed = await list_due(work, before=NOON)
        assert [case.due_at for case in listed] == sorted(r.due_at for r in late if r.due_at)
        await work.run("delete from cases.case")


def counts(row: Figures) -> dict[str, Any]:
    names = "due on_time processed returned reopened rated content satisfied open waiting late"
    spans = [round(n, 3) for n in row.spans] if row.spans else None
    return {**{name: getattr(row, name) for name in names.split()}, "spans": spans}


def stopped(row: Row) -> datetime | None:
    return row.pauses[-1] if row.closed_at is None and len(row.pauses) % 2 else None


def is_late(row: Row) -> bool:
    return row.closed_at is None and row.due_at is not None and row.due_at < (stopped(row) or NOON)


def brute(every: Iterable[Row], period: Period) -> dict[str, Any]:
    owed = [r for r in every if r.closed_at is None or r.status not in ("rejected", "merged")]
    due = [
        r
        for r in owed
        if r.due_at
        and period.since <= r.due_at < period.until
        and (stopped(r) is None or r.due_at < stopped(r))  # type: ignore[operator]
    ]
    done = [r for r in due if r.closed_at]
    open_now = [r for r in owed if r.closed_at is None]
    times = sorted((r.closed_at - r.opened_at).total_seconds() for r in done if r.closed_at)
    return {
        "due": len(due),
        "on_time": sum(r.closed_at <= r.due_at for r in done if r.closed_at and r.due_at),
        "processed": len(done),
        "returned": sum(bool(r.closed_at or r.reopened) for r in due),
        "reopened": sum(bool(r.reopened) for r in due),
        "rated": sum(r.rating is not None for r in due),
        "content": sum(r.rating in ("satisfied", "acceptable") for r in due),
        "satisfied": sum(r.rating == "satisfied" for r in due),
        "open": len(open_now),
        "waiting": sum(stopped(r) is not None for r in open_now),
        "late": sum(is_late(r) for r in open_now),
        "spans": [round(_at(times, part), 3) for part in (0.5, 0.9)] if times else None,
    }


def _at(times: list[float], part: float) -> float:
    place = part * (len(times) - 1)
    low = int(place)
    high = min(low + 1, len(times) - 1)
    return times[low] + (times[high] - times[low]) * (place - low)


@pytest.mark.parametrize(
    ("status", "state", "why"),
    [
        ("new", "new", Why.UNVERIFIED),
        ("accepted", "accepted", Why.UNROUTED),
        ("routed", "routed", Why.UNBEGUN),
        ("doing", "on-the-way", Why.UNFINISHED),
        ("answered", "answered", Why.UNCHECKED),
        ("waiting", "waiting_resident", Why.WAITING_RESIDENT),
        ("waiting", "waiting_budget", Why.WAITING_BUDGET),
    ],
)
def test_the_step_that_holds_a_case_up_is_told_by_where_it_stands(
    status: str, state: str, why: Why
) -> None:
    assert why_late(status, state) is why


async def test_late_cases_are_listed_with_what_holds_them_up(work: Work) -> None:
    due = NOON - 3 * DAY
    await put(
        work,
        [
            Row(due_at=due + HOUR, status="doing", reopened=1, escalated=2),
            Row(due_at=due, status="new", entered_at=due - DAY, step_due_at=due - DAY),
            Row(due_at=NOON + HOUR, status="routed"),
        ],
    )
    first, second = await list_due(work, before=NOON)
    assert (first.why, first.step_is_late(NOON)) == (Why.UNVERIFIED, True)
    assert (second.why, second.reopened, second.escalated) == (Why.UNFINISHED, 1, 2)
    rest = await list_due(work, before=NOON, after=(first.due_at, first.id))
    assert [case.id for case in rest] == [second.id]
    soon = await list_due(work, since=NOON, before=NOON + DAY)
    assert [case.why for case in soon] == [Why.UNBEGUN]
    assert await list_due(work, before=NOON, stands=["doing/doing"]) == [second]


def test_a_period_is_of_the_days_of_the_city_and_ends_now() -> None:
    month = month_period(NOON, HUE, "2026-10")
    assert month.since == datetime(2026, 9, 30, 17, tzinfo=UTC)
    assert month.until == datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert month_period(NOON, HUE, "2026-11").until == NOON
    assert month_period(NOON, HUE, "2027-01") == Period(NOON, NOON)
    assert period_of(NOON, HUE, days=7).since == datetime(2026, 11, 15, 17, tzinfo=UTC)
    for month in ("2026-13", "nonsense", "2026-1"):
        with pytest.raises(ValueError):
            month_period(NOON, HUE, month)
    for first, last in ((datetime.min, datetime.max), (datetime.max, datetime.min)):
        odd = period_of(NOON, HUE, since=first.date(), until=last.date())
        assert odd.since <= odd.until <= NOON


def test_a_line_is_broken_where_nothing_fell_due() -> None:
    chart = rate_lines(list("abcd"), {"on_time": [100.0, 0.0, None, 50.0]})
    (line,) = chart["lines"]
    assert line["paths"] == ["34.0,8.0 133.3,146.0"] and len(line["dots"]) == 3
    assert rate_lines(["a"], {"on_time": [1.0]})["labels"] == [{"x": 183.0, "text": "a"}]
    assert rate_lines([], {"on_time": []})["labels"] == []


def test_no_template_shows_what_was_processed_without_what_was_on_time() -> None:
    """Both are printed by the macros of one file, and each of its macros that prints one prints
    the other before it."""
    parts = ROOT / "city/cases/templates/cases/numbers_parts.html"
    for template in (ROOT / "city").glob("*/templates/**/*.html"):
        text = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.S)
        if template != parts:
            assert not re.search(r"processed_rate|done_share|\.processed\b", text), template.name
            continue
        macros = re.findall(r"\{% macro (\w+)(.*?)\{% endmacro %\}", text, re.S)
        told = [name for name, body in macros if "processed_rate" in body]
        assert set(told) == {"rates", "bar", "figures"}
        for name, body in macros:
            if "processed_rate" in body:
                assert "on_time_rate" in body, name
            if 'data-figure="processed"' in body:
                before = body.index('data-figure="on_time"')
                assert before < body.index('data-figure="processed"'), name


def test_nobody_says_how_many_were_processed_without_how_many_on_time() -> None:
    """A share of what was processed leaves the city in one shape only: beside what was on time."""
    for file in (ROOT / "city").rglob("*.py"):
        if "tests" in file.parts or "numbers" in file.parts:
            continue
        text = file.read_text()
        assert text.count("processed_rate") <= text.count("on_time_rate"), file.name
