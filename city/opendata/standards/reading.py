"""Opening a file that anybody may have sent: its encoding, its separator, its rows, one by one.

Nothing here trusts the file, and nothing of it is held but the row at hand (of JSON its text).
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct

from city.kernel import Problem, Says, say
from city.opendata.standards.model import SEPARATORS, Encoding, Looked, Shape, Standard

MOST_BYTES = 20_000_000
MOST_ROWS = 200_000
_PIECE = 1 << 16
_HEAD = 4096
_MOST_ZEROS = 8
_LONGEST_LINE = 1 << 20
_CODECS = {
    Encoding.UTF8: "utf-8",
    Encoding.UTF8_BOM: "utf-8-sig",
    Encoding.WINDOWS: "cp1258",
}
_BYTE = re.compile(r"byte (\d+)")
_LINE_ENDS = ("\n", "\r")
DAMAGED = "\ufffd"
"""What stands where letters could not be read."""

# What people send instead of a table, by how it begins.
_OTHERS: tuple[tuple[bytes, Says], ...] = (
    (
        b"PK\x03\x04",
        say("This is a workbook or an archive. In Excel choose “CSV UTF-8” when saving it."),
    ),
    (b"\xd0\xcf\x11\xe0", say("This is an old workbook. In Excel save it as “CSV UTF-8”.")),
    (b"%PDF", say("This is a PDF. Please send the table it was made from.")),
    (b"\x1f\x8b", say("This is packed. Please unpack it and send what is in it.")),
    (b"\x89PNG", say("This is a picture. Please send a table.")),
    (b"\xff\xd8\xff", say("This is a picture. Please send a table.")),
    (b"<", say("This is XML or HTML. Please send CSV, JSON or GeoJSON.")),
)


class Unreadable(Problem):
    """A file of which no line can be looked at, and why."""

    status = 415
    title = "Not a kind we can read"


class TooLong(Problem):
    """A file with more rows than are looked at."""

    status = 413
    title = "Too large"


class Row(Struct):
    """A row: its line, its cells by place, and what made it unreadable.

    Of JSON `names` are the names it has, which may be others in every row; `area` is the geometry
    of a feature.
    """

    line: int
    cells: list[str]
    names: list[str] | None = None
    trouble: Says | None = None
    area: Any = None


def look(file: BinaryIO, standard: Standard) -> Looked:
    """Return what a file is; raise Unreadable for what is no file of this shape."""
    file.seek(0)
    head = file.read(_HEAD)
    for mark, says in _OTHERS:
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(mark):
            raise Unreadable(says.text)
    encoding = _encoding(file, head)
    if encoding is not Encoding.UTF16 and head.count(0) > _MOST_ZEROS:
        raise Unreadable("This is no text. Please send CSV, JSON or GeoJSON.")
    first = _text(file, encoding).read(_HEAD).lstrip()
    if first[:1] in ("{", "["):
        return Looked(kind="GeoJSON" if first[0] == "{" else "JSON", encoding=encoding)
    if standard.shape is Shape.AREAS:
        raise Unreadable("This is not GeoJSON, which is a feature collection.")
    return Looked(kind="CSV", encoding=encoding, separator=_separator(first))


def read_rows(file: BinaryIO, looked: Looked, standard: Standard) -> Iterator[Row]:
    """Give the rows of a file one by one; of CSV the header comes first."""
    if looked.separator:
        return _read_csv(file, looked)
    return _read_json(file, looked, standard)


def _encoding(file: BinaryIO, head: bytes) -> Encoding:
    """Return how a file is written: what it says itself, or else what makes most sense of it."""
    if head.startswith(codecs.BOM_UTF8):
        return Encoding.UTF8_BOM
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _is_bare_utf16(head):
        return Encoding.UTF16
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    good = bad = 0
    file.seek(0)
    while piece := file.read(_PIECE):
        if piece.isascii() and not decoder.getstate()[0]:
            continue
        letters = decoder.decode(piece)
        bad += sum("\udc80" <= letter <= "\udcff" for letter in letters)
        good += sum(letter > "\x7f" for letter in letters)
    # In UTF-8 with some damage there is more that can be read than that cannot.
    return Encoding.WINDOWS if bad > good - bad else Encoding.UTF8


def _is_bare_utf16(head: bytes) -> bool:
    """Return whether every other byte of most letters is zero."""
    pairs = len(head) // 2
    return pairs > 1 and max(head[::2].count(0), head[1::2].count(0)) > pairs * 0.4


def _codec(file: BinaryIO, encoding: Encoding) -> str:
    if encoding is not Encoding.UTF16:
        return _CODECS[encoding]
    file.seek(0)
    head = file.read(_HEAD)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-16-be" if head[::2].count(0) > head[1::2].count(0) else "utf-16-le"


def _text(file: BinaryIO, encoding: Encoding) -> "_Letters":
    codec = _codec(file, encoding)
    file.seek(0)
    return _Letters(file, codec)


class _Letters:
    """The letters of a file, line by line, however it is written; the file stays open."""

    def __init__(self, file: BinaryIO, codec: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(codec)("replace")
        self._composed = codec == "cp1258"  # It writes the marks of tones apart.

    def pieces(self) -> Iterator[str]:
        """Give the letters as they come."""
        while piece := self._file.read(_PIECE):
            yield self._decoder.decode(piece)
        yield self._decoder.decode(b"", True)

    def read(self, most: int) -> str:
        """Return the first letters."""
        return self._decoder.decode(self._file.read(most))

    def lines(self) -> Iterator[str]:
        """Give whole lines, with \n, \r\n or \r at their ends; a huge one in parts."""
        rest = ""
        for piece in self.pieces():
            rest += piece
            lines = rest.splitlines(keepends=True) if _has_only_ends(rest) else _split(rest)
            # A \r at the end may be half of \r\n.
            rest = "" if not lines else lines.pop()
            if len(rest) > _LONGEST_LINE:
                lines.append(rest)
                rest = ""
            for line in lines:
                yield unicodedata.normalize("NFC", line) if self._composed else line
        if rest:
            yield unicodedata.normalize("NFC", rest) if self._composed else rest


def _has_only_ends(text: str) -> bool:
    """Return whether str.splitlines would split where lines of files end, and nowhere else."""
    return text.isascii() and not any(mark in text for mark in "\v\f\x1c\x1d\x1e")


def _split(text: str) -> list[str]:
    return io.StringIO(text, newline="").readlines()


def _separator(first: str) -> str:
    """Return what stands most often outside of quotes in the first line."""
    header = "".join(first.split('"')[::2])
    for end in _LINE_ENDS:
        header = header.partition(end)[0]
    return max(SEPARATORS, key=header.count)


def _read_csv(file: BinaryIO, looked: Looked) -> Iterator[Row]:
    counted = _Counted(_text(file, looked.encoding).lines())
    reader = csv.reader(counted, delimiter=looked.separator)
    rows = 0
    while True:
        line = counted.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(line, [], trouble=say("This line cannot be read as CSV."))
            continue
        if rows > MOST_ROWS:
            raise TooLong("Please send at most {n} rows at once.", n=MOST_ROWS)
        if cells:
            rows += 1
            yield Row(line, cells)


class _Counted:
    """Lines with their number: that of a reader counts what it was given in parts twice."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.number = 0
        self._ended = True

    def __iter__(self) -> "_Counted":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += self._ended
        self._ended = line.endswith(_LINE_ENDS)
        return line


class _Feature(Struct):
    geometry: Any = None
    properties: dict[str, Any] | None = None


class _Collection(Struct):
    type: str
    features: list[msgspec.Raw]


def _read_json(file: BinaryIO, looked: Looked, standard: Standard) -> Iterator[Row]:
    text = _as_utf8(file, looked.encoding)
    try:
        if looked.kind == "JSON":
            things = msgspec.json.decode(text, type=list[msgspec.Raw])
        else:
            collection = msgspec.json.decode(text, type=_Collection)
            if collection.type != "FeatureCollection":
                raise Unreadable("This is not a feature collection.")
            things = collection.features
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _unread(text, looked.kind, error) from error
    if len(things) > MOST_ROWS:
        raise TooLong("Please send at most {n} rows at once.", n=MOST_ROWS)
    if standard.shape is Shape.AREAS and looked.kind == "JSON":
        raise Unreadable("This is not GeoJSON, which is a feature collection.")
    for number, thing in enumerate(things, start=1):
        yield _entry(number, thing, looked.kind)


def _as_utf8(file: BinaryIO, encoding: Encoding) -> bytes:
    """Return a file in UTF-8 without a mark; as it is where it can be, since it may be long."""
    letters = _text(file, encoding)
    if encoding in (Encoding.UTF8, Encoding.UTF8_BOM) and not any(
        DAMAGED in piece for piece in letters.pieces()
    ):
        file.seek(0)
        return file.read().removeprefix(codecs.BOM_UTF8)
    return "".join(_text(file, encoding).pieces()).encode("utf-8", "replace")


def _entry(number: int, thing: msgspec.Raw, kind: str) -> Row:
    area = None
    try:
        if kind == "GeoJSON":
            feature = msgspec.json.decode(thing, type=_Feature)
            found, area = feature.properties or {}, feature.geometry
        else:
            found = msgspec.json.decode(thing, type=dict[str, Any])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Row(number, [], [], say("This entry is not an object with names and values."))
    return Row(number, [_written(value) for value in found.values()], list(found), area=area)


def _unread(text: bytes, kind: str, error: Exception) -> Unreadable:
    """Return why a text is not JSON, with the line that msgspec stumbled over."""
    if (found := _BYTE.search(str(error))) is not None:
        line = text.count(b"\n", 0, int(found[1])) + 1
        return Unreadable("This is not JSON: look at line {line}.", line=line)
    if isinstance(error, msgspec.ValidationError):
        if kind == "JSON":
            return Unreadable("This is not a list of objects.")
        return Unreadable("This is not a feature collection.")
    return Unreadable("This is not JSON.")


def _written(value: Any) -> str:
    """Return a value of JSON as it would stand in CSV."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
