"""What is secret shows nowhere: not in the log of any process, not in answers, not in either record of a job."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest
from sqlalchemy import inspect, make_url, text

from database import credentials
from database.engine import connect
from database.loader import load_objects
from database.migrate import upgrade
from runtime.prefect_server import prefect_home
from tests.conftest import new_postgresql_database
from tests.runtime.own_stack import SECONDS, begin_home, end_all, start, wait_for, well

PASSWORD, JOBS_PASSWORD = "5esame-of-objects", "5esame-of-jobs"
WEBHOOK_SECRET, WEBHOOK_TOKEN, WEBHOOK_PASSWORD = "5esame-that-signs", "5esame-in-a-path", "5esame-of-a-hook"
APPRISE_TOKEN, APPRISE_HOST = "5esame-of-apprise", "5esame-as-host"
REQUEST = {"params": {"query": {"filters": {"typesCriterion": ["connectorstate"]}}}, "fileName": "States"}


@dataclass
class Service:
    """A running stack with secrets in all its settings, and everything that it ever said."""

    home: object
    jobs_url: str
    objects_url: str
    tenant: httpx.Client
    operator: httpx.Client
    secrets: dict[str, str]
    said: list[str] = field(default_factory=list)

    def ask(self, client, method, path, **sent):
        """An answer, of which all is kept."""
        answer = client.request(method, path, **sent)
        self.said.append(f"{answer.status_code} {answer.text} {answer.headers}")
        return answer

    def job(self):
        """A job that has ended, and the token of the link to its file, which stands in this one answer and nowhere else."""
        answer = self.tenant.post("/acme/api/rsConnectService/downloadDataJob", json=REQUEST).raise_for_status().json()
        job_id = answer["dataObjectOperationResponse"]["dataObjects"][0]["properties"]["workAutomationId"]
        told = wait_for(lambda: self._ended(job_id))
        link = told["file"]["url"] if told["file"] else None
        self.said.append(json.dumps(told).replace(link, "") if link else json.dumps(told))
        return told, link

    def _ended(self, job_id):
        # The warnings of what could not be told come after the end.
        told = any(row["id"] == job_id and row["notified"] for row in rows(self.jobs_url, "export_job"))
        return self.tenant.get(f"/acme/jobs/{job_id}").json() if told else None


def rows(url, table):
    engine = connect(url)
    try:
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings()]
    finally:
        engine.dispose()


def tables(url):
    engine = connect(url)
    try:
        return inspect(engine).get_table_names()
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def refusing_hook():
    """An address on loopback where nobody is told anything: port and nothing else."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(400)
            self.end_headers()

        def log_message(self, *given):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["json", "text"])
def service(request, tmp_path, prefect, first_home, postgresql_url, refusing_hook):
    home = tmp_path / "stack"
    home.mkdir()
    begin_home(home, first_home)
    with new_postgresql_database(postgresql_url) as objects, new_postgresql_database(postgresql_url) as jobs:
        objects_url, jobs_url = _with_password(objects, PASSWORD), _with_password(jobs, JOBS_PASSWORD)
        made = _prepare(objects_url, jobs_url)
        given = {
            "STATESHEET_DATABASE_URL": objects_url,
            "STATESHEET_JOBS_DATABASE_URL": jobs_url,
            "STATESHEET_WEBHOOKS": f"http://ann:{WEBHOOK_PASSWORD}@127.0.0.1:{refusing_hook}/{WEBHOOK_TOKEN}",
            "STATESHEET_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "STATESHEET_APPRISE": f"json://127.0.0.1:{refusing_hook}/{APPRISE_TOKEN},slack://{APPRISE_HOST}",
            "STATESHEET_LOG_FORMAT": request.param,
            "STATESHEET_LOG_LEVEL": "DEBUG",
        }
        process = start(home, **given)
        try:
            api = wait_for(lambda: well(home)).api
            tenant, operator = (
                httpx.Client(base_url=api, headers={"authorization": f"Bearer {one.secret}"}, timeout=30) for one in made
            )
            secrets = {name: value for name, value in globals().items() if isinstance(value, str) and "5esame" in value}
            secrets |= {"tenant's secret": made[0].secret, "operator's secret": made[1].secret}
            with tenant, operator:
                yield Service(home, jobs_url, objects_url, tenant, operator, secrets)
        finally:
            process.terminate()
            process.wait(SECONDS)
            end_all(home)


def _with_password(url, password):
    return make_url(url).set(password=password).render_as_string(hide_password=False)


def _prepare(objects_url, jobs_url):
    """Tables, an object, and the credentials of a tenant and of the operator."""
    upgrade(objects_url, "objects")
    upgrade(jobs_url, "jobs")
    objects, jobs = connect(objects_url), connect(jobs_url)
    item = {"id": "1", "type": "connectorstate", "properties": {}, "data": {"attributes": {}}}
    load_objects(objects, "acme", [("1", item)])
    made = credentials.create(jobs, "acme"), credentials.create(jobs, None)
    objects.dispose()
    jobs.dispose()
    return made


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
    engine = connect(service.objects_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE state_object RENAME TO gone"))
    engine.dispose()
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


@pytest.mark.parametrize("style", ["json", "text"])
@pytest.mark.parametrize("url", ["postgresql://ann:{}@127.0.0.1:1/x", "postgresql://ann:a@{}@127.0.0.1:1/x"])
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
