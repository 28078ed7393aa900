"""The answers of the documented service: its envelope, with the keys in the order of the page."""

import json
from typing import Any

from contract.errors import InvalidRequest, StatesheetError

ENVELOPE = "dataObjectOperationResponse"
STARTED = "RSC2162"
"""The documented code of a job that was taken."""
SUBMITTED = "RSC1002"
"""The documented code of a file that was taken."""


def started(job_id: str) -> dict[str, Any]:
    """The documented answer to a request that was taken."""
    return {
        ENVELOPE: {
            "status": "success",
            "dataObjects": [{"properties": {"workAutomationId": job_id}}],
            "statusDetail": {
                "code": STARTED,
                "message": f"Download data job has been initiated with work automation id : {job_id}.",
                "messageType": "Info",
            },
            "totalRecords": 0,
        }
    }


def submitted(job_id: str) -> dict[str, Any]:
    """The documented answer to a file that was taken (page "Import Generic Objects" of the platform's public documentation).

    There the id stands in the message alone; here also where `started` has it.
    """
    return {
        ENVELOPE: {
            "status": "success",
            "dataObjects": [{"properties": {"workAutomationId": job_id}}],
            "statusDetail": {
                "code": SUBMITTED,
                "message": f"Binary object has been submitted for create with work automation id : {job_id}. "
                "Please check back after 10 mins.",
                "messageType": "Info",
            },
            "totalRecords": 0,
        }
    }


def failed(error: StatesheetError) -> dict[str, Any]:
    """The same envelope for a request that was not taken: a message for each mistake, or the one of any other error.

    `path` is "" where the error is not about one place of the body.
    """
    causes = error.mistakes if isinstance(error, InvalidRequest) else (error,)
    return {
        ENVELOPE: {
            "status": "error",
            "statusDetail": {
                "code": error.code,
                "message": error.message,
                "messageType": "Error",
                "messages": [_message(cause) for cause in causes],
            },
            "totalRecords": 0,
        }
    }


def _message(cause: StatesheetError) -> dict[str, str]:
    return {"message": cause.message, "messageType": "Error", "messageCode": cause.code, "path": cause.path}


def encode(answer: object) -> bytes:
    """`answer` as compact JSON in UTF-8.

    Half of a surrogate pair, which a client may send in a name and UTF-8 cannot hold, goes back as its JSON escape.
    """
    text = json.dumps(answer, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")
