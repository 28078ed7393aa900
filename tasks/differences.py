"""The list of changes of a delta: which objects and cells differ between two exports of the same objects."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pyarrow as pa

from contract.filters import fold
from contract.kinds import Kind
from formats.delimited import iso
from formats.fields import EXACT_TEXT, OWN
from formats.headers import GROUPS, ID, NAME, SYSTEM, TYPE
from formats.ipc import frame_of, read_batches
from formats.tables import Content, DataTable, TableColumn
from tasks.plan import Base

Key = tuple[str, str]
"""The type and the id of an object."""

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
CHANGES = pa.schema(
    [
        *((name, pa.string()) for name in ("Change", TYPE, ID, NAME, "Column", "Before", "After", "Changed by")),
        ("When", pa.int64()),
        ("When" + EXACT_TEXT, pa.string()),
    ]
)
"""A row for each cell of an object that changed, one for an object that was added or removed, or that changed in no cell;
`When` is milliseconds."""

_TITLE = "Changes"
_ROW = "row"
_ID, _COLUMN, _LABEL, _ORDER, _TEXT = OWN + "id", OWN + "column", OWN + "label", OWN + "order", OWN + "text"
_NOW = _TEXT + "#now"


def since_in_words(base: Base) -> str:
    """What a delta is told from, for people."""
    job = f" (job {base.job_id})" if base.job_id else ""
    return base.as_of.astimezone(base.zone).isoformat(sep=" ", timespec="milliseconds") + job


def differences(before: Content, after: Content, zone: ZoneInfo) -> pl.DataFrame:
    """The first seven columns of `CHANGES`, by type, id and the order of the columns in the file.

    A column that only one of the two has counts as empty in the other. Names compare without case, as everywhere; cells
    are compared, and shown, as the file shows them.
    """
    tables = [{table.type: table for table in content.tables} for content in (before, after)]
    types = sorted({*tables[0], *tables[1]})
    return pl.concat([_of_type(name, tables[0].get(name), tables[1].get(name), zone) for name in types])


def with_objects(found: pl.DataFrame, altered: Iterable[tuple[Key, str | None]]) -> pl.DataFrame:
    """The changes `found`, and a row without a column for each of the objects, given with their names, that has none among
    them."""
    listed = set(found.select(TYPE, ID).iter_rows())
    rows = [(CHANGED, *key, name, None, None, None) for key, name in altered if key not in listed]
    return pl.concat([found, pl.DataFrame(rows, schema=found.schema, orient="row")]).sort(TYPE, ID, maintain_order=True)


def keys_of(content: Content) -> set[Key]:
    """The types and ids of all objects in the tables."""
    return set(_places(content.tables))


def _of_type(type_name: str, before: DataTable | None, after: DataTable | None, zone: ZoneInfo) -> pl.DataFrame:
    was, now = (_cells(table, zone) for table in (before, after))
    columns = _described(after, before)
    both = was.join(now, on=[ID, _COLUMN], how="full", coalesce=True, suffix="#now")
    ids_before, ids_after = (side[ID].unique().implode() for side in (was, now))
    is_before, is_after = pl.col(ID).is_in(ids_before), pl.col(ID).is_in(ids_after)
    kind = pl.when(~is_before).then(pl.lit(ADDED)).when(~is_after).then(pl.lit(REMOVED)).otherwise(pl.lit(CHANGED))
    names = pl.concat([now, was]).filter(pl.col(_COLUMN) == fold(NAME)).unique(ID, keep="first", maintain_order=True)
    is_cell, is_name = pl.col("Change") == CHANGED, pl.col(_COLUMN) == fold(NAME)
    differs = pl.col(_TEXT).ne_missing(pl.col(_NOW))
    listed = both.with_columns(kind.alias("Change")).filter(pl.when(is_cell).then(differs).otherwise(is_name))
    listed = listed.join(columns, on=_COLUMN, how="left").join(names.select(ID, pl.col(_TEXT).alias(NAME)), on=ID, how="left")
    return listed.sort(ID, _ORDER).select(
        "Change",
        pl.lit(type_name).alias(TYPE),
        ID,
        NAME,
        pl.when(is_cell).then(_LABEL).alias("Column"),
        pl.when(is_cell).then(_TEXT).alias("Before"),
        pl.when(is_cell).then(_NOW).alias("After"),
    )


def _cells(table: DataTable | None, zone: ZoneInfo) -> pl.DataFrame:
    """A row for each cell but those of the other system columns: `ID`, the column's folded name, the text."""
    schema = pl.Schema({ID: pl.String(), _COLUMN: pl.String(), _TEXT: pl.String()})
    if table is None or not table.rows:
        return pl.DataFrame(schema=schema)
    shown = [_text(column, zone) for column in table.columns if column.name not in SYSTEM or column.name == NAME]
    frames = [frame_of(batch).select(pl.col(ID).alias(_ID), *shown) for batch in read_batches(table.path)]
    long = pl.concat(frames).unpivot(index=_ID, variable_name=_COLUMN, value_name=_TEXT)
    return long.select(pl.col(_ID).alias(ID), _COLUMN, _TEXT).cast(schema)


def _text(column: TableColumn, zone: ZoneInfo) -> pl.Expr:
    cell = pl.col(column.name)
    if column.kind is Kind.INSTANT:
        return pl.coalesce(pl.col(column.name + EXACT_TEXT), iso(cell, zone)).alias(fold(column.name))
    return cell.cast(pl.String).alias(fold(column.name))


def _described(*tables: DataTable | None) -> pl.DataFrame:
    """The columns of both sides in order: their folded names and labels."""
    labels: dict[str, str] = {}
    for table in tables:
        for column in table.columns if table else ():
            labels.setdefault(fold(column.name), column.label)
    schema = {_COLUMN: pl.String, _LABEL: pl.String}
    return pl.DataFrame({_COLUMN: list(labels), _LABEL: list(labels.values())}, schema=schema).with_row_index(_ORDER)


def place_changes(changes: Path, tables: tuple[DataTable, ...], folder: Path) -> DataTable:
    """The table of the list of changes; each row has, as `row`, the place of its object in `tables` (null: it is in none)."""
    places = _places(tables)
    path = folder / "table-changes.arrow"
    schema = CHANGES.append(pa.field(_ROW, pa.int64()))
    rows = 0
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as file:
        for batch in read_batches(changes):
            keys = zip(batch[TYPE].to_pylist(), batch[ID].to_pylist(), strict=True)
            found = pa.array([places.get(key) for key in keys], pa.int64())
            file.write_batch(pa.record_batch([*batch.columns, found], schema=schema))
            rows += batch.num_rows
    columns = tuple(
        TableColumn(field.name, field.name, GROUPS[None], Kind.INSTANT if field.type == pa.int64() else Kind.TEXT)
        for field in CHANGES
        if not field.name.endswith(EXACT_TEXT)
    )
    return DataTable("changes", _TITLE, columns, path, rows)


def _places(tables: tuple[DataTable, ...]) -> Mapping[Key, int]:
    return {(table.type, identifier): row for table in tables for row, identifier in enumerate(_ids(table))}


def _ids(table: DataTable) -> Iterator[str]:
    for batch in read_batches(table.path):
        yield from batch[ID].to_pylist()
