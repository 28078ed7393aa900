"""The texts of dates that are none: one column on the way from the database, a field a date in the spool.

The drivers take their time for every column of every row, and nearly all of these are empty.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, String, case, cast, func

from config.catalogue import COLUMNS
from contract.kinds import Kind
from database.dialects import Dialect

if TYPE_CHECKING:
    import pyarrow as pa

EXACT_TEXT = "#text"
"""Ends the name of what holds the text of a date that is none, or that lies outside of what spreadsheets hold."""
PACKED = "#texts"
"""The column of all of them: a JSON array with a text or null for each of `DATES`; null where there is no text."""
DATES = tuple(column.key for column in COLUMNS if column.kind is Kind.INSTANT)


def packed(texts: Sequence[ColumnElement[Any]], dialect: Dialect) -> ColumnElement[str]:
    """The texts of `DATES` as one column."""
    listed = cast(dialect.json_array(texts), String)
    return case((func.coalesce(*texts).is_not(None), listed)).label(PACKED)


def unpacked_schema(schema: "pa.Schema") -> "pa.Schema":
    """`schema` with a field for the text behind each date, in place of the packed one."""
    import pyarrow as pa

    fields = []
    for field in schema:
        if field.name != PACKED:
            fields.append(field)
        if field.name in DATES:
            fields.append(pa.field(field.name + EXACT_TEXT, pa.string()))
    return pa.schema(fields)


def unpacked(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """A batch of the fields of `unpacked_schema`."""
    import pyarrow as pa

    schema = unpacked_schema(batch.schema)
    texts = _texts(batch.column(PACKED))
    arrays = [texts[name] if name in texts else batch.column(name) for name in schema.names]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _texts(column: "pa.Array") -> "dict[str, pa.Array]":
    import pyarrow as pa

    names = [key + EXACT_TEXT for key in DATES]
    if column.null_count == len(column):
        return dict.fromkeys(names, pa.nulls(len(column), pa.string()))
    import polars as pl

    listed = pl.Series(column).str.json_decode(pl.List(pl.String))
    return {name: listed.list.get(place, null_on_oob=True).to_arrow().cast(pa.string()) for place, name in enumerate(names)}
