"""Importing reports from another system's export: every row is accounted for."""

import csv
import gzip
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from city import cases, reports
from city.cases import Source, Status
from city.kernel import THE_CITY, Database, events_after
from city.reports import ImportedReport, pins, store
from city.settings import ROOT
from city.web import folded

SHARED = Path(os.environ.get("CITY_DATA") or ROOT.parent / "shared" / "data")
BOSTON = "boston_311_2015_jan_jun.csv.gz"
MAPPING = r"""
[file]
time_zone = "Asia/Ho_Chi_Minh"
date_formats = ["%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S"]
clock_skew_seconds = 60

[columns]
external_id = "id"
opened_at = "opened"
due_at = "due"
closed_at = "closed"
on_time = "flag"
status = "state"
answer = "answer"
title = "title"
unit = "unit"
address = "address"
ward = "ward"
latitude = "lat"
longitude = "lon"

[blank]
title = ["-"]

[description]
columns = ["group", "kind"]

[[unknown_point]]
latitude = 16.4600
longitude = 107.5900

[status]
default = "open"
values = { Closed = "closed" }

[on_time.values]
YES = true
NO = false

[answer]
strip = ['^Closed: ']
redact = ['\b0\d{9}\b']
hide = ['^internal$']

[[outcome]]
pattern = 'same as another'
outcome = "merged"
[[outcome]]
pattern = 'invalid'
outcome = "rejected"

[category]
column = "kind"
default = "other"
[category.values]
street-light = ["Lamp"]
pothole = ["Hole"]

[unit.values]
H = "hepco"
"""
HEADER = ["id", "opened", "due", "closed", "flag", "state", "answer", "title", "group", "kind"]
HEADER += ["unit", "address", "ward", "lat", "lon"]
GOOD = {
    "opened": "01/10/2026 08:00",
    "state": "Open",
    "title": "Đèn tắt",
    "group": "Chiếu sáng",
    "kind": "Lamp",
    "unit": "H",
    "address": "12  Lê Lợi",
    "lat": "16.4685",
    "lon": "107.5890",
}
CLOSED = {**GOOD, "state": "Closed", "closed": "03/10/2026 09:30", "answer": "Closed: Đã thay"}


def row(id: str, given: dict[str, str] = GOOD, **changed: str) -> dict[str, str]:
    return {**given, "id": id, **changed}


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    file = tmp_path / "import.toml"
    file.write_text(MAPPING)
    return file


def written(file: Path, rows: list[dict[str, str]]) -> Path:
    with file.open("w", newline="") as to:
        lines = csv.DictWriter(to, HEADER)
        lines.writeheader()
        lines.writerows(rows)
    return file


def problems(summary: reports.ImportSummary) -> list[tuple[int, str, str]]:
    assert summary.problems is not None
    with summary.problems.open(newline="") as file:
        _, *lines = csv.reader(file)
    return [(int(line), id, reason) for line, id, reason in lines]


async def found(database: Database, external_id: str) -> tuple[reports.Report, cases.Case]:
    async with database.work(THE_CITY, reading=True) as work:
        id = await work.value(
            Any, "select case_id from reports.report where external_id = :id", id=external_id
        )
        report = await reports.find_by_case(work, id)
        assert report is not None
        return report, await cases.get_case(work, id)


async def test_an_imported_report_keeps_its_own_times_state_and_answer(
    database: Database, mapping: Path, tmp_path: Path
) -> None:
    answer = "Closed: Đã thay, gọi 0901234567"
    one = row("a", CLOSED, due="02/10/2026 17:00", flag="NO", answer=answer)
    summary = await reports.import_file(database, written(tmp_path / "a.csv", [one]), mapping)
    assert (summary.rows, summary.added, summary.problems) == (1, 1, None)
    report, case = await found(database, "a")
    assert report.sent_at == case.opened_at == datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
    assert report.due_at == case.due_at == datetime(2026, 10, 2, 10, 0, tzinfo=UTC)
    assert report.closed_at == case.closed_at == datetime(2026, 10, 3, 2, 30, tzinfo=UTC)
    assert (report.status, case.source) == (Status.DONE, Source.IMPORT)
    assert (report.category, report.address) == ("street-light", "12 Lê Lợi")
    assert report.description == "Đèn tắt\nChiếu sáng · Lamp"
    assert report.unit_name is not None and "Môi trường" in report.unit_name["vi"]
    assert case.answer == "Đã thay, gọi …"
    async with database.work(THE_CITY, reading=True) as work:
        origin = await work.value(Any, "select origin from reports.report")
        assert origin == {"on_time": False, "outcome": "done"}
        assert await cases.verify_history(work, case.id)


async def test_outcomes_and_talk_between_officers_are_told_from_answers(
    database: Database, mapping: Path, tmp_path: Path
) -> None:
    rows = [
        row("merged", CLOSED, answer="same as another"),
        row("rejected", CLOSED, answer="Closed: invalid, nothing there"),
        row("internal", CLOSED, answer="Closed: internal"),
    ]
    await reports.import_file(database, written(tmp_path / "a.csv", rows), mapping)
    assert (await found(database, "merged"))[0].status is Status.MERGED
    report, case = await found(database, "rejected")
    assert (report.status, case.reason) == (Status.REJECTED, "invalid, nothing there")
    report, case = await found(database, "internal")
    assert (report.status, case.answer) == (Status.DONE, "")


async def test_every_row_is_accounted_for_by_its_line(
    database: Database, mapping: Path, tmp_path: Path
) -> None:
    rows = [
        row("fine", description="", address='over\ntwo "lines"'),
        row("skewed", CLOSED, closed="01/10/2026 07:59:30"),
        row("nowhere", lat="16.4600", lon="107.5900"),
        row("blank place", lat="", lon=""),
        row("", address="no id"),
        row("fine"),
        row("late?", opened=""),
        row("when?", opened="yesterday"),
        row("tomorrow", opened="01/10/2126 08:00"),
        row("back in time", CLOSED, closed="01/10/2026 07:00"),
        row("closed when?", CLOSED, closed=""),
        row("not closed", CLOSED, state="Open"),
        row("at sea", lat="16.9", lon="109.9"),
        row("where?", lat="here", lon="there"),
        row("too long", title="x" * 4001),
        row("nul", address="a\0b"),
    ]
    for one in rows:
        one.pop("description", None)
    file = written(tmp_path / "trouble.csv", rows)
    with file.open("ab") as more:
        more.write(b"short,01/10/2026 08:00\r\n")
        more.write(b"bytes,01/10/2026 08:00,,,,Open,,\xff\xfe,,Lamp,H,,,16.4685,107.5890\r\n")
    summary = await reports.import_file(database, file, mapping)
    assert (summary.rows, summary.added, summary.there) == (18, 4, 0)
    assert summary.without_place == 2
    assert problems(summary) == [
        (7, "", "no identifier"),
        (8, "fine", "the identifier is there twice in this file"),
        (9, "late?", "no time of opening"),
        (10, "when?", "opened_at is no time"),
        (11, "tomorrow", "opened in the future"),
        (12, "back in time", "closed before it was opened"),
        (13, "closed when?", "closed, but without the time"),
        (14, "not closed", "open, but with a time of closing"),
        (15, "at sea", "the place lies outside the city"),
        (16, "where?", "the coordinates are no numbers"),
        (17, "too long", "more than 4,000 letters"),
        (18, "nul", "a character that cannot be kept"),
        (19, "short", "not as many values as the file has columns"),
        (20, "bytes", "letters that are not in the file's encoding"),
    ]
    assert sum(summary.reasons.values()) == 14
    report, _ = await found(database, "skewed")
    assert report.closed_at == report.sent_at


async def test_an_import_is_announced_once_for_all_that_anybody_may_read(
    database: Database, mapping: Path, tmp_path: Path
) -> None:
    rows = [row("a"), row("b", CLOSED), row("c", kind="Bribe")]
    mapping.write_text(MAPPING.replace('pothole = ["Hole"]', 'corruption = ["Bribe"]'))
    for _ in range(2):  # The second time there is nothing new, and nothing to announce.
        await reports.import_file(database, written(tmp_path / "a.csv", rows), mapping)
    private = written(tmp_path / "b.csv", [row("d", kind="Bribe")])
    await reports.import_file(database, private, mapping)
    async with database.work(THE_CITY, reading=True) as work:
        events = await events_after(work, "", ["reports.ReportsImported"], 10)
    assert [event.body for event in events] == [{"count": 2}]


async def test_importing_twice_changes_nothing(
    database: Database, mapping: Path, tmp_path: Path
) -> None:
    file = written(tmp_path / "a.csv", [row("a"), row("b", CLOSED), row("c", opened="?")])
    await reports.import_file(database, file, mapping)
    before = await found(database, "a")
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    again = await reports.import_file(database, packed, mapping)
    assert (again.rows, again.added, again.there) == (3, 0, 2)
    assert again.reasons == {"opened_at is no time": 1}
    assert await found(database, "a") == before


async def test_a_file_that_is_broken_off_is_taken_in_up_to_there(
    database: Database, mapping: Path, tmp_path: Path
) -> None:
    many = [row(f"n{n}", address=os.urandom(40).hex()) for n in range(2000)]
    whole = gzip.compress(written(tmp_path / "a.csv", many).read_bytes())
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(whole[: len(whole) // 2])
    summary = await reports.import_file(database, broken, mapping)
    assert 100 < summary.added < 2000
    assert "the file is broken off here" in summary.reasons


async def test_a_report_without_a_place_is_in_lists_but_not_on_the_map(
    database: Database, mapping: Path, tmp_path: Path
) -> None:
    rows = [row("known"), row("unknown", lat="16.46", lon="107.59")]
    await reports.import_file(database, written(tmp_path / "a.csv", rows), mapping)
    async with database.work(THE_CITY) as work:
        cards, _ = await reports.find_reports(work, reports.Filters(q="den tat"))
        assert len(cards) == 2
        near = reports.Filters(latitude=16.46, longitude=107.59, radius=500)
        assert (await reports.find_reports(work, near))[0] == []
        squares = await store.count_pins(work, pins.view_of(16, 107, 17, 108), "", [True, False])
        assert sum(square.n for square in squares) == 1
    report, case = await found(database, "unknown")
    assert (report.place_precision, report.ward) == ("unknown", None)
    async with database.work(THE_CITY) as work:
        await work.run(
            "update cases.case set status = 'new' where id = :id and closed_at is null", id=case.id
        )
        await reports.follow_case(work, case.id)
        squares = await store.count_pins(work, pins.view_of(16, 107, 17, 108), "", [True, False])
        assert sum(square.n for square in squares) == 1


async def test_a_mapping_that_does_not_fit_imports_nothing(
    database: Database, mapping: Path, tmp_path: Path
) -> None:
    file = written(tmp_path / "a.csv", [row("a")])
    for old, new, says in (
        ('"lat"', '"latitude"', "no column latitude"),
        ("street-light =", "no-such-thing =", "no-such-thing"),
        ('H = "hepco"', 'H = "nobody"', "nobody"),
        ('opened_at = "opened"', "", "opened_at has no column"),
        ("[blank]", "[blanks]", "blanks"),
        ("Asia/Ho_Chi_Minh", "Asia/Atlantis", "Atlantis"),
    ):
        mapping.write_text(MAPPING.replace(old, new))
        with pytest.raises(reports.BadMapping, match=says):
            await reports.import_file(database, file, mapping)
    async with database.work(THE_CITY, reading=True) as work:
        assert (await reports.find_reports(work, reports.Filters()))[0] == []


@pytest.mark.slow
async def test_ten_thousand_reports_come_in_and_can_be_found(database: Database) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)

    def made(count: int) -> Iterator[ImportedReport]:
        for n in range(count):
            yield ImportedReport(
                external_id=f"made-{n}",
                category="street-light",
                status=Status.ROUTED,
                description=f"Đèn đường số {n} tắt ba đêm nay",
                latitude=16.44 + n % 100 * 5e-4,
                longitude=107.56 + n // 100 * 5e-4,
                unit="hepco",
                opened_at=begin + timedelta(minutes=n),
            )

    tally = await reports.import_reports(database, made(10_000))
    assert (tally.added, tally.refused) == (10_000, [])
    async with database.work(THE_CITY, reading=True) as work:
        cards, _ = await reports.find_reports(work, reports.Filters(q=folded("đèn 9999")))
        assert [card.unit_name is not None for card in cards] == [True]


@pytest.mark.slow
def test_the_cases_of_boston_come_in_whole(tmp_path: Path) -> None:
    file = SHARED / BOSTON
    if not file.exists():
        pytest.skip(f"{BOSTON} is neither in CITY_DATA nor beside the repository")
    environment = {**os.environ, "CITY": "boston", "DATA": str(tmp_path), "DATABASE_URL": ""}

    def imported() -> str:
        command = [sys.executable, "-m", "city", "import", "reports", str(file)]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return re.sub(r" +", " ", done.stdout)

    first = imported()
    assert "58,119 imported" in first and "0 not imported" in first
    assert "8,752 of those taken in tell no place" in first
    again = imported()
    assert "0 imported" in again and "58,119 were here already" in again
