"""The other files of a data set, made from its CSV piece by piece, so that memory does not grow.

Every one has the rows of the CSV in their order. They are made in a thread: nothing here waits.
"""

import gzip
import shutil
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import IO, Any

import msgspec
import shapely

from city.opendata.model import DataSet, Format, Place
from city.opendata.tables import read_rows

AT_ONCE = 2000
GROUP_ROWS = 10_000
"""How many rows a group of a Parquet file has at least, but for the last."""
_SQUEEZE = 4
_COPIED = 1 << 18


def write_format(dataset: DataSet, form: Format, source: Path, target: Path) -> None:
    """Write the CSV file `source` of a data set in another format."""
    _WRITERS[form](dataset, source, target)


def write_squeezed(source: Path, target: Path) -> None:
    """Write a file again with gzip, for those who ask for it."""
    with source.open("rb") as plain, gzip.GzipFile(target, "wb", _SQUEEZE, mtime=0) as squeezed:
        shutil.copyfileobj(plain, squeezed, _COPIED)


def _write_json(dataset: DataSet, source: Path, target: Path) -> None:
    with target.open("wb") as out:
        _write_list(out, read_rows(source, dataset.columns))


def _write_geojson(dataset: DataSet, source: Path, target: Path) -> None:
    feature = _area if dataset.place is Place.AREA else _point
    with target.open("wb") as out:
        out.write(b'{"type":"FeatureCollection","features":')
        _write_list(out, (feature(row) for row in read_rows(source, dataset.columns)))
        out.write(b"}\n")


def _write_list(out: IO[bytes], things: Iterable[dict[str, Any]]) -> None:
    encode = msgspec.json.Encoder().encode
    out.write(b"[")
    between = b"\n"
    rest = iter(things)
    while some := list(islice(rest, AT_ONCE)):
        out.write(between + b",\n".join(map(encode, some)))
        between = b",\n"
    out.write(b"\n]\n" if between == b",\n" else b"]\n")


def _point(row: dict[str, Any]) -> dict[str, Any]:
    place = (row["longitude"], row["latitude"])
    geometry = None if None in place else {"type": "Point", "coordinates": place}
    return {"type": "Feature", "geometry": geometry, "properties": row}


def _area(row: dict[str, Any]) -> dict[str, Any]:
    drawn = row.pop("geometry")
    # Rings turn to the left round what they hold (RFC 7946 §3.1.6).
    shape = shapely.orient_polygons(shapely.from_wkt(drawn)) if drawn else None
    geometry = msgspec.json.decode(shapely.to_geojson(shape)) if shape is not None else None
    return {"type": "Feature", "geometry": geometry, "properties": row}


def _write_parquet(dataset: DataSet, source: Path, target: Path) -> None:
    import pyarrow  # noqa: PLC0415 (40 MB that no other request needs)
    from pyarrow import csv as arrow_csv  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    from city.opendata import arrow  # noqa: PLC0415

    schema = arrow.schema_of(dataset)
    with (
        # Opened here, for Arrow reads far ahead in what it opens itself: 20 MB more at the peak.
        source.open("rb") as lines,
        arrow_csv.open_csv(lines, **arrow.reading(dataset)) as batches,
        parquet.ParquetWriter(target, schema, compression="zstd", version="2.6") as writer,
    ):
        together: list[pyarrow.RecordBatch] = []
        for batch in batches:
            together.append(arrow.with_geometry(dataset, batch, schema))
            if sum(map(len, together)) >= GROUP_ROWS:
                writer.write_table(pyarrow.Table.from_batches(together))
                together = []
        if together:
            writer.write_table(pyarrow.Table.from_batches(together))


_WRITERS: dict[Format, Callable[[DataSet, Path, Path], None]] = {
    Format.JSON: _write_json,
    Format.GEOJSON: _write_geojson,
    Format.PARQUET: _write_parquet,
}
