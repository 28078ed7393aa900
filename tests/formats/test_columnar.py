"""Parquet holds every cell with its type."""

import tempfile
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from pyarrow import parquet

from contract.errors import VerificationFailed
from formats import columnar
from formats.columnar import verify, write
from tests.examples import examples
from tests.formats.tables import COLUMNS, ROWS, content, write_table

ROW: dict[str, Any] = {
    "ID": "007", "properties.retryCount": 3, "weight, net": 1.5, "active": True, "createdDate": (1_577_827_486_849, None),
    '=the "note"': None,
}  # fmt: skip
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@examples(80)
@given(ROWS)
def test_any_table_comes_back(rows: list[Any]):
    """Instants are UTC timestamps; the texts of others stand beside them, in a column that is there when there are any."""
    with tempfile.TemporaryDirectory() as folder:
        table = write_table(Path(folder) / "table.arrow", rows)
        written = write(content(table), Path(folder) / "out.parquet")
        verify(content(table), written.path)
        read = parquet.read_table(written.path)
    has_exact = any(row["createdDate"][1] is not None for row in rows)
    names = [column.name for column in COLUMNS]
    assert read.schema.names == [*names[:5], *(["createdDate#text"] if has_exact else []), *names[5:]]
    expected = []
    for row in rows:
        instant, exact = row["createdDate"]
        moment = None if instant is None else EPOCH + timedelta(milliseconds=instant)
        expected.append({**row, "createdDate": moment, **({"createdDate#text": exact} if has_exact else {})})
    assert read.to_pylist() == [{name: row[name] for name in read.schema.names} for row in expected]
    assert written.rows == len(rows)


def test_the_types_and_labels_are_in_the_file(tmp_path: Path):
    """Another program needs no catalogue."""
    schema = parquet.read_schema(write(content(write_table(tmp_path / "t.arrow", [ROW])), tmp_path / "out.parquet").path)
    assert [field.type for field in schema] == [
        pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.timestamp("ms", tz="UTC"), pa.string(),
    ]  # fmt: skip
    about = {key: value for key, value in schema.field("properties.retryCount").metadata.items() if b":" not in key}
    assert about == {b"label": b"Retry Count", b"group": b"Properties"}


def test_several_types_are_a_zip_of_one_file_each(tmp_path: Path):
    """Each entry is a Parquet file by itself."""
    tables = [write_table(tmp_path / f"{n}.arrow", [ROW] * n, type_name=f"type {n}") for n in range(3)]
    written = write(content(*tables), tmp_path / "out.parquet")
    verify(content(*tables), written.path)
    with zipfile.ZipFile(written.path) as packed:
        assert packed.namelist() == ["Type 0.parquet", "Type 1.parquet", "Type 2.parquet"]
        assert [parquet.read_table(pa.BufferReader(packed.read(name))).num_rows for name in packed.namelist()] == [0, 1, 2]


@pytest.mark.parametrize(
    "change", [{"ID": "7"}, {"active": None}, {"createdDate": (1_577_827_486_848, None)}, {"createdDate": (None, "soon")}]
)
def test_a_file_of_other_cells_is_found_out(tmp_path: Path, change: dict[str, Any]):
    """One cell in the last of many rows."""
    asked = content(write_table(tmp_path / "t.arrow", [ROW] * 9))
    other = content(write_table(tmp_path / "other.arrow", [*[ROW] * 8, ROW | change]))
    with pytest.raises(VerificationFailed):
        verify(asked, write(other, tmp_path / "out.parquet").path)


def test_a_file_in_a_zip_is_compared_as_a_file_by_itself_is(tmp_path: Path):
    """One cell in the last of several tables."""
    tables = [write_table(tmp_path / f"{n}.arrow", [ROW] * 2, type_name=f"type {n}") for n in range(2)]
    other = write_table(tmp_path / "other.arrow", [ROW, ROW | {"ID": "7"}], type_name="type 1")
    with pytest.raises(VerificationFailed, match="Type 1: ID differs"):
        verify(content(*tables), write(content(tables[0], other), tmp_path / "out.parquet").path)


def test_a_file_of_other_columns_is_found_out(tmp_path: Path):
    """Also when all columns of the table are there."""
    asked = content(write_table(tmp_path / "t.arrow", [ROW]))
    path = write(asked, tmp_path / "out.parquet").path
    read = parquet.read_table(path)
    parquet.write_table(read.append_column("more", [pa.array(["x"])]), path)
    with pytest.raises(VerificationFailed, match=r"the columns of out.parquet are not those of the table"):
        verify(asked, path)


def test_a_large_table_is_several_groups_of_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whoever writes and whoever reads holds one at a time."""
    monkeypatch.setattr(columnar, "_ROWS_A_GROUP", 8)
    asked = content(write_table(tmp_path / "t.arrow", [ROW] * 21, rows_a_batch=4))
    path = write(asked, tmp_path / "out.parquet").path
    verify(asked, path)
    about = parquet.read_metadata(path)
    assert [about.row_group(number).num_rows for number in range(about.num_row_groups)] == [8, 8, 5]


@pytest.mark.parametrize("rows", [0, 8, 10])
def test_a_row_too_few_or_too_many_is_found_out(tmp_path: Path, rows: int):
    """Also when all rows that are there are right."""
    asked = content(write_table(tmp_path / "t.arrow", [ROW] * 9))
    other = content(write_table(tmp_path / "other.arrow", [ROW] * rows))
    with pytest.raises(VerificationFailed, match="9 rows, the file"):
        verify(asked, write(other, tmp_path / "out.parquet").path)


@pytest.mark.parametrize("cut", [10, 300])
def test_a_cut_file_is_found_out(tmp_path: Path, cut: int):
    """The end is missing, or all but the beginning."""
    asked = content(write_table(tmp_path / "t.arrow", [ROW] * 9))
    path = write(asked, tmp_path / "out.parquet").path
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(VerificationFailed):
        verify(asked, path)
