"""Sending a file back on the pages: looked at first, shown change by change, applied when the visitor says so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract.errors import ImportRefused
from contract.imports import Apply, ImportRecord, ImportReport
from contract.jobs import Job, JobFile, JobKind, Step
from database import import_files, jobs
from database.import_files import ImportFile
from files.store import key_of, publish
from tests.api.conftest import TENANT, Api
from tests.api.pages.test_pages import HOME, Parts, send, shown

pytestmark = pytest.mark.anyio

PLACE = "Connector State, row 3"
CHANGE = ImportRecord(PLACE, "connectorstate", "1", "Item State", "new", "fixed")
EMPTIED = ImportRecord(PLACE, "connectorstate", "1", "Note", "old", None)
REFUSAL = ImportRecord("Connector State, row 4", "connectorstate", "2", "Modified Date", after="soon", reason="is no date")


async def upload(api: Api, content: bytes = b"[{}]", name: str = "My states.json") -> httpx.Response:
    return await api.client.post(f"{HOME}upload", files={"file": (name, content)})


def job_of(api: Api, answer: httpx.Response) -> Job:
    assert answer.status_code == 303, answer.text
    path, _, notice = answer.headers["location"].partition("?")
    assert notice.startswith("notice=")
    return jobs.get(api.jobs, TENANT, path.removeprefix(f"{HOME}uploads/"))


async def a_look(api: Api, report: ImportReport, *, days: int = 1) -> str:
    """The id of an import that has ended with a report."""
    job = job_of(api, await upload(api, name=report.file_name))
    jobs.start(api.jobs, str(job.id))
    path = Path(api.settings.home) / "report"
    path.write_bytes(report.to_json())
    key = key_of(TENANT, str(job.id), 1, "report.json")
    publish(api.app.state.resources.store, path, key)
    jobs.describe(api.jobs, str(job.id), matched=report.rows, total=report.taken, counts=report.counts)
    expires = datetime.now(UTC) + timedelta(days=days)
    jobs.complete(api.jobs, str(job.id), JobFile(key, "report.json", 9, "0" * 64, expires), total=report.taken)
    return str(job.id)


def edited(**facts: Any) -> ImportReport:
    known: dict[str, Any] = {"rows": 3, "unchanged": 2, "updated": 1, "cells": 2, "changes": [CHANGE, EMPTIED]}
    return ImportReport("states.xlsx", Apply.NOTHING, edited=True, **known | facts)


async def test_the_form_is_plain_and_sends_one_file(api: Api) -> None:
    text = await shown(api, f"{HOME}upload")
    assert Parts(text).inline == []
    assert 'enctype="multipart/form-data"' in text
    assert f'<a href="{HOME}upload" aria-current="page">Send back</a>' in text


async def test_a_file_is_looked_at_and_nothing_is_written(api: Api) -> None:
    job = job_of(api, await upload(api))
    assert (job.kind, job.file_name, job.request["apply"]) == (JobKind.IMPORT, "My states.json", "nothing")
    assert import_files.fetch(api.jobs, TENANT, job.request["upload"]).content == b"[{}]"


@pytest.mark.parametrize(
    ("name", "content"),
    [("states", b"[{}]"), ("Zust\u00e4nde.csv", b"id,type"), ("states.csv", b"PK\x03\x04"), ("Objects.JSON", b"[]")],
)
async def test_a_file_keeps_the_name_that_the_visitor_gave_it(api: Api, name: str, content: bytes) -> None:
    job = job_of(api, await upload(api, content, name))
    assert (job.file_name, job.request["fileName"]) == (name, name)
    assert import_files.fetch(api.jobs, TENANT, job.request["upload"]).name == name


@pytest.mark.parametrize(
    ("name", "content"), [("x.pdf", b"%PDF-1.7"), ("x.ods", b"PK\x03\x04"), ("x.XLS", b"\xd0\xcf\x11\xe0")]
)
async def test_a_kind_of_file_that_is_not_taken_is_refused_by_its_own_name(api: Api, name: str, content: bytes) -> None:
    answer = await upload(api, content, name)
    assert answer.status_code == 400
    ending = name.removeprefix("x")
    assert f"{name} cannot be read: files that end in {ending} are not taken; save it as one that ends in .xlsx," in answer.text
    assert jobs.of_tenant(api.jobs, TENANT) == []


async def test_the_name_of_a_file_leads_nowhere_else(api: Api) -> None:
    assert job_of(api, await upload(api, name="C:\\x\\..\\..\\a.json")).file_name == "a.json"


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"files": {"file": ("a.json", b" \n")}}, 400, "No data in file a.json"),
        ({"files": {"file": ("", b"")}}, 400, "A file is missing"),
        ({"files": {"other": ("a.json", b"[]")}}, 400, "A file is missing"),
        ({"files": [("file", ("a.json", b"[]")), ("file", ("b.json", b"[]"))]}, 400, "one file"),
        ({"data": {"file": "text"}}, 400, "A file is missing"),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 400, "one file"),
        ({"content": b"--x\r\nfoo", "headers": {"content-type": "multipart/form-data; boundary=x"}}, 400, "A file is missing"),
    ],
)
async def test_what_is_no_file_shows_the_form_again_with_the_cause(api: Api, sent: Any, status: int, said: str) -> None:
    answer = await api.client.post(f"{HOME}upload", **sent)
    assert answer.status_code == status
    assert "The file was not taken." in answer.text
    assert said in answer.text
    assert jobs.of_tenant(api.jobs, TENANT) == []


async def test_a_file_that_is_too_large_is_refused_with_the_bound(api: Api) -> None:
    answer = await upload(api, b"x" * (api.settings.max_body_bytes + 1))
    assert answer.status_code == 413
    assert str(api.settings.max_body_bytes) in answer.text


async def test_another_site_cannot_send_a_file(api: Api) -> None:
    answer = await api.client.post(
        f"{HOME}upload", files={"file": ("a.json", b"[]")}, headers={"origin": "http://evil.example"}
    )
    assert answer.status_code == 403


async def test_each_change_is_shown_and_can_be_applied(api: Api) -> None:
    job_id = await a_look(api, edited())
    text = await shown(api, f"{HOME}uploads/{job_id}")
    for said in ("What would change", "2 changed cells", "1 object changed", PLACE, "Item State", "fixed", "nothing</span>"):
        assert said in text
    assert "Apply the changes" in text
    first = jobs.get(api.jobs, TENANT, job_id)
    second = job_of(api, await send(api, f"{HOME}uploads/{job_id}/apply", {"apply": "all"}))
    assert second.id != first.id
    assert second.request == first.request | {"apply": "all"}


async def test_what_is_refused_says_why_and_the_rest_can_be_applied(api: Api) -> None:
    job_id = await a_look(api, edited(rows=4, refused=1, refusals=[REFUSAL]))
    text = await shown(api, f"{HOME}uploads/{job_id}")
    for said in ("1 cannot be taken", "is no date", "soon", "Apply the rest", f"{HOME}uploads/{job_id}/rejects"):
        assert said in text
    assert "Apply the changes" not in text
    applied = job_of(api, await send(api, f"{HOME}uploads/{job_id}/apply", {"apply": "partial"}))
    assert applied.request["apply"] == "partial"


async def test_the_refused_rows_are_had_as_a_workbook(api: Api) -> None:
    job_id = await a_look(api, edited(rows=4, refused=1, refusals=[REFUSAL]))
    assert (await api.client.get(f"{HOME}uploads/{job_id}/rejects")).status_code == 404
    import_files.keep(api.jobs, TENANT, job_id, ImportFile("states rejects.xlsx", b"PK"))
    answer = await api.client.get(f"{HOME}uploads/{job_id}/rejects")
    assert (answer.status_code, answer.content) == (200, b"PK")
    assert 'filename="states rejects.xlsx"' in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    "report",
    [
        edited(unchanged=3, updated=0, cells=0, changes=[]),
        edited(rows=1, unchanged=0, updated=0, cells=0, changes=[], refused=1, refusals=[REFUSAL]),
        edited(applied=True),
    ],
    ids=["nothing changed", "all refused", "applied"],
)
async def test_there_is_nothing_to_apply_where_nothing_would_change(api: Api, report: ImportReport) -> None:
    assert "/apply" not in await shown(api, f"{HOME}uploads/{await a_look(api, report)}")


async def test_whole_objects_are_listed_by_their_ids(api: Api) -> None:
    objects = [ImportRecord(f"line {number}", "connectorstate", str(number)) for number in (1, 2)]
    report = ImportReport("states.jsonl", Apply.NOTHING, rows=2, stored=2, changes=objects)
    text = await shown(api, f"{HOME}uploads/{await a_look(api, report)}")
    assert "2 objects stored whole" in text
    assert "line 2" in text


async def test_a_long_list_is_cut_and_leads_to_the_report(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.pages.upload._SHOWN", 3)
    changes = [replace(CHANGE, id=f"id-{number}") for number in range(5)]
    job_id = await a_look(api, edited(cells=5, changes=changes))
    text = await shown(api, f"{HOME}uploads/{job_id}")
    assert "id-2" in text
    assert "id-3" not in text
    assert "These are the first 3." in text
    assert f"{HOME}downloads/{job_id}/file" in text


async def test_texts_of_a_file_are_shown_as_texts(api: Api) -> None:
    evil = "<script>alert(1)</script>"
    report = edited(changes=[replace(CHANGE, after=evil, id=evil)], refused=1, refusals=[replace(REFUSAL, reason=evil)])
    text = await shown(api, f"{HOME}uploads/{await a_look(api, report)}")
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert") == 3


async def test_a_report_that_has_expired_says_so(api: Api) -> None:
    assert "The report has expired." in await shown(api, f"{HOME}uploads/{await a_look(api, edited(), days=-1)}")


async def test_a_failed_upload_says_why_and_keeps_its_report(api: Api) -> None:
    job = job_of(api, await upload(api, name="states.xlsx"))
    jobs.start(api.jobs, str(job.id))
    jobs.describe(api.jobs, str(job.id), matched=3, total=0, counts={"rows": 3, "updated": 2, "refused": 1})
    jobs.fail(api.jobs, str(job.id), ImportRefused(refused=1, rows=3))
    text = await shown(api, f"{HOME}uploads/{job.id}")
    assert "2 changed" not in text  # nothing was written
    assert ImportRefused.code in text
    assert "Run again" in text


async def test_the_list_says_what_became_of_a_file_and_leads_to_it(api: Api) -> None:
    checked = await a_look(api, edited())
    applied = await a_look(api, edited(applied=True))
    partly = await a_look(api, edited(applied=True, refused=2))
    text = await shown(api, HOME)
    rows = {part.partition('"')[0]: part.partition("</li>\n</ol>")[0] for part in text.split('<li class="job ')[1:]}
    assert set(rows) == {"completed"}
    for job_id, said in ((checked, "Checked"), (applied, "Applied"), (partly, "Applied in part")):
        own = text.partition(f'id="job-{job_id}"')[2].partition('<li class="job ')[0]
        assert f'<span class="badge completed">{said}</span>' in own
        assert f"{HOME}uploads/{job_id}" in own
        assert "curl" not in own
        assert "Sent back" in own
    assert "1 changed, 2 refused" in text


async def test_an_import_is_shown_at_its_own_address_only(api: Api) -> None:
    imported, exported = await a_look(api, edited()), await api.job_id()
    answer = await api.client.get(f"{HOME}downloads/{imported}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HOME}uploads/{imported}")
    await shown(api, f"{HOME}uploads/{exported}", 404)


async def test_an_upload_that_is_run_again_is_the_same_file_with_the_same_wish(api: Api) -> None:
    job_id = await a_look(api, edited())
    answer = await send(api, f"{HOME}downloads/{job_id}/again")
    assert answer.headers["location"] == f"{HOME}?notice=repeated"
    first, second = sorted(jobs.of_tenant(api.jobs, TENANT), key=lambda job: job.created)
    assert first.request == second.request


async def test_an_unknown_wish_is_refused(api: Api) -> None:
    job_id = await a_look(api, edited())
    assert (await send(api, f"{HOME}uploads/{job_id}/apply", {"apply": "twice"})).status_code == 400
    assert len(jobs.of_tenant(api.jobs, TENANT)) == 1


async def test_an_import_that_writes_cannot_be_cancelled_and_its_page_says_so(api: Api) -> None:
    job = job_of(api, await upload(api))
    jobs.start(api.jobs, str(job.id))
    jobs.progress(api.jobs, str(job.id), Step.PUBLISH, 0)
    assert f"/downloads/{job.id}/cancel" not in await shown(api, f"{HOME}uploads/{job.id}")
    answer = await send(api, f"{HOME}downloads/{job.id}/cancel")
    assert answer.headers["location"] == f"{HOME}?notice=too-late"
    assert "too late to cancel it" in await shown(api, f"{HOME}?notice=too-late")
    assert jobs.of_run(api.jobs, str(job.id)).cancel_requested is None
