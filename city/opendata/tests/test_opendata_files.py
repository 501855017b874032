"""Every data set, in every format, says the same, and nothing that is not meant for everybody."""

import csv
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import shapely
from pyarrow import parquet

from city import cases, reports
from city.kernel import NOBODY, Database
from city.opendata import snapshots, tables
from city.opendata.model import DataSet, Format, Kind, Place
from city.opendata.sets import DATA_SETS
from tests.harness import EVERYBODY

Send = Callable[..., Awaitable[reports.Report]]
WORDS = 'Đèn đường "tắt",\nba đêm rồi; gọi 0905 mãi không được.'


async def files_of(database: Database, dataset: DataSet) -> dict[Format, Path]:
    snapshot = await snapshots.fresh_snapshot(database, dataset)
    files: dict[Format, Path] = {}
    for form in dataset.formats:
        snapshot, file = await snapshots.open_file(database, dataset, snapshot, form)
        file.close()
        files[form] = Path(file.name)
    return files


def of_parquet(dataset: DataSet, file: Path) -> list[dict[str, Any]]:
    rows = parquet.read_table(file).to_pylist()
    for row in rows:
        drawn = row.pop("geometry", None)
        for column in dataset.columns:
            if column.kind is Kind.MOMENT and row[column.name] is not None:
                row[column.name] = row[column.name].isoformat()
            if column.kind is Kind.DAY:
                row[column.name] = row[column.name].isoformat()
            if column.kind is Kind.SHAPE:
                row[column.name] = shapely.from_wkb(drawn).wkt
        if dataset.place is Place.POINT:
            (point,) = shapely.from_wkb(drawn).coords
            assert point == (row["longitude"], row["latitude"])
    return rows


def comparable(dataset: DataSet, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    moments = [column.name for column in dataset.columns if column.kind is Kind.MOMENT]
    for row in rows:
        for name in moments:
            if row[name] is not None:
                moment = row[name].replace("Z", "+00:00")
                row[name] = moment.split("+")[0].partition(".")[0]
    return rows


async def test_every_format_has_the_same_rows(database: Database, send: Send) -> None:
    await send(database, description=WORDS)
    await send(database, private=True)
    for dataset in DATA_SETS.values():
        files = await files_of(database, dataset)
        snapshot = snapshots.find_snapshot(dataset.code)
        assert snapshot is not None
        with files[Format.CSV].open(encoding="utf-8", newline="") as lines:
            head, *records = list(csv.reader(lines, strict=True))
        assert head == [column.name for column in dataset.columns]
        assert len(records) == snapshot.rows
        rows = comparable(dataset, list(tables.typed(records, dataset.columns)))
        assert comparable(dataset, json.loads(files[Format.JSON].read_bytes())) == rows
        assert comparable(dataset, of_parquet(dataset, files[Format.PARQUET])) == rows
        if dataset.place:
            features = json.loads(files[Format.GEOJSON].read_bytes())["features"]
            said = comparable(dataset, [one["properties"] for one in features])
            assert said == [{k: v for k, v in row.items() if k != "geometry"} for row in rows]
            kinds = {one["geometry"]["type"] for one in features}
            assert kinds and kinds <= {"Point", "Polygon", "MultiPolygon"}


async def test_values_are_what_the_columns_say(database: Database, send: Send) -> None:
    await send(database, description=WORDS)
    empty = set()
    for dataset in DATA_SETS.values():
        file = (await files_of(database, dataset))[Format.CSV]
        rows = list(tables.read_rows(file, dataset.columns))
        empty |= set() if rows else {dataset.code}
        for column in dataset.columns:
            values = [row[column.name] for row in rows]
            assert column.optional or None not in values, f"{dataset.code}.{column.name}"
            if column.codes:
                known = {code.value for code in column.codes}
                assert set(values) <= known | {None}, f"{dataset.code}.{column.name}"
            if column.refers:
                assert column.refers in DATA_SETS
    assert empty == {"surveys", "numbers", "reports-anonymous"}


async def test_csv_is_as_the_standard_has_it(database: Database, send: Send) -> None:
    """RFC 4180: lines end in CR LF, and quotes are doubled inside quotes."""
    await send(database, description=WORDS)
    written = (await files_of(database, DATA_SETS["reports"]))[Format.CSV].read_bytes()
    assert written.startswith(b"ref,category,status,") and written.endswith(b"\r\n")
    assert written.count(b"\r\n") == 2
    assert 'Đèn đường ""tắt"",\nba đêm rồi'.encode() in written


async def test_only_what_everybody_may_read_is_published(database: Database, send: Send) -> None:
    shown = await send(database, description=WORDS)
    hidden = await send(database, private=True, description="Một điều không ai khác được biết.")
    for file in (await files_of(database, DATA_SETS["reports"])).values():
        if file.suffix != ".parquet":
            text = file.read_text(encoding="utf-8")
            assert shown.ref in text
            assert hidden.ref not in text and "không ai khác" not in text
            assert "Hoa" not in text and str(shown.reporter_id) not in text
        else:
            told = parquet.read_table(file).to_pylist()
            assert [one["ref"] for one in told] == [shown.ref]


async def test_a_report_that_turns_private_is_in_the_next_file_no_more(
    database: Database, send: Send
) -> None:
    report = await send(database, description=WORDS)
    dataset = DATA_SETS["reports"]
    assert (await snapshots.fresh_snapshot(database, dataset)).rows == 1
    async with database.work(EVERYBODY) as work:
        await cases.sort_case(work, report.case_id, "corruption")
    async with database.work(EVERYBODY) as work:
        await reports.follow_case(work, report.case_id)
    assert (await snapshots.fresh_snapshot(database, dataset)).rows == 0


async def test_the_file_says_what_the_feed_of_changes_says(database: Database, send: Send) -> None:
    from city.reports.store import list_public_states

    await send(database, description=WORDS)
    file = (await files_of(database, DATA_SETS["reports"]))[Format.CSV]
    (row,) = tables.read_rows(file, DATA_SETS["reports"].columns)
    async with database.work(NOBODY, reading=True) as work:
        found = await reports.find_by_ref(work, row["ref"])
        assert found is not None
        (state,) = await list_public_states(work, [found.case_id])
    for name in ("ref", "category", "status", "ward", "latitude", "longitude", "voices"):
        assert row[name] == getattr(state, name), name
    for name in ("rating", "merged_into", "summary"):
        assert row[name] == getattr(state, name), name
    assert (row["answer"] or "") == state.answer


async def test_numbers_that_people_write_are_in_no_file(database: Database, send: Send) -> None:
    await send(database, description="Đèn tắt, gọi 0912 345 678.", address="Nhà a.b@example.com")
    for file in (await files_of(database, DATA_SETS["reports"])).values():
        content = file.read_bytes()
        assert "Đèn tắt".encode() in content
        assert b"345 678" not in content and b"a.b@example" not in content
