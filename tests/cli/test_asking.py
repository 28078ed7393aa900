"""The commands that ask an API, before one that answers as the test says."""

import base64
import hashlib
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from typer.testing import CliRunner

from cli.client import Refused
from cli.console import plain
from cli.main import app
from cli.sizes import in_words
from contract.envelope import encode, failed
from contract.errors import DownloadDamaged, FileNotReady, StackUnavailable, Unauthorized, UnknownJob, UnusablePlace
from runtime.addresses import Addresses, write_addresses

JOB = "11111111-2222-3333-4444-555555555555"
CONTENT = b"a workbook" * 1000


def job(**more):
    file = {"name": "States.xlsx", "bytes": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest(), "url": None}
    facts = {"workAutomationId": JOB, "status": "completed", "finishedDate": "2026-01-31T23:59:59.000Z", "file": file}
    facts |= {"matchedRecords": 9, "totalRecords": 7, "warnings": [], "error": None, "submittedBy": None, "fileName": "States"}
    facts |= {"createdDate": "2026-01-31T23:59:50.000Z", "progress": {"step": None, "recordsDone": 0, "queuePosition": None}}
    return facts | more


class Api:
    """What is answered by path, and what was asked with which Authorization."""

    def __init__(self):
        self.answers = {f"/acme/jobs/{JOB}": (200, encode(job())), f"/acme/jobs/{JOB}/file": (200, CONTENT)}
        self.asked = []


@pytest.fixture
def api():
    told = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            told.asked.append((self.path, self.headers["Authorization"]))
            status, content = told.answers.get(self.path, (404, b"<html>"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    yield told
    server.shutdown()
    server.server_close()


def run(*words, **environment):
    """The result of a command; what it raised is raised."""
    done = CliRunner().invoke(app, [str(word) for word in words], env={"STATESHEET_TENANT": "acme", **environment})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_where_no_stack_runs_it_is_said_plainly(tmp_path):
    with pytest.raises(StackUnavailable, match=f"no stack runs in {tmp_path}"):
        run("jobs", "--home", tmp_path)


def test_a_stack_that_does_not_answer_is_named(tmp_path):
    write_addresses(tmp_path, Addresses("http://127.0.0.1:9", "http://127.0.0.1:9/api", os.getpid()))
    with pytest.raises(StackUnavailable, match=r"http://127\.0\.0\.1:9 cannot be reached"):
        run("jobs", "--home", tmp_path)


def test_the_credential_goes_along_as_basic(api, tmp_path):
    run("get", JOB, "--url", api.url, "--output", tmp_path, STATESHEET_CREDENTIAL="ssc_1:s:t")
    expected = "Basic " + base64.b64encode(b"ssc_1:s:t").decode()
    assert api.asked == [(f"/acme/jobs/{JOB}", expected), (f"/acme/jobs/{JOB}/file", expected)]


@pytest.mark.parametrize("credential", ["secret", ":secret", "id:", "id: secret"])
def test_a_credential_of_another_shape_is_a_matter_of_usage_and_is_not_shown(api, credential):
    done = run("jobs", "--url", api.url, STATESHEET_CREDENTIAL=credential)
    assert (done.exit_code, api.asked) == (2, [])
    assert "ID:SECRET" in done.stderr
    assert "secret" not in done.stderr


def test_a_refusal_keeps_its_code_and_words(api):
    api.answers[f"/acme/jobs/{JOB}"] = (401, encode(failed(Unauthorized())))
    with pytest.raises(Refused) as caught:
        run("get", JOB, "--url", api.url)
    assert (caught.value.code, caught.value.message, caught.value.mistakes) == ("SSH4101", str(Unauthorized()), ())


def test_what_is_not_this_service_is_told_from_it(api):
    with pytest.raises(StackUnavailable, match="answers 404 and is not this service"):
        run("jobs", "--url", api.url)


def test_a_file_that_arrives_otherwise_than_it_was_made_is_not_saved(api, tmp_path):
    api.answers[f"/acme/jobs/{JOB}/file"] = (200, CONTENT[:-1] + b"!")
    with pytest.raises(DownloadDamaged, match="SHA-256"):
        run("get", JOB, "--url", api.url, "--output", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_named_file_is_replaced_by_the_whole_new_one(api, tmp_path):
    (tmp_path / "a.xlsx").write_text("old")
    done = run("get", JOB, "--url", api.url, "--output", tmp_path / "a.xlsx")
    assert "7 objects of 9 that match in " in done.stdout
    assert (tmp_path / "a.xlsx").read_bytes() == CONTENT


def test_a_folder_that_is_not_there_is_named(api, tmp_path):
    with pytest.raises(UnusablePlace):
        run("get", JOB, "--url", api.url, "--output", tmp_path / "none" / "a.xlsx")


def test_a_files_name_cannot_lead_out_of_the_folder(api, tmp_path):
    api.answers[f"/acme/jobs/{JOB}"] = (200, encode(job(file=job()["file"] | {"name": "../../out.xlsx"})))
    (tmp_path / "inner").mkdir()
    run("get", JOB, "--url", api.url, "--output", tmp_path / "inner")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["out.xlsx"]
    assert (tmp_path / "inner" / "out.xlsx").exists()


@pytest.mark.parametrize("words", ["..", "x", "../health"])
def test_what_is_no_id_of_a_job_is_not_asked_for(api, words):
    with pytest.raises(UnknownJob):
        run("get", words, "--url", api.url)
    assert api.asked == []


def test_a_job_without_a_file_yet_says_so(api):
    api.answers[f"/acme/jobs/{JOB}"] = (200, encode(job(status="running", file=None, finishedDate=None)))
    with pytest.raises(FileNotReady):
        run("get", JOB, "--url", api.url)


def test_a_job_that_failed_fails_with_its_own_error(api):
    error = {"code": "SSH5035", "message": "No space left"}
    api.answers[f"/acme/jobs/{JOB}"] = (200, encode(job(status="failed", file=None, error=error)))
    with pytest.raises(Refused, match="No space left") as caught:
        run("get", JOB, "--url", api.url)
    assert caught.value.code == "SSH5035"


def test_a_job_that_found_nothing_and_made_no_file_went_well(api):
    found = job(status="completed with no records", file=None, matchedRecords=0, totalRecords=0)
    api.answers[f"/acme/jobs/{JOB}"] = (200, encode(found))
    assert run("get", JOB, "--url", api.url).stdout == "0 objects and so no file\n"


def test_without_a_tenant_the_option_is_asked_for(api):
    done = run("jobs", "--url", api.url, STATESHEET_TENANT="")
    assert done.exit_code == 2
    assert "--tenant" in done.stderr


def test_a_status_that_no_job_has_is_refused_with_those_that_they_have(api):
    done = run("jobs", "--url", api.url, "--status", "done")
    assert done.exit_code == 2
    said = " ".join(done.stderr.replace("│", " ").split())
    assert "'--status': 'done' is none of 'queued', 'running', 'completed', 'completed with no records', " in said
    assert "Value error" not in said
    assert api.asked == []


def test_jobs_are_asked_for_by_their_status(api):
    api.answers["/acme/jobs?status=completed+with+no+records&limit=20"] = (200, encode({"jobs": [job()], "cursor": None}))
    assert JOB in run("jobs", "--url", api.url, "--status", "completed with no records").stdout


def test_jobs_are_read_page_by_page_up_to_the_limit(api):
    api.answers["/acme/jobs?limit=500"] = (200, encode({"jobs": [job()] * 500, "cursor": "next"}))
    api.answers["/acme/jobs?limit=3&cursor=next"] = (200, encode({"jobs": [job()] * 3, "cursor": "more"}))
    assert len(json.loads(run("jobs", "--url", api.url, "--limit", "503", "--json").stdout)) == 503


def test_nothing_from_elsewhere_steers_the_terminal(api):
    mean = job(fileName="a\x1b[31mb :smile: [red]c")
    api.answers["/acme/jobs?limit=20"] = (200, encode({"jobs": [mean], "cursor": None}))
    assert run("jobs", "--url", api.url).stdout.splitlines()[1].endswith("a�[31mb :smile: [red]c")
    assert plain("a\x07\u202eb\n") == "a��b\n"


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 B"), (999, "999 B"), (4_249, "4.2 kB"), (9_960, "10 kB"), (999_600, "1.0 MB"), (117 * 10**6, "117 MB")],
)
def test_sizes_are_said_in_the_unit_that_people_use(size, said):
    assert in_words(size) == said
