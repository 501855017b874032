"""Open data for programs: the catalogue, each data set's schema, and its rows page by page."""

import asyncio
import csv
from datetime import datetime
from typing import Annotated, Any

from litestar.params import Parameter
from msgspec import Struct

from city.kernel import Conflict, Database, Invalid, Says, say
from city.opendata import store, tables
from city.opendata.model import (
    FORMAT_NAMES,
    LICENCE,
    MEDIA_TYPES,
    Column,
    DataSet,
    Format,
    Kind,
    Rhythm,
    SchemaChange,
    changes_of,
)
from city.opendata.sets import get_set, list_sets
from city.opendata.snapshots import Snapshot, fresh_snapshot, known_snapshot, open_file
from city.settings import current
from city.web import PUBLIC, Request, get, render_words


class DataFile(Struct, frozen=True, kw_only=True):
    """A data set as a file; `bytes` is null until somebody has asked for it."""

    format: str
    url: str
    media_type: str
    bytes: int | None


class DataCode(Struct, frozen=True, kw_only=True):
    """A value of a column; what it means is by language."""

    value: str
    means: dict[str, str]


class DataColumn(Struct, frozen=True, kw_only=True):
    """A column; `description` is by language, `refers` the data set its codes are explained in."""

    name: str
    type: Kind
    description: dict[str, str]
    unit: str | None
    codes: list[DataCode]
    refers: str | None
    optional: bool


class ListedData(Struct, frozen=True, kw_only=True):
    """A data set in the catalogue. Titles and descriptions are by language.

    `position` is from where to read `/api/v1/changes` to go on from its files.
    """

    code: str
    title: dict[str, str]
    description: dict[str, str]
    licence: str
    theme: str
    rhythm: Rhythm
    as_of: datetime
    rows: int
    position: str
    url: str
    files: list[DataFile]


class DataCatalogue(Struct, frozen=True):
    """What the city gives away."""

    datasets: list[ListedData]


class DataInFull(ListedData, frozen=True, kw_only=True):
    """A data set with its columns, and what was changed about them, the newest first."""

    columns: list[DataColumn]
    version: int
    changes: list[SchemaChange]
    caution: dict[str, str] | None


class DataRows(Struct, frozen=True, kw_only=True):
    """Rows of a data set as of a moment; `next` is the cursor of those that follow."""

    as_of: datetime
    position: str
    rows: list[dict[str, Any]]
    next: str | None


AnyRequest = Request[Any, Any, Any]

Code = Annotated[str, Parameter(description="The code of a data set.", max_length=60)]
Cursor = Annotated[
    str,
    Parameter(
        pattern="^([0-9a-f]{16}\\.[1-9][0-9]{0,14})?$",
        description="The `next` of the page before. Nothing: the first page.",
    ),
]
Most = Annotated[int, Parameter(ge=1, le=1000, description="How many rows at most.")]


@get("/api/v1/datasets", allow=PUBLIC)
async def list_datasets(request: AnyRequest) -> DataCatalogue:
    """List what the city gives away, with when each was last written and where to get it."""
    database: Database = request.app.state.database
    return DataCatalogue(
        [
            ListedData(**_listed(one, await known_snapshot(database, one)))
            for one in list_sets(request.user)
        ]
    )


@get("/api/v1/datasets/{code:str}", allow=PUBLIC)
async def get_dataset(request: AnyRequest, code: Code) -> DataInFull:
    """Describe one data set: its columns and their codes, its files, and how they changed."""
    database: Database = request.app.state.database
    dataset = get_set(request.user, code)
    snapshot = await known_snapshot(database, dataset)
    async with database.work(request.user, reading=True) as work:
        changes = changes_of(await store.list_versions(work, code))
    return DataInFull(
        **_listed(dataset, snapshot),
        columns=[_column(column) for column in dataset.columns],
        version=changes[0].version if changes else 1,
        changes=changes,
        caution=_words(dataset.caution) if dataset.caution else None,
    )


@get("/api/v1/datasets/{code:str}/rows", allow=PUBLIC, may=(409,))
async def list_rows(
    request: AnyRequest, code: Code, limit: Most = 100, cursor: Cursor = ""
) -> DataRows:
    """Give the rows of a data set, some at a time, all of them as of one moment.

    When the data set is written anew between two pages the cursor is refused with 409: begin
    again, or take the file.
    """
    database: Database = request.app.state.database
    dataset = get_set(request.user, code)
    digest, start = _read_cursor(cursor)
    take = known_snapshot if cursor else fresh_snapshot
    snapshot, file = await open_file(database, dataset, await take(database, dataset), Format.CSV)
    with file:
        if digest and not snapshot.digest.startswith(digest):
            raise Conflict("This data set has been written anew. Please begin again.")
        try:
            rows, end = await asyncio.to_thread(
                tables.read_page, file, dataset.columns, start, limit
            )
        except (ValueError, csv.Error):
            raise Invalid({"cursor": say("This is no place in this data set.")}) from None
    return DataRows(
        as_of=snapshot.made_at,
        position=snapshot.position,
        rows=rows,
        next=f"{snapshot.digest[:16]}.{end}" if end else None,
    )


routes: list[Any] = [list_datasets, get_dataset, list_rows]


def _read_cursor(cursor: str) -> tuple[str, int]:
    digest, _, start = cursor.partition(".")
    return digest, int(start or 0)


def _listed(dataset: DataSet, snapshot: Snapshot) -> dict[str, Any]:
    base = current().url
    return {
        "code": dataset.code,
        "title": _words(dataset.title),
        "description": _words(dataset.about),
        "licence": LICENCE,
        "theme": dataset.theme,
        "rhythm": dataset.rhythm,
        "as_of": snapshot.made_at,
        "rows": snapshot.rows,
        "position": snapshot.position,
        "url": f"{base}/opendata/{dataset.code}",
        "files": [
            DataFile(
                format=FORMAT_NAMES[form],
                url=f"{base}/opendata/{dataset.code}.{form}",
                media_type=MEDIA_TYPES[form],
                bytes=snapshot.size(form),
            )
            for form in dataset.formats
        ],
    }


def _column(column: Column) -> DataColumn:
    return DataColumn(
        name=column.name,
        type=column.kind,
        description=_words(column.about),
        unit=column.unit or None,
        codes=[DataCode(value=code.value, means=_words(code.means)) for code in column.codes],
        refers=column.refers or None,
        optional=column.optional,
    )


def _words(says: Says) -> dict[str, str]:
    return {code: render_words(code, says) for code in current().profile.languages}
