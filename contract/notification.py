"""The message that tells of an ended job, in the platform's public shape of a notification of an entity export."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contract.filters import fold
from contract.jobs import TASK_TYPE, Job, JobStatus
from contract.objects import DEFAULT_CONTEXT

REQUEST_STATUS: Mapping[JobStatus, str] = {
    JobStatus.QUEUED: "Queued",
    JobStatus.RUNNING: "Processing",
    JobStatus.COMPLETED: "Completed",
    JobStatus.COMPLETED_EMPTY: "Completed with no records",
    JobStatus.FAILED: "Errored",
    JobStatus.CANCELLED: "Cancelled",
}
"""How the platform's own task list words a status; a tenant may word `requestStatus` otherwise."""

_SERVICE = "rsConnectService"


def notification(job: Job, *, link: str, wording: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The body of a webhook for `job`: the documented attributes, then counts, cause, warnings and the link to the job.

    `wording` maps a status of ours to the `requestStatus` wanted. `clientState` of the request is echoed whole.
    """
    when = _platform_time(now)
    by = job.submitted_by or "system_user"
    return {
        "domain": "notificationDataObject",
        "notificationObject": {
            "data": {
                "attributes": {name: _attribute(value) for name, value in _facts(job, link, wording, now).items()},
                "jsonData": {"clientState": _client_state(job.request)},
            },
            "domain": "notificationDataObject",
            "id": str(uuid.uuid4()),
            "properties": {
                "createdBy": by,
                "createdDate": when,
                "createdService": _SERVICE,
                "modifiedBy": by,
                "modifiedDate": when,
                "modifiedService": _SERVICE,
            },
            "type": "notificationObject",
        },
        "params": {},
        "returnRequest": False,
        "serviceName": _SERVICE,
        "tenantId": job.tenant,
    }


def status_in_words(job: Job, wording: Mapping[str, str]) -> str:
    """The `requestStatus` of a job."""
    return wording.get(job.status.value, REQUEST_STATUS[job.status])


def _client_state(request: Any) -> Any:
    """What the request says of its client, whose name is read in any case; an empty object where that is nothing."""
    said = request.items() if isinstance(request, dict) else ()
    return next((part for name, part in said if fold(name) == "clientstate" and part is not None), {})


def _facts(job: Job, link: str, wording: Mapping[str, str], now: datetime) -> dict[str, Any]:
    task_type = TASK_TYPE[job.kind]
    return {
        "clientId": "statesheet",
        "connectIntegrationType": task_type,
        "relatedRequestId": job.id,
        "requestGroupId": None,
        "requestId": job.id,
        "requestStatus": status_in_words(job, wording),
        "requestTimestamp": int(now.timestamp() * 1000),
        "serviceName": _SERVICE,
        "taskId": job.id,
        "taskType": task_type,
        "userId": job.submitted_by,
        "fileName": job.file.name if job.file else job.file_name,
        "totalRecords": job.total,
        "matchedRecords": job.matched,
        "errorCode": job.error_code,
        "errorMessage": job.error_message,
        "warnings": [f"{warning.code}: {warning.message}" for warning in job.warnings] or None,
        "jobLink": link,
    }


def _attribute(value: Any) -> dict[str, Any]:
    """An attribute with its values; one without a value keeps its place, as `requestGroupId` does in public samples."""
    context = {"locale": DEFAULT_CONTEXT.locale, "source": DEFAULT_CONTEXT.source}
    items = value if isinstance(value, list) else [value]
    return {"values": [{"id": str(uuid.uuid4()), **context} | ({} if item is None else {"value": item}) for item in items]}


def _platform_time(moment: datetime) -> str:
    """`2019-12-17T21:06:46.521-0600`: the form that the documented objects write times in."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}" + moment.strftime("%z")
