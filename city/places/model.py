"""The words of places: wards, and the units that were there before them. No I/O."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from city.kernel import Event, Problem
from city.web import in_language


class Kind(StrEnum):
    """What a ward is in law, or in daily speech where the law knows none."""

    WARD = "ward"
    COMMUNE = "commune"
    SPECIAL_ZONE = "special_zone"
    NEIGHBOURHOOD = "neighbourhood"


class Ward(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the city with a government, or at least a name, of its own."""

    code: str
    """As its country counts it (in Vietnam five digits), or a word of the profile's own."""
    kind: Kind
    name: dict[str, str]
    """By language: {"vi": "Phường Thuận Hóa", "en": "Thuan Hoa Ward"}."""
    latitude: float
    longitude: float
    area_km2: float | None = None
    also: tuple[str, ...] = ()
    """Other names that data sets use for it."""
    points: tuple[tuple[float, float], ...] = ()
    """Latitudes and longitudes that surely lie in it: areas are drawn from them until boundaries
    are imported."""
    retired_at: datetime | None = None
    """Since when the city has it no more; nothing new lies in it."""


def name_in(ward: Ward, language: str) -> str:
    """Return what a ward is called in a language, or in any other if it has no name in that."""
    return in_language(ward.name, language)


class OldUnit(Struct, frozen=True, forbid_unknown_fields=True):
    """A ward or commune of before a reform, and what became of it."""

    code: str
    name: str
    """In full, in the country's language: "Phường Vĩnh Ninh"."""
    district: str
    """In full: "Quận Thuận Hóa"; "" where there was none."""
    new_codes: tuple[str, ...]
    """The wards it went to, the one with most of it first."""
    also: tuple[str, ...] = ()
    """Still older names and spellings, without spaces and diacritics: "phuphu"."""
    latitude: float = 0.0
    longitude: float = 0.0


class Boundary(Struct, frozen=True):
    """The imported area of a ward."""

    ward_code: str
    geometry: bytes
    """WKB, in degrees of WGS 84: x is the longitude, y the latitude."""


class BaseMap(Struct, frozen=True):
    """The wards drawn for maps."""

    geojson: bytes
    approximate: bool
    """Whether the areas are derived from centres, for want of boundaries."""
    version: str
    """Another one whenever a ward, a former unit or a boundary is not what it was."""


class BoundariesImported(Event, frozen=True, kw_only=True):
    """The wards have got other boundaries, so that places near them may lie in other wards."""

    version: str
    source: str


class OutsideCity(Problem):
    """A place that lies in none of the city's wards."""

    status = 422


class BadProfile(ValueError):
    """A city profile that cannot be used, said in a sentence for whoever wrote it."""
