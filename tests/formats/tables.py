"""Tables on disk for the tests of formats, of any kinds and texts."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import strategies as st

from contract.kinds import Kind
from formats.fields import EXACT_TEXT
from formats.tables import Content, DataTable, Receipt, TableColumn

ARROW = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.INSTANT: pa.int64(),
}
COLUMNS = (
    TableColumn("ID", "ID", "System Fields"),
    TableColumn("properties.retryCount", "Retry Count", "Properties", Kind.INTEGER),
    TableColumn("weight, net", "Weight, Net", "Attributes", Kind.NUMBER),
    TableColumn("active", "Active", "Attributes", Kind.BOOLEAN),
    TableColumn("createdDate", "Created Date", "Properties", Kind.INSTANT),
    TableColumn('=the "note"', "Note", "Attributes"),
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8) | st.sampled_from([
    "=1+1", "-1", "-1.5e3", "-", "--1", "+1", "@x", "\tx", "\rx", "'=x", "''=x", "'-1", "'x", "", " ", '"', "a,b", "a\r\nb",
    "\ufeffx", "-1\n", "2020-01-01",
])  # fmt: skip
INSTANTS = (
    st.tuples(st.integers(-2_208_988_800_000, 253_402_300_799_999), st.none())  # from 1900 to 9999
    | st.tuples(st.none(), TEXTS)
    | st.just((None, None))
    | st.just((None, "1850-01-01T00:00:00Z"))
)
ROWS = st.lists(
    st.fixed_dictionaries({
        "ID": TEXTS,
        "properties.retryCount": st.none() | st.integers(-(2**63), 2**63 - 1),
        "weight, net": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "active": st.none() | st.booleans(),
        "createdDate": INSTANTS,
        '=the "note"': st.none() | TEXTS,
    }),
    max_size=12,
)  # fmt: skip


def write_table(
    path: Path, rows: list[dict[str, Any]], *, type_name: str = "connectorstate", rows_a_batch: int = 4
) -> DataTable:
    """A table of `COLUMNS`; an instant is given as (milliseconds, exact text)."""
    fields: list[tuple[str, pa.DataType]] = []
    for column in COLUMNS:
        fields.append((column.name, ARROW[column.kind]))
        if column.kind is Kind.INSTANT:
            fields.append((column.name + EXACT_TEXT, pa.string()))
    schema = pa.schema(fields)
    flat = [{**row, "createdDate": row["createdDate"][0], "createdDate#text": row["createdDate"][1]} for row in rows]
    with pa.ipc.new_file(str(path), schema) as file:
        for start in range(0, len(flat), rows_a_batch):
            file.write_batch(pa.RecordBatch.from_pylist(flat[start : start + rows_a_batch], schema=schema))
    return DataTable(type_name, type_name.title(), COLUMNS, path, len(rows))


def content(
    *tables: DataTable, documents: Path | None = None, exported: int = 0, zone: str = "UTC", bom: bool = True
) -> Content:
    """What a format gets to write."""
    rows = sum(table.rows for table in tables) or exported
    as_of = datetime(2026, 3, 4, tzinfo=UTC)
    receipt = Receipt("acme", "4f1c", "EntityData", (), as_of, ZoneInfo(zone), rows, rows, {}, "0.1.0")
    return Content(receipt, tables, documents=documents, bom=bom)
