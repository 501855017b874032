"""By when a case is due: working time, weekends, holidays, Tết."""

from datetime import UTC, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.cases.deadlines import calendar_of, countdown
from city.cases.model import Process

HUE = ZoneInfo("Asia/Ho_Chi_Minh")
CALENDAR = calendar_of("VN", None, "Asia/Ho_Chi_Minh")


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=HUE)


def due(opened: str, days: int) -> str:
    return f"{CALENDAR.working_days_after(at(opened), days).astimezone(HUE):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("opened", "days", "expected"),
    [
        ("2026-11-16 08:12", 1, "2026-11-17 17:00"),
        ("2026-11-16 12:15", 1, "2026-11-17 17:00"),  # During the lunch break.
        ("2026-11-16 06:00", 1, "2026-11-17 17:00"),  # Before work begins, the same day counts.
        ("2026-11-16 17:00", 1, "2026-11-18 17:00"),  # When work is over, the next day counts.
        ("2026-11-13 16:59", 1, "2026-11-16 17:00"),  # Friday: over the weekend.
        ("2026-11-14 10:00", 1, "2026-11-17 17:00"),  # Saturday counts as Monday.
        ("2026-11-23 09:00", 1, "2026-11-25 17:00"),  # The 24th is Vietnam Cultural Day.
        ("2026-11-16 08:12", 7, "2026-11-26 17:00"),
        ("2026-12-31 09:00", 1, "2027-01-04 17:00"),  # New Year, then a weekend.
    ],
)
def test_a_case_is_due_at_five_on_the_nth_working_day(
    opened: str, days: int, expected: str
) -> None:
    assert due(opened, days) == expected


@pytest.mark.parametrize(
    ("opened", "days", "expected"),
    [
        # Tết 2026: 16 to 20 February are free, with weekends before and after.
        ("2026-02-13 09:00", 1, "2026-02-23 17:00"),
        ("2026-02-12 09:00", 7, "2026-03-02 17:00"),
        # On New Year's Eve at night: counts as Monday the 23rd.
        ("2026-02-16 19:30", 1, "2026-02-24 17:00"),
        # Tết 2027: 4 to 10 February are free.
        ("2027-02-03 09:00", 1, "2027-02-11 17:00"),
        ("2027-02-06 00:01", 7, "2027-02-22 17:00"),
    ],
)
def test_nobody_works_during_tet(opened: str, days: int, expected: str) -> None:
    assert due(opened, days) == expected


def test_lunch_nights_and_weekends_are_not_working_time() -> None:
    assert CALENDAR.is_working_time(at("2026-11-16 07:30"))
    assert CALENDAR.is_working_time(at("2026-11-16 16:59"))
    for moment in ("2026-11-16 07:29", "2026-11-16 11:30", "2026-11-16 17:00", "2026-11-15 09:00"):
        assert not CALENDAR.is_working_time(at(moment)), moment


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2029, 12, 31), timezones=st.just(UTC)),
    st.integers(1, 40),
)
def test_what_is_promised_lies_ahead_and_has_that_many_working_days(
    opened: datetime, days: int
) -> None:
    end = CALENDAR.working_days_after(opened, days)
    assert end > opened
    assert CALENDAR.is_working_day(end.astimezone(HUE).date())
    assert CALENDAR.working_days_after(opened, days + 1) > end
    assert CALENDAR.working_days_left(opened, end) in (days, days + 1)


def test_the_days_left_are_counted_without_today() -> None:
    monday = at("2026-11-16 09:00")
    assert CALENDAR.working_days_left(monday, at("2026-11-16 17:00")) == 0
    assert CALENDAR.working_days_left(monday, at("2026-11-20 17:00")) == 4
    assert CALENDAR.working_days_left(monday, at("2026-11-25 17:00")) == 6
    assert CALENDAR.working_days_left(at("2026-11-25 09:00"), at("2026-11-20 17:00")) == -2


@pytest.mark.parametrize(
    ("due", "process", "words", "tone"),
    [
        ("2026-11-16 09:04", Process.INSTANT, "4 min left", "late"),
        ("2026-11-16 13:00", Process.INSTANT, "4 hours left", "doing"),
        ("2026-11-16 08:54", Process.INSTANT, "6 min late", "late"),
        ("2026-11-16 17:00", Process.TIME_BOUND, "Due today", "doing"),
        ("2026-11-17 17:00", Process.TIME_BOUND, "1 working day left", "doing"),
        ("2026-11-25 17:00", Process.TIME_BOUND, "6 working days left", "new"),
        ("2026-11-13 17:00", Process.TIME_BOUND, "1 working day late", "late"),
        ("2026-11-10 17:00", Process.TIME_BOUND, "4 working days late", "late"),
    ],
)
def test_a_countdown_says_in_words_how_long_is_left(
    due: str, process: Process, words: str, tone: str
) -> None:
    left = countdown(at("2026-11-16 09:00"), at(due), process)
    assert (str(left.words), left.tone) == (words, tone)


def test_a_deadline_takes_no_more_than_twenty_microseconds() -> None:
    opened = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
    CALENDAR.working_days_after(opened, 7)
    best = min(_seconds(opened) for _ in range(5))
    assert best < 20e-6


def _seconds(opened: datetime) -> float:
    started = perf_counter()
    for n in range(1000):
        CALENDAR.working_days_after(opened + timedelta(minutes=n), 7)
    return (perf_counter() - started) / 1000
