"""The Validation Errors sheet: a row an error, linked to the row of its object."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from contract.filters import fold
from contract.kinds import Kind
from formats.excel import look
from formats.excel.columns import Column
from formats.excel.rows import Rows, ipc_rows
from formats.excel.sheets import DataSheet, HeaderLook, Links
from formats.excel.states import column_of
from formats.fields import OWN
from formats.tables import DataTable, Receipt

TITLE = "Validation Errors"
_ROW, _TYPE, _ID, _TEXT = "row", "Type", "ID", "error"
_PLACE = OWN + "place"


def errors_sheet(
    errors: DataTable,
    receipt: Receipt,
    sheets: Mapping[str, Sequence[DataSheet]],
    colours: HeaderLook = look.ERRORS,
) -> DataSheet:
    """The sheet of errors, or of anything else that has a row of an object.

    `sheets` are the laid out ones of each type (folded), in order: an object's row may lie on any.

    The column `Row` shows the object's row as Excel numbers it, on the sheet that its link leads to.
    """
    described = [replace(column_of(column, receipt), group="") for column in errors.columns if column.name != _ROW]
    place = 1 + max((number for number, column in enumerate(described) if column.name in (_TYPE, _ID)), default=-1)
    columns = (*described[:place], Column(_ROW, "Row", Kind.INTEGER, link=True), *described[place:])
    return DataSheet(
        title=errors.title or TITLE,
        columns=columns,
        rows=_placed(ipc_rows(errors.path), sheets),
        looks={"": colours},
        frozen_columns=place + 1,
        links=Links(_ROW, lambda batch: batch[_PLACE]),
    )


def place_of(row: int, parts: Sequence[DataSheet]) -> str:
    """Where the text of an error stands: the one in `row` of the table (0-based), in the sheets of errors as laid out."""
    first = parts[0]
    letter = xl_col_to_name(next(number for number, column in enumerate(first.columns) if column.name == _TEXT))
    return f"{_quoted(parts[row // first.capacity].title)}!{letter}{row % first.capacity + first.header_rows + 1}"


def _placed(source: Rows, sheets: Mapping[str, Sequence[DataSheet]]) -> Rows:
    """The errors with `row` as Excel's number of the object's row, and the place that a link leads to."""

    def read(start: int, stop: int, most: int) -> Iterator[pl.DataFrame]:
        for batch in source.read(start, stop, most):
            yield placed(batch)

    def placed(batch: pl.DataFrame) -> pl.DataFrame:
        return batch.with_columns(*_places(batch, sheets))

    return Rows(source.count, read, lambda places: placed(source.pick(places)))


def _places(batch: pl.DataFrame, sheets: Mapping[str, Sequence[DataSheet]]) -> list[pl.Expr]:
    number: pl.Expr = pl.lit(None, pl.Int64)
    place: pl.Expr = pl.lit(None, pl.String)
    for spelled in batch[_TYPE].unique().drop_nulls():
        parts = sheets.get(fold(spelled))
        if not parts:
            continue
        here = pl.col(_TYPE) == spelled
        own_row = pl.col(_ROW) % parts[0].capacity + parts[0].header_rows + 1
        titles = {index: _quoted(part.title) for index, part in enumerate(parts)}
        title = (pl.col(_ROW) // parts[0].capacity).replace_strict(titles, default=None, return_dtype=pl.String)
        number = pl.when(here).then(own_row).otherwise(number)
        place = pl.when(here).then(pl.concat_str(title, pl.lit("!A"), own_row)).otherwise(place)
    return [number.alias(_ROW), place.alias(_PLACE)]


def _quoted(title: str) -> str:
    return "'" + title.replace("'", "''") + "'"
