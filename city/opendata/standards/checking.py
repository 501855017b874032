"""Looking through a file: what does not fit its standard, line by line. Nothing is kept of it."""

import csv
import io
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, BinaryIO

from city.kernel import Says, say
from city.opendata.model import Column
from city.opendata.standards.areas import fault_of_area
from city.opendata.standards.files import LIST_OF
from city.opendata.standards.model import (
    SEPARATORS,
    Checked,
    Encoding,
    Fault,
    Item,
    Looked,
    Shape,
    Standard,
)
from city.opendata.standards.nearest import Nearest, names_alike, nearest_by
from city.opendata.standards.reading import DAMAGED, Row, look, read_rows
from city.opendata.standards.values import fault_of, moment_of
from city.settings import current
from city.web import render_words

MOST_SHOWN = 1000
_MOST_LETTERS = 120
_AREA = "geometry"
_AT_ONCE = 500

Lists = Mapping[str, list[Item]]


def check_file(file: BinaryIO, standard: Standard, lists: Lists, language: str) -> Checked:
    """Return what does not fit, the first 1,000 of it; every fault is counted.

    Raises Unreadable for what is no table at all, TooLong for too many rows. Takes 8 µs a value:
    to be called in a thread.
    """
    looked = look(file, standard)
    looking = _Looking(looked, standard, lists, language)
    shown: list[Fault] = []
    count = lines = 0
    for _, faults in looking.through(file):
        count += len(faults)
        lines += any(fault.line for fault in faults)
        shown += faults[: MOST_SHOWN - len(shown)]
    return Checked(
        standard=standard.code,
        looked=looked,
        rows=looking.rows,
        count=count,
        lines=lines,
        faults=sorted(shown, key=lambda fault: fault.line),
        remarks=_remarks(looked),
    )


def mark_file(file: BinaryIO, standard: Standard, lists: Lists, language: str) -> Iterator[bytes]:
    """Give the file again as CSV in UTF-8, with all that does not fit in a last column `faults`.

    What is wrong with the whole file stands in its first row.
    """
    looked = look(file, standard)
    looking = _Looking(looked, standard, lists, language)
    names = [column.name for column in standard.columns]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if not looked.separator:
        writer.writerow([*names, "faults"])
    general: list[Fault] = []
    for row, faults in looking.through(file):
        if row is None or row is looking.header:
            general += faults
            if row is not None:
                writer.writerow([*row.cells, "faults"])
            continue
        cells = row.cells
        if row.names is not None:
            by_name = dict(zip(row.names, cells, strict=True))
            cells = [by_name.get(name, "") for name in names]
        elif len(cells) < looking.width:
            cells = [*cells, *[""] * (looking.width - len(cells))]
        writer.writerow([*cells, _said([*general, *faults], language)])
        general = []
        if looking.rows % _AT_ONCE == 0:
            yield out.getvalue().encode("utf-8", "replace")
            out.seek(0)
            out.truncate()
    if general:
        width = looking.width or len(names)
        writer.writerow([*[""] * width, _said(general, language)])
    yield out.getvalue().encode("utf-8", "replace")


class _Looking:
    """One look through a file."""

    def __init__(self, looked: Looked, standard: Standard, lists: Lists, language: str) -> None:
        self.looked, self.standard = looked, standard
        self.rows = self.width = 0
        self._columns = {column.name: column for column in standard.columns}
        self._codes = {
            column.name: self._known(column, lists, language) for column in standard.columns
        }
        self._seen: dict[str, int] = {}
        self.header: Row | None = None
        self._header: list[str] = []

    def through(self, file: BinaryIO) -> Iterator[tuple[Row | None, list[Fault]]]:
        """Give every row with what is wrong with it; None for the file, first and last."""
        yield None, self._of_file()
        for row in read_rows(file, self.looked, self.standard):
            if self.looked.separator and self.header is None and row.trouble is None:
                self.header = row
                self._header = [name.strip() for name in row.cells]
                self.width = len(self._header)
                yield row, self._of_header(row.line)
            else:
                self.rows += 1
                yield row, self._of_row(row)
        yield None, self._of_end()

    def _of_file(self) -> list[Fault]:
        if self.looked.encoding in (Encoding.UTF8, Encoding.UTF8_BOM):
            return []
        says = say(
            "The file is written in {name}. Please save it as UTF-8.", name=self.looked.encoding
        )
        return [_fault(0, "", str(self.looked.encoding), says, "UTF-8")]

    def _of_header(self, line: int) -> list[Fault]:
        faults = []
        lacking = self._lacking(self._header)
        for number, name in enumerate(self._header):
            if name in self._header[:number]:
                faults.append(_fault(line, name, name, say("This column is there twice.")))
            elif name not in self._columns:
                meant = names_alike(name, [one for one in self._columns if one not in self._header])
                faults.append(
                    _fault(line, name, name, say("The standard has no column of this name."), meant)
                )
        return faults + [_fault(line, name, "", say("This column is missing.")) for name in lacking]

    def _of_row(self, row: Row) -> list[Fault]:
        if row.trouble is not None:
            return [_fault(row.line, "", "", row.trouble)]
        names = self._header if row.names is None else row.names
        faults = []
        if row.names is None and len(row.cells) != len(names):
            says = say(
                "There are {n} values, and the header has {m} columns.",
                n=len(row.cells),
                m=len(names),
            )
            faults.append(_fault(row.line, "", "", says))
        if row.names is not None:
            faults += self._of_names(row)
        values = dict(zip(names, row.cells, strict=False))
        for name, column in self._columns.items():
            if name in values and (fault := self._of_value(row.line, column, values[name])):
                faults.append(fault)
        faults += self._of_whole(row, values)
        return faults

    def _of_names(self, row: Row) -> list[Fault]:
        names = row.names or []
        faults = [
            _fault(row.line, name, "", say("This is missing.")) for name in self._lacking(names)
        ]
        for name in names:
            if name not in self._columns:
                meant = names_alike(name, self._columns) if self.rows < MOST_SHOWN else ""
                says = say("The standard has no column of this name.")
                faults.append(_fault(row.line, name, name, says, meant))
        return faults

    def _of_value(self, line: int, column: Column, value: str) -> Fault | None:
        name = column.name
        if value == "":
            return (
                None if column.optional else _fault(line, name, "", say("This must not be empty."))
            )
        if DAMAGED in value or "\x00" in value:
            return _fault(line, name, value, say("Some letters here cannot be read."))
        codes = self._codes[name]
        if codes is not None:
            if value in codes:
                return None
            meant = codes.of(value)
            says = say("This is not a code of the list.")
            return _fault(line, name, value, says, meant, codes.means.get(meant, ""))
        most = self.standard.most_letters.get(name)
        if most is not None and len(value) > most:
            return _fault(line, name, value, say("At most {most} letters are wanted.", most=most))
        found = fault_of(column, value)
        return _fault(line, name, value, *found) if found else None

    def _of_whole(self, row: Row, values: dict[str, str]) -> list[Fault]:
        """Return what is wrong with the values of a row taken together."""
        faults, line, standard = [], row.line, self.standard
        key = values.get(standard.key, "")
        if key and key in self._seen:
            says = say("This is in line {line} already.", line=self._seen[key])
            faults.append(_fault(line, standard.key, key, says))
        elif key:
            self._seen[key] = line
        moments = [(name, moment_of(values.get(name, ""))) for name in standard.ordered]
        known = [(name, moment) for name, moment in moments if moment]
        for (first, before), (second, after) in pairwise(known):
            if after < before:
                says = say("This is before {name}.", name=first)
                faults.append(_fault(line, second, values[second], says))
        for name, (other, value) in standard.filled_when.items():
            if bool(values.get(name)) != (values.get(other) == value):
                says = say(
                    "This is filled exactly when {name} is {value}.", name=other, value=value
                )
                faults.append(_fault(line, name, values.get(name, ""), says))
        if standard.within_city and "latitude" in values:
            faults += self._of_place(line, values)
        if standard.shape is Shape.AREAS:
            says = fault_of_area(row.area, current().profile.bounds)
            if says is not None:
                faults.append(_fault(line, _AREA, "", says))
        return faults

    def _of_place(self, line: int, values: dict[str, str]) -> list[Fault]:
        try:
            latitude, longitude = float(values["latitude"]), float(values.get("longitude", ""))
        except ValueError:
            return []
        bounds = current().profile.bounds
        if bounds.contains(latitude, longitude):
            return []
        given = f"{values['latitude']}, {values['longitude']}"
        if bounds.contains(longitude, latitude):
            says = say("Latitude and longitude are swapped.")
            meant = f"{values['longitude']}, {values['latitude']}"
            return [_fault(line, "latitude", given, says, meant)]
        return [_fault(line, "latitude", given, say("This place lies outside the city."))]

    def _of_end(self) -> list[Fault]:
        if self.looked.separator and self.header is None:
            return [_fault(0, "", "", say("The file is empty."))]
        codes = self._codes.get(self.standard.key)
        if not self.standard.complete or codes is None:
            return []
        return [
            _fault(0, self.standard.key, "", say("{code} is missing.", code=code), "", means)
            for code, means in codes.means.items()
            if code not in self._seen
        ]

    def _lacking(self, names: list[str]) -> list[str]:
        return [
            name
            for name, column in self._columns.items()
            if not column.optional and name not in names
        ]

    @staticmethod
    def _known(column: Column, lists: Lists, language: str) -> Nearest | None:
        if column.codes:
            return Nearest(
                [
                    Item(code=one.value, name={language: render_words(language, one.means)})
                    for one in column.codes
                ],
                language=language,
            )
        code = LIST_OF.get(column.refers)
        return nearest_by(lists, code, language) if code and lists.get(code) else None


def _fault(
    line: int, column: str, given: str, says: Says, suggestion: str = "", means: str = ""
) -> Fault:
    short = given if len(given) <= _MOST_LETTERS else f"{given[: _MOST_LETTERS - 1]}…"
    return Fault(
        line=line,
        column=column[:_MOST_LETTERS],
        given=short,
        says=says,
        suggestion=suggestion,
        means=means,
    )


def _said(faults: list[Fault], language: str) -> str:
    """Return faults as one cell has them."""
    parts = []
    for fault in faults:
        words = render_words(language, fault.says)
        meant = f" → {fault.suggestion}" if fault.suggestion else ""
        parts.append(f"{fault.column}: {words}{meant}" if fault.column else f"{words}{meant}")
    return "; ".join(parts)


def _remarks(looked: Looked) -> list[Says]:
    if looked.separator in ("", ","):
        return []
    name: Any = SEPARATORS[looked.separator]
    return [say("Between the values stands a {name}; the standard is a comma.", name=name)]
