"""What places needs of a city profile: the wards of the city, and what they were before.

A profile is a folder with a `city.toml`. Its table `wards` names where they come from:

    [wards]                              [wards]
    source = "vietnamadminunits"         source = "wards.toml"
    province = "46"

The first is for every city and province of Vietnam, the second for any other city: a file of the
profile with one table `[[ward]]` for each (the fields of `Ward`), and maybe `[[old_unit]]`.
"""

import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec

from city.places.model import BadProfile, OldUnit, Ward
from city.places.vietnam import read_province


class Wards(msgspec.Struct, frozen=True):
    """The wards of a city, by code, and the units of before the last reform."""

    wards: list[Ward]
    old_units: list[OldUnit]


class _Source(msgspec.Struct, forbid_unknown_fields=True):
    source: str
    province: str = ""


class _City(msgspec.Struct):
    """The part of city.toml that is read here; the rest belongs to the settings."""

    wards: _Source


class _File(msgspec.Struct, forbid_unknown_fields=True):
    ward: list[Ward]
    old_unit: list[OldUnit] = []


_Shape = TypeVar("_Shape", _City, _File)


def read_wards(profile: Path) -> Wards:
    """Read the wards of the city whose profile is the folder `profile`.

    Raises BadProfile with the file and what is wrong in it.
    """
    source = _read(profile / "city.toml", _City).wards
    if source.source == "vietnamadminunits":
        wards, old_units = read_province(source.province)
    else:
        file = _read(profile / source.source, _File)
        wards, old_units = file.ward, file.old_unit
    _check(profile, wards, old_units)
    return Wards(sorted(wards, key=lambda ward: ward.code), old_units)


def _read(path: Path, shape: type[_Shape]) -> _Shape:
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), shape)
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise BadProfile(f"{path}: {error}") from error


def _check(profile: Path, wards: list[Ward], old_units: list[OldUnit]) -> None:
    codes = [ward.code for ward in wards]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if not codes or twice:
        raise BadProfile(f"{profile}: no wards, or some of them twice: {', '.join(twice)}")
    for ward in wards:
        if not (-90 <= ward.latitude <= 90 and -180 <= ward.longitude <= 180):
            raise BadProfile(f"{profile}: the ward {ward.code} lies nowhere on earth")
    lost = sorted({code for unit in old_units for code in unit.new_codes} - set(codes))
    if lost:
        raise BadProfile(
            f"{profile}: old units went to wards that are not there: {', '.join(lost)}"
        )
