"""The room as a whole: what is loaded, imported, known by heart and shown."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import shapely

from city import places
from city.kernel import Actor, Database, Forbidden, Missing, Work, new_id
from city.places import BadBoundaries, BoundariesImported, OutsideCity, gazetteer, store
from city.places.order import sort_key
from city.places.tests.test_real_cities import PROFILES, data
from city.settings import Settings, read_profile

Browser = Any  # That of conftest.py, which is no module to import from.
HUE = PROFILES / "hue"
NGO_MON = (16.4693, 107.5790)
THE_SEA = (16.7500, 108.0000)
CLERK = Actor(id=new_id(), permissions=frozenset({"identity.manage"}))


async def as_anybody_knows_it(work: Work) -> None:
    """Read again what this unit of work has not committed yet."""
    gazetteer._memory.known = await gazetteer._read(work, read_profile(HUE).bounds)


def squares(folder: Path, wards: list[places.Ward]) -> Path:
    """Write a boundary file in which every ward is a square around its centre."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": ward.code},
            "geometry": json.loads(
                shapely.to_geojson(shapely.Point(ward.longitude, ward.latitude).buffer(0.01))
            ),
        }
        for ward in wards
    ]
    file = folder / "squares.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return file


async def everything(work: Work) -> tuple[Any, ...]:
    return (
        await store.find_base_map(work),
        await store.list_wards(work),
        await store.list_old_units(work),
        await store.list_boundaries(work),
        await work.values(str, "select xmin::text from places.ward order by code"),
    )


# The profile


async def test_the_city_knows_its_wards_in_the_order_of_the_alphabet(work: Work) -> None:
    names = [ward.name["vi"] for ward in places.list_wards()]
    assert len(names) == 40
    assert names[:4] == ["Phường An Cựu", "Phường Dương Nỗ", "Phường Hóa Châu", "Phường Hương An"]
    assert names[21:24] == ["Xã A Lưới 1", "Xã A Lưới 2", "Xã A Lưới 3"]
    assert len(places.list_old_units()) == 133


def test_vietnamese_letters_and_tones_have_their_order() -> None:
    names = ["Ba", "Bà", "Bả", "Bã", "Bá", "Bạ", "Ba Na", "Bă", "Bâ", "Bo", "Cổ", "Dĩ", "Đa"]
    assert sorted(reversed(names), key=sort_key) == names
    assert sort_key("Quận 2") < sort_key("Quận 10")
    assert sort_key("PHƯỜNG  Hóa-Châu") == sort_key("Phường Hóa Châu")


async def test_loading_the_profile_again_changes_nothing(work: Work) -> None:
    before = (await everything(work))[:-1]
    await places.load_profile(work, HUE)
    assert (await everything(work))[:-1] == before


async def test_a_ward_that_the_profile_drops_is_retired_and_keeps_its_name(
    work: Work, tmp_path: Path
) -> None:
    (gone, *kept) = places.list_wards()
    profile = shutil.copytree(PROFILES / "boston", tmp_path / "boston")
    lines = [
        f'[[ward]]\ncode = "{w.code}"\nkind = "{w.kind}"\nname = {{vi = "{w.name["vi"]}"}}\n'
        f"latitude = {w.latitude}\nlongitude = {w.longitude}\n"
        for w in kept
    ]
    (profile / "wards.toml").write_text("".join(lines))
    await places.load_profile(work, profile)
    await as_anybody_knows_it(work)
    assert [ward.code for ward in places.list_wards()] == [ward.code for ward in kept]
    assert places.get_ward(gone.code).name == gone.name
    assert places.get_ward(gone.code).retired_at == work.now
    assert places.list_old_units() == []
    await places.load_profile(work, HUE)
    await as_anybody_knows_it(work)
    assert places.list_wards()[0] == gone


# Known by heart


async def test_a_ward_is_known_by_its_code_and_by_its_place(work: Work) -> None:
    ward = places.find_ward(*NGO_MON)
    assert ward is not None
    assert ward.name["vi"] == "Phường Phú Xuân"
    assert places.require_ward(*NGO_MON) == places.get_ward("19753") == ward
    with pytest.raises(Missing):
        places.get_ward("00000")


@pytest.mark.parametrize(
    "place", [THE_SEA, (16.0544, 108.2022), (0, 0), (91, 0), (float("nan"), 107.5), (16.4, 1e300)]
)
async def test_a_place_outside_the_city_has_no_ward(work: Work, place: tuple[float, float]) -> None:
    assert places.find_ward(*place) is None
    with pytest.raises(OutsideCity):
        places.require_ward(*place)


async def test_what_the_process_knows_it_does_not_read_again(inside: Any, here: Settings) -> None:
    known = gazetteer._memory.known
    inside.statements.clear()
    await places.open_room(here, inside)
    assert gazetteer._memory.known is known
    assert len(inside.statements) == 1


async def test_a_city_without_a_profile_has_no_wards_yet(work: Work, browser: Browser) -> None:
    known = gazetteer._memory.known
    gazetteer._memory.known = gazetteer._NOTHING
    try:
        assert places.list_wards() == []
        assert places.find_ward(*NGO_MON) is None
        assert (await browser.get("/places/wards.geojson")).json()["features"] == []
        assert "chưa có" in (await browser.get("/addresses")).text.lower()
    finally:
        gazetteer._memory.known = known


async def test_a_server_learns_of_boundaries_that_another_process_imported(
    database: Database, here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gazetteer, "FRESH_SECONDS", 0.02)
    await places.open_room(here, database)
    assert places.is_approximate()
    async with database.work(CLERK) as work:
        await places.import_boundaries(work, squares(tmp_path, places.list_wards()))
    for _ in range(200):
        if not places.is_approximate():
            break
        await asyncio.sleep(0.02)
    assert not places.is_approximate()
    await places.close_room()
    assert gazetteer._memory.watcher is None


# Boundaries


async def test_the_real_boundaries_of_hue_replace_the_approximate_areas(work: Work) -> None:
    file = data("hue_wards_2025.geojson")
    assert places.is_approximate()
    said = await places.import_boundaries(work, file)
    assert said.startswith("hue_wards_2025.geojson: the boundaries of 40 wards are in")
    assert [type(event) for event in work.announced] == [BoundariesImported]
    await as_anybody_knows_it(work)
    assert not places.is_approximate()
    assert places.require_ward(16.4567, 107.5776).name["vi"] == "Phường Thuận Hóa"
    assert places.require_ward(16.2345, 108.0830).name["en"] == "Chan May - Lang Co Commune"
    assert places.find_ward(*THE_SEA) is None
    drawn = gazetteer.base_map()
    assert len(drawn.geojson) <= 60_000
    properties = [feature["properties"] for feature in json.loads(drawn.geojson)["features"]]
    assert {"code": "19753", "name_vi": "Phường Phú Xuân", "name_en": "Phu Xuan Ward"} in properties


async def test_importing_twice_changes_nothing(work: Work, tmp_path: Path) -> None:
    file = squares(tmp_path, places.list_wards())
    await places.import_boundaries(work, file)
    before = await everything(work)
    work.announced.clear()
    said = await places.import_boundaries(work, file.rename(tmp_path / "again.geojson"))
    assert said == "again.geojson: nothing new, the boundaries of all 40 wards were in."
    assert await everything(work) == before
    assert work.announced == []


async def test_boundaries_outlive_a_new_look_at_the_profile(work: Work, tmp_path: Path) -> None:
    await places.import_boundaries(work, squares(tmp_path, places.list_wards()))
    before = await store.find_base_map(work)
    await places.load_profile(work, HUE)
    assert await store.find_base_map(work) == before


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x00\xff no json", "not GeoJSON"),
        (b'{"type": "FeatureCollection", "features": []}', "holds no areas"),
        (None, "cannot be read"),
    ],
)
async def test_a_file_that_cannot_be_used_says_why_and_changes_nothing(
    work: Work, tmp_path: Path, content: bytes | None, reason: str
) -> None:
    file = tmp_path / "wards.geojson"
    if content is not None:
        file.write_bytes(content)
    before = await everything(work)
    with pytest.raises(BadBoundaries, match=reason):
        await places.import_boundaries(work, file)
    assert await everything(work) == before


async def test_a_file_without_all_the_wards_is_refused(work: Work, tmp_path: Path) -> None:
    missing, *rest = places.list_wards()
    with pytest.raises(BadBoundaries, match=f"missing: {missing.code}"):
        await places.import_boundaries(work, squares(tmp_path, rest))


async def test_only_the_city_itself_and_administrators_import_boundaries(inside: Any) -> None:
    async with inside.work(Actor(id=new_id(), permissions=frozenset({"me"}))) as work:
        with pytest.raises(Forbidden):
            await places.import_boundaries(work, Path("wards.geojson"))


# For programs


async def test_programs_get_the_wards_without_a_statement(browser: Browser) -> None:
    answer, statements = await browser.counted("GET", "/api/v1/wards")
    assert statements == 0
    assert answer.json()["approximate"] is True
    first = answer.json()["wards"][0]
    assert (first["code"], first["kind"], first["name"]) == ("19815", "ward", "Phường An Cựu")
    assert first["names"] == {"vi": "Phường An Cựu", "en": "An Cuu Ward"}


@pytest.mark.parametrize(("language", "name"), [("vi", "Phường Phú Xuân"), ("en", "Phu Xuan Ward")])
async def test_the_ward_of_a_place_is_named_in_the_readers_language(
    browser: Browser, language: str, name: str
) -> None:
    answer, statements = await browser.counted(
        "GET",
        "/api/v1/ward?latitude=16.4693&longitude=107.5790",
        headers={"accept-language": language},
    )
    assert statements == 0
    assert answer.json() == {"code": "19753", "name": name, "approximate": True}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("vi", "Vị trí này nằm ngoài thành phố. Vui lòng chọn một nơi trong thành phố."),
        ("en", "This place is outside the city. Please choose a place within it."),
    ],
)
async def test_a_place_in_the_sea_is_refused_with_a_sentence(
    browser: Browser, language: str, sentence: str
) -> None:
    answer = await browser.get(
        "/api/v1/ward?latitude=16.75&longitude=108.0", headers={"accept-language": language}
    )
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == sentence


@pytest.mark.parametrize(
    "query", ["", "?latitude=16.4", "?latitude=north&longitude=107", "?latitude=91&longitude=0",
              "?latitude=nan&longitude=107"]
)  # fmt: skip
async def test_what_is_no_place_at_all_is_a_mistake_of_the_program(
    browser: Browser, query: str
) -> None:
    answer = await browser.get(f"/api/v1/ward{query}")
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_base_map_is_small_and_asked_for_once(browser: Browser) -> None:
    answer, statements = await browser.counted("GET", "/places/wards.geojson")
    assert statements == 0
    assert answer.headers["content-type"].startswith("application/geo+json")
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.content) <= 60_000
    assert len(answer.json()["features"]) == 40
    again = await browser.get(
        "/places/wards.geojson", headers={"if-none-match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


# For people


@pytest.mark.parametrize("words", ["Phường Đúc", "phuong duc", "phường Đúc, thành phố Huế"])
async def test_an_old_ward_leads_to_the_new_one_however_it_is_typed(
    browser: Browser, words: str
) -> None:
    answer, statements = await browser.counted("GET", "/addresses", params={"q": words})
    assert (answer.status_code, statements) == (200, 0)
    found = part(answer.text, 'id="found"')
    assert "Phường Phường Đúc, Quận Thuận Hóa, nay là" in found
    assert "Phường Thuận Hóa</strong>" in found


async def test_a_name_of_today_is_recognised_too(browser: Browser) -> None:
    answer = await browser.get("/addresses?q=Thuan%20Hoa", headers={"accept-language": "en"})
    found = part(answer.text, 'id="found"')
    assert "Phường Thuận Hòa, Quận Phú Xuân is now" in found
    assert "Phu Xuan Ward</strong>" in found
    assert "Thuan Hoa Ward</strong>" in found


async def test_a_name_nobody_knows_gets_a_friendly_answer(browser: Browser) -> None:
    answer = await browser.get("/addresses", params={"q": "<b>Atlantis</b>" * 100})
    assert answer.status_code == 200
    assert "Chưa tìm thấy phường, xã nào có tên này" in answer.text
    assert "<b>" not in answer.text


@pytest.mark.parametrize(
    ("language", "said"),
    [("vi", "Ranh giới chỉ là tương đối"), ("en", "The borders are approximate")],
)
async def test_the_page_says_when_areas_are_approximate(
    browser: Browser, work: Work, tmp_path: Path, language: str, said: str
) -> None:
    page = await browser.get("/addresses", headers={"accept-language": language})
    assert said in page.text
    assert page.text.count('class="row"') == 40
    await places.import_boundaries(work, squares(tmp_path, places.list_wards()))
    await as_anybody_knows_it(work)
    page = await browser.get("/addresses", headers={"accept-language": language})
    assert said not in page.text


def part(page: str, mark: str) -> str:
    """Return the section of a page that bears this mark."""
    return page[page.index(mark) :].partition("</section>")[0]
