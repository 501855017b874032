"""The words of open data: what a data set is, and what its columns mean. No I/O."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from city.kernel import Says, Work, say

K = 5
"""How many reports at least share whatever `reports-anonymous` says of one of them."""

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
LICENCE_NAME = "CC BY 4.0"


class Kind(StrEnum):
    """What the values of a column are."""

    TEXT = "string"
    WHOLE = "integer"
    NUMBER = "number"
    TRUTH = "boolean"
    DAY = "date"
    MOMENT = "datetime"
    SHAPE = "geometry"
    """An area in degrees of WGS84: WKT in CSV and JSON, WKB in Parquet."""


KIND_WORDS: dict[Kind, Says] = {
    Kind.TEXT: say("text"),
    Kind.WHOLE: say("whole number"),
    Kind.NUMBER: say("number"),
    Kind.TRUTH: say("true or false"),
    Kind.DAY: say("day"),
    Kind.MOMENT: say("moment (UTC)"),
    Kind.SHAPE: say("area (WKT)"),
}


class Format(StrEnum):
    """In what a data set can be had, besides its pages and the API."""

    CSV = "csv"
    GEOJSON = "geojson"
    PARQUET = "parquet"
    JSON = "json"


FORMAT_NAMES = {
    Format.CSV: "CSV",
    Format.GEOJSON: "GeoJSON",
    Format.PARQUET: "Parquet",
    Format.JSON: "JSON",
}
MEDIA_TYPES = {
    Format.CSV: "text/csv; header=present",
    Format.GEOJSON: "application/geo+json",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.JSON: "application/json",
}


class Place(StrEnum):
    """What of a row lies on the map."""

    NONE = ""
    POINT = "point"
    """Its columns `longitude` and `latitude`."""
    AREA = "area"
    """Its column `geometry`."""


class Rhythm(StrEnum):
    """How often a data set is brought up to date, as the EU's vocabulary of frequencies has it."""

    CONTINUOUS = "UPDATE_CONT"
    HOURLY = "HOURLY"
    DAILY = "DAILY"
    IRREGULAR = "IRREG"


RHYTHM_WORDS: dict[Rhythm, Says] = {
    Rhythm.CONTINUOUS: say("As it happens"),
    Rhythm.HOURLY: say("Every hour"),
    Rhythm.DAILY: say("Every day"),
    Rhythm.IRREGULAR: say("Whenever something changes"),
}

MOST_AGE: dict[Rhythm, timedelta] = {
    Rhythm.CONTINUOUS: timedelta(hours=1),
    Rhythm.HOURLY: timedelta(hours=1),
    Rhythm.DAILY: timedelta(days=1),
    Rhythm.IRREGULAR: timedelta(minutes=5),
}
"""How old a file may be at most before it is written anew; what hears of changes is younger."""


class Code(Struct, frozen=True):
    """A value that a column can have, and what it means."""

    value: str
    means: Says


class Column(Struct, frozen=True, kw_only=True):
    """A column: its values, what they mean and in which unit.

    `codes` are all the values there can be; or else they are those of the first column of the
    data set `refers`. An `optional` one may be empty, which is null wherever there is a null.
    """

    name: str
    about: Says
    kind: Kind = Kind.TEXT
    unit: str = ""
    codes: tuple[Code, ...] = ()
    refers: str = ""
    optional: bool = False

    @property
    def signature(self) -> str:
        """What programs rely on: when this is another, the schema has changed."""
        said = [self.kind + ("?" if self.optional else ""), self.unit, self.refers]
        return " ".join([*said, *sorted(code.value for code in self.codes)]).strip()


Rows = Callable[[Work], AsyncIterator[bytes]]
"""Gives a data set as CSV (RFC 4180) with a header, in pieces of whole records."""


class DataSet(Struct, frozen=True, kw_only=True):
    """Something the city knows and gives away.

    `theme` is one of the EU's data themes. `kinds` are the events after which it is another.
    Who has no `permission` that it asks for is not shown it.
    """

    code: str
    title: Says
    about: Says
    theme: str
    rhythm: Rhythm
    columns: tuple[Column, ...]
    rows: Rows
    place: Place = Place.NONE
    kinds: tuple[str, ...] = ()
    caution: Says | None = None
    words: tuple[str, ...] = ()
    permission: str = ""
    api: str = ""

    @property
    def formats(self) -> tuple[Format, ...]:
        """The files it can be had as."""
        with_place = (Format.GEOJSON,) if self.place else ()
        return (Format.CSV, *with_place, Format.PARQUET, Format.JSON)

    @property
    def schema(self) -> dict[str, str]:
        """The columns by name, as programs rely on them."""
        return {column.name: column.signature for column in self.columns}


class SchemaVersion(Struct, frozen=True, kw_only=True):
    """The columns of a data set since a moment."""

    code: str
    version: int
    since: datetime
    columns: dict[str, str]


class SchemaChange(Struct, frozen=True, kw_only=True):
    """What was another from one version to the next. The first version adds nothing."""

    version: int
    since: datetime
    added: list[str]
    removed: list[str]
    changed: list[str]


def changes_of(versions: list[SchemaVersion]) -> list[SchemaChange]:
    """Return what each version changed, the newest first."""
    found: list[SchemaChange] = []
    for number, one in enumerate(versions):
        before = versions[number - 1].columns if number else one.columns
        both = one.columns.keys() & before.keys()
        found.append(
            SchemaChange(
                version=one.version,
                since=one.since,
                added=[name for name in one.columns if name not in before],
                removed=[name for name in before if name not in one.columns],
                changed=sorted(name for name in both if one.columns[name] != before[name]),
            )
        )
    return found[::-1]
