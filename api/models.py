"""The shapes of the answers, for `/openapi.json`: written down once more on purpose, and held to the answers by tests."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Shape(BaseModel):
    """A JSON object with these keys, in camel case, and no others."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)


class Message(Shape):
    message: str
    message_type: Literal["Error"]
    message_code: str
    path: str


class ErrorDetail(Shape):
    code: str
    message: str
    message_type: Literal["Error"]
    messages: list[Message]


class ErrorResponse(Shape):
    status: Literal["error"]
    status_detail: ErrorDetail
    total_records: int


class Refusal(Shape):
    """The error envelope: one of `messages` for each thing wrong, `path` in dotted form."""

    data_object_operation_response: ErrorResponse


class StartedProperties(Shape):
    work_automation_id: str


class StartedObject(Shape):
    properties: StartedProperties


class StartedDetail(Shape):
    code: Literal["RSC2162"]
    message: str
    message_type: Literal["Info"]


class StartedResponse(Shape):
    status: Literal["success"]
    data_objects: list[StartedObject]
    status_detail: StartedDetail
    total_records: int


class Started(Shape):
    """The documented answer: the export is accepted, `workAutomationId` is its job."""

    data_object_operation_response: StartedResponse


class Progress(Shape):
    step: str | None
    records_done: int
    queue_position: int | None


class File(Shape):
    name: str
    bytes: int
    sha256: str
    expires_date: str
    url: str | None


class Coded(Shape):
    code: str
    message: str


class JobAnswer(Shape):
    """One job. Times are ISO 8601 in UTC."""

    work_automation_id: str
    tenant: str
    status: Literal["queued", "running", "completed", "completed with no records", "failed", "cancelled"]
    source: Literal["api", "schedule", "ui", "cli"]
    file_name: str | None
    format: str | None
    as_of: str | None
    matched_records: int | None
    total_records: int | None
    progress: Progress
    submitted_by: str | None
    created_date: str
    started_date: str | None
    finished_date: str | None
    file: File | None
    warnings: list[Coded]
    error: Coded | None


class JobList(Shape):
    """Jobs, the newest first, and the cursor of the next page."""

    jobs: list[JobAnswer]
    cursor: str | None


class Explanation(Shape):
    """What a request means; `totalRecords` is how many of the matching objects a file would hold now.

    The estimates come from the tenant's past jobs of the same format, null where there is none.
    """

    words: list[str]
    format: str
    file_name: str | None
    matched_records: int
    total_records: int
    estimated_seconds: float | None
    estimated_bytes: int | None
    warnings: list[Coded]


class PartHealth(Shape):
    ok: bool
    detail: str | None


class Health(Shape):
    """`ok` only where an export would run now. Once credentials exist, only the operator's is told what may be null."""

    status: Literal["ok", "unavailable"]
    version: str | None
    prefect_url: str | None
    parts: dict[str, PartHealth]


_MEANINGS = {
    400: "The request has mistakes; each is named.",
    401: "No valid credentials.",
    403: "The credential is for another tenant, or the link is not valid (any more).",
    404: "No such tenant, job or address.",
    405: "The address does not take this method.",
    409: "The job is not in a state for this.",
    410: "The file has expired.",
    413: "The body is too large.",
    422: "The Idempotency-Key was used with another body.",
    429: "The tenant's queue is full; come again after Retry-After seconds.",
    500: "A mistake of the service; the log has its cause.",
    502: "Prefect does not take the run.",
    503: "A part that is needed cannot be reached; come again after Retry-After seconds.",
    507: "The results that the tenant keeps fill its quota.",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may refuse with these statuses, and as every route; what else goes wrong is a 500."""
    known: dict[int | str, dict[str, Any]] = {
        status: {"model": Refusal, "description": _MEANINGS[status]} for status in sorted({*statuses, 401, 403, 500})
    }
    # With "4XX" there, FastAPI adds no 422 of its own shape.
    return known | {"4XX": {"model": Refusal, "description": "The request is not taken."}}


EXPORT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["params"],
                    "properties": {
                        "params": {
                            "type": "object",
                            "required": ["query"],
                            "properties": {
                                "query": {"type": "object", "description": "Which objects: `filters`, `id`, `ids`."},
                                "fields": {"type": "object", "description": "Which columns: `attributes`, `properties`."},
                                "options": {"type": "object", "description": "`maxRecords`, `from`."},
                                "sort": {"type": "object", "description": "In which order: `properties`, `attributes`."},
                                "rsconnect": {"type": "object", "description": "Which profile, so which format."},
                            },
                        },
                        "clientState": {"type": "object", "description": "Echoed whole in notifications."},
                        "fileName": {"type": "string", "description": "The file's name, without an extension."},
                    },
                },
                "example": {
                    "params": {
                        "query": {
                            "filters": {
                                "typesCriterion": ["connectorstate"],
                                "propertiesCriterion": [{"channelid": {"exacts": ["shop-one"]}}],
                            }
                        },
                        "fields": {"attributes": ["_ALL"]},
                        "options": {"maxRecords": 10000},
                        "rsconnect": {"profilecontexts": [{"service": "CONNECTOR_STATE_EXPORT", "format": "Excel"}]},
                    },
                    "fileName": "EntityData",
                },
            }
        },
    }
}
