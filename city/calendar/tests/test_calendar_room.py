"""Declared days: who may, what is refused, what is remembered, and what other rooms hear."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from city import calendar
from city.calendar import CalendarChanged, Kind, NewDay, known, store
from city.kernel import Actor, Conflict, Forbidden, Invalid, Problem, Work, new_id

Browser = Any  # That of conftest.py, which is no module to import from.
SATURDAY, MONDAY = date(2026, 12, 5), date(2026, 12, 7)
FRIDAY_MORNING = datetime(2026, 12, 4, 2, tzinfo=UTC)
DAY = {"date": "2026-12-07", "kind": "off", "note_vi": "Nghỉ bù", "decree": "QĐ 12"}


def off(day: date = MONDAY, **about: Any) -> NewDay:
    return NewDay(date=day, kind=Kind.OFF, note={"vi": "Nghỉ bù"}, **about)


def worked(day: date = SATURDAY, **about: Any) -> NewDay:
    return NewDay(date=day, kind=Kind.WORK, note={"vi": "Làm bù"}, **about)


def due(days: int) -> str:
    return f"{calendar.current().day_end_after(FRIDAY_MORNING, days):%d %H:%M}"  # UTC.


async def test_a_declared_day_counts_at_once_and_is_announced(work: Work) -> None:
    assert due(1) == "07 10:00"
    await calendar.set_days(work, [off(), worked(intervals=((450, 690),))])
    assert work.announced == [CalendarChanged(first=SATURDAY, last=MONDAY)]
    await calendar.refresh(work)
    assert [due(1), due(2)] == ["05 04:30", "08 10:00"]
    assert [day.declared_name for day in calendar.declared()] == ["Tests", "Tests"]


async def test_a_working_day_has_the_hours_of_another_weekday_or_the_usual_ones(work: Work) -> None:
    await calendar.set_days(work, [worked(like=1), worked(date(2026, 12, 6))])
    found = await calendar.refresh(work, anew=True)
    assert found.intervals(SATURDAY) == found.intervals(date(2026, 12, 6)) == found.week[0]


async def test_what_is_taken_back_is_as_usual_and_stays_in_the_history(work: Work) -> None:
    await calendar.set_day(work, off())
    await calendar.remove_day(work, MONDAY, 1)
    await calendar.refresh(work)
    assert due(1) == "07 10:00" and calendar.declared() == []
    await calendar.set_day(work, off(version=0))
    changes = await store.list_changes(work, MONDAY, MONDAY, 10)
    assert sorted((c.version, c.kind.value) for c in changes) == [
        (1, "off"),
        (2, "usual"),
        (3, "off"),
    ]


@pytest.mark.parametrize("version", [0, 2, 7])
async def test_who_has_not_seen_the_newest_declaration_is_refused(work: Work, version: int) -> None:
    await calendar.set_day(work, off())
    with pytest.raises(Conflict, match="07/12/2026"):
        await calendar.set_days(work, [worked(), off(version=version)])
    with pytest.raises(Conflict):
        await calendar.remove_day(work, date(2026, 12, 6), 1)


async def test_a_day_is_not_declared_twice_by_two_who_do_so_at_once(database: Any) -> None:
    actor = Actor(id=new_id(), name="Lan", permissions=frozenset({"cases.manage"}))

    async def declare() -> None:
        async with database.work(actor) as work:
            await calendar.set_day(work, off())
            await asyncio.sleep(0.05)

    outcomes = await asyncio.gather(declare(), declare(), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]
    async with database.work(actor) as work:
        assert len(await store.list_days(work)) == 1


async def test_only_who_manages_cases_declares_days(work: Work) -> None:
    clerk = Actor(id=new_id(), permissions=frozenset({"cases.view", "cases.triage"}))
    with pytest.raises(Forbidden):
        await calendar.set_day(Work(work._connect, clerk, work.now), off())


@pytest.mark.parametrize(
    ("day", "field", "says"),
    [
        (off(intervals=((450, 690),)), "hours", "A day off has no hours."),
        (worked(intervals=((450, 690), (600, 700))), "hours", "These hours overlap"),
        (worked(intervals=((700, 690),)), "hours", "These hours overlap"),
        (worked(intervals=((0, 1441),)), "hours", "These hours overlap"),
        (worked(like=1, intervals=((450, 690),)), "like", "not both"),
        (worked(like=7), "like", "does not work on that weekday"),
        (off(date(1999, 12, 31)), "date", "from 2000 to 2099"),
        (NewDay(date=MONDAY, kind=Kind.OFF), "note", "Please say why"),
        (NewDay(date=MONDAY, kind=Kind.OFF, note={"tlh": "x"}), "note", "not spoken here"),
        (off(decree="x" * 301), "note", "at most 300"),
    ],
)
async def test_what_cannot_be_is_refused_with_a_sentence(
    work: Work, day: NewDay, field: str, says: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await calendar.set_day(work, day)
    assert says in str(refused.value.errors[field])


async def test_what_is_known_is_read_at_most_once_a_minute(
    work: Work, inside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(known, "monotonic", lambda: now[0])
    await calendar.refresh(work, anew=True)
    before = len(inside.statements)
    for _ in range(59):
        now[0] += 1
        await calendar.refresh(work)
    assert len(inside.statements) == before
    now[0] += 1
    await calendar.refresh(work)
    assert len(inside.statements) == before + 1


# Pages


async def test_the_page_shows_the_year_to_staff_and_the_form_to_those_who_manage(
    browser: Browser,
) -> None:
    await browser.sign_in("desk")
    answer = await browser.get("/desk/calendar?year=2026")
    assert answer.status_code == 200 and "Tết Nguyên Đán" in answer.text
    assert "/desk/calendar/import" not in answer.text
    assert (await browser.post("/desk/calendar", data=DAY)).status_code == 403
    browser.sign_out()
    await browser.sign_in("leader")
    answer, statements = await browser.counted("GET", "/desk/calendar?year=2026")
    assert "/desk/calendar/import" in answer.text
    assert statements <= 3


async def test_residents_see_the_calendar_as_data_only(browser: Browser) -> None:
    await browser.sign_in("resident")
    assert (await browser.get("/desk/calendar")).status_code == 403
    assert (await browser.get("/api/v1/calendar?year=2026")).status_code == 200


async def test_a_day_is_declared_changed_and_taken_back_on_the_page(browser: Browser) -> None:
    await browser.sign_in("admin", name="Cao Thảo Vy")
    answer = await browser.post("/desk/calendar", data=DAY)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/calendar?year=2026")
    page = (await browser.get("/desk/calendar?year=2026&date=2026-12-07")).text
    assert 'data-reason="declared_off"' in page and "Cao Thảo Vy" in page and "QĐ 12" in page
    assert 'name="version" value="1"' in page
    half = {**DAY, "kind": "work", "hours": "7h30-11h30", "version": "1"}
    assert (await browser.post("/desk/calendar", data=half)).status_code == 303
    assert "07:30–11:30" in (await browser.get("/desk/calendar?year=2026")).text
    assert (await browser.post("/desk/calendar", data=half)).status_code == 409
    gone = {"date": "2026-12-07", "version": "2"}
    assert (await browser.post("/desk/calendar/remove", data=gone)).status_code == 303
    assert (
        'data-reason="declared'
        not in (await browser.get("/desk/calendar?year=2026")).text.split('class="months"')[1]
    )


async def test_several_days_in_a_row_are_declared_at_once(browser: Browser) -> None:
    await browser.sign_in("admin")
    until = {**DAY, "until": "2026-12-09"}
    assert (await browser.post("/desk/calendar", data=until)).status_code == 303
    year = (await browser.get("/api/v1/calendar?year=2026")).json()
    assert [d["date"] for d in year["days"] if d["reason"] == "declared_off"] == [
        "2026-12-07",
        "2026-12-08",
        "2026-12-09",
    ]


@pytest.mark.parametrize(
    ("wrong", "english", "vietnamese"),
    [
        ({"hours": "7-8"}, "is no time from", "không phải là khoảng giờ"),
        ({"hours": "11:30-07:30"}, "ends before it begins", "kết thúc trước khi bắt đầu"),
        ({"hours": "07:30-11:30"}, "A day off has no hours.", "Ngày nghỉ thì không có giờ"),
        ({"note_vi": ""}, "Please say why", "Bạn hãy ghi lý do"),
        ({"date": "1999-01-01"}, "from 2000 to 2099", "từ năm 2000 đến năm 2099"),
        ({"until": "2027-12-07"}, "within 31 days", "trong vòng 31 ngày"),
        ({"date": "07.12"}, "does not look right", "chưa đúng"),
        ({"kind": "usual"}, "choose one of the list", "danh sách"),
    ],
)
async def test_bad_input_is_said_in_the_readers_language(
    browser: Browser, wrong: dict[str, str], english: str, vietnamese: str
) -> None:
    await browser.sign_in("admin")
    for language, says in (("en", english), ("vi", vietnamese)):
        await browser.get(f"/language/{language}")
        answer = await browser.post("/desk/calendar", data={**DAY, **wrong})
        assert answer.status_code == 422
        assert says in answer.text


async def test_a_deadline_is_tried_out_and_explained(browser: Browser) -> None:
    await browser.sign_in("desk")
    await browser.get("/language/en")
    page = (
        await browser.get("/desk/calendar?at=2026-02-13T17:30&amount=1&unit=days&year=2026")
    ).text
    assert "17:00 Tuesday 24 Feb 2026" in page and "counts from Monday 23 Feb" in page
    assert "Lunar New Year" in page and "Saturday 14 Feb 2026 – Sunday 15 Feb 2026" in page
    minutes = (await browser.get("/desk/calendar?at=2026-11-20T16:50&amount=20&unit=minutes")).text
    assert "07:40 Monday 23 Nov 2026" in minutes
    for query in ("at=x&amount=1", "at=2026-02-13T17:30&amount=-1", "at=1700-01-01T00:00&amount=1"):
        answer = await browser.get(f"/desk/calendar?{query}")
        assert answer.status_code == 200 and 'class="outcome"' not in answer.text
        assert 'class="error"' in answer.text


async def test_years_beyond_the_calendar_are_shown_as_its_ends(browser: Browser) -> None:
    await browser.sign_in("desk")
    for year in ("0", "99999999", "x", "२०२६"):
        assert (await browser.get(f"/desk/calendar?year={year}")).status_code == 200


# For programs


async def test_programs_read_the_year_and_declare_days(browser: Browser) -> None:
    year = (await browser.get("/api/v1/calendar?year=2026")).json()
    days = {day["date"]: day for day in year["days"]}
    assert len(days) == 365 and year["working_days"] == 249
    assert days["2026-02-17"]["name"] == {"vi": "Tết Nguyên Đán", "en": "Lunar New Year"}
    assert days["2026-11-23"]["intervals"][0] == {"start": "07:30", "end": "11:30"}
    assert days["2026-08-22"]["reason"] == "moved"
    body = {"date": "2026-12-05", "kind": "work", "hours": ["07:30-11:30"], "note": {"vi": "Bù"}}
    assert (await browser.post("/api/v1/calendar/days", json=body)).status_code == 401
    await browser.sign_in("admin")
    answer = await browser.post("/api/v1/calendar/days", json=body)
    assert answer.json()["version"] == 1 and answer.json()["working"]
    assert (await browser.post("/api/v1/calendar/days", json=body)).status_code == 409
    bad = {**body, "hours": ["25:00-26:00"]}
    assert "hours" in str((await browser.post("/api/v1/calendar/days", json=bad)).json())
    gone = {"date": "2026-12-05", "kind": "usual", "version": 1}
    assert (await browser.post("/api/v1/calendar/days", json=gone)).json()["version"] == 0
    assert (await browser.get("/api/v1/calendar?year=1999")).status_code in (400, 422)


async def test_a_file_on_the_command_line_takes_effect_whole_or_not_at_all(
    work: Work, tmp_path: Path
) -> None:
    file = tmp_path / "days.csv"
    file.write_text("date,kind,hours,note\n2026-12-05,work,,Bù\n2026-12-07,holy,,x\n")
    with pytest.raises(Problem, match="line 3: “holy” is neither off nor work"):
        await calendar.import_file(work, file)
    file.write_text("date,kind,hours,note\n2026-12-05,work,,Bù\n7/12/2026,off,,Nghỉ\n")
    assert "2 days declared, 0 were so already." in await calendar.import_file(work, file)
    assert "0 days declared, 2 were so already." in await calendar.import_file(work, file)
    with pytest.raises(Problem, match="cannot be read"):
        await calendar.import_file(work, tmp_path / "missing.csv")
