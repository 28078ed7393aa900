"""Files that are sent in: kept first, then made a job of, so that an accepted file is never lost and one that is refused leaves
only a file that expires."""

import hashlib
import uuid
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool

from api import auditing, callers, submission
from api.files import ready
from api.resources import Resources
from contract.imports import ImportReport, ImportRequest
from contract.jobs import Job, JobKind, JobSource
from contract.services.importing import FILE_ID, Upload
from database import import_files
from database.audit import Action
from database.import_files import ImportFile
from files import store


async def submit(shared: Resources, tenant: str, upload: Upload, *, idempotency_key: str | None = None) -> str:
    """The id of the job that takes in a file, or did so before under the same idempotency key. The audit is told.

    Raises InvalidRequest, FileMissing, and what `api.submission.accept` raises.
    """
    submission.check_key(idempotency_key)
    user = callers.current().user or (upload.user and callers.one_line(upload.user)) or submission.credential_name()
    wish, digest = await run_in_threadpool(_kept, shared, tenant, upload, user)
    asked = Job(
        request_key=str(uuid.uuid4()),
        tenant=tenant,
        source=JobSource.API,
        created=datetime.now(UTC),
        kind=JobKind.IMPORT,
        request=wish.body(),
        file_name=wish.file_name,
        submitted_by=user,
    )
    job_id = await submission.accept(shared, asked, idempotency_key, digest)
    auditing.note(shared.audit, Action.ASKED, tenant, job=job_id, user=user, detail="import")
    return job_id


def _kept(shared: Resources, tenant: str, upload: Upload, user: str | None) -> tuple[ImportRequest, str]:
    """What the job is asked for, and what the same request would be known by. A new file is kept under a new id."""
    if upload.content is None:
        file_id = str(upload.file_id)
        file = import_files.fetch(shared.jobs, tenant, file_id, name=file_id[:100], path=FILE_ID)
    else:
        file_id, file = str(uuid.uuid4()), ImportFile(upload.name, upload.content)
        import_files.keep(shared.jobs, tenant, file_id, file)
    digest = hashlib.sha256(f"{upload.apply}:".encode() + file.content).hexdigest()
    return ImportRequest(file_id, file.name, upload.apply, user), digest


def report_of(shared: Resources, job: Job) -> ImportReport:
    """What became of a file. Raises FileNotReady, FileExpired, FileMissing and StoreUnavailable."""
    return ImportReport.from_json(b"".join(store.stream(shared.store, ready(job).key)))
