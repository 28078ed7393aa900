"""The columns of a sheet, and the way from any Polars frame to the few kinds of cells that Excel knows.

A batch of a sheet's rows has a field a column: TEXT as String, INTEGER as Int64, NUMBER as Float64, BOOLEAN as Boolean and
INSTANT as Int64 milliseconds. A field `NAME + EXACT_TEXT` (String) holds the texts of cells that no such value can hold; where
it is set, it is what the cell shows.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl

from contract.kinds import Kind
from formats.excel.dates import MS_A_DAY, days
from formats.fields import EXACT_TEXT

INSTANT_FORMAT = "yyyy-mm-dd hh:mm:ss.000"
_FORMATS = {Kind.TEXT: "@", Kind.INTEGER: "0", Kind.INSTANT: INSTANT_FORMAT}
_NS_A_MS = 1_000_000
_EXACT_DIGITS = 15  # so many decimal digits every double keeps


@dataclass(frozen=True)
class Column:
    """`group` is the header above the label, if any. An INSTANT is shown in `zone` (None: as it is), or, where Excel has no
    such date, as text by `layout` (of strftime). `link` gives the cells the look of links; a `hidden` column is not seen."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    group: str = ""
    zone: ZoneInfo | None = None
    layout: str = "%Y-%m-%dT%H:%M:%S%.3f%z"
    number_format: str = ""
    link: bool = False
    hidden: bool = False

    @property
    def cell_format(self) -> str:
        """Excel's number format of the cells."""
        return self.number_format or _FORMATS.get(self.kind, "General")


def columns_of(schema: pl.Schema, zone: ZoneInfo | None = None) -> tuple[tuple[Column, ...], list[pl.Expr]]:
    """The columns for frames of `schema`, and the expressions that make their batches of such frames. Fields are named by the
    place of their column: Polars takes some names of columns for patterns, and one may end in `EXACT_TEXT` itself.

    Raises TypeError for nested, binary and object columns: what they mean as a cell is the caller's to say.
    """
    columns: list[Column] = []
    fields: list[pl.Expr] = []
    for place, (label, dtype) in enumerate(schema.items()):
        column, made = _column(str(place), label, pl.nth(place).alias(str(place)), dtype, zone)
        columns.append(column)
        fields.extend(made)
    return tuple(columns), fields


def _column(name: str, label: str, value: pl.Expr, dtype: pl.DataType, zone: ZoneInfo | None) -> tuple[Column, list[pl.Expr]]:
    if isinstance(dtype, (pl.String, pl.Categorical, pl.Enum, pl.Null)):
        return Column(name, label), [value.cast(pl.String)]
    if isinstance(dtype, pl.Boolean):
        return Column(name, label, Kind.BOOLEAN), [value]
    if dtype.is_integer():
        return Column(name, label, Kind.INTEGER), _integer(name, value, dtype)
    if isinstance(dtype, pl.Decimal):
        return Column(name, label, Kind.NUMBER, number_format="General"), _decimal(name, value, dtype)
    if dtype.is_float():
        return Column(name, label, Kind.NUMBER), [value.cast(pl.Float64)]
    return _temporal(name, label, value, dtype, zone)


def _temporal(name: str, label: str, value: pl.Expr, dtype: pl.DataType, zone: ZoneInfo | None) -> tuple[Column, list[pl.Expr]]:
    if isinstance(dtype, pl.Datetime):
        ms = [value.dt.cast_time_unit("ms").to_physical()]
        if dtype.time_zone:
            return Column(name, label, Kind.INSTANT, zone=zone), ms
        return Column(name, label, Kind.INSTANT, layout="%Y-%m-%dT%H:%M:%S%.3f"), ms
    if isinstance(dtype, pl.Date):
        ms = [value.to_physical().cast(pl.Int64) * MS_A_DAY]
        return Column(name, label, Kind.INSTANT, layout="%Y-%m-%d", number_format="yyyy-mm-dd"), ms
    if isinstance(dtype, pl.Time):
        return Column(name, label, Kind.NUMBER, number_format="hh:mm:ss.000"), [days(value.to_physical() // _NS_A_MS)]
    if isinstance(dtype, pl.Duration):
        return Column(name, label, Kind.NUMBER, number_format="[h]:mm:ss.000"), [days(value.dt.total_milliseconds())]
    raise TypeError(f"column {label!r} is {dtype}, which no cell can hold: make it text or numbers first")


def _integer(name: str, value: pl.Expr, dtype: pl.DataType) -> list[pl.Expr]:
    small = value.cast(pl.Int64, strict=False)
    if dtype in (pl.UInt64, pl.Int128, pl.UInt128):
        return [small, pl.when(small.is_null()).then(value.cast(pl.String)).alias(name + EXACT_TEXT)]
    return [small]


def _decimal(name: str, value: pl.Expr, dtype: pl.Decimal) -> list[pl.Expr]:
    number = value.cast(pl.Float64)
    exact = number.abs() < 10.0 ** (_EXACT_DIGITS - dtype.scale)
    text = pl.when(~exact).then(value.cast(pl.String)).alias(name + EXACT_TEXT)
    return [pl.when(exact).then(number), text]
