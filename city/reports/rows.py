"""Reading another system's export line by line: each becomes a report, or a reason why not."""

import csv
import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from city import places
from city.cases import MOST_LETTERS, Status
from city.reports.mapping import BadMapping, Mapping
from city.settings import Profile
from city.web import folded

_SPACES = re.compile(r"[^\S\n]+")
_EDGES = " \t\r\n:-–"
_TOMORROW = timedelta(days=1)


class ImportedReport(Struct, frozen=True, kw_only=True):
    """A report that another system has kept, with that system's own times and state.

    The place is in WGS84 degrees; where `place_known` is false it is only somewhere in the city,
    and the report is in lists but not on the map. `ward` and `unit` are codes; without a ward the
    place decides. `origin` is what the other system said besides.
    """

    external_id: str
    category: str
    status: Status
    description: str
    latitude: float
    longitude: float
    opened_at: datetime
    place_known: bool = True
    address: str = ""
    ward: str | None = None
    unit: str | None = None
    due_at: datetime | None = None
    closed_at: datetime | None = None
    answer: str = ""
    reason: str = ""
    private: bool = False
    origin: dict[str, Any] = field(default_factory=dict)
    line: int = 0


class Trouble(Struct, frozen=True):
    """A line of the file that does not become a report, and why."""

    line: int
    external_id: str
    reason: str


class _Refused(Exception):
    """Why this row cannot be a report."""


class Rows:
    """The rows of one file, read by a mapping."""

    def __init__(self, mapping: Mapping, profile: Profile, now: datetime) -> None:
        """Read by this mapping for the city of this profile; what opens after `now` is refused."""
        self._mapping = mapping
        self._profile = profile
        self._latest = now + _TOMORROW
        self._zone = mapping.zone
        self._skew = timedelta(seconds=mapping.file.clock_skew_seconds)
        self._unknown = {(spot.latitude, spot.longitude) for spot in mapping.unknown_point}
        self._columns = {name: mapping.columns_of(name) for name in mapping.columns}
        self._blank = {name: frozenset(words) for name, words in mapping.blank.items()}
        self._categories = {
            word: code for code, words in mapping.category.values.items() for word in words
        }
        self._strip = [re.compile(pattern) for pattern in mapping.answer.strip]
        self._redact = [re.compile(pattern) for pattern in mapping.answer.redact]
        self._hide = [re.compile(pattern) for pattern in mapping.answer.hide]
        self._outcomes = [(re.compile(o.pattern), o.outcome) for o in mapping.outcome]
        self._wards = {
            folded(name): ward.code
            for ward in places.list_wards()
            for name in (*ward.also, *ward.name.values(), ward.code)
        }

    def check(self, file: Path) -> None:
        """Raise BadMapping if the file has not the columns that the mapping names."""
        with _opened(file, self._mapping) as lines:
            lacking = sorted(set(self._mapping.every_column()) - set(next(lines, [])))
        if lacking:
            raise BadMapping(f"{file.name} has no column {', '.join(lacking)}")

    def read(self, file: Path) -> Iterator[ImportedReport | Trouble]:
        """Yield what every row after the header becomes; lines are counted from 1."""
        seen: set[str] = set()
        with _opened(file, self._mapping) as lines:
            header = next(lines, [])
            while True:
                line = lines.line_num + 1
                try:
                    cells = next(lines)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield Trouble(line, "", f"not readable as CSV: {error}")
                    continue
                except (EOFError, gzip.BadGzipFile, zlib.error):
                    yield Trouble(line, "", "the file is broken off here")
                    return
                if cells:
                    yield self._one(line, header, cells, seen)

    def _one(
        self, line: int, header: list[str], cells: list[str], seen: set[str]
    ) -> ImportedReport | Trouble:
        row = dict(zip(header, cells, strict=False))
        external_id = self._of(row, "external_id")
        try:
            if len(cells) != len(header):
                raise _Refused("not as many values as the file has columns")
            _check_letters(cells)
            if not external_id:
                raise _Refused("no identifier")
            if external_id in seen:
                raise _Refused("the identifier is there twice in this file")
            report = self._report(line, external_id, row)
        except _Refused as refused:
            return Trouble(line, _readable(external_id), str(refused))
        seen.add(external_id)
        return report

    def _report(self, line: int, external_id: str, row: dict[str, str]) -> ImportedReport:
        opened_at = self._time(row, "opened_at")
        if opened_at is None:
            raise _Refused("no time of opening")
        if opened_at > self._latest:
            raise _Refused("opened in the future")
        closed_at = self._closed_at(row, opened_at)
        said = self._of(row, "answer")
        outcome = self._outcome(said) if closed_at else ""
        answer = self._answer(said) if closed_at else ""
        latitude, longitude, known = self._place(row)
        ward = self._wards.get(folded(self._of(row, "ward")))
        if ward is None and known and (found := places.find_ward(latitude, longitude)):
            ward = found.code
        unit = self._mapping.unit.values.get(self._of(row, "unit"), self._mapping.unit.default)
        return ImportedReport(
            external_id=external_id,
            category=self._category(row),
            status=_status(outcome, closed_at, unit),
            description=self._description(row),
            latitude=latitude,
            longitude=longitude,
            place_known=known,
            opened_at=opened_at,
            due_at=self._time(row, "due_at"),
            closed_at=closed_at,
            address=self._of(row, "address"),
            ward=ward,
            unit=unit or None,
            answer="" if outcome in ("rejected", "merged") else answer,
            reason=answer if outcome in ("rejected", "merged") else "",
            origin=self._origin(row, outcome),
            line=line,
        )

    def _of(self, row: dict[str, str], name: str) -> str:
        """Return a field's value: of its first column that says anything."""
        blank = self._blank.get(name, ())
        for column in self._columns.get(name, ()):
            value = _tidy(row.get(column, ""))
            if value and value not in blank:
                return value
        return ""

    def _time(self, row: dict[str, str], name: str) -> datetime | None:
        written = self._of(row, name)
        if not written:
            return None
        for form in self._mapping.file.date_formats:
            try:
                moment = datetime.strptime(written, form)
            except ValueError:
                continue
            return (moment if moment.tzinfo else moment.replace(tzinfo=self._zone)).astimezone(UTC)
        raise _Refused(f"{name} is no time")

    def _closed_at(self, row: dict[str, str], opened_at: datetime) -> datetime | None:
        word = self._of(row, "status")
        is_closed = self._mapping.status.values.get(word, self._mapping.status.default) == "closed"
        closed_at = self._time(row, "closed_at")
        if is_closed and closed_at is None:
            raise _Refused("closed, but without the time")
        if closed_at is not None and not is_closed:
            raise _Refused("open, but with a time of closing")
        if closed_at is not None and closed_at < opened_at:
            if opened_at - closed_at > self._skew:
                raise _Refused("closed before it was opened")
            return opened_at
        return closed_at

    def _place(self, row: dict[str, str]) -> tuple[float, float, bool]:
        written = self._of(row, "latitude"), self._of(row, "longitude")
        if not any(written):
            centre = self._profile.centre
            return centre.latitude, centre.longitude, False
        try:
            latitude, longitude = float(written[0]), float(written[1])
        except ValueError:
            raise _Refused("the coordinates are no numbers") from None
        if (latitude, longitude) in self._unknown:
            return latitude, longitude, False
        if not self._profile.bounds.contains(latitude, longitude):
            raise _Refused("the place lies outside the city")
        return latitude, longitude, True

    def _category(self, row: dict[str, str]) -> str:
        rule = self._mapping.category
        return self._categories.get(row.get(rule.column, "").strip(), rule.default)

    def _description(self, row: dict[str, str]) -> str:
        rule = self._mapping.description
        parts = [_tidy(row.get(column, "")) for column in rule.columns]
        title = self._of(row, "title")
        said = dict.fromkeys(part for part in parts if part and part != title)
        text = f"{title}\n{rule.separator.join(said)}".strip() or self._category(row)
        if len(text) > MOST_LETTERS:
            raise _Refused(f"more than {MOST_LETTERS:,} letters")
        return text

    def _outcome(self, said: str) -> str:
        return next((outcome for rule, outcome in self._outcomes if rule.search(said)), "done")

    def _answer(self, said: str) -> str:
        for rule in self._strip:
            said = rule.sub("", said, count=1)
        for rule in self._redact:
            said = rule.sub("…", said)
        said = said.strip(_EDGES)
        return "" if any(rule.search(said) for rule in self._hide) else said[:MOST_LETTERS]

    def _origin(self, row: dict[str, str], outcome: str) -> dict[str, Any]:
        channel = self._mapping.channel
        said = {
            "on_time": self._mapping.on_time.values.get(self._of(row, "on_time")),
            "channel": channel.values.get(self._of(row, "channel"), channel.default),
            "outcome": outcome,
        }
        return {name: value for name, value in said.items() if value not in (None, "")}


def _status(outcome: str, closed_at: datetime | None, unit: str) -> Status:
    if closed_at is None:
        return Status.ROUTED if unit else Status.NEW
    return {"merged": Status.MERGED, "rejected": Status.REJECTED}.get(outcome, Status.DONE)


def _tidy(value: str) -> str:
    value = value.strip()
    return _SPACES.sub(" ", value) if "  " in value or "\t" in value else value


def _check_letters(cells: list[str]) -> None:
    line = "".join(cells)
    if "\0" in line:
        raise _Refused("a character that cannot be kept")
    if not line.isascii() and _readable(line) != line:
        raise _Refused("letters that are not in the file's encoding")


def _readable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@contextmanager
def _opened(file: Path, mapping: Mapping) -> Iterator[Any]:
    """Open a file, packed by gzip or not, as a CSV reader; unreadable bytes become surrogates."""
    with file.open("rb") as looking:
        packed = looking.read(2) == b"\x1f\x8b"
    opening: Any = gzip.open if packed else open
    with opening(
        file, "rt", encoding=mapping.file.encoding, errors="surrogateescape", newline=""
    ) as text:
        form = mapping.file
        yield csv.reader(text, delimiter=form.delimiter, quotechar=form.quote)
