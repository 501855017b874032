"""Data sets as Arrow sees them: their types, and their places as GeoParquet 1.1 wants them.

Imported only where a Parquet file is written: it takes 40 MB of memory that nothing else needs.
"""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyarrow import csv

from city.opendata.model import DataSet, Kind, Place

_TYPES: dict[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.WHOLE: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.TRUTH: pa.bool_(),
    Kind.DAY: pa.date32(),
    Kind.MOMENT: pa.timestamp("us", "UTC"),
    Kind.SHAPE: pa.string(),
}
_BLOCK_BYTES, _AREA_BLOCK_BYTES = 1 << 17, 1 << 24
"""What is read at once. A record has to fit into it, and a boundary in full may take megabytes."""
_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])
"""A point as WKB (OGC 06-103r4 §8): little-endian, type 1, longitude, latitude."""


def schema_of(dataset: DataSet) -> pa.Schema:
    """Return the schema of a data set, with what each column means, in English."""
    fields = [
        pa.field(
            column.name,
            pa.binary() if column.kind is Kind.SHAPE else _TYPES[column.kind],
            nullable=column.optional,
            metadata={"description": str(column.about)},
        )
        for column in dataset.columns
    ]
    if not dataset.place:
        return pa.schema(fields)
    if dataset.place is Place.POINT:
        fields.append(pa.field("geometry", pa.binary(), nullable=False))
    kinds = ["Point"] if dataset.place is Place.POINT else ["Polygon", "MultiPolygon"]
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": kinds}},
    }
    return pa.schema(fields, metadata={"geo": json.dumps(geo)})


def reading(dataset: DataSet) -> dict[str, Any]:
    """Return how the CSV of a data set is read: block by block, with the types it has."""
    block = _AREA_BLOCK_BYTES if dataset.place is Place.AREA else _BLOCK_BYTES
    return {
        "read_options": csv.ReadOptions(block_size=block, use_threads=False),
        "parse_options": csv.ParseOptions(newlines_in_values=True),
        "convert_options": csv.ConvertOptions(
            column_types={column.name: _TYPES[column.kind] for column in dataset.columns},
            null_values=[""],
            true_values=["true"],
            false_values=["false"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    }


def with_geometry(dataset: DataSet, batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Return the rows with their place as WKB, if they have one."""
    columns = {name: batch.column(name) for name in batch.schema.names}
    if dataset.place is Place.POINT:
        columns["geometry"] = _points(columns["longitude"], columns["latitude"])
    elif dataset.place is Place.AREA:
        shapes = shapely.from_wkt(columns["geometry"].to_pylist())
        columns["geometry"] = pa.array(shapely.to_wkb(shapes).tolist(), pa.binary())
    return pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)


def _points(longitudes: pa.Array, latitudes: pa.Array) -> pa.Array:
    written = np.empty(len(longitudes), _POINT)
    written["order"], written["kind"] = 1, 1
    written["x"], written["y"] = longitudes.to_numpy(), latitudes.to_numpy()
    ends = np.arange(len(written) + 1, dtype=np.int32) * _POINT.itemsize
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(written.tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(written), buffers)
