"""Data standards for programs: code lists and their versions, schemas of files, the checker."""

from contextlib import closing
from datetime import datetime
from typing import Annotated, Any, Literal

from litestar.params import Parameter
from litestar.response import Stream
from msgspec import Struct

from city.kernel import Missing, Says, Work
from city.opendata.model import Kind
from city.opendata.standards import store
from city.opendata.standards.describing import address_of
from city.opendata.standards.files import LIST_OF, STANDARDS, get_standard
from city.opendata.standards.lists import LISTS
from city.opendata.standards.model import (
    Change,
    Checked,
    Item,
    ListVersion,
    Published,
    Shape,
    Standard,
)
from city.opendata.standards.office import check_promise, give_marked, look_through, take_body
from city.opendata.standards.reading import MOST_BYTES
from city.settings import current
from city.web import PUBLIC, Request, Response, get, post, render_words


class ListedCodes(Struct, frozen=True, kw_only=True):
    """A code list as it was last published. Titles and descriptions are by language."""

    code: str
    title: dict[str, str]
    description: dict[str, str]
    version: int
    published_at: datetime
    codes: int
    url: str
    csv: str
    skos: str


class ListedFile(Struct, frozen=True, kw_only=True):
    """A kind of file, with its schemas as CSV on the Web, Table Schema and JSON Schema have them.

    `data_set` is the data set that is given in it; null for what the city takes.
    """

    code: str
    title: dict[str, str]
    description: dict[str, str]
    shape: Shape
    data_set: str | None
    url: str
    csvw: str | None
    table_schema: str | None
    json_schema: str


class Standards(Struct, frozen=True):
    """The data standards of the city."""

    lists: list[ListedCodes]
    files: list[ListedFile]


class ListChange(Struct, frozen=True, kw_only=True):
    """What a version of a list changed; the first adds nothing."""

    version: int
    published_at: datetime
    codes: int
    change: Change


class CodesInFull(ListedCodes, frozen=True, kw_only=True):
    """A version of a code list, and how it came about, the newest version first."""

    items: list[Item]
    change: Change
    versions: list[ListChange]


class FileColumn(Struct, frozen=True, kw_only=True):
    """A column of a kind of file. `code_list` is the list whose codes stand in it."""

    name: str
    type: Kind
    description: dict[str, str]
    optional: bool
    unit: str | None
    codes: list[str]
    code_list: str | None


class FileInFull(ListedFile, frozen=True, kw_only=True):
    """A kind of file with its columns. What stands in the column `key` stands there once."""

    columns: list[FileColumn]
    key: str | None


class FileOfAreas(Struct, frozen=True):
    """GeoJSON: a feature collection."""

    type: Literal["FeatureCollection"]
    features: list[Any]


class FileFault(Struct, frozen=True, kw_only=True):
    """What does not fit. `line` 0 is the whole file; in JSON it is the number of the entry.

    `expected` is a sentence in the reader's language, `suggestion` what may have been meant, and
    `means` what a suggested code is called.
    """

    line: int
    column: str
    given: str
    expected: str
    suggestion: str | None
    means: str | None


class CheckedFile(Struct, frozen=True, kw_only=True):
    """How a file fits its standard. `faults` are the first 1,000 of `fault_count`."""

    standard: str
    fits: bool
    kind: str
    encoding: str
    separator: str | None
    rows: int
    fault_count: int
    lines_with_faults: int
    faults: list[FileFault]
    remarks: list[str]


AnyRequest = Request[Any, Any, Any]
Code = Annotated[str, Parameter(description="The code of a list or a standard.", max_length=60)]
Number = Annotated[int, Parameter(ge=1, le=2**31 - 1, description="The number of a version.")]
Give = Annotated[
    Literal["faults", "copy"],
    Parameter(description="`copy`: the file again as CSV, with its faults in a last column."),
]


@get("/api/v1/standards", allow=PUBLIC)
async def list_standards(work: Work) -> Standards:
    """List the city's data standards: its code lists, and the kinds of files it takes and gives."""
    known = {one.code: one for one in await store.list_digests(work)}
    return Standards(
        lists=[ListedCodes(**_listed(known[code])) for code in LISTS if code in known],
        files=[ListedFile(**_file(one)) for one in STANDARDS.values()],
    )


@get("/api/v1/standards/lists/{code:str}", allow=PUBLIC)
async def get_code_list(work: Work, code: Code) -> CodesInFull:
    """Give a code list as it was last published, with what each of its versions changed."""
    return await _in_full(work, code, None)


@get("/api/v1/standards/lists/{code:str}/{version:int}", allow=PUBLIC)
async def get_code_list_version(work: Work, code: Code, version: Number) -> CodesInFull:
    """Give a version of a code list. It never changes."""
    return await _in_full(work, code, version)


@get("/api/v1/standards/files/{code:str}", allow=PUBLIC)
async def get_file_standard(code: Code) -> FileInFull:
    """Describe a kind of file: its columns, which may be empty, and which codes stand in them."""
    standard = get_standard(code)
    columns = [
        FileColumn(
            name=column.name,
            type=column.kind,
            description=_words(column.about),
            optional=column.optional,
            unit=column.unit or None,
            codes=[one.value for one in column.codes],
            code_list=LIST_OF.get(column.refers),
        )
        for column in standard.columns
    ]
    return FileInFull(**_file(standard), columns=columns, key=standard.key or None)


@post(
    "/api/v1/standards/{code:str}/check",
    allow=PUBLIC,
    once=False,
    # A little more than is taken, so that what is too long is told so in our words.
    request_max_body_size=MOST_BYTES + 1_000_000,
    brings={
        "text/csv": bytes,
        "application/json": list[Any] | FileOfAreas,
        "application/geo+json": FileOfAreas,
    },
    gives={"application/json": CheckedFile, "text/csv": None},
)
async def check_file_by_api(
    request: AnyRequest, code: Code, give: Give = "faults"
) -> Response[Any]:
    """Say line by line what in a file does not fit a standard. Nothing of it is kept.

    The body is the file itself: CSV, JSON (a list of objects) or GeoJSON, of at most 20 MB and
    200,000 rows. What its letters are written in is sensed.
    """
    standard = get_standard(code)
    file = await take_body(request)
    check_promise(request, file)
    if give == "copy":
        try:
            pieces = await give_marked(request, file, standard)
        except BaseException:
            file.close()
            raise
        headers = {"content-disposition": f'attachment; filename="{code}-faults.csv"'}
        return Stream(pieces, status_code=200, media_type="text/csv", headers=headers)
    with closing(file):
        checked = await look_through(request, file, standard)
    return Response(_told(checked, request.scope["state"]["language"]), status_code=200)


routes: list[Any] = [
    list_standards,
    get_code_list,
    get_code_list_version,
    get_file_standard,
    check_file_by_api,
]


async def _in_full(work: Work, code: str, number: int | None) -> CodesInFull:
    found = await store.find_version(work, code, number) if code in LISTS else None
    if found is None:
        raise Missing("There is no such code list.")
    published = await store.list_published(work, code)
    return CodesInFull(
        **_listed(found),
        items=found.items,
        change=found.change,
        versions=[
            ListChange(
                version=one.number,
                published_at=one.published_at,
                codes=one.codes,
                change=one.change,
            )
            for one in published
        ],
    )


def _listed(one: Published | ListVersion) -> dict[str, Any]:
    address = f"{address_of(one.code)}/{one.number}"
    return {
        "code": one.code,
        "title": _words(LISTS[one.code].title),
        "description": _words(LISTS[one.code].about),
        "version": one.number,
        "published_at": one.published_at,
        "codes": one.codes if isinstance(one, Published) else len(one.items),
        "url": address,
        "csv": f"{address}.csv",
        "skos": f"{address}.jsonld",
    }


def _file(standard: Standard) -> dict[str, Any]:
    address = f"{current().url}/standards/files/{standard.code}"
    is_table = standard.shape is Shape.TABLE
    return {
        "code": standard.code,
        "title": _words(standard.title),
        "description": _words(standard.about),
        "shape": standard.shape,
        "data_set": standard.dataset or None,
        "url": address,
        "csvw": f"{address}.csvw.json" if is_table else None,
        "table_schema": f"{address}.table.json" if is_table else None,
        "json_schema": f"{address}.schema.json",
    }


def _told(checked: Checked, language: str) -> CheckedFile:
    return CheckedFile(
        standard=checked.standard,
        fits=checked.fits,
        kind=checked.looked.kind,
        encoding=checked.looked.encoding,
        separator=checked.looked.separator or None,
        rows=checked.rows,
        fault_count=checked.count,
        lines_with_faults=checked.lines,
        faults=[
            FileFault(
                line=fault.line,
                column=fault.column,
                given=fault.given,
                expected=render_words(language, fault.says),
                suggestion=fault.suggestion or None,
                means=fault.means or None,
            )
            for fault in checked.faults
        ],
        remarks=[render_words(language, says) for says in checked.remarks],
    )


def _words(says: Says) -> dict[str, str]:
    return {code: render_words(code, says) for code in current().profile.languages}
