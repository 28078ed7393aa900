"""Cases of exports: started, watched, fetched."""

from typing import Any

from contract.conformance.bodies import EXPORT, TASK, query
from contract.conformance.model import Case, Service
from contract.conformance.structure import ADDRESS, BOOLEAN, COUNT, IDENTIFIER, MOMENT, TEXT, AnyOf, attribute

_STARTED = {
    "dataObjectOperationResponse": {
        "status": "success",
        "dataObjects": [{"properties": {"workAutomationId": IDENTIFIER}}],
        "statusDetail": {"code": "RSC2162", "message": TEXT, "messageType": "Info"},
        "totalRecords": 0,
    }
}
_JOB = "dataObjectOperationResponse.dataObjects.0.properties.workAutomationId"


def _task(**attributes: Any) -> dict[str, Any]:
    return {
        "request": {"returnRequest": False, "requestId": IDENTIFIER},
        "response": {
            "requestObjects": [
                {
                    "id": "${job}",
                    "type": TASK,
                    "properties": {
                        "createdService": TEXT,
                        "createdBy": TEXT,
                        "createdDate": MOMENT,
                        "modifiedService": TEXT,
                        "modifiedBy": TEXT,
                        "modifiedDate": MOMENT,
                    },
                    "data": {"attributes": {name: attribute(held) for name, held in attributes.items()}},
                }
            ],
            "status": "success",
            "totalRecords": 1,
        },
    }


_DONE = _task(
    profileName=TEXT,
    status="Completed",
    profileType=TEXT,
    userId=TEXT,
    totalRecords=3,
    taskId="${job}",
    hasChildTasks=BOOLEAN,
    isExtractComplete=True,
    taskType="ENTITY_EXPORT",
    connectIntegrationType="ENTITY_EXPORT",
    integrationType="User",
    fileName=TEXT,
    fileId=TEXT,
    fileType=TEXT,
    fileExtension="xlsx",
    submittedBy=TEXT,
    taskAttemptCount=COUNT,
    totalTransformError=COUNT,
    totalExtractError=COUNT,
    totalLoadError=COUNT,
    totalExtractIgnore=COUNT,
    totalLoadIgnore=COUNT,
    totalTransformIgnore=COUNT,
    totalRDPErrors=COUNT,
    totalRecordsSuccess=3,
    totalRecordsProcessed=COUNT,
    totalRecordsCreate=COUNT,
    totalRecordsUpdate=COUNT,
    totalRecordsDelete=COUNT,
    totalRecordsNoChange=COUNT,
)
_BINARY = {
    "response": {
        "binaryObjects": [
            {
                "id": TEXT,
                "type": TEXT,
                "systemInfo": {"tenantId": TEXT},
                "properties": {"fileName": TEXT, "extension": "xlsx"},
                "data": {"blob": TEXT},
            }
        ],
        "status": "success",
        "totalRecords": 1,
    }
}
_TASK_NAMES = query(
    TASK,
    attributes=[
        {"taskType": {"contains": "entity_export"}},
        {"status": {"contains": "completed"}},
        {"taskId": {"exact": "${job}"}},
    ],
    properties=[{"createdDate": {"gte": "2019-02-25T11:07:34.123-0500", "type": "_datetime"}}],
    options={"maxRecords": 200},
    sort={"properties": [{"createdDate": "_DESC", "sortType": "_DATETIME"}]},
)

SERVICES = (
    Service(
        "rsConnectService/downloadDataJob",
        "Start an export; it runs on its own.",
        (
            Case("the documented request starts a job", EXPORT, _STARTED, keeps={"job": _JOB}),
            Case(
                "numbers and booleans may be texts, names are in any case",
                {
                    "params": {
                        "query": {"id": "none", "filters": {"typesCriterion": ["connectorstate"], "nonContexual": "false"}},
                        "options": {"maxRecords": "10"},
                        "rsconnect": {"profiles": ["downloadDataJSONJob"], "includeValidationData": "false"},
                    }
                },
                _STARTED,
            ),
        ),
        partial={
            "params.rsconnect.profilecontexts[].role": "taken, and told apart by no profile",
            "params.rsconnect.profilecontexts[].user": "taken, and told apart by no profile",
            "clientState.notificationInfo.userId": "who asked, where no header says so; echoed in notifications",
        },
    ),
    Service(
        "requesttrackingservice/get",
        "Watch jobs as tasks.",
        (
            Case("a task is found by its id", query(TASK, id="${job}"), _task(status=TEXT, taskId="${job}")),
            Case(
                "a task ends, and says everything of its file",
                query(TASK, attributes=[{"taskId": {"exact": "${job}"}}]),
                _DONE,
                keeps={"file": "response.requestObjects.0.data.attributes.fileId.values.0.value"},
                patient=True,
            ),
            Case("tasks are found by type, status and date, sorted and limited", _TASK_NAMES, _DONE),
        ),
        partial={
            "response.requestObjects[].data.attributes.profileName.values[].value": "made from the format of the file",
            "response.requestObjects[].data.attributes.status.values[].value": "`Completed With Errors` does not occur: an "
            "export is whole or failed",
            **{
                f"response.requestObjects[].data.attributes.{name}.values[].value": "always 0: an export writes nothing"
                for name in ("totalRecordsCreate", "totalRecordsUpdate", "totalRecordsDelete", "totalRecordsNoChange")
            },
        },
        unserved={
            "params.query.filters.typesCriterion (requestobject)": "records of a task are in its file; 501",
            "response.requestObjects[].data.attributes.clientId": "no client application is known",
            "response.requestObjects[].data.attributes.originatingClientId": "no client application is known",
        },
    ),
    Service(
        "binarystreamobjectservice/prepareDownload",
        "Make a link to a job's file that works for a while.",
        (
            Case(
                "the file of a task gets an address",
                {"binaryStreamObject": {"id": "${file}", "type": "t", "data": {}, "properties": {"objectKey": "${file}"}}},
                {
                    "request": {"returnRequest": False, "params": {}, "requestId": IDENTIFIER},
                    "response": {
                        "binaryStreamObjects": [
                            {
                                "id": "${file}",
                                "type": "binarystreamobject",
                                "systemInfo": {"tenantId": TEXT},
                                "properties": {"objectKey": "${file}", "downloadURL": ADDRESS},
                            }
                        ],
                        "status": "success",
                        "totalRecords": 1,
                    },
                },
            ),
        ),
        partial={"binaryStreamObject.type": "taken, and not looked at"},
    ),
    Service(
        "binaryobjectservice/getById",
        "Send a job's file inside the answer.",
        (Case("the file of a task is sent", query("binaryobject", id="${file}"), _BINARY),),
        partial={
            "params.query.filters.typesCriterion": "taken, and not looked at",
            "response.binaryObjects[].data.blob": "up to `STATESHEET_MAX_ANSWER_BYTES`; a larger file is a 413",
        },
    ),
    Service(
        "rsConnectService/downloadDataExcel",
        "Export and wait for the file.",
        (Case("a small export is answered with its file", EXPORT, AnyOf((_BINARY, _STARTED))),),
        partial={
            "params.options.maxRecords": "results of more than `STATESHEET_SYNC_RECORDS` are a 400",
            "dataObjectOperationResponse.statusDetail.code": "the answer of `downloadDataJob` where the export takes longer "
            "than `STATESHEET_SYNC_SECONDS`; it goes on",
        },
        unserved={"response.binaryObjects[].properties.version": "templates here have no versions of their own"},
    ),
)
