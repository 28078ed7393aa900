"""The answers, exact to the order of their keys."""

import json

from contract.envelope import encode, failed, started
from contract.errors import InvalidRequest, Missing, OutOfRange, QueueFull, WrongShape

RUN = "0b1c2d3e-0000-4000-8000-00000000002a"


def test_a_request_that_was_taken() -> None:
    assert encode(started(RUN)) == (
        b'{"dataObjectOperationResponse":{"status":"success",'
        b'"dataObjects":[{"properties":{"workAutomationId":"0b1c2d3e-0000-4000-8000-00000000002a"}}],'
        b'"statusDetail":{"code":"RSC2162","message":"Download data job has been initiated with work automation id : '
        b'0b1c2d3e-0000-4000-8000-00000000002a.","messageType":"Info"},"totalRecords":0}}'
    )


def test_an_invalid_request_has_a_message_for_each_mistake() -> None:
    mistakes = [
        Missing(path="params.query.filters.typesCriterion", what="typesCriterion"),
        OutOfRange(path="params.options.maxRecords", value=-1, allowed="1 to 5"),
    ]
    answer = failed(InvalidRequest(mistakes))
    assert answer == {
        "dataObjectOperationResponse": {
            "status": "error",
            "statusDetail": {
                "code": "SSH4000",
                "message": "The request has 2 mistakes: params.query.filters.typesCriterion: typesCriterion is missing; "
                "params.options.maxRecords: -1 is out of range; allowed is 1 to 5",
                "messageType": "Error",
                "messages": [
                    {
                        "message": "typesCriterion is missing",
                        "messageType": "Error",
                        "messageCode": "SSH4003",
                        "path": "params.query.filters.typesCriterion",
                    },
                    {
                        "message": "-1 is out of range; allowed is 1 to 5",
                        "messageType": "Error",
                        "messageCode": "SSH4009",
                        "path": "params.options.maxRecords",
                    },
                ],
            },
            "totalRecords": 0,
        }
    }
    response = answer["dataObjectOperationResponse"]
    assert list(response) == ["status", "statusDetail", "totalRecords"]
    assert list(response["statusDetail"]) == ["code", "message", "messageType", "messages"]
    assert list(response["statusDetail"]["messages"][0]) == ["message", "messageType", "messageCode", "path"]


def test_any_other_error_has_one_message() -> None:
    error = QueueFull(jobs="7 jobs", tenant="plum", limit=7)
    detail = failed(error)["dataObjectOperationResponse"]["statusDetail"]
    assert (detail["code"], detail["message"]) == ("SSH4113", str(error))
    assert detail["messages"] == [{"message": str(error), "messageType": "Error", "messageCode": "SSH4113", "path": ""}]


def test_every_text_of_a_client_can_go_back() -> None:
    error = InvalidRequest([WrongShape(path="a.\ud800é", expected="text", got="nothing")])
    raw = encode(failed(error))
    assert "é".encode() in raw
    assert json.loads(raw)["dataObjectOperationResponse"]["statusDetail"]["messages"][0]["path"] == "a.\ud800é"
