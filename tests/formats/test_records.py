"""JSON holds the objects as they came in, in the envelope of a get answer."""

import json
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import VerificationFailed
from formats.records import verify, write
from formats.tables import Content
from tests.examples import examples
from tests.formats.tables import COLUMNS, content, write_table

NOTHING: dict[str, Any] = dict.fromkeys(column.name for column in COLUMNS) | {"createdDate": (None, None)}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def _lines(path: Path, documents: list[Any]) -> Path:
    path.write_text("".join(json.dumps(d, ensure_ascii=False) + "\n" for d in documents), encoding="utf-8", newline="\n")
    return path


@examples(60)
@given(st.lists(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), JSON, max_size=4), max_size=6))
def test_any_documents_come_back_in_the_envelope(documents: list[Any]):
    """All of them, in order, with their count, whatever characters and line ends they hold."""
    with tempfile.TemporaryDirectory() as folder:
        asked = content(documents=_lines(Path(folder) / "documents.jsonl", documents), exported=len(documents))
        written = write(asked, Path(folder) / "out.json")
        verify(asked, written.path)
        read = json.loads(written.path.read_bytes())
    assert written.rows == len(documents)
    assert list(read) == ["dataObjectOperationResponse"]
    assert list(read["dataObjectOperationResponse"].items()) == [
        ("status", "success"),
        ("dataObjects", documents),
        ("totalRecords", len(documents)),
    ]


def test_an_object_stands_on_a_line_of_its_own(tmp_path: Path):
    """People can look into a file of any size."""
    asked = content(documents=_lines(tmp_path / "documents.jsonl", [{"id": "a"}, {"id": "ü"}]), exported=2)
    assert write(asked, tmp_path / "out.json").path.read_text(encoding="utf-8") == (
        '{"dataObjectOperationResponse":{"status":"success","dataObjects":[\n{"id": "a"},\n{"id": "ü"}\n],"totalRecords":2}}'
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"b"', b'"B"'), (b"},\n", b"}\n"), (b"totalRecords", b"total"), (b"}}", b"}"), (b"success", b"error"), (b"c", b"")],
)
def test_a_changed_file_is_found_out(tmp_path: Path, old: bytes, new: bytes):
    """Anything other than what was to be written."""
    asked = content(documents=_lines(tmp_path / "documents.jsonl", [{"id": "a"}, {"id": "b"}, {"id": "c"}]), exported=3)
    path = write(asked, tmp_path / "out.json").path
    path.write_bytes(new.join(path.read_bytes().rsplit(old, 1)))
    with pytest.raises(VerificationFailed):
        verify(asked, path)


def test_a_file_that_goes_on_after_its_end_is_found_out(tmp_path: Path):
    """What a program reads is the whole file."""
    asked = content(documents=_lines(tmp_path / "documents.jsonl", [{"id": "a"}]), exported=1)
    path = write(asked, tmp_path / "out.json").path
    path.write_bytes(path.read_bytes() + b"\n{}")
    with pytest.raises(VerificationFailed, match="its end is not as it was written"):
        verify(asked, path)


def _delta(folder: Path, changes: list[dict[str, Any]]) -> Content:
    """One object, and these changes."""
    objects = content(documents=_lines(folder / "documents.jsonl", [{"id": "a"}]), exported=1, zone="Europe/Berlin")
    return replace(objects, changes=write_table(folder / "changes.arrow", [NOTHING | change for change in changes]))


def test_the_changes_of_a_delta_stand_after_the_objects_a_change_a_line(tmp_path: Path):
    """Dates are in the receipt's zone, and what is not there is left out."""
    noon = datetime(2026, 7, 4, 12, 0, 0, 5_000, tzinfo=UTC)
    asked = _delta(tmp_path, [{"ID": "a", "active": False}, {"ID": "ü", "createdDate": (int(noon.timestamp() * 1000), None)}])
    written = write(asked, tmp_path / "out.json")
    verify(asked, written.path)
    assert written.path.read_text(encoding="utf-8") == (
        '{"dataObjectOperationResponse":{"status":"success","dataObjects":[\n{"id": "a"}\n],"totalRecords":1,"changes":[\n'
        '{"ID": "a", "active": false},\n{"ID": "ü", "createdDate": "2026-07-04T14:00:00.005+02:00"}\n]}}'
    )
    assert written.rows == 1


def test_a_delta_without_changes_says_so(tmp_path: Path):
    """An empty list is there all the same."""
    asked = _delta(tmp_path, [])
    path = write(asked, tmp_path / "out.json").path
    verify(asked, path)
    assert json.loads(path.read_bytes())["dataObjectOperationResponse"]["changes"] == []


def test_a_changed_list_of_changes_is_found_out(tmp_path: Path):
    """It is compared as the objects are."""
    asked = _delta(tmp_path, [{"ID": "a"}])
    path = write(asked, tmp_path / "out.json").path
    path.write_bytes(path.read_bytes().replace(b'"ID": "a"', b'"ID": "b"'))
    with pytest.raises(VerificationFailed, match="the list of changes"):
        verify(asked, path)


@pytest.mark.parametrize("exported", [0, 1, 3])
def test_another_count_than_was_exported_is_found_out(tmp_path: Path, exported: int):
    """A spool that was cut, or grew."""
    asked = content(documents=_lines(tmp_path / "documents.jsonl", [{"id": "a"}, {"id": "b"}]), exported=exported)
    with pytest.raises(VerificationFailed):
        verify(asked, write(asked, tmp_path / "out.json").path)


def test_a_broken_document_is_found_out(tmp_path: Path):
    """What is published can be parsed."""
    broken = tmp_path / "documents.jsonl"
    broken.write_text('{"id":\n')
    asked = content(documents=broken, exported=1)
    with pytest.raises(VerificationFailed, match="object 1 is not JSON"):
        verify(asked, write(asked, tmp_path / "out.json").path)
