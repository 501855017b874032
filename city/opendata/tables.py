"""CSV as everybody reads it (RFC 4180): written from rows, and what is in it told apart again."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from city.opendata.model import Column, Kind

AT_ONCE = 500


def as_csv(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Give a header and rows as CSV, some hundred rows in each piece. None is an empty field."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    for number, row in enumerate(rows, start=1):
        writer.writerow([_written(value) for value in row])
        if number % AT_ONCE == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


async def whole_records(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Give CSV as PostgreSQL writes it with the ends of lines of RFC 4180, cut between records.

    A line ends a record only where an even number of quotes came before; a quoted text may have
    lines of its own, which are left as they are.
    """
    rest = b""
    async for piece in pieces:
        parts = (rest + piece).split(b'"')
        # Those at even places lie outside of quotes.
        if len(parts) % 2:
            head, newline, tail = parts[-1].rpartition(b"\n")
        else:
            head, newline, tail = b"", b"", b""
        if not newline:
            rest += piece
            continue
        parts[-1] = head + newline
        parts[::2] = [part.replace(b"\n", b"\r\n") for part in parts[::2]]
        rest = tail
        yield b'"'.join(parts)
    if rest:
        yield rest + b"\r\n"


def count_records(piece: bytes) -> int:
    """Return how many records a piece of CSV ends."""
    if b'"' not in piece:
        return piece.count(b"\r\n")
    return sum(part.count(b"\r\n") for part in piece.split(b'"')[::2])


def read_rows(file: Path, columns: Sequence[Column]) -> Iterator[dict[str, Any]]:
    """Give the rows of a CSV file with their values told apart; an empty field is None."""
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        next(reader)
        yield from typed(reader, columns)


def read_page(
    file: BinaryIO, columns: Sequence[Column], start: int, most: int
) -> tuple[list[dict[str, Any]], int | None]:
    """Return rows of a CSV file from a byte on, and the byte after them unless they are the last.

    0 is the first row. Raises ValueError where no row begins.
    """
    if start == 0:
        start = len(file.readline())
    file.seek(start - 1)
    if file.read(1) != b"\n":
        raise ValueError("No row begins here.")
    records: list[bytes] = []
    quotes = 0
    more = False
    for line in file:
        if quotes % 2:
            records[-1] += line
        elif len(records) == most:
            more = True
            break
        else:
            records.append(line)
        start += len(line)
        quotes += line.count(b'"')
    reader = csv.reader(io.StringIO(b"".join(records).decode(), newline=""))
    return list(typed(reader, columns)), start if more else None


def typed(records: Iterable[Sequence[str]], columns: Sequence[Column]) -> Iterator[dict[str, Any]]:
    """Give records as values by name. Days and moments stay as ISO 8601 writes them."""
    reading = [(column.name, _READ.get(column.kind)) for column in columns]
    for record in records:
        yield {
            name: None if text == "" else text if read is None else read(text)
            for (name, read), text in zip(reading, record, strict=True)
        }


_READ: dict[Kind, Callable[[str], Any]] = {
    Kind.WHOLE: int,
    Kind.NUMBER: float,
    Kind.TRUTH: "true".__eq__,
}


def _written(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
