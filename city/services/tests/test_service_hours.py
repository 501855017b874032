"""Opening hours: written by people, read by the clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.services.hours import opening_of, read_hours
from city.settings import BadHours, Settings

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)  # The 23rd is a Monday.


def test_days_may_be_written_in_vietnamese_or_english() -> None:
    assert read_hours(["t2-t6 07:30-11:30"]) == read_hours(["mon-fri 7h30–11h30"])
    assert read_hours(["cn 8:00-9:00"]) == {6: ((480, 540),)}


@pytest.mark.parametrize("wrong", ["someday 07:00-08:00", "mon", "mon 8-7", "mon 25:00-26:00"])
def test_hours_that_nobody_can_read_are_refused(wrong: str) -> None:
    with pytest.raises(BadHours):
        read_hours([wrong])


@given(st.lists(st.text(max_size=20), min_size=1, max_size=3))
def test_whatever_is_typed_is_read_or_refused(lines: list[str]) -> None:
    try:
        read_hours(lines)
    except BadHours as refusal:
        assert refusal.text


def test_an_office_is_open_in_its_hours_and_closed_on_a_sunday(here: Settings) -> None:
    monday = opening_of(["office"], at(23, 9), "vi")
    sunday = opening_of(["office"], at(22, 9), "vi")
    assert monday is not None and monday.open and "11:30" in str(monday.says)
    assert sunday is not None and not sunday.open
    assert "Thứ Hai 23/11" in str(sunday.says)
    assert sunday.lines == [("Thứ Hai – Thứ Sáu", "07:30–11:30, 13:30–17:00")]


def test_at_lunch_it_says_when_it_opens_again(here: Settings) -> None:
    noon = opening_of(["t2-t6 07:30-11:30 13:30-17:00", "sat 08:00-11:00"], at(23, 12), "en")
    assert noon is not None and str(noon.says) == "Closed now, opens at 13:30"
    assert noon.lines[1] == ("Saturday", "08:00–11:00")


def test_day_and_night_and_nothing_said(here: Settings) -> None:
    always = opening_of(["always"], at(22, 3), "en")
    assert always is not None and always.open
    assert opening_of([], at(22, 3), "en") is None
