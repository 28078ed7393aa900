"""What is secret shows nowhere: not in the log of any process, not in answers, not in either record of a job."""

import sqlite3
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import text

from database.engine import connect
from runtime.prefect_server import prefect_home
from tests.runtime.own_stack import SECONDS, start
from tests.runtime.services import PASSWORD, rows, tables


@pytest.fixture(params=["json", pytest.param("text", marks=pytest.mark.slow)])
def service(request, prefect_database):
    return request.getfixturevalue(f"{request.param}_service")


@contextmanager
def without_objects(url):
    """The table of objects has another name meanwhile."""
    _rename(url, "state_object", "gone")
    try:
        yield
    finally:
        _rename(url, "gone", "state_object")


def _rename(url, before, after):
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))
    engine.dispose()


def _go_through_everything(service, job_id, link):
    """Pages, answers, and errors of all kinds."""
    for path in ("/health", "/metrics"):
        service.ask(service.operator, "GET", path)
    for path in ("", f"downloads/{job_id}", f"downloads/{job_id}/curl", "new", "schedules", "jobs/x", "no/such"):
        service.ask(service.tenant, "GET", f"/acme/{path}")
    for path in ("/openapi.json", "/docs", "/other/jobs"):
        service.ask(service.tenant, "GET", path)
    service.ask(service.tenant, "POST", "/acme/api/rsConnectService/downloadDataJob", content=b"{")
    service.ask(service.tenant, "GET", f"{link}x")
    assert service.tenant.get(link).status_code == 200


def test_no_secret_is_in_any_log_answer_page_or_record(service):
    completed, link = service.job()
    assert [warning["code"] for warning in completed["warnings"]] == ["SSH5039"] * 3
    _go_through_everything(service, completed["workAutomationId"], link)
    with without_objects(service.objects_url):
        failed, _ = service.job()
        assert failed["status"] == "failed"
        _go_through_everything(service, failed["workAutomationId"], link)
    with closing(sqlite3.connect(prefect_home(service.home) / "prefect.db")) as of_prefect:
        prefect_said = "\n".join(of_prefect.iterdump())
    assert completed["file"]["name"] in prefect_said, "there is an artifact"
    service.said += [prefect_said, *(repr(rows(service.jobs_url, table)) for table in tables(service.jobs_url))]
    log = (service.home / "serve.log").read_text()
    assert failed["workAutomationId"] in log
    service.secrets["token of a link"] = link.rsplit("/", 1)[1]
    assert _found(service.secrets, {"the log": log, "what was said": "\n".join(service.said)}) == []


def _found(secrets, texts):
    """What secret is in which text, whoever wrote it in capitals."""
    return [
        (name, place, said[max(0, said.lower().index(secret.lower()) - 200) :][:500])
        for name, secret in secrets.items()
        for place, said in texts.items()
        if secret.lower() in said.lower()
    ]


REFUSED, MALFORMED = "postgresql://ann:{}@127.0.0.1:1/x", "postgresql://ann:a@{}@127.0.0.1:1/x"


@pytest.mark.parametrize(
    ("url", "style"),
    [
        (REFUSED, "json"),
        (MALFORMED, "text"),
        pytest.param(REFUSED, "text", marks=pytest.mark.slow),
        pytest.param(MALFORMED, "json", marks=pytest.mark.slow),
    ],
)
def test_a_stack_whose_database_cannot_be_reached_ends_without_telling_the_password(tmp_path, style, url):
    process = start(
        tmp_path,
        STATESHEET_DATABASE_URL=url.format(PASSWORD),
        STATESHEET_LOG_FORMAT=style,
        STATESHEET_LOG_LEVEL="DEBUG",
    )
    assert process.wait(SECONDS) == 1
    log = (tmp_path / "serve.log").read_text()
    assert "SSH5031" in log or "SSH4115" in log
    assert PASSWORD not in log
