"""Standards over HTTP: pages, schemas for programs, and files that come to be checked."""

import csv
import html
import io
import re
from typing import Any

import jsonschema
import pytest

from city.opendata.standards import office
from city.opendata.standards.files import STANDARDS
from city.opendata.standards.model import Shape
from city.opendata.standards.reading import MOST_BYTES
from tests.harness import Browser

IMPORT = "/api/v1/standards/reports-import/check"
HEAD = "external_id,category,status,description,latitude,longitude,opened_at"
ROW = "1,street-light,open,Đèn tắt,16.4637,107.5909,2026-11-02T19:40:00+07:00"
GOOD = f"{HEAD}\r\n{ROW}\r\n"
BAD = GOOD + ROW.replace("street-light", "Đèn đường").replace("1,", "2,", 1)


async def test_the_standards_are_a_page_and_an_answer(browser: Browser) -> None:
    for path in ("/standards", "/standards/check", "/standards/check?standard=wards"):
        page = await browser.get(path, headers={"accept-language": "vi"})
        assert page.status_code == 200 and "Tiêu chuẩn dữ liệu" in page.text
    told = (await browser.get("/api/v1/standards")).json()
    assert {one["code"] for one in told["files"]} == set(STANDARDS)
    assert "/standards" in (await browser.get("/opendata")).text


@pytest.mark.parametrize("code", STANDARDS)
async def test_a_standard_has_a_page_and_schemas(browser: Browser, code: str) -> None:
    standard = STANDARDS[code]
    names = {column.name for column in standard.columns}
    page = await browser.get(f"/standards/files/{code}")
    assert page.status_code == 200 and all(f"column-{name}" in page.text for name in names)
    told = (await browser.get(f"/api/v1/standards/files/{code}")).json()
    assert {one["name"] for one in told["columns"]} == names
    schema = (await browser.get(told["json_schema"])).json()
    jsonschema.Draft202012Validator.check_schema(schema)
    if standard.shape is Shape.TABLE:
        csvw = (await browser.get(told["csvw"])).json()
        assert [one["name"] for one in csvw["tableSchema"]["columns"]] == [
            column.name for column in standard.columns
        ]
        table = (await browser.get(told["table_schema"])).json()
        assert {one["name"] for one in table["fields"]} == names


async def test_the_example_of_a_standard_fits_it(browser: Browser) -> None:
    for code, standard in STANDARDS.items():
        page = (await browser.get(f"/standards/files/{code}")).text
        found = re.search(r'id="example".*?<code>(.*?)</code>', page, re.S)
        assert found is not None
        raw = html.unescape(found[1]).encode()
        told = (await browser.post(f"/api/v1/standards/{code}/check", content=raw)).json()
        wrong = [one for one in told["faults"] if one["line"]]
        # An example has one ward, and all are wanted.
        assert not wrong and (told["fits"] or standard.complete), (code, told["faults"][:3])


@pytest.mark.parametrize(
    "code", ["wards", "categories", "units", "promises", "calendar", "services", "numbers"]
)
async def test_what_the_city_gives_fits_its_own_standard(browser: Browser, code: str) -> None:
    for ending in ("csv", "json"):
        file = await browser.get(f"/opendata/{code}.{ending}")
        assert file.status_code == 200
        told = await browser.post(f"/api/v1/standards/{code}/check", content=file.content)
        assert told.json()["faults"] == []
    schema = (await browser.get(f"/standards/files/{code}.schema.json")).json()
    jsonschema.validate(file.json(), schema)


async def test_the_city_s_own_map_fits_the_standard_of_boundaries(browser: Browser) -> None:
    map_of_wards = (await browser.get("/opendata/wards.geojson")).json()
    for one in map_of_wards["features"]:
        one["properties"] = {
            "code": one["properties"]["code"],
            "name": one["properties"]["name_vi"],
        }
    told = (await browser.post("/api/v1/standards/ward-boundaries/check", json=map_of_wards)).json()
    # Areas that are only derived from centres may cross themselves by a hair.
    assert [one for one in told["faults"] if one["column"] != "geometry"] == []
    assert told["rows"] == len(map_of_wards["features"])


async def test_the_api_says_where_what_is_wrong(browser: Browser) -> None:
    assert (await browser.post(IMPORT, content=GOOD.encode())).json()["fits"]
    told = (
        await browser.post(IMPORT, content=BAD.encode(), headers={"accept-language": "vi"})
    ).json()
    assert told["fault_count"] == told["lines_with_faults"] == 1
    assert told["faults"] == [
        {
            "line": 3,
            "column": "category",
            "given": "Đèn đường",
            "expected": "Đây không phải là mã trong danh mục.",
            "suggestion": "street-light",
            "means": "Đèn đường",
        }
    ]


async def test_the_api_gives_a_marked_copy(browser: Browser) -> None:
    copy = await browser.post(f"{IMPORT}?give=copy", content=BAD.encode())
    assert copy.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(copy.content.decode())))
    assert [bool(row["faults"]) for row in rows] == [False, True]


async def test_the_api_refuses_in_words(browser: Browser) -> None:
    workbook = await browser.post(IMPORT, content=b"PK\x03\x04...")
    assert workbook.status_code == 415 and "CSV UTF-8" in workbook.text
    assert (await browser.post(f"{IMPORT}?give=copy", content=b"%PDF-")).status_code == 415
    unknown = await browser.post("/api/v1/standards/nothing/check", content=b"a")
    assert unknown.status_code == 404
    long = await browser.post(IMPORT, content=b"x" * (MOST_BYTES + 1))
    assert long.status_code == 413 and "20" in long.text
    many = await browser.post(IMPORT, content=b"a\n" * 200_002)
    assert many.status_code == 413


async def test_nothing_is_kept(browser: Browser) -> None:
    before = len(browser.inside.statements)
    await browser.post(IMPORT, content=BAD.encode())
    made = browser.inside.statements[before:]
    assert not [sql for sql in made if sql.lstrip().startswith(("insert", "update", "delete"))]
    assert office._desk.waiting == 0


async def test_the_page_shows_faults_without_a_script(browser: Browser) -> None:
    files = {"file": ("reports.csv", BAD.encode(), "text/csv")}
    data = {"standard": "reports-import", "give": "faults"}
    page = await browser.post("/standards/check", data=data, files=files)
    assert page.status_code == 200
    assert "street-light" in page.text and "<html" in page.text
    part = await browser.post(
        "/standards/check", data=data, files=files, headers={"hx-request": "true"}
    )
    assert "street-light" in part.text and "<html" not in part.text


async def test_the_page_takes_pasted_lines_and_gives_a_marked_copy(browser: Browser) -> None:
    data: dict[str, Any] = {"standard": "reports-import", "text": BAD, "give": "copy"}
    copy = await browser.post("/standards/check", data=data)
    assert copy.headers["content-disposition"] == 'attachment; filename="reports-import-faults.csv"'
    assert "street-light" in copy.text


async def test_the_page_asks_for_what_is_missing(browser: Browser) -> None:
    for data in ({}, {"standard": "reports-import"}, {"standard": "nothing", "text": "a"}):
        assert (await browser.post("/standards/check", data=data)).status_code == 422
    files = {"file": ("a.xlsx", b"PK\x03\x04", "application/zip")}
    sent = {"standard": "wards"}
    page = await browser.post("/standards/check", data=sent, files=files)
    assert page.status_code == 415 and "CSV UTF-8" in page.text


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "text/csv", 400),
        (b"  \n", "text/csv", 400),
        (b"null", "application/json", 415),
        (b"a,b", "application/geo+json", 415),
        (b"[1]", "application/geo+json", 415),
        (b"[1]", "text/csv", 409),
        (b"[1]", "text/plain", 200),
        (b"[1]", "application/json", 200),
        (b'{"type": "FeatureCollection", "features": [1]}', "application/geo+json", 200),
    ],
)
async def test_a_body_is_what_it_is_called(
    browser: Browser, body: bytes, kind: str, status: int
) -> None:
    answer = await browser.post(IMPORT, content=body, headers={"content-type": kind})
    assert answer.status_code == status, answer.text
