"""JSON holds the objects as they came in, in the envelope of a get answer."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import VerificationFailed
from formats.records import verify, write
from tests.examples import examples
from tests.formats.tables import content

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
