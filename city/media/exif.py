"""Where and when a photo or film was taken, read from what its camera wrote into it.

Everything here comes from a stranger. Whatever is missing, out of range or nonsense is left out;
nothing raises. Sources: EXIF 2.32 (CIPA DC-008) and TIFF 6.0 for photos, ISO 6709 for films.
"""

import re
import struct
from datetime import UTC, datetime, timedelta, timezone
from math import isfinite

from city.media.wire import Seen

_EXIF_DIRECTORY, _GPS_DIRECTORY = 0x8769, 0x8825
_TAKEN, _DIGITIZED = 0x9003, 0x9004
_TAKEN_ZONE, _DIGITIZED_ZONE = 0x9011, 0x9012
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
_MOST_ENTRIES = 512
_GARBAGE = (struct.error, ValueError, OverflowError, ZeroDivisionError, KeyError, IndexError)

Directory = dict[int, bytes]


def read_exif(block: bytes) -> Seen:
    """Read place and time from an EXIF block, with or without its `Exif` heading."""
    tiff = block[6:] if block.startswith(b"Exif\0\0") else block
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return Seen()
    try:
        first = _directory(tiff, order, struct.unpack_from(order + "L", tiff, 4)[0])
    except _GARBAGE:
        return Seen()
    latitude, longitude = _place(tiff, order, first) or (None, None)
    return Seen(latitude, longitude, _taken_at(tiff, order, first))


def read_film_notes(notes: dict[str, str]) -> Seen:
    """Read place and time from the notes of an MP4, MOV or WebM file."""
    where = notes.get("com.apple.quicktime.location.ISO6709") or notes.get("location") or ""
    found = re.match(r"([+-]\d{2}(?:\.\d{1,9})?)([+-]\d{3}(?:\.\d{1,9})?)", where)
    place = sensible_place(float(found[1]), float(found[2])) if found else None
    taken_at = None
    for key in ("com.apple.quicktime.creationdate", "creation_time"):
        try:
            taken_at = taken_at or _sensible_time(datetime.fromisoformat(notes.get(key, "")))
        except ValueError:
            continue
    latitude, longitude = place or (None, None)
    return Seen(latitude, longitude, taken_at)


def sensible_place(latitude: float, longitude: float) -> tuple[float, float] | None:
    """The pair rounded to 1e-7 degrees (1 cm), or None if it is 0,0 or not on this globe."""
    if not (isfinite(latitude) and isfinite(longitude)):
        return None
    if abs(latitude) > 90 or abs(longitude) > 180 or (latitude == 0 and longitude == 0):
        return None
    return round(latitude, 7), round(longitude, 7)


def _sensible_time(time: datetime) -> datetime | None:
    """A clock that was never set says 1904, 1970 or 1980."""
    return time if 1990 <= time.year <= 2100 else None


def _directory(tiff: bytes, order: str, offset: int) -> Directory:
    """The raw value of each tag in one TIFF directory; entries that lie outside are left out."""
    (count,) = struct.unpack_from(order + "H", tiff, offset)
    entries: Directory = {}
    for number in range(min(count, _MOST_ENTRIES)):
        at = offset + 2 + 12 * number
        if at + 12 > len(tiff):
            break
        tag, kind, length = struct.unpack_from(order + "HHL", tiff, at)
        size = _SIZES.get(kind, 0) * length
        start = at + 8 if size <= 4 else struct.unpack_from(order + "L", tiff, at + 8)[0]
        if 0 < size <= 4096 and start + size <= len(tiff):
            entries[tag] = tiff[start : start + size]
    return entries


def _inner(tiff: bytes, order: str, first: Directory, tag: int) -> Directory:
    return _directory(tiff, order, struct.unpack(order + "L", first[tag])[0])


def _place(tiff: bytes, order: str, first: Directory) -> tuple[float, float] | None:
    try:
        gps = _inner(tiff, order, first, _GPS_DIRECTORY)
        latitude = _degrees(order, gps[2]) * {b"N": 1, b"S": -1}[gps[1][:1].upper()]
        longitude = _degrees(order, gps[4]) * {b"E": 1, b"W": -1}[gps[3][:1].upper()]
        return sensible_place(latitude, longitude)
    except _GARBAGE:
        return None


def _degrees(order: str, raw: bytes) -> float:
    numbers = struct.unpack(order + "6L", raw)
    degrees = numbers[0] / numbers[1]
    # Cameras that give whole degrees only write 0/0 for the rest.
    minutes, seconds = (
        above / below if below else 0.0
        for above, below in ((numbers[2], numbers[3]), (numbers[4], numbers[5]))
    )
    if minutes >= 60 or seconds >= 60:
        raise ValueError("not an angle")
    return degrees + minutes / 60 + seconds / 3600


def _taken_at(tiff: bytes, order: str, first: Directory) -> datetime | None:
    try:
        notes = _inner(tiff, order, first, _EXIF_DIRECTORY)
    except _GARBAGE:
        return None
    for tag, zone_tag in ((_TAKEN, _TAKEN_ZONE), (_DIGITIZED, _DIGITIZED_ZONE)):
        try:
            text = notes[tag].rstrip(b"\0 ").decode("ascii")
            time = _sensible_time(datetime.strptime(text, "%Y:%m:%d %H:%M:%S"))
        except _GARBAGE:
            continue
        if time:
            return time.replace(tzinfo=_zone(notes.get(zone_tag, b"")))
    return None


def _zone(raw: bytes) -> timezone | None:
    found = re.match(rb"([+-])(\d\d):?([0-5]\d)", raw)
    if not found:
        return UTC if raw.rstrip(b"\0 ") == b"Z" else None
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
    if ahead > timedelta(hours=14):
        return None
    return timezone(ahead if found[1] == b"+" else -ahead)
