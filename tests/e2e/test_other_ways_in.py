"""The other two ways in, and the way out: the Prefect UI's form, schedules, cancelling."""

import json
import time

import pytest

from tests.command_line import command
from tests.e2e.conftest import NIGHTLY, TENANT, job_id_of
from tests.e2e.test_main_job import documented
from tests.loopback import http


def begin(stack, deployment, parameters):
    """A run begun as the Prefect UI does it: through the Prefect server's own API; its id."""
    found = http.get(f"{stack.prefect}/deployments/name/{deployment}", timeout=10).raise_for_status().json()
    address = f"{stack.prefect}/deployments/{found['id']}/create_flow_run"
    run = http.post(address, json={"parameters": parameters, "state": {"type": "SCHEDULED"}}, timeout=10)
    return run.raise_for_status().json()["id"]


def appears(stack, job_id):
    """Wait until the job row is there (a run from the UI makes it when it starts)."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if http.get(f"{stack.api}/{TENANT}/jobs/{job_id}", timeout=10).status_code == 200:
            return
        time.sleep(0.1)
    raise AssertionError(f"job {job_id} does not appear")


def test_the_form_of_the_prefect_ui_makes_a_workbook(stack):
    channel = "rs-amazonsellerde-self"  # other tests write objects of other channels
    parameters = {
        "tenant": TENANT,
        "channels": [channel],
        "entity_types": ["sku"],
        "errors_only": True,
        "file_name": "ErrorsOnly",
    }
    job_id = begin(stack, "ad-hoc-export/ui", parameters)
    appears(stack, job_id)
    job = stack.ended(job_id)
    wanted = [
        one
        for one in stack.objects
        if one["properties"].get("entitytype") == "sku"
        and one["properties"].get("channelid") == channel
        and "validationError" in one["data"]["attributes"]
    ]
    assert wanted
    assert (job["status"], job["source"], job["totalRecords"]) == ("completed", "ui", len(wanted))
    assert job["file"]["name"] == "ErrorsOnly.xlsx"


def test_the_form_has_friendly_fields(stack):
    found = http.get(f"{stack.prefect}/deployments/name/ad-hoc-export/ui", timeout=10).json()
    fields = found["parameter_openapi_schema"]["properties"]
    assert {"tenant", "channels", "entity_types", "item_states", "changed_since", "errors_only", "file_name", "format"} <= set(
        fields
    )
    assert all(field.get("title") and field.get("description") for field in fields.values())


def test_a_bad_request_from_the_prefect_ui_fails_with_our_words_and_the_user_is_told(stack):
    body = documented()
    body["params"]["query"]["filters"]["propertiesCriterion"].append({"hub": {"like": "x"}})
    job_id = begin(stack, "export-connector-states/export", {"tenant": TENANT, "request": body})
    appears(stack, job_id)
    job = stack.ended(job_id)
    assert (job["status"], job["source"], job["error"]["code"]) == ("failed", "ui", "SSH4000")
    assert "params.query.filters.propertiesCriterion[2].hub" in job["error"]["message"]
    assert stack.statuses_told_of(job_id) == ["Errored"]


@pytest.mark.parametrize("request_of_ui", [None, "text", 7, [], {"params": []}])
def test_a_request_of_any_shape_fails_with_our_words(stack, request_of_ui):
    job_id = begin(stack, "export-connector-states/export", {"tenant": TENANT, "request": request_of_ui})
    appears(stack, job_id)
    assert stack.ended(job_id)["error"]["code"] == "SSH4000"


def test_a_schedule_is_made_shown_fires_and_is_deleted(stack, every_minute):
    assert every_minute.returncode == 0, every_minute.stderr
    listed = command("schedule", "list", home=stack.home)
    assert "* * * * *" in listed.stdout
    assert NIGHTLY in listed.stdout
    job = _fired(stack)
    assert (job["status"], job["source"], job["file"]["name"]) == ("completed", "schedule", "Nightly.xlsx")
    identifier = next(
        word for line in listed.stdout.splitlines() if NIGHTLY in line for word in line.split() if len(word) == 36
    )
    assert command("schedule", "delete", identifier, home=stack.home).returncode == 0
    assert identifier not in command("schedule", "list", home=stack.home).stdout


def _fired(stack):
    deadline = time.monotonic() + 150
    while time.monotonic() < deadline:
        jobs = http.get(f"{stack.api}/{NIGHTLY}/jobs", timeout=10).json()["jobs"]
        mine = [job for job in jobs if job["source"] == "schedule"]
        if mine:
            return stack.ended(mine[0]["workAutomationId"], NIGHTLY)
        time.sleep(0.5)
    raise AssertionError("the schedule did not fire")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--cron", "every day"), "every day"),
        (("--cron", "0 6 * * 1-5", "--timezone", "Mars/Olympus"), "Mars/Olympus"),
    ],
)
def test_a_schedule_that_cannot_be_used_is_refused(stack, words, said):
    request = stack.home / "request.json"
    request.write_text(json.dumps(documented()))
    done = command("schedule", "create", "--tenant", TENANT, "--request", request, *words, home=stack.home)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_job_that_waits_can_be_cancelled(stack):
    ids = [job_id_of(stack.post(documented())) for _ in range(6)]
    answer = http.post(f"{stack.api}/{TENANT}/jobs/{ids[-1]}/cancel", timeout=10)
    assert answer.status_code == 200
    assert stack.ended(ids[-1])["status"] == "cancelled"
    assert stack.statuses_told_of(ids[-1]) == ["Cancelled"]
    assert {stack.ended(job_id)["status"] for job_id in ids[:-1]} == {"completed"}
    assert http.post(f"{stack.api}/{TENANT}/jobs/{ids[-1]}/cancel", timeout=10).status_code == 409
