"""Records of a task, `requestobject`s: what became of each part of a file that was taken in, as its report tells it."""

from collections.abc import Iterator
from itertools import groupby

from contract.errors import NotServed
from contract.imports import ImportRecord, ImportReport
from contract.jobs import Job, JobKind
from contract.services.tasks import properties_of
from contract.services.tracking import RECORD, TASK_ID, TASK_ID_PATH, Tracked

MOST_TASKS = 10
"""Tasks whose records one request may mean: each one's report is read."""
WRITTEN, REFUSED, IGNORED = "success", "error", "ignored"
"""What became of a record; ignored: it could have been written, and nothing of its file was."""


def check_has_records(job: Job) -> None:
    """Raises NotServed for a task of which no records are kept."""
    if job.kind is JobKind.EXPORT:
        reason = "an export's records are the rows of its file"
        raise NotServed(path=TASK_ID_PATH, what=f"Tracking of the records of {str(job.id)!r}", reason=reason)


def records_of(job: Job, report: ImportReport) -> Iterator[Tracked]:
    """A record for each refused part of the file, then for each that was written or could have been, as the report has them."""
    properties = properties_of(job)
    told = ((REFUSED, report.refusals), (WRITTEN if report.applied else IGNORED, report.changes))
    number = 0
    for status, records in told:
        for place, parts in groupby(records, key=lambda record: record.place):
            number += 1
            said = _said(str(job.id), status, place, list(parts))
            yield Tracked(f"{job.id}-{number}", RECORD, properties, said)


def _said(task: str, status: str, place: str, parts: list[ImportRecord]) -> dict[str, object]:
    said = {
        TASK_ID: task,
        "requestStatus": status,
        "entityId": parts[0].id,
        "entityType": parts[0].type,
        "place": place,
        "columns": ", ".join(part.column for part in parts if part.column),
        "errorMessage": "; ".join(_reason(part) for part in parts if part.reason),
    }
    return {name: content for name, content in said.items() if content}


def _reason(part: ImportRecord) -> str:
    return f"{part.column}: {part.reason}" if part.column else part.reason
