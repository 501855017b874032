import pytest

from city.places.model import OldUnit
from city.places.old_units import convert_old, find_old_units


def unit(code: str, name: str, district: str, *new: str, also: tuple[str, ...] = ()) -> OldUnit:
    return OldUnit(code, name, district, new, also)


UNITS = [
    unit("19777", "Phường Vỹ Dạ", "Quận Thuận Hóa", "19777"),
    unit("19762", "Phường Thuận Hòa", "Quận Phú Xuân", "19753"),
    unit("19768", "Phường Đông Ba", "Quận Phú Xuân", "19753", also=("phuhoa", "phuongphuhoa")),
    unit("19780", "Phường Phường Đúc", "Quận Thuận Hóa", "19789", also=("duc",)),
    unit("19999", "Phường Hương Vân", "Thị xã Hương Trà", "19996"),
    unit("20002", "Phường Hương Văn", "Thị xã Hương Trà", "19997"),
    unit("20107", "Thị trấn Phú Lộc", "Huyện Phú Lộc", "20107"),
    unit("20140", "Xã Lộc An", "Huyện Phú Lộc", "20140"),
    unit("20050", "Xã Thượng Quảng", "Huyện Nam Đông", "20182"),
    unit("90001", "Phường 5", "Quận 3", "26001"),
    unit("90002", "Phường 5", "Quận 4", "26002", "26003"),
]


def named(words: str) -> list[str]:
    return [found.name for found in find_old_units(words, UNITS)]


@pytest.mark.parametrize(
    "words",
    ["Thuận Hòa", "Thuận Hoà", "thuan hoa", "THUẬN HOÀ", "phường Thuận Hòa", "P. Thuận Hòa"],
)
def test_a_name_is_known_however_it_is_typed(words: str) -> None:
    assert named(words) == ["Phường Thuận Hòa"]


def test_letters_taken_apart_by_a_phone_are_the_same_letters() -> None:
    assert named("Thua\u0323\u0302n Hoa\u0300") == ["Phường Thuận Hòa"]


def test_another_tone_is_another_name() -> None:
    assert named("Thuận Hóa") == []
    assert named("Hương Văn") == ["Phường Hương Văn"]
    assert named("Huong Van") == ["Phường Hương Vân", "Phường Hương Văn"]


@pytest.mark.parametrize("words", ["Vĩ Dạ", "Vỹ Dạ", "Vỉ Dạ", "vi da", "Vy Da"])
def test_spellings_that_sound_alike_in_hue_are_one(words: str) -> None:
    assert named(words) == ["Phường Vỹ Dạ"]


@pytest.mark.parametrize(
    "words", ["Phường Đúc", "phuong duc", "Phường Phường Đúc", "12 Bùi Thị Xuân, Phường Đúc, Huế"]
)
def test_a_name_that_says_ward_itself_is_known(words: str) -> None:
    assert named(words) == ["Phường Phường Đúc"]


def test_one_syllable_alone_is_a_ward_only_if_it_is_called_one() -> None:
    assert named("gặp anh Đức ở chợ") == []


def test_a_district_is_no_ward() -> None:
    assert named("Lộc An, huyện Phú Lộc") == ["Xã Lộc An"]
    assert named("thị trấn Phú Lộc") == ["Thị trấn Phú Lộc"]


def test_a_still_older_name_leads_to_the_unit_that_took_it_in() -> None:
    assert named("Phường Phú Hòa") == ["Phường Đông Ba"]


def test_several_units_come_in_the_order_in_which_they_are_named() -> None:
    assert named("từ Vỹ Dạ đến Đông Ba") == ["Phường Vỹ Dạ", "Phường Đông Ba"]


def test_the_district_decides_between_units_of_one_name() -> None:
    assert [u.code for u in find_old_units("Phường 5, Quận 4", UNITS)] == ["90002"]
    assert convert_old("Phường 5", UNITS, "Quận 3") == ["26001"]
    assert convert_old("Phường 5", UNITS) == ["26001", "26002", "26003"]


def test_a_code_is_converted_as_well_as_a_name() -> None:
    assert convert_old("19780", UNITS) == convert_old("Phường Đúc", UNITS) == ["19789"]


@pytest.mark.parametrize("words", ["", "   ", "?", "Atlantis", "x" * 10_000])
def test_what_nobody_knows_is_no_unit(words: str) -> None:
    assert named(words) == []
    assert convert_old(words, UNITS) == []
