"""Only what changed, on the real stack: the first time everything, then each change cell by cell."""

import io
import json

import openpyxl
import pytest

from tests.command_line import command
from tests.e2e.conftest import Stack, job_id_of
from tests.e2e.test_writing_at_once import in_call

TENANT = "changing"


def state(identifier: str, said: str) -> dict[str, object]:
    values = [{"value": said, "locale": "en-US", "source": "internal"}]
    return {"id": identifier, "type": "connectorstate", "data": {"attributes": {"itemState": {"values": values}}}}


def export(stack: Stack) -> tuple[dict[str, object], bytes]:
    """A job of what changed since the last one of its kind, and its file."""
    params = {"query": {"filters": {"typesCriterion": ["connectorstate"]}}, "options": {"since": "last"}}
    job = stack.ended(job_id_of(stack.post({"params": params}, tenant=TENANT)), TENANT)
    assert job["status"] == "completed", job
    return job, stack.file(str(job["workAutomationId"]), TENANT)


@pytest.fixture
def changing(stack: Stack) -> None:
    """A tenant with two objects."""
    path = stack.home / "changing.json"
    path.write_text(json.dumps([state("A", "new"), state("B", "new")]))
    assert command("load", path, "--tenant", TENANT, home=stack.home).returncode == 0


@pytest.mark.usefixtures("changing")
def test_the_first_export_has_everything_and_the_next_one_each_change(stack: Stack) -> None:
    job, _ = export(stack)
    assert job["matchedRecords"] == 2
    assert "SSH2003" in {warning["code"] for warning in job["warnings"]}  # type: ignore[attr-defined]
    in_call(stack, "call-2", [state("B", "fixed"), state("C", "new")], TENANT)
    job, content = export(stack)
    assert job["matchedRecords"] == 2
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    header, *rows = book["Changes"].iter_rows(values_only=True)
    told = {row[header.index("ID")]: dict(zip(header, row, strict=True)) for row in rows}
    assert set(told) == {"B", "C"}
    assert (told["B"]["Before"], told["B"]["After"]) == ("new", "fixed")
    assert {row[2] for row in book["Connector State"].iter_rows(min_row=3, values_only=True)} == {"B", "C"}
    book.close()
