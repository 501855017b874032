"""Files over HTTP: tags, parts, squeezed ones, and what happens while the city goes on."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable

import pytest

from city import reports
from city.kernel import NOBODY, Database, log_position
from city.opendata import snapshots
from city.opendata.model import Format
from city.opendata.sets import DATA_SETS
from tests.harness import Browser

Send = Callable[..., Awaitable[reports.Report]]


async def test_a_file_is_served_with_its_tag_and_position(
    reader: Browser, database: Database, send: Send
) -> None:
    await send(database)
    async with database.work(NOBODY, reading=True) as work:
        position = await log_position(work)
    seen = await reader.get("/opendata/reports.csv")
    assert seen.status_code == 200
    assert seen.headers["content-type"] == "text/csv; header=present; charset=utf-8"
    assert seen.headers["change-position"] == position
    assert seen.text.count("\r\n") == 2
    again = await reader.get(
        "/opendata/reports.csv", headers={"if-none-match": seen.headers["etag"]}
    )
    assert again.status_code == 304 and not again.content
    modified = {"if-modified-since": seen.headers["last-modified"]}
    assert (await reader.get("/opendata/reports.csv", headers=modified)).status_code == 304


async def test_what_has_changed_has_another_tag(
    reader: Browser, database: Database, send: Send
) -> None:
    first = await reader.get("/opendata/reports.csv")
    await send(database)
    known = {"if-none-match": first.headers["etag"]}
    second = await reader.get("/opendata/reports.csv", headers=known)
    assert second.status_code == 200 and second.headers["etag"] != first.headers["etag"]


async def test_a_file_can_be_had_in_parts(reader: Browser) -> None:
    plain = {"accept-encoding": "identity"}
    whole = (await reader.get("/opendata/wards.csv", headers=plain)).content
    for asked, expected in [
        ("bytes=0-9", whole[:10]),
        ("bytes=10-", whole[10:]),
        ("bytes=-7", whole[-7:]),
        (f"bytes=5-{len(whole) + 99}", whole[5:]),
    ]:
        part = await reader.get("/opendata/wards.csv", headers={"range": asked})
        assert part.status_code == 206 and part.content == expected
        assert part.headers["content-length"] == str(len(expected))
        assert "content-encoding" not in part.headers
    beyond = await reader.get("/opendata/wards.csv", headers={"range": f"bytes={len(whole)}-"})
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{len(whole)}"
    other = {"range": "bytes=0-9", "if-range": '"an-older-one"'}
    assert (await reader.get("/opendata/wards.csv", headers=other)).content == whole


async def test_a_file_is_squeezed_once_for_those_who_ask(reader: Browser) -> None:
    plain = await reader.get("/opendata/wards.geojson", headers={"accept-encoding": "identity"})
    seen = await reader.get("/opendata/wards.geojson", headers={"accept-encoding": "gzip"})
    assert seen.headers["content-encoding"] == "gzip" and seen.content == plain.content
    assert seen.headers["etag"] != plain.headers["etag"]
    assert int(seen.headers["content-length"]) < len(plain.content) / 2
    refused = {"accept-encoding": "gzip;q=0"}
    again = await reader.get("/opendata/wards.geojson", headers=refused)
    assert "content-encoding" not in again.headers
    snapshot = snapshots.find_snapshot("wards")
    assert snapshot is not None
    kept = snapshot.file(Format.GEOJSON, squeezed=True).read_bytes()
    assert gzip.decompress(kept) == plain.content


async def test_a_head_says_the_same_as_a_get(reader: Browser) -> None:
    got, asked = await reader.get("/opendata/units.json"), await reader.head("/opendata/units.json")
    assert asked.status_code == 200 and not asked.content
    for name in ("etag", "content-type", "content-length", "change-position"):
        assert asked.headers[name] == got.headers[name]


async def test_what_there_is_not_is_missing(reader: Browser) -> None:
    for path in (
        "/opendata/nothing",
        "/opendata/nothing.csv",
        "/opendata/units.geojson",
        "/opendata/units.csv.gz",
        "/opendata/..%2Fsecret",
        "/opendata/.csv",
    ):
        assert (await reader.get(path)).status_code == 404, path


async def test_many_who_ask_at_once_have_it_written_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    make = snapshots._make

    async def counted(*about: object) -> snapshots.Snapshot:
        made.append("once")
        return await make(*about)  # type: ignore[arg-type]

    monkeypatch.setattr(snapshots, "_make", counted)
    dataset = DATA_SETS["units"]
    asked = [snapshots.fresh_snapshot(database, dataset) for _ in range(20)]
    found = await asyncio.gather(*asked)
    assert made == ["once"] and len({one.name for one in found}) == 1


async def test_a_file_half_written_is_never_seen(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = DATA_SETS["units"]
    before = await snapshots.fresh_snapshot(database, dataset)

    async def broken(*about: object) -> tuple[int, str]:
        raise RuntimeError("No space left on device")

    monkeypatch.setattr(snapshots, "_copy", broken)
    with pytest.raises(RuntimeError, match="No space"):
        await snapshots._make(database, dataset, before)
    assert snapshots.find_snapshot("units") == before
    assert before.file(Format.CSV).exists()


async def test_who_reads_a_file_goes_on_when_a_newer_one_takes_its_place(
    database: Database, send: Send
) -> None:
    dataset = DATA_SETS["reports"]
    before = await snapshots.fresh_snapshot(database, dataset)
    _, file = await snapshots.open_file(database, dataset, before, Format.CSV)
    await send(database)
    after = await snapshots.fresh_snapshot(database, dataset)
    assert after.rows == 1 and not before.file(Format.CSV).exists()
    assert len(file.read().splitlines()) == 1
    file.close()
    found, newer = await snapshots.open_file(database, dataset, before, Format.JSON)
    newer.close()
    assert found == after


async def test_rows_that_have_not_changed_keep_their_files(database: Database) -> None:
    dataset = DATA_SETS["units"]
    before = await snapshots.fresh_snapshot(database, dataset)
    await snapshots.write_small(dataset, before)
    after = await snapshots._make(database, dataset, before)
    assert after.digest == before.digest and after.since == before.since
    assert after.made_at > before.made_at and after.size(Format.PARQUET)


async def test_a_file_is_asked_for_with_one_statement_once_it_is_there(
    reader: Browser, database: Database
) -> None:
    await reader.get("/opendata/reports.csv")
    statements: list[str] = []

    async def counting(work: object, *about: object) -> list[object]:
        statements.append("events")
        return []

    original = snapshots.events_after
    try:
        snapshots.events_after = counting  # type: ignore[assignment]
        await reader.get("/opendata/reports.csv")
    finally:
        snapshots.events_after = original
    assert statements == ["events"]
