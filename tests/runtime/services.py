"""A whole stack with secrets in all its settings, on PostgreSQL, which tells of its jobs and is refused."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
from sqlalchemy import inspect, make_url, text

from database import credentials
from database.engine import connect
from database.loader import load_objects
from database.migrate import upgrade
from tests.conftest import new_postgresql_database
from tests.runtime.own_stack import SECONDS, beginning, end_all, start, wait_for, well

PASSWORD, JOBS_PASSWORD = "5esame-of-objects", "5esame-of-jobs"
WEBHOOK_SECRET, WEBHOOK_TOKEN, WEBHOOK_PASSWORD = "5esame-that-signs", "5esame-in-a-path", "5esame-of-a-hook"
APPRISE_TOKEN, APPRISE_HOST = "5esame-of-apprise", "5esame-as-host"
REQUEST = {"params": {"query": {"filters": {"typesCriterion": ["connectorstate"]}}}, "fileName": "States"}


@dataclass
class Service:
    """A running stack with secrets in all its settings, and everything that it ever said.

    The tests of this folder share one, and in hunts another one with the other style of the log.
    """

    home: Path
    process: "subprocess.Popen[bytes]"
    given: dict[str, str]
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


@contextmanager
def serving(home: Path, style: str, postgresql_url: str, prefect_database: Path) -> Iterator[Service]:
    """A stack in `home` whose log is in `style`; it may be ended within."""
    with ExitStack() as undo:
        port = undo.enter_context(_refusing_hook())
        objects, jobs = (undo.enter_context(new_postgresql_database(postgresql_url)) for _ in range(2))
        objects_url, jobs_url = _with_password(objects, PASSWORD), _with_password(jobs, JOBS_PASSWORD)
        made = _prepare(objects_url, jobs_url)
        given = {
            "STATESHEET_DATABASE_URL": objects_url,
            "STATESHEET_JOBS_DATABASE_URL": jobs_url,
            "STATESHEET_WEBHOOKS": f"http://ann:{WEBHOOK_PASSWORD}@127.0.0.1:{port}/{WEBHOOK_TOKEN}",
            "STATESHEET_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "STATESHEET_APPRISE": f"json://127.0.0.1:{port}/{APPRISE_TOKEN},slack://{APPRISE_HOST}",
            "STATESHEET_LOG_FORMAT": style,
            "STATESHEET_LOG_LEVEL": "DEBUG",
            # The command is given `--port`, which is stronger.
            "STATESHEET_PORT": "none",
        }
        with beginning(home, prefect_database):
            process = start(home, **given)
            undo.callback(_end, process, home)
            api = wait_for(lambda: well(home)).api
        tenant, operator = (
            undo.enter_context(
                httpx.Client(base_url=api, headers={"authorization": f"Bearer {one.secret}"}, timeout=30, verify=False)
            )
            for one in made
        )
        secrets = {name: value for name, value in globals().items() if isinstance(value, str) and "5esame" in value}
        secrets |= {"tenant's secret": made[0].secret, "operator's secret": made[1].secret}
        yield Service(home, process, given, jobs_url, objects_url, tenant, operator, secrets)


def _end(process: "subprocess.Popen[bytes]", home: Path) -> None:
    process.terminate()
    process.wait(SECONDS)
    end_all(home)


@contextmanager
def _refusing_hook() -> Iterator[int]:
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
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


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
