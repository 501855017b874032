"""Whether a value is what its column is for, and how it would be written."""

import re
from datetime import date, datetime, timedelta

import shapely

from city.kernel import Says, say
from city.opendata.model import Column, Kind
from city.settings import current

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})", re.ASCII
)
_VIETNAMESE = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII
)
_YES = frozenset({"yes", "y", "1", "có", "co", "đúng", "dung", "true", "t", "x"})
_NO = frozenset({"no", "n", "0", "không", "khong", "sai", "false", "f"})
_LIMITS = {"latitude": 90.0, "longitude": 180.0}

Found = tuple[Says, str]
"""What is wanted, and how the value would be written if that can be told."""


def fault_of(column: Column, value: str) -> Found | None:
    """Return what is wrong with a value that is not empty, or None; codes are not looked at."""
    check = _CHECKS.get(column.kind)
    return check(column, value) if check else None


def moment_of(value: str) -> datetime | None:
    """Return the moment that a value says, a day as its beginning; None if it is neither."""
    try:
        found = datetime.fromisoformat(value.replace(" ", "T", 1))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=current().profile.zone)


def _whole(column: Column, value: str) -> Found | None:
    if _WHOLE.fullmatch(value):
        return None
    bare = re.sub(r"[.,\s](?=\d{3}\b)", "", value)
    return say("A whole number is wanted."), bare if _WHOLE.fullmatch(bare) else ""


def _number(column: Column, value: str) -> Found | None:
    if not _NUMBER.fullmatch(value):
        dotted = value.replace(",", ".")
        return say("A number is wanted, with a point before its decimals."), (
            dotted if _NUMBER.fullmatch(dotted) else ""
        )
    most = _LIMITS.get(column.name)
    if most is not None and not abs(float(value)) <= most:
        return say("These are no degrees."), ""
    return None


def _truth(column: Column, value: str) -> Found | None:
    if value in ("true", "false"):
        return None
    plain = value.strip().lower()
    meant = "true" if plain in _YES else "false" if plain in _NO else ""
    return say("true or false is wanted."), meant


def _day(column: Column, value: str) -> Found | None:
    if _DAY.fullmatch(value):
        try:
            date.fromisoformat(value)
        except ValueError:
            return say("There is no such day."), ""
        return None
    found = _turned(value)
    return say("A day is wanted, as 2026-05-02."), found.date().isoformat() if found else ""


def _moment(column: Column, value: str) -> Found | None:
    if _MOMENT.fullmatch(value):
        return None if moment_of(value) else (say("There is no such moment."), "")
    turned = _turned(value)
    found = turned.replace(tzinfo=current().profile.zone) if turned else moment_of(value)
    meant = found.isoformat() if found else ""
    return say("A moment with its zone is wanted, as 2026-05-02T09:15:00+07:00."), meant


def _turned(value: str) -> datetime | None:
    """Return the moment of a day as people in Vietnam write it: 2/5/2026 9:15."""
    found = _VIETNAMESE.fullmatch(value)
    if found is None:
        return None
    day, month, year, *clock = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day) + timedelta(
            hours=clock[0], minutes=clock[1], seconds=clock[2]
        )
    except (ValueError, OverflowError):
        return None


def _shape(column: Column, value: str) -> Found | None:
    area = shapely.from_wkt(value, on_invalid="ignore")
    if area is None or area.geom_type not in ("Polygon", "MultiPolygon") or area.is_empty:
        return say("An area is wanted, as POLYGON ((…)) in degrees."), ""
    return None


_CHECKS = {
    Kind.WHOLE: _whole,
    Kind.NUMBER: _number,
    Kind.TRUTH: _truth,
    Kind.DAY: _day,
    Kind.MOMENT: _moment,
    Kind.SHAPE: _shape,
}
