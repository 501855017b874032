"""CSV files from elsewhere, plain or gzipped, with a sentence for whatever is wrong with them."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path

csv.field_size_limit(10_000_000)


class BadTable(Exception):
    """The file cannot be used; the sentence says why, and in which line."""


class Row(dict[str, str]):
    """A row by the names of its columns, and the line it ends in."""

    line: int


def read_table(file: Path, needed: tuple[str, ...]) -> Iterator[Row]:
    """Yield the rows of a CSV file that has at least these columns, in any order.

    UTF-8 (with or without a byte order mark) or UTF-16 with one; separated by commas, semicolons
    or tabs; columns are known by their names, whatever their case. Raises BadTable.
    """
    text = _text(file)
    head = text.lstrip("\r\n ").split("\n", 1)[0]
    if not head.strip():
        raise BadTable(f"{file.name} is empty.")
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        names = [name.strip().lower() for name in next(row for row in reader if any(row))]
        lacking = [name for name in needed if name not in names]
        if lacking:
            raise BadTable(
                f"{file.name} has no column {' and no column '.join(lacking)}: "
                f"its first line says {', '.join(names)[:200]}."
            )
        some = False
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) < len(names):
                cells = cells + [""] * (len(names) - len(cells))
            row = Row(zip(names, cells, strict=False))
            row.line = reader.line_num
            some = True
            yield row
    except csv.Error as error:
        raise BadTable(f"{file.name}, line {reader.line_num}: {error}.") from error
    if not some:
        raise BadTable(f"{file.name} has a first line, but no rows.")


def _text(file: Path) -> str:
    try:
        content = file.read_bytes()
    except FileNotFoundError as error:
        raise BadTable(f"There is no file {file}.") from error
    except OSError as error:
        raise BadTable(f"{file} cannot be read: {error.strerror}.") from error
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise BadTable(f"{file.name} is not a whole gzip file.") from error
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadTable(f"{file.name}, line {line}: this is not UTF-8.") from error
