"""The checker: what fits has no fault, each fault is found at its line, no bytes are too bad."""

import csv
import io
import unicodedata
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.kernel import Problem
from city.opendata.standards.checking import check_file, mark_file
from city.opendata.standards.files import STANDARDS, example_of
from city.opendata.standards.model import Checked, Encoding, Item, Standard
from city.opendata.standards.reading import Unreadable
from city.settings import Settings

LISTS = {
    "wards": [
        Item(code="19753", name={"vi": "Phường Phú Xuân", "en": "Phu Xuan Ward"}),
        Item(code="19789", name={"vi": "Phường Thuận Hóa", "en": "Thuan Hoa Ward"}),
    ],
    "old-wards": [Item(code="19750", name={"vi": "Phường Tây Lộc"}, becomes=["19753"])],
    "categories": [Item(code="street-light", name={"vi": "Đèn đường"})],
    "units": [Item(code="hepco", name={"vi": "HEPCO"})],
}
FIRST = {code: items[0].code for code, items in LISTS.items()}
REPORTS = STANDARDS["reports-import"]
AREAS = STANDARDS["ward-boundaries"]
TABLES = [one for one in STANDARDS.values() if one is not AREAS]

Rows = list[dict[str, str]]


@pytest.fixture(autouse=True)
def _in_this_city(here: Settings) -> None:
    """Bounds and hours are those of the sample city."""


def looked(raw: bytes, standard: Standard = REPORTS) -> Checked:
    return check_file(io.BytesIO(raw), standard, LISTS, "vi")


def good(standard: Standard, rows: int = 3) -> Rows:
    made = []
    for number in range(rows):
        row = {one.name: example_of(one, standard, FIRST) for one in standard.columns}
        if standard.key:
            key = {"date": f"2026-05-{number + 1:02}"}.get(standard.key, f"key-{number}")
            row[standard.key] = key
        made.append(row)
    return made


def as_csv(rows: Rows, separator: str = ",") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=separator, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def told(checked: Checked) -> list[tuple[int, str]]:
    return [(fault.line, fault.column) for fault in checked.faults]


@pytest.mark.parametrize("standard", TABLES, ids=[one.code for one in TABLES])
def test_a_good_file_has_no_fault(standard: Standard) -> None:
    rows = good(standard)
    for raw in (as_csv(rows), b"\xef\xbb\xbf" + as_csv(rows)):
        assert told(looked(raw, standard)) == []
    assert looked(as_csv(rows), standard).rows == 3


BAD = {
    "external_id": [""],
    "category": ["", "den duong", "nothing-like-it"],
    "status": ["", "OPEN", "geschlossen"],
    "description": ["", "x" * 20_001],
    "latitude": ["", "16,4637", "north", "96", "10.5"],
    "longitude": ["", "east", "1e999", "nan"],
    "ward": ["phường Thuận Hoá", "00000"],
    "opened_at": ["", "2/11/2026", "2026-13-01T00:00:00Z", "2026-11-02T19:40:00"],
    "closed_at": ["2026-11-01T00:00:00+07:00", "", "yesterday"],
    "unit": ["Hepco JSC", "0"],
}


@given(data=st.data(), number=st.integers(0, 6), rows=st.integers(7, 12))
def test_each_injected_fault_is_found_at_its_line(
    data: st.DataObject, number: int, rows: int
) -> None:
    column = data.draw(st.sampled_from(sorted(BAD)))
    table = good(REPORTS, rows)
    # A field of two lines further up must not shift the number of the line.
    table[0]["description"] = "Dòng một\nDòng hai"
    table[number][column] = data.draw(st.sampled_from(BAD[column]))
    line = number + 2 + (number > 0)
    found = told(looked(as_csv(table)))
    assert found and {at for at, _ in found} == {line}, found
    names = {name for _, name in found}
    assert column in names or (column == "longitude" and "latitude" in names)


def test_the_nearest_code_is_suggested() -> None:
    rows = good(REPORTS, 3)
    rows[0]["ward"] = "phường Thuận Hoá"
    rows[1]["ward"] = "Phuong Tay Loc"
    rows[2]["category"] = "street_lights"
    found = [(one.suggestion, one.means) for one in looked(as_csv(rows)).faults]
    assert found == [
        ("19789", "Phường Thuận Hóa"),
        ("19753", "Phường Phú Xuân"),
        ("street-light", "Đèn đường"),
    ]


@pytest.mark.parametrize(
    ("column", "given_as", "meant"),
    [
        ("latitude", "16,4637", "16.4637"),
        ("opened_at", "2/11/2026 19:40", "2026-11-02T19:40:00+07:00"),
        ("status", "Closed", "closed"),
    ],
)
def test_what_was_meant_is_suggested(column: str, given_as: str, meant: str) -> None:
    rows = good(REPORTS, 1)
    rows[0][column] = given_as
    assert meant in {fault.suggestion for fault in looked(as_csv(rows)).faults}


def test_swapped_coordinates_are_told_so() -> None:
    rows = good(REPORTS, 1)
    rows[0]["latitude"], rows[0]["longitude"] = "16.4", "16.4"
    assert told(looked(as_csv(rows))) == [(2, "latitude")]
    rows[0]["latitude"], rows[0]["longitude"] = "89.5", "16.4"
    assert "outside" in str(looked(as_csv(rows)).faults[0].says)


def test_a_header_is_looked_at() -> None:
    raw = b"external_id,categori,status,status\r\n"
    faults = {(one.column, one.suggestion, str(one.says)) for one in looked(raw).faults}
    assert ("categori", "category", "The standard has no column of this name.") in faults
    assert ("status", "", "This column is there twice.") in faults
    assert ("latitude", "", "This column is missing.") in faults
    assert {one.line for one in looked(raw).faults} == {1}


def test_the_same_key_is_wanted_once() -> None:
    rows = good(REPORTS, 3)
    rows[2]["external_id"] = rows[0]["external_id"]
    assert told(looked(as_csv(rows))) == [(4, "external_id")]


def test_a_short_row_is_told_so() -> None:
    raw = as_csv(good(REPORTS, 1)) + b"only,two\r\n"
    assert (3, "") in told(looked(raw))


@pytest.mark.parametrize(
    ("codec", "encoding", "fits"),
    [
        ("utf-8", Encoding.UTF8, True),
        ("utf-8-sig", Encoding.UTF8_BOM, True),
        ("utf-16", Encoding.UTF16, False),
        ("utf-16-le", Encoding.UTF16, False),
        ("utf-16-be", Encoding.UTF16, False),
        ("cp1258", Encoding.WINDOWS, False),
    ],
)
def test_the_encoding_is_sensed(codec: str, encoding: Encoding, fits: bool) -> None:
    rows = good(REPORTS, 2)
    text = as_csv(rows).decode()
    if codec == "cp1258":  # It has the letters, and the marks of tones apart.
        apart = unicodedata.normalize("NFD", text)
        text = "".join(_letters_of_windows(apart))
    found = looked(text.encode(codec))
    assert found.looked.encoding is encoding
    assert found.fits is fits
    if not fits:
        assert told(found) == [(0, "")]
        assert found.faults[0].suggestion == "UTF-8"


def _letters_of_windows(apart: str) -> list[str]:
    found: list[str] = []
    for mark in apart:
        together = unicodedata.normalize("NFC", found[-1] + mark) if found else mark
        try:
            fits = len(together) == 1 and bool(together.encode("cp1258"))
        except UnicodeEncodeError:
            fits = False
        if found and fits and unicodedata.combining(mark):
            found[-1] = together
        else:
            found.append(mark)
    return found


def test_letters_that_cannot_be_read_are_found_in_their_line() -> None:
    rows = as_csv(good(REPORTS, 4))
    lines = rows.split(b"\r\n")
    lines[2] = lines[2].replace("Đèn".encode(), b"\xff\xfe")
    found = looked(b"\r\n".join(lines))
    assert found.looked.encoding is Encoding.UTF8
    assert told(found) == [(3, "description")]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_another_separator_is_read_and_remarked(separator: str) -> None:
    found = looked(as_csv(good(REPORTS), separator))
    assert found.fits and found.looked.separator == separator
    assert len(found.remarks) == 1


def test_all_faults_are_counted_and_the_first_thousand_shown() -> None:
    rows = good(REPORTS, 1500)
    for row in rows:
        row["category"] = "x"
    found = looked(as_csv(rows))
    assert (found.count, found.lines, len(found.faults)) == (1500, 1500, 1000)


@pytest.mark.parametrize(
    "raw",
    [
        *(b"PK\x03\x04rest", b"%PDF-1.7", b"\x1f\x8b\x08", b"<html>", b"\xd0\xcf\x11\xe0"),
        bytes(range(256)) * 20,
    ],
)
def test_what_is_no_table_is_named(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        looked(raw)


def test_json_is_read_as_the_same_table() -> None:
    rows: list[dict[str, Any]] = [{**row} for row in good(REPORTS, 3)]
    for row in rows:
        row |= {"latitude": 16.4637, "longitude": 107.5909, "answer": row["answer"], "ward": None}
    assert told(looked(msgspec.json.encode(rows))) == []
    del rows[1]["category"]
    rows[2]["extra"] = {"a": [1]}
    assert told(looked(msgspec.json.encode(rows))) == [(2, "category"), (3, "extra")]
    with pytest.raises(Unreadable, match="line 2"):
        looked(b'[{"a": 1},\n{"b": }]')


def feature(code: str, ring: list[list[float]]) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


RING = [[107.5, 16.4], [107.6, 16.4], [107.6, 16.5], [107.5, 16.4]]


def test_areas_are_looked_at_one_by_one() -> None:
    def of(*features: dict[str, Any]) -> Checked:
        body = {"type": "FeatureCollection", "features": list(features)}
        return looked(msgspec.json.encode(body), AREAS)

    assert told(of(feature("19753", RING), feature("19789", RING))) == []
    assert told(of(feature("19753", RING))) == [(0, "code")]
    swapped = [[y, x] for x, y in RING]
    bow = [[107.5, 16.4], [107.6, 16.5], [107.6, 16.4], [107.5, 16.5], [107.5, 16.4]]
    for ring in (swapped, bow, RING[:3], [[0.0, 0.0]], [], [[500.0, 0.0]] * 4):
        found = of(feature("19753", RING), feature("19789", ring))
        assert told(found) == [(2, "geometry")], ring
    assert (2, "code") in told(of(feature("19753", RING), feature("19753", RING)))


def test_a_marked_copy_has_every_row_and_what_is_wrong_with_it() -> None:
    rows = good(REPORTS, 3)
    rows[1]["ward"] = "phường Thuận Hoá"
    marked = b"".join(mark_file(io.BytesIO(as_csv(rows)), REPORTS, LISTS, "en")).decode()
    found = list(csv.DictReader(io.StringIO(marked)))
    assert [{k: v for k, v in row.items() if k != "faults"} for row in found] == rows
    assert [row["faults"] for row in found] == [
        "",
        "ward: This is not a code of the list. → 19789",
        "",
    ]


ANY = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.sampled_from(b"\"',;\r\n\t|{}[]:\x00\xff\xfe\xef1a"), max_size=200).map(bytes),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
        ),
    ).map(msgspec.json.encode),
    st.binary(max_size=80).map(lambda rest: as_csv(good(REPORTS, 1)).replace("Đèn".encode(), rest)),
)
SOME = (REPORTS, AREAS, STANDARDS["wards"], STANDARDS["calendar-import"])


@given(raw=ANY, standard=st.sampled_from(SOME))
def test_no_bytes_are_too_bad(raw: bytes, standard: Standard) -> None:
    try:
        found = looked(raw, standard)
    except Problem:
        return
    assert found.count >= len(found.faults)
    marked = b"".join(mark_file(io.BytesIO(raw), standard, LISTS, "vi"))
    marked.decode()


@given(value=st.text(max_size=40), column=st.sampled_from([one.name for one in REPORTS.columns]))
def test_no_value_is_too_strange(value: str, column: str) -> None:
    rows = good(REPORTS, 1)
    rows[0][column] = value
    looked(as_csv(rows).decode("utf-8", "replace").encode())


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"a":' * 50_000, b'"' * 200_000, b"," * 100_000])
def test_deep_and_endless_things_are_refused_or_told(raw: bytes) -> None:
    try:
        looked(raw)
    except Problem as problem:
        assert problem.status in (413, 415)
