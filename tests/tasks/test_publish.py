"""A file is rendered under a temporary name, verified, and only then in the store."""

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from contract.errors import DiskFull, VerificationFailed
from contract.objects import parse_object
from contract.request import ExportRequest
from files.store import exists, open_store, stream
from formats.tables import Content
from tasks.plan import ExportPlan, Extracted, Rendered
from tasks.publish import publish
from tasks.render import render
from tasks.transform import transform
from tests.tasks.spools import AS_OF, plan, write_spool

OBJECTS: list[dict[str, Any]] = [
    {"id": "a", "type": "connectorstate", "properties": {"hub": "north", "createdDate": "2019-12-17T21:06:46.521-0600"}},
    {"id": "b", "type": "connectorstate", "properties": {"hub": "=south"}},
]


def _rendered(folder: Path, format: str, types: tuple[str, ...] = ("connectorstate",)) -> tuple[ExportPlan, Content, Rendered]:
    asked = plan(ExportRequest(types), folder, format=format)
    if format == "JSON":
        documents = folder / "documents.jsonl"
        documents.write_text("".join(json.dumps(item) + "\n" for item in OBJECTS))
        extracted = Extracted(documents, None, AS_OF, len(OBJECTS), len(OBJECTS))
    else:
        extracted = write_spool([parse_object(item) for item in OBJECTS], folder)
    content = transform(asked, extracted, zone=ZoneInfo("UTC"))
    return asked, content, render(asked, content)


@pytest.mark.parametrize(
    ("format", "extension", "media_type"),
    [
        ("CSV", "csv", "text/csv; charset=utf-8"),
        ("JSON", "json", "application/json"),
        ("PARQUET", "parquet", "application/vnd.apache.parquet"),
        ("Excel", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_a_published_file_is_the_rendered_one(tmp_path: Path, format: str, extension: str, media_type: str):
    """The facts of the job's file are those of the bytes in the store."""
    (tmp_path / "job").mkdir()
    asked, content, rendered = _rendered(tmp_path / "job", format)
    assert (rendered.rows, rendered.extension, rendered.media_type) == (2, extension, media_type)
    assert rendered.path.parent == tmp_path / "job"
    made = rendered.path.read_bytes()
    before = datetime.now(UTC)
    file = publish(asked, content, rendered, results=str(tmp_path / "results"), retention_days=1.5)
    stored = b"".join(stream(open_store(str(tmp_path / "results")), file.key))
    assert stored == made
    assert (file.bytes, file.sha256) == (len(stored), hashlib.sha256(stored).hexdigest())
    assert (file.name, file.key) == (f"Entity Data.{extension}", f"acme/4f1c/1/Entity Data.{extension}")
    assert before + timedelta(days=1.5) <= file.expires <= datetime.now(UTC) + timedelta(days=1.5)


def test_a_csv_holds_the_objects(tmp_path: Path):
    """From objects to the file, read by Python's own reader."""
    _, _, rendered = _rendered(tmp_path, "CSV")
    rows = list(csv.DictReader(io.StringIO(rendered.path.read_bytes().decode("utf-8-sig"), newline="")))
    assert [{key: text for key, text in row.items() if text} for row in rows] == [
        {"Type": "connectorstate", "ID": "a", "hub": "north", "createdDate": "2019-12-18T03:06:46.521+00:00"},
        {"Type": "connectorstate", "ID": "b", "hub": "'=south"},
    ]


def test_several_types_in_a_format_of_one_table_are_a_zip(tmp_path: Path):
    """Its name and media type say so."""
    (tmp_path / "job").mkdir()
    asked, content, rendered = _rendered(tmp_path / "job", "CSV", ("connectorstate", "scheduledrequestobject"))
    assert (rendered.extension, rendered.media_type) == ("zip", "application/zip")
    file = publish(asked, content, rendered, results=str(tmp_path / "results"), retention_days=1)
    assert file.name == "Entity Data.zip"
    with zipfile.ZipFile(tmp_path / "results" / file.key) as packed:
        assert packed.namelist() == ["Connector State.csv", "Scheduled Request Object.csv"]


@pytest.mark.parametrize("format", ["CSV", "JSON", "PARQUET", "Excel"])
def test_a_damaged_file_is_never_published(tmp_path: Path, format: str):
    """Completed means verified."""
    (tmp_path / "job").mkdir()
    asked, content, rendered = _rendered(tmp_path / "job", format)
    raw = rendered.path.read_bytes()
    rendered.path.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(VerificationFailed):
        publish(asked, content, rendered, results=str(tmp_path / "results"), retention_days=1)
    assert not exists(open_store(str(tmp_path / "results")), "acme/4f1c/Entity Data." + rendered.extension)


def test_a_file_of_fewer_rows_than_were_exported_is_never_published(tmp_path: Path):
    """Not even when file and tables agree."""
    asked, content, rendered = _rendered(tmp_path, "CSV")
    with pytest.raises(VerificationFailed, match="1 rows of 2"):
        publish(asked, content, replace(rendered, rows=1), results=str(tmp_path / "results"), retention_days=1)


@pytest.mark.parametrize("format", ["CSV", "JSON", "PARQUET"])
def test_a_full_disk_while_rendering_is_told_as_such(tmp_path: Path, format: str):
    """/dev/full answers every write as a full disk does."""
    asked, content, rendered = _rendered(tmp_path, format)
    rendered.path.unlink()
    rendered.path.symlink_to("/dev/full")
    with pytest.raises(DiskFull, match="the file of the export"):
        render(asked, content)
