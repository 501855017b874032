import sys
from pathlib import Path

import pytest

from city.places import BadProfile, Kind, find_old_units, read_wards
from city.settings import ROOT, read_profile

PROFILES = ROOT / "profiles"
CITY = '[wards]\nsource = "wards.toml"\n'
WARD = '[[ward]]\ncode = "a"\nkind = "ward"\nname = {en = "A"}\nlatitude = 1\nlongitude = 2\n'


def profile(folder: Path, wards: str, city: str = CITY) -> Path:
    (folder / "city.toml").write_text(city)
    (folder / "wards.toml").write_text(wards)
    return folder


def test_hue_has_its_40_wards_and_knows_the_133_units_of_before() -> None:
    hue = read_wards(PROFILES / "hue")
    kinds = [ward.kind for ward in hue.wards]
    assert (kinds.count(Kind.WARD), kinds.count(Kind.COMMUNE)) == (21, 19)
    assert len(hue.old_units) == 133
    assert all(unit.new_codes for unit in hue.old_units)
    assert sum(ward.area_km2 or 0 for ward in hue.wards) == pytest.approx(4_947, abs=1)


def test_wards_of_hue_are_named_in_both_languages() -> None:
    names = {ward.code: ward.name for ward in read_wards(PROFILES / "hue").wards}
    assert names["19789"] == {"vi": "Phường Thuận Hóa", "en": "Thuan Hoa Ward"}
    assert names["20056"] == {"vi": "Xã A Lưới 1", "en": "A Luoi 1 Commune"}
    assert names["20137"]["en"] == "Chan May - Lang Co Commune"


def test_the_parsers_of_the_data_package_are_never_loaded() -> None:
    read_wards(PROFILES / "hue")
    assert "vietnamadminunits" not in sys.modules


def test_old_names_of_hue_lead_to_its_wards() -> None:
    units = read_wards(PROFILES / "hue").old_units
    for words, code in [
        ("Phường Đúc", "19789"),
        ("vinh ninh", "19789"),
        ("Thuận Hoà", "19753"),
        ("Thị trấn Lăng Cô", "20137"),
        ("Xã Điền Lộc, huyện Phong Điền", "19828"),
    ]:
        assert [unit.new_codes for unit in find_old_units(words, units)] == [(code,)], words


@pytest.mark.parametrize("city", ["hue", "boston"])
def test_every_ward_lies_in_its_city_and_speaks_its_languages(city: str) -> None:
    settings = read_profile(PROFILES / city)
    for ward in read_wards(PROFILES / city).wards:
        assert set(ward.name) == set(settings.languages)
        assert settings.bounds.contains(ward.latitude, ward.longitude), ward.code
        assert ward.points
        assert all(settings.bounds.contains(*point) for point in ward.points), ward.code


def test_boston_knows_the_shorter_names_of_its_neighbourhoods() -> None:
    names = {
        name: ward.code
        for ward in read_wards(PROFILES / "boston").wards
        for name in (ward.name["en"], *ward.also)
    }
    assert names["Allston"] == names["Allston / Brighton"] == "allston-brighton"
    assert names["Mattapan"] == names["Greater Mattapan"]


def test_another_city_needs_no_code(tmp_path: Path) -> None:
    old = '[[old_unit]]\ncode = "x"\nname = "X"\ndistrict = ""\nnew_codes = ["a"]\n'
    read = read_wards(profile(tmp_path, WARD + old))
    assert [ward.code for ward in read.wards] == ["a"]
    assert [unit.new_codes for unit in read.old_units] == [("a",)]


@pytest.mark.parametrize(
    ("wards", "city", "reason"),
    [
        ("", CITY, "ward"),
        (WARD * 2, CITY, "twice: a"),
        (WARD.replace("latitude = 1", "latitude = 100"), CITY, "nowhere on earth"),
        (WARD.replace('"ward"', '"planet"'), CITY, "planet"),
        (WARD + "colour = 1", CITY, "colour"),
        ("ward = [", CITY, "wards.toml"),
        (WARD, "", "wards"),
        (WARD, '[wards]\nsource = "none.toml"', "none.toml"),
        (WARD, '[wards]\nsource = "vietnamadminunits"\nprovince = "00"', "'00'"),
        (
            WARD + '[[old_unit]]\ncode = "x"\nname = "X"\ndistrict = ""\nnew_codes = ["b"]',
            CITY,
            "not there: b",
        ),
    ],
)
def test_a_profile_that_is_wrong_says_where(
    tmp_path: Path, wards: str, city: str, reason: str
) -> None:
    with pytest.raises(BadProfile, match=reason):
        read_wards(profile(tmp_path, wards, city))


def test_a_folder_without_a_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadProfile, match=r"city\.toml"):
        read_wards(tmp_path)
