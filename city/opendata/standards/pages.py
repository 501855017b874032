"""Pages of data standards: code lists with their versions, kinds of files, and their files."""

import csv
import io
from typing import Any

import msgspec

from city.kernel import Database, Missing, Work, say
from city.opendata.model import KIND_WORDS, Column
from city.opendata.standards import store
from city.opendata.standards.describing import (
    address_of,
    as_csvw,
    as_json_schema,
    as_skos,
    as_table_schema,
)
from city.opendata.standards.files import LIST_OF, STANDARDS, example_of, get_standard
from city.opendata.standards.lists import LISTS
from city.opendata.standards.model import (
    Item,
    ListVersion,
    Shape,
    Standard,
    change_between,
)
from city.opendata.standards.office import list_codes
from city.settings import current
from city.web import PUBLIC, Request, Response, folded, get, in_language, page

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]

_FOREVER = "public, max-age=31536000, immutable"
_SHORTLY = "public, max-age=300"
_OPEN = {"access-control-allow-origin": "*"}
_MOST_DIGITS = 9
_FACT_NAMES = {
    "category": say("Category"),
    "clock": say("How time is counted"),
    "datatype": say("Kind of answer"),
    "district": say("District before the reform"),
    "form": say("Kind of unit"),
    "group": say("Group"),
    "kind": say("Ward or commune"),
    "process": say("Process"),
    "unit": say("Unit"),
}
_FACT_LISTS = {
    "group": "groups",
    "clock": "clocks",
    "process": "processes",
    "unit": "units",
    "category": "categories",
}


@get("/standards", allow=PUBLIC)
async def show_standards(request: AnyRequest, work: Work) -> Answer:
    """Show the code lists and the kinds of files there are."""
    known = {one.code: one for one in await store.list_digests(work)}
    lists = [
        {
            "code": code,
            "title": kind.title,
            "about": kind.about,
            "icon": kind.icon,
            "codes": known[code].codes,
            "number": known[code].number,
            "published_at": known[code].published_at,
        }
        for code, kind in LISTS.items()
        if code in known
    ]
    return page(
        request,
        "opendata/standards.html",
        lists=lists,
        taken=[one for one in STANDARDS.values() if not one.is_given],
        given=[one for one in STANDARDS.values() if one.is_given],
        base=current().url,
    )


@get("/standards/{name:str}", allow=PUBLIC)
async def show_list(request: AnyRequest, work: Work, name: str) -> Answer:
    """Show a code list as it was last published, or give it with `.csv`, `.json` or `.jsonld`."""
    code, _, ending = name.partition(".")
    found = await _get_version(work, code, None)
    if ending or _wants_skos(request):
        return _as_file(found, ending or "jsonld", _SHORTLY)
    return await _show_version(request, work, found)


@get("/standards/{code:str}/{name:str}", allow=PUBLIC)
async def show_list_version(request: AnyRequest, work: Work, code: str, name: str) -> Answer:
    """Show a version of a code list, or give it with `.csv`, `.json` or `.jsonld`.

    `?since=1` says what has changed since another version.
    """
    number, _, ending = name.partition(".")
    found = await _get_version(work, code, _number(number))
    if ending or _wants_skos(request):
        return _as_file(found, ending or "jsonld", _FOREVER)
    return await _show_version(request, work, found)


@get("/standards/{code:str}/codes/{item:str}", allow=PUBLIC)
async def show_code(request: AnyRequest, work: Work, code: str, item: str) -> Answer:
    """Show what a code means, or meant when it was last in its list: where its URI leads."""
    last = await store.find_last_with(work, code, item) if code in LISTS else None
    if last is None:
        raise Missing("There is no such code in this list.")
    if _wants_skos(request):
        return _file(as_skos(last, item), "application/ld+json", _SHORTLY)
    latest = await _get_version(work, code, None)
    found = next(one for one in last.items if one.code == item)
    kind = LISTS[code]
    names = await _names(work, kind.becomes_list, _language(request))
    return page(
        request,
        "opendata/code.html",
        kind=kind,
        item=_shown(found, _language(request)),
        names=_others(found, _language(request)),
        becomes=[
            {
                "href": _path(kind.becomes_list, one),
                "name": names.get(one, one),
                "code": one,
            }
            for one in found.becomes
        ],
        parts=[
            {**_shown(one, _language(request)), "href": _path(code, one.code)}
            for one in last.items
            if one.within == item
        ],
        whole=_path(code, found.within) if found.within else "",
        number=last.number,
        gone=last.number != latest.number,
        uri=address_of(code, item),
    )


@get("/standards/files/{name:str}", allow=PUBLIC)
async def show_file_standard(request: AnyRequest, name: str) -> Answer:
    """Show a kind of file column by column.

    `.csvw.json`, `.table.json` and `.schema.json` give its schema for programs.
    """
    code, _, ending = name.partition(".")
    standard = get_standard(code)
    database: Database = request.app.state.database
    codes = await list_codes(database, request)
    if ending:
        return _schema(standard, codes, ending)
    first = {name: items[0].code for name, items in codes.items() if items}
    return page(
        request,
        "opendata/standard.html",
        standard=standard,
        is_table=standard.shape is Shape.TABLE,
        columns=[_column(column, standard, first) for column in standard.columns],
        example=_example(standard, first),
        base=current().url,
    )


routes: list[Any] = [
    show_standards,
    show_list,
    show_list_version,
    show_code,
    show_file_standard,
]


async def _get_version(work: Work, code: str, number: int | None) -> ListVersion:
    found = await store.find_version(work, code, number) if code in LISTS else None
    if found is None:
        raise Missing("There is no such code list.")
    return found


async def _show_version(request: AnyRequest, work: Work, found: ListVersion) -> Answer:
    language = _language(request)
    words = request.query_params.get("q", "").strip()[:80]
    wanted = folded(words)
    published = await store.list_published(work, found.code)
    since = _number(request.query_params.get("since", "") or "0", 0)
    before = await store.find_version(work, found.code, since) if since else None
    change = change_between(before.items, found.items) if before else None
    named = [*(before.items if before else []), *found.items]
    becomes = await _names(work, LISTS[found.code].becomes_list, language)
    return page(
        request,
        "opendata/code_list.html",
        kind=LISTS[found.code],
        number=found.number,
        published_at=found.published_at,
        is_latest=found.number == published[0].number,
        items=[
            {
                **_shown(one, language),
                "href": _path(found.code, one.code),
                "now": ", ".join(becomes.get(code, code) for code in one.becomes),
            }
            for one in found.items
            if wanted in _searched(one)
        ],
        total=len(found.items),
        words=words,
        versions=published,
        before=before,
        change=change,
        names={one.code: in_language(one.name, language) for one in named},
        address=f"/standards/{found.code}/{found.number}",
        uri=address_of(found.code),
    )


def _shown(item: Item, language: str) -> dict[str, Any]:
    return {
        "code": item.code,
        "name": in_language(item.name, language),
        "within": item.within,
        "becomes": item.becomes,
        "also": item.also,
        "facts": [
            {
                "name": _FACT_NAMES.get(name, name),
                "value": value,
                "href": _fact_path(name, value),
            }
            for name, value in item.facts.items()
        ],
    }


async def _names(work: Work, code: str, language: str) -> dict[str, str]:
    """Return what the codes of a list are called; nothing if there is no list."""
    found = await store.find_version(work, code) if code else None
    return {one.code: in_language(one.name, language) for one in found.items} if found else {}


def _fact_path(name: str, value: str) -> str:
    """Return where a fact leads that is a code of another list; nothing if it is none."""
    code = _FACT_LISTS.get(name, "")
    # A category that the ward leads names no unit of the list.
    return _path(code, value) if code and value != "ward" else ""


def _others(item: Item, language: str) -> list[str]:
    """Return its names in other languages."""
    shown = in_language(item.name, language)
    return [name for name in item.name.values() if name != shown]


def _searched(item: Item) -> str:
    return folded(" ".join((item.code, *item.name.values(), *item.also, *item.becomes)))


def _path(code: str, item: str) -> str:
    return address_of(code, item).removeprefix(current().url)


def _wants_skos(request: AnyRequest) -> bool:
    accept = request.headers.get("accept", "")
    return "application/ld+json" in accept and "text/html" not in accept


def _as_file(found: ListVersion, ending: str, keep: str) -> Answer:
    if ending == "csv":
        return _file(_as_csv(found), "text/csv; charset=utf-8", keep)
    if ending == "jsonld":
        return _file(as_skos(found), "application/ld+json", keep)
    if ending == "json":
        return _file(found, "application/json", keep)
    raise Missing("This code list cannot be had in that format.")


def _as_csv(found: ListVersion) -> bytes:
    """Return a version as CSV: codes, names by language, what they are part of or became."""
    languages = current().profile.languages
    facts = sorted({name for item in found.items for name in item.facts})
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = [f"name_{language}" for language in languages]
    writer.writerow(["code", *names, "within", "becomes", "also", *facts])
    for item in found.items:
        writer.writerow(
            [
                item.code,
                *(item.name.get(language, "") for language in languages),
                item.within,
                " ".join(item.becomes),
                "; ".join(item.also),
                *(item.facts.get(name, "") for name in facts),
            ]
        )
    return out.getvalue().encode()


def _schema(standard: Standard, codes: dict[str, list[Item]], ending: str) -> Answer:
    if ending == "schema.json":
        kind = "application/schema+json"
        return _file(as_json_schema(standard, codes), kind, _SHORTLY)
    if standard.shape is Shape.TABLE and ending == "csvw.json":
        return _file(as_csvw(standard), "application/csvm+json", _SHORTLY)
    if standard.shape is Shape.TABLE and ending == "table.json":
        return _file(as_table_schema(standard, codes), "application/json", _SHORTLY)
    raise Missing("This standard cannot be had in that format.")


def _file(body: Any, kind: str, keep: str) -> Answer:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    headers = {"cache-control": keep, "vary": "accept", **_OPEN}
    return Response(raw, media_type=kind, headers=headers)


def _column(column: Column, standard: Standard, first: dict[str, str]) -> dict[str, Any]:
    code = LIST_OF.get(column.refers, "")
    return {
        "name": column.name,
        "about": column.about,
        "kind": KIND_WORDS[column.kind],
        "unit": "" if column.unit == "1" else column.unit,
        "optional": column.optional,
        "list": code,
        "list_title": LISTS[code].title if code else None,
        "codes": [{"value": one.value, "means": one.means} for one in column.codes],
        "most": standard.most_letters.get(column.name),
        "example": example_of(column, standard, first),
        "once": column.name == standard.key,
    }


def _example(standard: Standard, first: dict[str, str]) -> str:
    """Return a file of one row that fits."""
    row = {one.name: example_of(one, standard, first) for one in standard.columns}
    if standard.shape is Shape.AREAS:
        ring = [[107.57, 16.46], [107.58, 16.46], [107.58, 16.47], [107.57, 16.46]]
        feature = {
            "type": "Feature",
            "properties": row,
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        return msgspec.json.format(
            msgspec.json.encode({"type": "FeatureCollection", "features": [feature]}), indent=2
        ).decode()
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([list(row), list(row.values())])
    return out.getvalue().rstrip()


def _number(written: str, usual: int = -1) -> int:
    """Return the number of a version; one that there is not if it is none."""
    is_number = written.isascii() and written.isdigit() and len(written) <= _MOST_DIGITS
    return int(written) if is_number else usual


def _language(request: AnyRequest) -> str:
    return request.scope["state"]["language"]
