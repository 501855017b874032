"""Pages of open data: the catalogue, each data set, and the files behind them."""

import asyncio
from typing import Any

import msgspec

from city.kernel import Database, Missing
from city.opendata import store, tables
from city.opendata.catalogue import catalogue_of
from city.opendata.model import (
    FORMAT_NAMES,
    KIND_WORDS,
    LICENCE,
    LICENCE_NAME,
    MEDIA_TYPES,
    RHYTHM_WORDS,
    Column,
    DataSet,
    Format,
    changes_of,
)
from city.opendata.serving import serve_file
from city.opendata.sets import DATA_SETS, get_set, list_sets
from city.opendata.snapshots import Snapshot, known_snapshot, open_file, write_small
from city.settings import current
from city.web import PUBLIC, Request, Response, get, page

SAMPLE_ROWS = 10
MOST_LETTERS = 80
_ICONS = {
    "reports": "megaphone",
    "reports-anonymous": "shield-check",
    "numbers": "chart-line",
    "surveys": "clipboard-list",
    "wards": "map",
    "categories": "tags",
    "units": "building-2",
    "promises": "clock",
    "calendar": "calendar-days",
    "services": "layout-grid",
}
_GROUPS = (
    ("reports", "reports-anonymous", "numbers", "surveys"),
    ("wards", "categories", "units", "promises", "calendar", "services"),
)

AnyRequest = Request[Any, Any, Any]


@get("/opendata", allow=PUBLIC)
async def show_catalogue(request: AnyRequest) -> Response[Any]:
    """Show what the city gives away."""
    listed = {one.code: one for one in list_sets(request.user)}
    database: Database = request.app.state.database
    lines = {code: _line(one, await known_snapshot(database, one)) for code, one in listed.items()}
    grouped = [[lines[code] for code in group if code in lines] for group in _GROUPS]
    named = {code for group in _GROUPS for code in group}
    grouped[1] += [line for code, line in lines.items() if code not in named]
    return page(
        request,
        "opendata/catalogue.html",
        told=grouped[0],
        lists=grouped[1],
        licence=LICENCE,
        licence_name=LICENCE_NAME,
        base=current().url,
    )


@get("/opendata/catalog.jsonld", allow=PUBLIC)
async def show_dcat(request: AnyRequest) -> Response[bytes]:
    """Serve the catalogue as DCAT-AP 3 (JSON-LD)."""
    database: Database = request.app.state.database
    listed = [(one, await known_snapshot(database, one)) for one in list_sets(request.user)]
    headers = {"cache-control": "public, max-age=60", "access-control-allow-origin": "*"}
    body = msgspec.json.encode(catalogue_of(listed))
    return Response(body, media_type="application/ld+json", headers=headers)


@get("/opendata/{name:str}", allow=PUBLIC)
async def show_dataset(request: AnyRequest, name: str) -> Response[Any]:
    """Show one data set, or with `.csv`, `.geojson`, `.parquet` or `.json` serve it as a file."""
    code, dot, ending = name.partition(".")
    dataset = get_set(request.user, code)
    if dot:
        form = next((form for form in dataset.formats if form == ending), None)
        if form is None:
            raise Missing("This data set cannot be had in that format.")
        return await serve_file(request, dataset, form)
    database: Database = request.app.state.database
    snapshot, file = await open_file(
        database, dataset, await known_snapshot(database, dataset), Format.CSV
    )
    await write_small(dataset, snapshot)
    with file:
        rows, _ = await asyncio.to_thread(tables.read_page, file, dataset.columns, 0, SAMPLE_ROWS)
    async with database.work(request.user, reading=True) as work:
        changes = changes_of(await store.list_versions(work, code))
    shown = [column for column in dataset.columns if column.kind != "geometry"]
    return page(
        request,
        "opendata/dataset.html",
        dataset=_line(dataset, snapshot),
        caution=dataset.caution,
        columns=[_column(column) for column in dataset.columns],
        names=[column.name for column in shown],
        sample=[[_short(row[column.name]) for column in shown] for row in rows],
        changes=changes,
        licence=LICENCE,
        licence_name=LICENCE_NAME,
        base=current().url,
    )


routes: list[Any] = [show_catalogue, show_dcat, show_dataset]


def _line(dataset: DataSet, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "code": dataset.code,
        "title": dataset.title,
        "about": dataset.about,
        "icon": _ICONS.get(dataset.code, "database"),
        "rows": snapshot.rows,
        "made_at": snapshot.made_at,
        "since": snapshot.since,
        "position": snapshot.position,
        "rhythm": RHYTHM_WORDS[dataset.rhythm],
        "api": dataset.api,
        "files": [
            {
                "ending": str(form),
                "name": FORMAT_NAMES[form],
                "kind": MEDIA_TYPES[form].partition(";")[0],
                "size": _size(snapshot.size(form)),
            }
            for form in dataset.formats
        ],
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "about": column.about,
        "kind": KIND_WORDS[column.kind],
        "unit": "" if column.unit == "1" else column.unit,
        "codes": [{"value": code.value, "means": code.means} for code in column.codes],
        "refers": column.refers,
        "refers_title": DATA_SETS[column.refers].title if column.refers else None,
        "optional": column.optional,
    }


def _size(size: int | None) -> str:
    """Return a number of bytes as people read it; nothing where it is not known yet."""
    if size is None:
        return ""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / 1_000_000:.1f} MB"


def _short(value: Any) -> str:
    said = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    said = " ".join(said.split())
    return said if len(said) <= MOST_LETTERS else f"{said[: MOST_LETTERS - 1]}…"
