"""Cases of exports: started, watched, fetched."""

from typing import Any

from contract.conformance.bodies import EXPORT, IMPORT, RECORD, TASK, query
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
_SUBMITTED = {
    "dataObjectOperationResponse": {
        "status": "success",
        "statusDetail": {"code": "RSC1002", "message": TEXT, "messageType": "Info"},
        "totalRecords": 0,
    }
}
_JOB = "dataObjectOperationResponse.dataObjects.0.properties.workAutomationId"


def _refused(code: str) -> dict[str, Any]:
    detail = {"code": code, "message": TEXT, "messageType": "Error"}
    return {"dataObjectOperationResponse": {"status": "error", "statusDetail": detail, "totalRecords": 0}}


def _tracked(type_name: str, identifier: object, **attributes: Any) -> dict[str, Any]:
    return {
        "request": {"returnRequest": False, "requestId": IDENTIFIER},
        "response": {
            "requestObjects": [
                {
                    "id": identifier,
                    "type": type_name,
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


def _task(job: str = "${job}", /, **attributes: Any) -> dict[str, Any]:
    return _tracked(TASK, job, **attributes)


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
            Case(
                "records of an export are not told one by one",
                query(RECORD, attributes=[{"taskId": {"exact": "${job}"}}]),
                {"dataObjectOperationResponse": {"status": "error"}},
                status=501,
            ),
        ),
        partial={
            "response.requestObjects[].data.attributes.profileName.values[].value": "made from the format of the file",
            "response.requestObjects[].data.attributes.status.values[].value": "`Completed With Errors` is an import of which "
            "a part was asked for and refused; all else is whole or failed",
            **{
                f"response.requestObjects[].data.attributes.{name}.values[].value": "of imports; 0 for an export"
                for name in ("totalRecordsCreate", "totalRecordsUpdate", "totalRecordsDelete", "totalRecordsNoChange")
            },
        },
        unserved={
            "params.query.filters.typesCriterion (requestobject of an export)": "its records are the rows of its file; 501",
            "response.requestObjects[].data.attributes.clientId": "no client application is known",
            "response.requestObjects[].data.attributes.originatingClientId": "no client application is known",
        },
    ),
    Service(
        "connectorService/process",
        "Take an edited workbook, or any file of objects, back.",
        (
            Case("a file is accepted", IMPORT, _SUBMITTED, keeps={"import": _JOB}),
            Case(
                "its task ends, and counts what became of it",
                query(TASK, attributes=[{"taskId": {"exact": "${import}"}}]),
                _task(
                    "${import}",
                    status="Completed",
                    taskType="ENTITY_IMPORT",
                    profileType="ENTITY_IMPORT",
                    totalRecords=1,
                    totalRecordsSuccess=1,
                    totalRecordsUpdate=1,
                    totalLoadError=0,
                ),
                service="requesttrackingservice/get",
                patient=True,
            ),
            Case(
                "its records say what became of each object",
                query(RECORD, attributes=[{"taskId": {"exact": "${import}"}}]),
                _tracked(RECORD, TEXT, taskId="${import}", requestStatus="success", entityId="${run}-taken-in", place=TEXT),
                service="requesttrackingservice/get",
                patient=True,
            ),
            Case(
                "what was sent is there",
                query("connectorstate", id="${run}-taken-in"),
                {"dataObjectOperationResponse": {"status": "success", "totalRecords": 1}},
                service="connectorService/get",
            ),
            Case(
                "an empty file is refused with the documented code",
                {"dataObject": {"id": "none", "data": {"blob": ""}}},
                _refused("RSC7483"),
                status=400,
            ),
            Case(
                "so is a file that is not there",
                {"dataObject": {"id": "none", "properties": {"fileId": "${run}-nowhere"}, "data": {}}},
                _refused("RSC7524"),
                status=404,
            ),
        ),
        partial={
            "dataObject.properties.service": "`ENTITY_IMPORT`; any other is a 501",
            "dataObject.properties.format": "a file is known by its content; the word only tells CSV from JSON",
            "dataObject.properties.fileId": "of a file that was sent before, or a job's id for the workbook of what it refused",
            "dataObject.properties.app": "taken, and told apart by no profile",
            "dataObject.properties.channel": "taken, and told apart by no profile",
            "dataObject.properties.subtype": "taken, and told apart by no profile",
            "response.requestObjects[].data.attributes.requestStatus.values[].value": "`success`, `error`, or `ignored` where "
            "nothing of its file was written. Of an exported workbook the changed and the refused rows have records, of any "
            "other file all objects; 10,000 of each. A `taskId` must be given",
            "response.requestObjects[].data.attributes.totalRecordsUpdate.values[].value": "of files that are no exported "
            "workbook: all objects that were stored",
        },
    ),
    Service(
        "rsConnectService/publish",
        "Take a file of objects in, as `connectorService/process`.",
        (
            Case("a file is accepted", IMPORT, _SUBMITTED),
            Case(
                "what a query finds is not sent anywhere",
                {"params": {"query": {"ids": ["none"], "filters": {"typesCriterion": ["sku"]}}}},
                {"dataObjectOperationResponse": {"status": "error"}},
                status=501,
            ),
        ),
        unserved={"params.query": "entities are not kept here, so none can be published to a channel; 501"},
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
        unserved={"params.query.filters (anything but types)": "files are found by their ids alone; 501"},
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
