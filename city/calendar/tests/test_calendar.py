"""When the city works: against somebody who counts every minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.calendar import Calendar, Reason
from city.calendar.public import public_days
from city.settings import OFFICE_HOURS, Intervals, Week

HUE = ZoneInfo("Asia/Ho_Chi_Minh")
BOSTON = ZoneInfo("America/New_York")
OFFICE = Calendar(HUE, OFFICE_HOURS, "VN")
MINUTE = timedelta(minutes=1)

# Brute force


def works(calendar: Calendar, exceptions: dict[date, Intervals], moment: datetime) -> bool:
    """Say whether a minute is worked, from the clock on the wall and the rules alone."""
    local = moment.astimezone(calendar.zone)
    day, clock = local.date(), local.hour * 60 + local.minute
    public = public_days(calendar.country, calendar.subdivision, day.year)
    if day in exceptions:
        hours = exceptions[day]
    elif day in public.worked:
        hours = calendar.week[day.weekday()] or next(h for h in calendar.week if h)
    elif day in public.free:
        hours = ()
    else:
        hours = calendar.week[day.weekday()]
    return any(start <= clock < end for start, end in hours)


def intervals_of(cuts: list[int]) -> Intervals:
    """Pair sorted minutes into intervals."""
    cuts = cuts[: len(cuts) // 2 * 2]
    return tuple(zip(cuts[::2], cuts[1::2], strict=True))


# Clocks change between one and three at night: a city that begins work in between is asked about
# in an example of its own.
CUTS = st.sampled_from([0, 60, 180, *range(195, 1440, 5), 1440])
HOURS = st.lists(CUTS, max_size=6, unique=True).map(sorted).map(intervals_of)
WEEKS = st.lists(HOURS, min_size=7, max_size=7).map(tuple).filter(any)


@st.composite
def cities(draw: st.DrawFn) -> tuple[Calendar, dict[date, Intervals], datetime]:
    """Draw a city with declared days, and a moment near one of the hard places of its calendar."""
    zone, country, subdivision = draw(
        st.sampled_from([(HUE, "VN", None), (BOSTON, "US", "MA"), (BOSTON, "CN", None)])
    )
    week: Week = draw(st.just(OFFICE_HOURS) | WEEKS)
    near = draw(
        st.sampled_from(
            [
                date(2026, 2, 12),  # Tết.
                date(2026, 8, 20),  # A Saturday worked for a Monday.
                date(2026, 3, 6),  # Clocks go forward in Boston on the 8th, back on November 1st.
                date(2026, 10, 30),
                date(2024, 2, 27),  # A leap year.
                date(2026, 12, 29),
                date(2027, 6, 1),
            ]
        )
    )
    some_days = st.integers(0, 12).map(lambda n: near + timedelta(n))
    exceptions = draw(st.dictionaries(some_days, st.just(()) | HOURS, max_size=4))
    moment = datetime.combine(near, time(), UTC) + draw(st.integers(0, 5 * 1440)) * MINUTE
    return Calendar(zone, week, country, subdivision, exceptions), exceptions, moment


@given(cities(), st.integers(0, 1200))
@settings(max_examples=40)
def test_minutes_are_added_as_if_each_were_counted(
    city: tuple[Calendar, dict[date, Intervals], datetime], minutes: int
) -> None:
    calendar, exceptions, moment = city
    left, at = minutes, moment
    while left and at - moment < timedelta(days=12):
        left -= works(calendar, exceptions, at)
        at += MINUTE
    if not left:
        assert calendar.add_minutes(moment, minutes) == at


@given(cities(), st.integers(-3000, 6000), st.integers(0, 59))
@settings(max_examples=60)
def test_minutes_between_are_those_that_were_worked(
    city: tuple[Calendar, dict[date, Intervals], datetime], length: int, seconds: int
) -> None:
    calendar, exceptions, moment = city
    other = moment + length * MINUTE
    first, last = min(moment, other), max(moment, other)
    worked = sum(
        works(calendar, exceptions, first + n * MINUTE) for n in range((last - first) // MINUTE)
    )
    found = calendar.minutes_between(moment, other + timedelta(seconds=seconds))
    assert found == (worked if length >= 0 else -worked)
    assert calendar.is_working_time(moment) == works(calendar, exceptions, moment)


@given(cities(), st.integers(0, 6))
@settings(max_examples=60)
def test_days_end_when_the_last_minute_of_the_nth_working_day_is_over(
    city: tuple[Calendar, dict[date, Intervals], datetime], days: int
) -> None:
    calendar, exceptions, moment = city
    # Every five minutes will do, as no interval begins or ends in between.
    moment -= moment.minute % 5 * MINUTE
    worked = [
        (at.astimezone(calendar.zone).date(), at + 5 * MINUTE)
        for n in range(0, 16 * 1440, 5)
        if works(calendar, exceptions, at := moment + n * MINUTE)
    ]
    ends = dict(worked)  # The last minutes of each day, the day of the moment first.
    if len(ends) > days + 1:
        assert calendar.day_end_after(moment, days) == list(ends.values())[days]


# Laws


@given(cities(), st.integers(0, 50_000))
def test_what_is_added_is_what_lies_between(
    city: tuple[Calendar, dict[date, Intervals], datetime], minutes: int
) -> None:
    calendar, _, moment = city
    end = calendar.add_minutes(moment, minutes)
    assert calendar.minutes_between(moment, end) == minutes
    assert calendar.minutes_between(end, moment) == -minutes
    assert end >= moment
    if minutes:
        assert calendar.is_working_time(end - MINUTE)


@given(cities(), st.integers(0, 5000), st.integers(0, 5000))
def test_a_pause_in_free_time_costs_nothing(
    city: tuple[Calendar, dict[date, Intervals], datetime], some: int, more: int
) -> None:
    calendar, _, moment = city
    between = calendar.add_minutes(moment, some)
    assert calendar.add_minutes(between, more) == calendar.add_minutes(moment, some + more)


@given(cities(), st.integers(1, 40))
def test_the_days_left_are_those_promised(
    city: tuple[Calendar, dict[date, Intervals], datetime], days: int
) -> None:
    calendar, _, moment = city
    due = calendar.day_end_after(moment, days)
    begun = calendar.day_end_after(moment, 0) - MINUTE
    assert calendar.working_days_left(begun, due) == days
    assert calendar.day_end_after(moment, days + 1) > due


@given(st.lists(st.integers(1990, 2050), min_size=1, max_size=3))
@settings(max_examples=15)
def test_years_may_be_asked_for_in_any_order(years: list[int]) -> None:
    calendar = Calendar(HUE, OFFICE_HOURS, "VN")
    for year in years:
        noon = datetime(year, 6, 15, 5, tzinfo=UTC)
        fresh = Calendar(HUE, OFFICE_HOURS, "VN")
        assert calendar.day_end_after(noon, 9) == fresh.day_end_after(noon, 9)
        assert calendar.add_minutes(noon, 999) == fresh.add_minutes(noon, 999)


# Examples


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=HUE)


def in_hue(moment: datetime) -> str:
    return f"{moment.astimezone(HUE):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("since", "minutes", "until"),
    [
        ("2026-11-16 08:12", 30, "2026-11-16 08:42"),
        ("2026-11-16 11:20", 30, "2026-11-16 13:50"),  # Over lunch.
        ("2026-11-16 11:20", 10, "2026-11-16 11:30"),  # Not at half past one.
        ("2026-11-13 16:50", 20, "2026-11-16 07:40"),  # Over a weekend.
        ("2026-02-13 16:00", 120, "2026-02-23 08:30"),  # Tết 2026: 14 to 22 February.
        ("2027-02-03 16:30", 60, "2027-02-11 08:00"),  # Tết 2027: 4 to 10 February.
        ("2026-11-16 03:00", 0, "2026-11-16 03:00"),
    ],
)
def test_working_minutes_stop_for_lunch_weekends_and_tet(
    since: str, minutes: int, until: str
) -> None:
    assert in_hue(OFFICE.add_minutes(at(since), minutes)) == until


def test_a_saturday_that_the_country_works_for_a_monday_is_a_working_day() -> None:
    assert OFFICE.reason(date(2026, 8, 22)) is Reason.MOVED
    assert OFFICE.reason(date(2026, 8, 31)) is Reason.HOLIDAY
    assert in_hue(OFFICE.day_end_after(at("2026-08-21 09:00"), 1)) == "2026-08-22 17:00"
    # The Saturday, Monday the 24th to Friday the 28th; the 31st and two days of September are free.
    assert in_hue(OFFICE.day_end_after(at("2026-08-21 09:00"), 7)) == "2026-09-03 17:00"


def test_a_declared_saturday_is_worked_and_a_declared_monday_is_not() -> None:
    days = {date(2026, 5, 9): ((450, 690),), date(2026, 5, 11): ()}
    calendar = Calendar(HUE, OFFICE_HOURS, "VN", None, days)
    assert in_hue(calendar.day_end_after(at("2026-05-08 09:00"), 1)) == "2026-05-09 11:30"
    assert in_hue(calendar.day_end_after(at("2026-05-08 09:00"), 2)) == "2026-05-12 17:00"
    assert calendar.reason(date(2026, 5, 9)) is Reason.DECLARED_WORK
    assert calendar.reason(date(2026, 5, 11)) is Reason.DECLARED_OFF


def test_a_night_shift_works_an_hour_less_when_clocks_go_forward() -> None:
    week: Week = (((0, 1440),),) * 7
    calendar = Calendar(BOSTON, week, "US", "MA")
    sunday = datetime(2026, 3, 8, tzinfo=BOSTON)
    assert calendar.minutes_between(sunday, sunday + timedelta(days=1)) == 23 * 60
    november = datetime(2026, 11, 1, tzinfo=BOSTON)
    assert calendar.minutes_between(november, november + timedelta(days=1)) == 25 * 60
    # Work that ends at midnight is due on the day that ends.
    due = calendar.day_end_after(sunday, 1)
    assert calendar.working_days_left(sunday, due) == 1


def test_hours_inside_the_hour_that_clocks_leave_out_do_not_overlap() -> None:
    week: Week = (((130, 170), (180, 240)),) * 7
    calendar = Calendar(BOSTON, week, "US", "MA")
    sunday = datetime(2026, 3, 8, tzinfo=BOSTON)
    for n in range(0, 200):
        end = calendar.add_minutes(sunday, n)
        assert calendar.minutes_between(sunday, end) == n


def test_a_week_without_work_is_refused() -> None:
    with pytest.raises(ValueError, match="without working hours"):
        Calendar(HUE, ((),) * 7, "VN")
    with pytest.raises(ValueError, match="taken back"):
        OFFICE.add_minutes(at("2026-11-16 08:12"), -1)
