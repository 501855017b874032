"""How the columns of another system's export become reports: the profile's `import.toml`."""

import re
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct, ValidationError, convert

NEEDED = ("external_id", "opened_at")
FIELDS = frozenset(
    {"external_id", "opened_at", "due_at", "closed_at", "on_time", "status", "answer", "title"}
    | {"unit", "address", "ward", "latitude", "longitude", "channel"}
)
OUTCOMES = frozenset({"merged", "rejected", "no_violation", "referred", "done"})


class BadMapping(ValueError):
    """A mapping that cannot be used, or a file it does not fit; says why in a sentence."""


class FileFormat(Struct, frozen=True, forbid_unknown_fields=True):
    """How the file is written, and the clock its times are of."""

    time_zone: str
    date_formats: list[str]
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    quote: str = '"'
    clock_skew_seconds: int = 0


class Joined(Struct, frozen=True, forbid_unknown_fields=True):
    """Columns that are joined into the description."""

    columns: list[str] = []
    separator: str = " · "


class Spot(Struct, frozen=True, forbid_unknown_fields=True):
    """A point that means that no place is known."""

    latitude: float
    longitude: float


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """Another system's words and ours; a word of neither is the default."""

    values: dict[str, str] = {}
    default: str = ""


class Flags(Struct, frozen=True, forbid_unknown_fields=True):
    """Another system's words for yes and no; any other word says neither."""

    values: dict[str, bool] = {}


class Answers(Struct, frozen=True, forbid_unknown_fields=True):
    """Patterns: what begins an answer and is cut off, what is taken out of it anywhere, and which
    answers are only the old system's talk to itself and are not shown."""

    strip: list[str] = []
    redact: list[str] = []
    hide: list[str] = []


class Outcome(Struct, frozen=True, forbid_unknown_fields=True):
    """How a closed case ended whose answer has this pattern in it."""

    pattern: str
    outcome: str


class Categories(Struct, frozen=True, forbid_unknown_fields=True):
    """Our categories, each with the values of the column that belong to it."""

    column: str
    default: str
    values: dict[str, list[str]] = {}


class Mapping(Struct, frozen=True, forbid_unknown_fields=True):
    """What `import.toml` says."""

    file: FileFormat
    columns: dict[str, str | list[str]]
    category: Categories
    description: Joined = Joined()
    blank: dict[str, list[str]] = {}
    unknown_point: list[Spot] = []
    status: Words = Words()
    on_time: Flags = Flags()
    channel: Words = Words()
    unit: Words = Words()
    answer: Answers = Answers()
    outcome: list[Outcome] = []

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the file."""
        return ZoneInfo(self.file.time_zone)

    def columns_of(self, field: str) -> list[str]:
        """Return the columns a field may come from, the preferred one first."""
        found = self.columns.get(field, [])
        return [found] if isinstance(found, str) else found

    def every_column(self) -> list[str]:
        """Return every column that is named."""
        named = [column for field in self.columns for column in self.columns_of(field)]
        return [*named, *self.description.columns, self.category.column]


def read_mapping(file: Path) -> Mapping:
    """Return the mapping in this file; raise BadMapping with what is wrong in it."""
    try:
        mapping = convert(tomllib.loads(file.read_text("utf-8")), Mapping)
        mapping.zone  # noqa: B018 - unknown zones raise here and not in the middle of the file
        patterns = [*mapping.answer.strip, *mapping.answer.redact, *mapping.answer.hide]
        for pattern in [*patterns, *(outcome.pattern for outcome in mapping.outcome)]:
            re.compile(pattern)
    except (OSError, ValueError, KeyError, ValidationError, re.error) as error:
        raise BadMapping(f"{file}: {error}") from error
    faults = [f"{field} has no column" for field in NEEDED if not mapping.columns_of(field)]
    faults += [f"{field} is no field" for field in {*mapping.columns, *mapping.blank} - FIELDS]
    faults += [f"{o.outcome} is no outcome" for o in mapping.outcome if o.outcome not in OUTCOMES]
    if faults:
        raise BadMapping(f"{file}: {'; '.join(sorted(faults))}")
    return mapping
