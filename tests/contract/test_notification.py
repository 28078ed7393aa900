"""The message that tells of an ended job."""

from datetime import UTC, datetime

import pytest

from contract.jobs import Job, JobSource
from contract.notification import notification, status_in_words
from contract.warnings import JobWarning

NOW = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)


def ended(**facts):
    given = {"request_key": "key", "tenant": "acme", "source": JobSource.API, "created": NOW, "id": "run-1", "finished": NOW}
    return Job(**(given | facts))


def values(message, name):
    return [item.get("value") for item in message["notificationObject"]["data"]["attributes"][name]["values"]]


def test_it_has_the_attributes_of_the_public_shape_in_their_order():
    message = notification(ended(total=3), link="http://here/acme/jobs/run-1", wording={}, now=NOW)
    names = list(message["notificationObject"]["data"]["attributes"])
    assert names[:11] == [
        "clientId",
        "connectIntegrationType",
        "relatedRequestId",
        "requestGroupId",
        "requestId",
        "requestStatus",
        "requestTimestamp",
        "serviceName",
        "taskId",
        "taskType",
        "userId",
    ]
    assert values(message, "requestId") == ["run-1"]
    assert values(message, "requestTimestamp") == [1772600767089]
    assert message["notificationObject"]["properties"]["createdDate"] == "2026-03-04T05:06:07.089+0000"


def test_it_echoes_the_client_state_whole():
    state = {"notificationInfo": {"userId": "someone", "context": {"deep": [1, {"er": None}]}}, "more": True}
    message = notification(ended(request={"clientState": state}), link="", wording={}, now=NOW)
    assert message["notificationObject"]["data"]["jsonData"] == {"clientState": state}


@pytest.mark.parametrize(
    ("request_", "echoed"),
    [
        ({"CLIENTSTATE": {"more": True}}, {"more": True}),
        ({"clientState": None}, {}),
        ({"ClientState": None, "clientState": {"a": 1}}, {"a": 1}),
        ({}, {}),
        ([], {}),
    ],
)
def test_the_client_state_is_found_in_any_case_and_is_never_null(request_, echoed):
    message = notification(ended(request=request_), link="", wording={}, now=NOW)
    assert message["notificationObject"]["data"]["jsonData"] == {"clientState": echoed}


def test_it_tells_counts_cause_warnings_and_link():
    job = ended(error_code="SSH5035", error_message="No space left", matched=7, warnings=(JobWarning("SSH1", "cut"),))
    message = notification(job, link="http://here", wording={}, now=NOW)
    assert values(message, "matchedRecords") == [7]
    assert values(message, "errorCode") == ["SSH5035"]
    assert values(message, "errorMessage") == ["No space left"]
    assert values(message, "warnings") == ["SSH1: cut"]
    assert values(message, "jobLink") == ["http://here"]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"total": 0}, "Completed with no records"),
        ({"error_code": "SSH5000"}, "Errored"),
        ({"cancel_requested": NOW}, "Cancelled"),
    ],
)
def test_every_ended_status_has_words(facts, words):
    assert status_in_words(ended(**facts), {}) == words


def test_a_tenant_may_word_the_status_otherwise():
    assert status_in_words(ended(error_code="SSH5000"), {"failed": "Kaputt"}) == "Kaputt"
