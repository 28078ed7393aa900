"""The commands that ask a running stack, as a user types them."""

import hashlib
import json

import pytest

from tests.command_line import command, command_of_its_own
from tests.e2e.conftest import TENANT, job_id_of
from tests.e2e.test_main_job import documented, matching

COLOUR = "\x1b["

pytestmark = pytest.mark.usefixtures("every_minute")


def run(stack, *words, by=command):
    return by(*words, home=stack.home, STATESHEET_TENANT=TENANT)


@pytest.fixture(scope="module")
def job_id(stack):
    return job_id_of(stack.post(documented(fileName="FromTheTerminal")))


def test_get_waits_and_saves_the_whole_file_under_its_own_name(stack, job_id, tmp_path):
    got = run(stack, "get", job_id, "--wait", "--output", tmp_path, by=command_of_its_own)
    saved = tmp_path / "FromTheTerminal.xlsx"
    assert (got.returncode, got.stderr) == (0, "")
    assert f"{len(matching(stack.objects))} objects in {saved}" in got.stdout
    assert hashlib.sha256(saved.read_bytes()).hexdigest() == stack.job(job_id)["file"]["sha256"]
    assert [path.name for path in tmp_path.iterdir()] == [saved.name]


def test_get_never_takes_the_place_of_a_file_that_was_not_named(stack, job_id, tmp_path):
    stack.ended(job_id)
    (tmp_path / "FromTheTerminal.xlsx").write_text("mine")
    got = run(stack, "get", job_id, "--output", tmp_path, "--json")
    saved = tmp_path / "FromTheTerminal (2).xlsx"
    assert json.loads(got.stdout)["savedTo"] == str(saved)
    assert saved.read_bytes() == stack.file(job_id)
    assert (tmp_path / "FromTheTerminal.xlsx").read_text() == "mine"


def test_jobs_is_a_table_and_no_terminal_means_no_colours(stack, job_id):
    stack.ended(job_id)
    shown = run(stack, "jobs", "--limit", "500", by=command_of_its_own)
    assert shown.returncode == 0
    header, *rows = shown.stdout.splitlines()
    assert header.split() == ["ID", "Created", "Status", "Objects", "Size", "Asked", "by", "File"]
    [mine] = [row for row in rows if row.startswith(job_id)]
    assert "completed" in mine
    assert mine.endswith("FromTheTerminal")
    assert COLOUR not in shown.stdout


def test_jobs_as_json_are_those_of_the_api(stack, job_id):
    stack.ended(job_id)
    found = json.loads(run(stack, "jobs", "--status", "completed", "--limit", "500", "--json").stdout)
    assert {job["status"] for job in found} == {"completed"}
    assert job_id in [job["workAutomationId"] for job in found]
    assert len(json.loads(run(stack, "jobs", "--limit", "1", "--json").stdout)) == 1


def test_explain_says_the_filter_and_the_count_and_runs_nothing(stack, job_id, tmp_path):
    stack.ended(job_id)
    (request := tmp_path / "request.json").write_text(json.dumps(documented()))
    before = run(stack, "jobs", "--limit", "500", "--json").stdout
    said = run(stack, "explain", request)
    assert said.returncode == 0
    assert "rs-amazonsellerus-self" in said.stdout
    assert f"{len(matching(stack.objects))} objects match now" in said.stdout
    assert json.loads(run(stack, "explain", request, "--json").stdout)["matchedRecords"] == len(matching(stack.objects))
    before, after = (
        [job["workAutomationId"] for job in json.loads(text)]
        for text in (before, run(stack, "jobs", "--limit", "500", "--json").stdout)
    )
    assert before == after


def test_explain_names_each_mistake_of_a_request(stack, tmp_path):
    (request := tmp_path / "request.json").write_text(
        json.dumps(documented(fileName="a/b") | {"params": {"options": {"maxRecords": -1}}})
    )
    said = run(stack, "explain", request)
    assert said.returncode == 1
    assert "fileName: " in said.stderr
    assert "params.options.maxRecords: " in said.stderr


def test_cancel_ends_a_job_that_waits_and_get_says_so(stack, tmp_path):
    ids = [job_id_of(stack.post(documented())) for _ in range(6)]
    cancelled = run(stack, "cancel", ids[-1])
    assert (cancelled.returncode, cancelled.stderr) == (0, "")
    assert ids[-1] in cancelled.stdout
    got = run(stack, "get", ids[-1], "--wait", "--output", tmp_path)
    assert (got.returncode, list(tmp_path.iterdir())) == (1, [])
    assert "SSH5037" in got.stderr
    again = run(stack, "cancel", ids[-1])
    assert (again.returncode, "already cancelled" in again.stderr) == (1, True)
    for job_id in ids:
        stack.ended(job_id)


def test_an_unknown_job_and_a_foreign_tenant_are_named_with_a_next_step(stack):
    unknown = run(stack, "get", "00000000-0000-0000-0000-000000000000")
    assert (unknown.returncode, "statesheet jobs" in unknown.stderr) == (1, True)
    nobody = run(stack, "jobs", "--tenant", "nobody")
    assert (nobody.returncode, "statesheet load" in nobody.stderr) == (1, True)


def test_the_stack_may_be_named_by_its_address(stack, tmp_path):
    found = command("jobs", "--tenant", TENANT, "--url", stack.api, "--json", home=tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    json.loads(found.stdout)


def test_the_schedules_as_json(stack):
    assert isinstance(json.loads(run(stack, "schedule", "list", "--json").stdout), list)
