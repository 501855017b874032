"""Files of declared days, and hours in a profile: what is taken, what is wrong and where."""

import html
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from city import settings
from city.calendar.model import Kind
from city.calendar.sheets import read_sheet
from city.kernel import Problem
from city.settings import BadHours, read_intervals, read_profile
from city.web import render_words

pytestmark = pytest.mark.usefixtures("here")
Browser = Any  # That of conftest.py, which is no module to import from.

TABLE = """date,kind,hours,note,decree,note_en
2026-05-09,work,"07:30-11:30, 13:30-17:00",Làm bù,QĐ 412,Worked in exchange
11/05/2026,off,,Nghỉ bù,QĐ 412,
2026-05-16,like:fri,,Làm bù,,

2026-05-30,work,,Làm bù,,
"""

EVENTS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20270203
DTEND;VALUE=DATE:20270204
SUMMARY:Nghỉ Tết thêm
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20270220
SUMMARY:Làm bù
CATEGORIES:WORK,TET
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART:20270227T003000Z
DTEND:20270227T043000Z
SUMMARY:Làm bù
END:VEVENT
BEGIN:VEVENT
UID:4
DTSTART;TZID=Asia/Ho_Chi_Minh:20270227T133000
DTEND;TZID=Asia/Ho_Chi_Minh:20270227T170000
SUMMARY:Làm bù
END:VEVENT
BEGIN:VEVENT
UID:5
DTSTART;VALUE=DATE:20270301
RRULE:FREQ=DAILY;COUNT=3
SUMMARY:Lặp lại
END:VEVENT
BEGIN:VEVENT
UID:6
DTSTART;VALUE=DATE:20270302
STATUS:CANCELLED
SUMMARY:Đã hủy
END:VEVENT
BEGIN:VEVENT
UID:7
SUMMARY:Không ngày
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def faults(content: str) -> list[str]:
    """Return what is wrong with each line, as `number: sentence`."""
    lines = read_sheet("days.csv", content.encode(), []).lines
    return [f"{line.number}: {line.fault}" for line in lines if line.fault]


def test_a_table_is_read_with_any_sort_of_date_and_hours() -> None:
    sheet = read_sheet("days.csv", TABLE.encode("utf-8-sig"), [])
    assert sheet.faults == 0
    first, second, third, fourth = sheet.new
    assert first.date == date(2026, 5, 9) and first.intervals == ((450, 690), (810, 1020))
    assert first.note == {"vi": "Làm bù", "en": "Worked in exchange"} and first.decree == "QĐ 412"
    assert (second.date, second.kind) == (date(2026, 5, 11), Kind.OFF)
    assert (third.kind, third.like) == (Kind.WORK, 5)
    assert (fourth.intervals, fourth.like) == ((), None)


def test_a_table_with_semicolons_as_spreadsheets_write_it_is_read() -> None:
    sheet = read_sheet("days.csv", "Date;Kind;Hours;Note\n2026-05-09;work;;Bù\n".encode(), [])
    assert [day.date for day in sheet.new] == [date(2026, 5, 9)]


def test_every_wrong_line_is_named_with_what_is_wrong() -> None:
    head = "date,kind,hours,note\n"
    rows = [
        "2026-13-01,off,,x",
        "2026-05-09,maybe,,x",
        "2026-05-10,work,11:30-07:30,x",
        "2026-05-11,work,07:30-11:30; 11:00-12:00,x",
        "2026-05-12,off,07:30-11:30,x",
        "2026-05-13,off,,",
        "2026-05-14,off,,x",
        "2026-05-14,off,,again",
        "2126-05-14,off,,x",
        "2026-05-15",
    ]
    assert faults(head + "\n".join(rows)) == [
        "2: “2026-13-01” is no date, such as 2026-05-02.",
        "3: “maybe” is neither off nor work.",
        "4: “11:30-07:30” ends before it begins.",
        "5: “ 11:00-12:00” begins before the one in front of it is over.",
        "6: A day off has no hours.",
        "7: Please say why, so that people understand.",
        "9: This day is in line 8 already.",
        "10: The calendar reaches from 2000 to 2099.",
        "11: “” is neither off nor work.",
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "must name the columns"),
        (b"date,kind\n", "no days in it"),
        (b"day,what\n1,2\n", "must name the columns"),
        (b"date,kind,colour\n1,2,3\n", "no column “colour”"),
        (b"\xff\xfe\x00d", "UTF-8"),
        (b"date,kind\n" + b"2026-05-09,off\n" * 10_000, "larger than"),
        (b"date,kind\n" + b"2026-05-09,off\n" * 400, "at most 366"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND", "cannot be read"),
    ],
)
def test_what_is_no_sheet_is_refused_whole(content: bytes, says: str) -> None:
    with pytest.raises(Problem, match=says):
        read_sheet("days.csv", content, [])


def test_a_calendar_gives_days_off_working_days_and_hours() -> None:
    sheet = read_sheet("tet.ics", EVENTS.encode(), [])
    days = {line.day.date: line.day for line in sheet.lines if line.day}
    assert days[date(2027, 2, 3)].kind is Kind.OFF
    assert days[date(2027, 2, 20)].kind is Kind.WORK
    # Half past midnight in London is half past seven in Huế.
    assert days[date(2027, 2, 27)].intervals == ((450, 690), (810, 1020))
    assert date(2027, 3, 2) not in days
    assert [f"{line.number}: {line.fault}" for line in sheet.lines if line.fault] == [
        "5: Events that repeat are not taken. Please write out each day.",
        "7: This event cannot be understood.",
    ]
    assert sheet.new == []


async def test_a_file_shows_what_it_would_do_before_it_does_it(browser: Browser) -> None:
    await browser.sign_in("admin")
    sheet = {"file": ("days.csv", TABLE.encode(), "text/csv")}
    page = (await browser.post("/desk/calendar/import", files=sheet)).text
    days = [html.unescape(day) for day in re.findall(r'name="days" value="([^"]+)"', page)]
    assert len(days) == 4
    before = (await browser.get("/api/v1/calendar?year=2026")).json()
    assert not [day for day in before["days"] if day["version"]]
    parts = [("days", (None, day)) for day in days]
    answer = await browser.post("/desk/calendar/import/apply", files=parts)
    assert answer.status_code == 303
    after = (await browser.get("/api/v1/calendar?year=2026")).json()
    assert len([day for day in after["days"] if day["version"]]) == 4
    # Once more it would change nothing; what was decided on an old state is refused.
    page = (await browser.post("/desk/calendar/import", files=sheet)).text
    assert 'name="days"' not in page
    assert (await browser.post("/desk/calendar/import/apply", files=parts)).status_code == 409


async def test_a_file_with_a_wrong_line_cannot_take_effect(browser: Browser) -> None:
    await browser.sign_in("admin")
    await browser.get("/language/vi")
    wrong = {"file": ("days.csv", (TABLE + "2026-06-31,off,,x\n").encode(), "text/csv")}
    page = (await browser.post("/desk/calendar/import", files=wrong)).text
    assert "“2026-06-31” không phải là ngày" in html.unescape(page)
    assert 'name="days"' not in page
    assert (await browser.post("/desk/calendar/import")).status_code == 422
    nonsense = [("days", (None, "{}"))]
    answer = await browser.post("/desk/calendar/import/apply", files=nonsense)
    assert answer.status_code == 400
    await browser.sign_in("desk")
    assert (await browser.post("/desk/calendar/import", files=wrong)).status_code == 403


# Hours


def test_hours_are_read_as_people_write_them() -> None:
    assert read_intervals(["7:30-11:30", "13h30 – 17h"]) == ((450, 690), (810, 1020))
    assert read_intervals(["00:00-24:00"]) == ((0, 1440),)


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        ('mon = ["07:30-11:30", "11:00-17:00"]', "hours.mon: “11:00-17:00” begins before"),
        ('tue = ["17:00-07:30"]', "hours.tue: “17:00-07:30” ends before it begins"),
        ('tue = ["17:00-17:00"]', "hours.tue: “17:00-17:00” ends before it begins"),
        ('wed = ["07:60-11:30"]', "hours.wed: “07:60-11:30” has a time that no clock shows"),
        ('thu = ["morning"]', "hours.thu: “morning” is no time"),
        ('monday = ["07:30-11:30"]', "hours: “monday” is no day; days are mon, tue"),
        ("mon = []", "hours: the city never works"),
    ],
)
def test_nonsense_in_a_profile_is_said_with_its_place(
    tmp_path: Path, hours: str, says: str
) -> None:
    hue = (settings.ROOT / "profiles/hue/city.toml").read_text()
    rest = re.sub(r"\[hours\]\n(\w+ = .*\n)+", "", hue)
    folder = tmp_path / "atlantis"
    folder.mkdir()
    (folder / "city.toml").write_text(f"{rest}\n[hours]\n{hours}\n")
    with pytest.raises(SystemExit, match=re.escape(f"atlantis is not a city profile: {says}")):
        read_profile(folder)
    (folder / "city.toml").write_text(rest)
    assert read_profile(folder).week == settings.OFFICE_HOURS


def test_every_sentence_about_hours_is_there_in_vietnamese() -> None:
    for wrong in (["x"], ["25:00-26:00"], ["09:00-08:00"], ["08:00-10:00", "09:00-11:00"]):
        with pytest.raises(BadHours) as bad:
            read_intervals(wrong)
        assert render_words("vi", bad.value.text, given="x") != str(bad.value)
