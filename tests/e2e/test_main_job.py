"""The main job through the real stack: a documented request becomes an exact workbook."""

import hashlib
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor

import openpyxl
import pandas
import pytest

from tests.e2e.conftest import TENANT, job_id_of
from tests.loopback import http

CHANNEL = "rs-amazonsellerus-self"


def documented(**more):
    """A body in the shape of the documented page."""
    return {
        "params": {
            "query": {
                "filters": {
                    "typesCriterion": ["connectorstate"],
                    "propertiesCriterion": [
                        {"channelid": {"exacts": [CHANNEL]}},
                        {"entitytype": {"exacts": ["product", "sku"]}},
                    ],
                }
            },
            "fields": {"attributes": ["_ALL"]},
            "options": {"maxRecords": 10000},
            "rsconnect": {
                "includeValidationData": False,
                "profilecontexts": [
                    {
                        "app": "RSConnect",
                        "service": "CONNECTOR_STATE_EXPORT",
                        "channel": "JOB",
                        "format": "Excel",
                        "order": "10",
                    }
                ],
            },
        },
        "clientState": {"notificationInfo": {"userId": "merchandiser@acme.example_user"}},
        "fileName": "EntityData",
    } | more


def matching(objects):
    """The objects that the documented body asks for, by a plain reading of it."""
    return [
        one
        for one in objects
        if one["properties"].get("channelid") == CHANNEL and one["properties"].get("entitytype") in ("product", "sku")
    ]


@pytest.fixture(scope="module")
def job(stack):
    answer = stack.post(documented(), **{"x-rdp-userId": "merchandiser"})
    assert answer.status_code == 200
    return stack.ended(job_id_of(answer)) | {"answer": answer}


def test_the_answer_is_that_of_the_documented_page_to_the_byte(job):
    made = job["workAutomationId"]
    assert job["answer"].text == (
        '{"dataObjectOperationResponse":{"status":"success","dataObjects":[{"properties":{"workAutomationId":"' + made + '"}}],'
        '"statusDetail":{"code":"RSC2162","message":"Download data job has been initiated with work automation id : '
        + made
        + '.","messageType":"Info"},"totalRecords":0}}'
    )


def test_the_job_says_what_happened(stack, job):
    wanted = len(matching(stack.objects))
    assert wanted > 10
    assert job["status"] == "completed"
    assert (job["matchedRecords"], job["totalRecords"]) == (wanted, wanted)
    assert (job["source"], job["submittedBy"], job["format"], job["error"]) == ("api", "merchandiser", "excel", None)
    assert job["file"]["name"] == "EntityData.xlsx"


def test_the_file_is_the_one_that_was_verified(stack, job):
    content = stack.file(job["workAutomationId"])
    assert len(content) == job["file"]["bytes"]
    assert hashlib.sha256(content).hexdigest() == job["file"]["sha256"]
    assert http.get(job["file"]["url"], timeout=30).content == content


def test_the_workbook_holds_exactly_the_matching_objects_and_their_values(stack, job):
    sheet = pandas.read_excel(
        io.BytesIO(stack.file(job["workAutomationId"])),
        engine="calamine",
        sheet_name="Connector State",
        header=1,
        dtype=str,
        na_filter=False,
    )
    wanted = {one["id"]: one for one in matching(stack.objects)}
    assert list(sheet["ID"]) == sorted(wanted)
    for row in sheet.to_dict("records"):
        one = wanted[row["ID"]]
        assert row["Type"] == one["type"]
        for label, name in (("Channel Id", "channelid"), ("Entity Type", "entitytype"), ("Entity Id", "entityid")):
            assert row[label] == str(one["properties"].get(name, ""))
        for label, name in (("Item State", "itemState"), ("Validation State", "validationState")):
            values = one["data"]["attributes"].get(name, {}).get("values", [])
            assert row[label] == "||".join(str(value["value"]) for value in values)


def test_the_validation_errors_are_a_sheet_of_their_own(stack, job):
    book = openpyxl.load_workbook(io.BytesIO(stack.file(job["workAutomationId"])))
    wanted = [
        entry["error"]["values"][0]["value"]
        for one in sorted(matching(stack.objects), key=lambda one: one["id"])
        for entry in one["data"]["attributes"].get("validationError", {}).get("group", [])
    ]
    assert wanted
    header, *rows = book["Validation Errors"].iter_rows(values_only=True)
    place = header.index("Error")
    assert [row[place] for row in rows] == wanted


def test_the_user_is_told_once(stack, job):
    assert stack.statuses_told_of(job["workAutomationId"]) == ["Completed"]


def test_nothing_is_left_in_the_spool(stack, job):
    assert not (stack.home / "spool" / job["workAutomationId"]).exists()


def test_prefects_record_tells_the_story(stack, job):
    run = http.get(f"{stack.prefect}/flow_runs/{job['workAutomationId']}", timeout=10).json()
    assert run["state"]["type"] == "COMPLETED"
    assert TENANT in run["tags"]
    found = http.post(
        f"{stack.prefect}/artifacts/filter",
        json={"artifacts": {"flow_run_id": {"any_": [job["workAutomationId"]]}}},
        timeout=10,
    ).json()
    assert f"{job['totalRecords']:,}" in "".join(artifact["data"] for artifact in found if artifact["type"] == "markdown")


@pytest.mark.parametrize(("word", "extension"), [("JSON", "json"), ("CSV", "csv"), ("PARQUET", "parquet")])
def test_the_other_formats_hold_the_same_objects(stack, word, extension):
    body = documented()
    body["params"]["rsconnect"]["profilecontexts"][0]["format"] = word
    job = stack.ended(job_id_of(stack.post(body)))
    content = stack.file(job["workAutomationId"])
    assert job["file"]["name"] == f"EntityData.{extension}"
    wanted = sorted(matching(stack.objects), key=lambda one: one["id"])
    if word == "JSON":
        assert json.loads(content)["dataObjectOperationResponse"]["dataObjects"] == wanted
    else:
        read = pandas.read_parquet if word == "PARQUET" else pandas.read_csv
        frame = read(io.BytesIO(content), **({"dtype": str} if word == "CSV" else {}))
        label = "ID" if "ID" in frame else "id"
        assert list(frame[label]) == [one["id"] for one in wanted]


@pytest.mark.parametrize("posts", [10, pytest.param(20, marks=pytest.mark.slow)])
def test_posts_at_once_are_all_taken_and_all_complete(stack, posts):
    with ThreadPoolExecutor(posts) as pool:
        answers = list(pool.map(lambda _: stack.post(documented()), range(posts)))
    assert [answer.status_code for answer in answers] == [200] * posts
    ids = [job_id_of(answer) for answer in answers]
    assert len(set(ids)) == posts
    assert {stack.ended(job_id)["status"] for job_id in ids} == {"completed"}


def test_a_repeated_idempotency_key_gives_the_same_job(stack):
    first, second = (stack.post(documented(), **{"Idempotency-Key": "again"}) for _ in range(2))
    assert job_id_of(first) == job_id_of(second)
    other = stack.post(documented(fileName="Other"), **{"Idempotency-Key": "again"})
    assert other.status_code == 422


def test_when_nothing_matches_the_job_says_so(stack):
    body = documented()
    body["params"]["query"]["filters"]["propertiesCriterion"][0]["channelid"]["exacts"] = ["rs-nowhere"]
    job = stack.ended(job_id_of(stack.post(body)))
    assert (job["status"], job["totalRecords"]) == ("completed with no records", 0)


def test_when_more_matched_than_was_asked_for_the_job_says_so(stack):
    body = documented()
    body["params"]["options"]["maxRecords"] = "7"
    job = stack.ended(job_id_of(stack.post(body)))
    assert (job["totalRecords"], job["matchedRecords"]) == (7, len(matching(stack.objects)))


@pytest.mark.parametrize(
    ("body", "status", "place"),
    [
        (b"{", 400, ""),
        (b"[" * 5000 + b"]" * 5000, 400, ""),
        (b" " * 30_000_000, 413, ""),
        (documented(fileName="../../etc/passwd"), 400, "fileName"),
        (
            {"params": {"query": {"filters": {"typesCriterion": "x", "propertiesCriterion": [{"a": {"like": "b"}}]}}}},
            400,
            "params",
        ),
    ],
)
def test_a_bad_body_is_refused_in_the_envelope_and_makes_no_run(stack, body, status, place):
    before = runs_of_tenant(stack)
    answer = stack.post(body)
    assert answer.status_code == status
    refused = answer.json()["dataObjectOperationResponse"]
    assert refused["status"] == "error"
    assert all(message["path"].startswith(place) for message in refused["statusDetail"]["messages"])
    assert not re.search("Traceback|<html", answer.text)
    assert runs_of_tenant(stack) == before


def runs_of_tenant(stack):
    """How many there are of the tenant; a schedule of another one may make some meanwhile."""
    asked = {"flow_runs": {"tags": {"all_": [TENANT]}}}
    return http.post(f"{stack.prefect}/flow_runs/count", json=asked, timeout=10).raise_for_status().json()


def test_an_unknown_tenant_is_refused(stack):
    assert stack.post(documented(), tenant="nobody").status_code == 404
