"""Vietnam's wards since July 2025 and what they were before, from `vietnamadminunits` (MIT).

Read from the package's data files without importing it: the import would keep tens of megabytes
in memory for parsers nobody here calls, and some of its functions ask the internet.
"""

import sqlite3
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from unicodedata import combining, normalize

import msgspec

from city.places.model import BadProfile, Kind, OldUnit, Ward
from city.places.old_units import fold

_KINDS = {
    "Phường": (Kind.WARD, "Ward"),
    "Xã": (Kind.COMMUNE, "Commune"),
    "Đặc khu": (Kind.SPECIAL_ZONE, "Special Zone"),
}

_WARDS = """
    select wardCode, ward, wardShort, wardType, wardLat, wardLon, wardAreaKm2, provinceKey, wardKey
    from admin_units where provinceCode = ? and wardCode is not null order by wardCode
"""

_OLD_UNITS = """
    select wardCode, ward, district, wardLat, wardLon, wardKeywords,
           provinceKey || '_' || districtKey || '_' || wardKey
    from admin_units_legacy where wardCode is not null order by wardCode
"""


class _Part(msgspec.Struct):
    new_ward: str = msgspec.field(name="newWardKey")
    is_default: bool = msgspec.field(name="isDefaultNewWard")


class _Changes(msgspec.Struct):
    """The package's conversion table: by new province, which old units went to which ward."""

    whole: dict[str, dict[str, list[str]]] = msgspec.field(name="DICT_PROVINCE_WARD_NO_DIVIDED")
    divided: dict[str, dict[str, list[_Part]]] = msgspec.field(name="DICT_PROVINCE_WARD_DIVIDED")


def read_province(code: str) -> tuple[list[Ward], list[OldUnit]]:
    """Give the wards of a province or city of Vietnam ("46" is Huế) and its former units.

    Takes about 40 ms. Raises BadProfile when the package is missing or knows no such code.
    """
    folder = _folder()
    address = f"{(folder / 'dataset.db').as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as base:
        rows = base.execute(_WARDS, (code,)).fetchall()
        old_rows = base.execute(_OLD_UNITS).fetchall()
    if not rows:
        raise BadProfile(f"vietnamadminunits knows no province {code!r}")
    province = rows[0][7]
    went_to = _conversion(folder, province, {row[8]: row[0] for row in rows})
    old_units = [
        OldUnit(
            old, name, district or "", went_to[key], _others(words, name), lat or 0.0, lon or 0.0
        )
        for old, name, district, lat, lon, words, key in old_rows
        if key in went_to
    ]
    return [_ward(row, old_units) for row in rows], old_units


def _folder() -> Path:
    spec = find_spec("vietnamadminunits")
    if spec is None or not spec.submodule_search_locations:
        raise BadProfile("the package vietnamadminunits is not installed")
    return Path(spec.submodule_search_locations[0]) / "data"


def _conversion(folder: Path, province: str, codes: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Give for each old unit's key the codes of its new wards, the default one first."""
    changes = msgspec.json.decode((folder / "converter_2025.json").read_bytes(), type=_Changes)
    went_to: dict[str, tuple[str, ...]] = {
        old: (codes[new],)
        for new, olds in changes.whole.get(province, {}).items()
        if new in codes
        for old in olds
    }
    for old, parts in changes.divided.get(province, {}).items():
        parts.sort(key=lambda part: not part.is_default)
        went_to[old] = tuple(codes[part.new_ward] for part in parts if part.new_ward in codes)
    return went_to


def _others(keywords: str | None, name: str) -> tuple[str, ...]:
    """Keep the spellings that do not follow from the name itself."""
    words = msgspec.json.decode(keywords, type=list[str]) if keywords else []
    own = fold(name)
    return tuple(dict.fromkeys(fold(word) for word in words if not own.endswith(fold(word))))


def _ward(row: tuple, old_units: list[OldUnit]) -> Ward:
    code, name, short, kind_name, latitude, longitude, km2, *_ = row
    kind, english = _KINDS[kind_name]
    return Ward(
        code=code,
        kind=kind,
        name={"vi": name, "en": f"{_plain(short)} {english}"},
        latitude=latitude,
        longitude=longitude,
        area_km2=km2,
        # Only what went over whole surely lies in the ward.
        points=(
            (latitude, longitude),
            *(
                (unit.latitude, unit.longitude)
                for unit in old_units
                if unit.new_codes == (code,) and unit.latitude
            ),
        ),
    )


def _plain(text: str) -> str:
    letters = normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in letters if not combining(letter))
