"""Invented exports: tables on disk as the transform step leaves them, of any size."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pyarrow as pa

from config.catalogue import ATTRIBUTES, PROPERTIES
from contract.kinds import Kind
from formats.fields import EXACT_TEXT
from formats.tables import Content, DataTable, Receipt, TableColumn, Tally

SYSTEM = tuple(TableColumn(name, name, "System Fields") for name in ("Action", "Type", "ID", "Name"))
CATALOGUE = tuple(
    TableColumn(column.name, column.label, group, column.kind, column.choices)
    for group, columns in (("Properties", PROPERTIES), ("Attributes", ATTRIBUTES))
    for column in columns
)
MESSAGES = TableColumn("validationError>>error", "Validation Error>>Error", "Attributes")
ERROR_COLUMNS = tuple(
    TableColumn(name, label, "", kind)
    for name, label, kind in (
        ("Type", "Type", Kind.TEXT),
        ("ID", "ID", Kind.TEXT),
        ("row", "Row", Kind.INTEGER),
        ("sno", "Sno", Kind.TEXT),
        ("sourceAttribute", "Source Attribute", Kind.TEXT),
        ("targetAttribute", "Target Attribute", Kind.TEXT),
        ("error", "Error", Kind.TEXT),
    )
)
_TYPES = {
    Kind.TEXT: pl.String,
    Kind.INTEGER: pl.Int64,
    Kind.NUMBER: pl.Float64,
    Kind.BOOLEAN: pl.Boolean,
    Kind.INSTANT: pl.Int64,
}
_FIRST_MS = 1_577_836_800_000


def save(frame: pl.DataFrame, path: Path, rows_a_batch: int = 1_000) -> Path:
    """The frame as an Arrow IPC file of small record batches."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    with pa.ipc.new_file(str(path), table.schema) as file:
        file.write_table(table, max_chunksize=rows_a_batch)
    return path


def table(path: Path, columns: Sequence[TableColumn], values: Mapping[str, Sequence[object]], **facts: str) -> DataTable:
    """A table of `values` by column name; columns without values are empty."""
    rows = max((len(column) for column in values.values()), default=0)
    series = []
    for column in columns:
        series.append(pl.Series(column.name, values.get(column.name, [None] * rows), dtype=_TYPES[column.kind]))
        if column.kind is Kind.INSTANT:
            text = column.name + EXACT_TEXT
            series.append(pl.Series(text, values.get(text, [None] * rows), dtype=pl.String))
    save(pl.DataFrame(series), path)
    return DataTable(facts.get("type", "connectorstate"), facts.get("title", "Connector State"), tuple(columns), path, rows)


def receipt(**facts: object) -> Receipt:
    """The facts of an invented export."""
    given: dict[str, object] = {
        "tenant": "acme",
        "job_id": "5f0c7f5e-0000-4000-8000-000000000001",
        "file_name": "Connector states.xlsx",
        "words": ("Connector states of every channel", "Channel is any of shop-eu, shop-us", "Modified in the last 7 days"),
        "as_of": datetime(2024, 5, 17, 9, 30, 12, 345000, tzinfo=UTC),
        "zone": ZoneInfo("UTC"),
        "matched": 0,
        "exported": 0,
        "request": {"params": {"query": {"filters": {"typesCriterion": ["connectorstate"]}}}},
        "version": "0.1.0",
    }
    return Receipt(**{**given, **facts})  # type: ignore[arg-type]


def export(folder: Path, rows: int, *, seed: int = 1, zone: str = "UTC", **facts: object) -> Content:
    """An export of `rows` connector states with believable values, some of them in error."""
    chance = random.Random(seed)
    states = ["completed", "completed", "inProcess", "new", "errored"]
    channels = ["shop-eu", "shop-us", "market-asia", "partner-feed"]
    values: dict[str, list[object]] = {
        "Type": ["connectorstate"] * rows,
        "ID": [f"cs-{number:07d}" for number in range(rows)],
        "Name": [f"Garden chair {number % 97} & table" for number in range(rows)],
    }
    for column in CATALOGUE:
        values[column.name] = [_value(column, number, chance, states, channels) for number in range(rows)]
    in_error = [number for number in range(rows) if values["validationState"][number] == "errored"]
    columns = (*SYSTEM, *CATALOGUE, MESSAGES)
    values[MESSAGES.name] = [
        "Price is missing||Brand is unknown" if number in set(in_error) else None for number in range(rows)
    ]
    data = table(folder / "connectorstate.arrow", columns, values)
    problems = table(folder / "errors-table.arrow", ERROR_COLUMNS, _errors(in_error, values), title="Validation Errors")
    tallies = tuple(_tally(label, values[name]) for name, label in (("channelid", "Channel Id"), ("itemState", "Item State")))
    told = receipt(matched=rows, exported=rows, zone=ZoneInfo(zone), tallies=tallies)
    return Content(told, (data,), problems if in_error else None, **facts)  # type: ignore[arg-type]


def _value(column: TableColumn, number: int, chance: random.Random, states: list[str], channels: list[str]) -> object:
    if column.kind is Kind.INSTANT:
        return _FIRST_MS + chance.randrange(10**11) if chance.random() < 0.8 else None
    if column.name == "channelid":
        return chance.choice(channels)
    if column.name == "entityid":
        return f"{number:012d}"
    if column.name.endswith("State"):
        return chance.choice(states)
    return f"{column.name} {number % 11}" if chance.random() < 0.8 else None


def _errors(in_error: list[int], values: dict[str, list[object]]) -> dict[str, list[object]]:
    return {
        "Type": ["connectorstate"] * len(in_error),
        "ID": [values["ID"][number] for number in in_error],
        "row": list(in_error),
        "sno": [str(number) for number in range(len(in_error))],
        "sourceAttribute": ["price"] * len(in_error),
        "targetAttribute": ["list price"] * len(in_error),
        "error": ["Price is missing"] * len(in_error),
    }


def _tally(label: str, found: list[object]) -> Tally:
    counts = pl.Series("value", found, dtype=pl.String).drop_nulls().value_counts(sort=True)
    return Tally(label, tuple(counts.iter_rows()))
