"""The way of one request: checked, written down, handed to Prefect, told.

The row is written before Prefect is asked, so that a crash at any moment leaves either nothing or a row that the reconciler
finishes with the same key. Where the id of the run is known before, and Prefect is well but busy, the client has its answer
by then (`api.handing_over`). A client that is told "no" leaves a row that is ended (`database.jobs.refuse`): nobody runs it
later, not even a run that Prefect made without our hearing of it.
"""

import asyncio
import hashlib
import json
import logging
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool

from api import auditing, callers
from api.resources import Resources
from config import logs
from config.profiles import resolve_profile
from contract.errors import BadOperand, InvalidRequest, PrefectUnavailable, RunRefused, StatesheetError
from contract.jobs import Job, JobSource
from contract.request import ExportRequest
from contract.shapes import Members, Notes
from contract.wire import decode_body
from database import jobs
from database.audit import Action
from tasks.since import check_since
from tasks.validate import check_request

_log = logging.getLogger(__name__)

_LONGEST_KEY = 255


@dataclass(frozen=True)
class Submission:
    """What came in: the body as it is, and the headers that count."""

    tenant: str
    raw: bytes
    idempotency_key: str | None = None
    user: str | None = None


async def submit(shared: Resources, submission: Submission) -> str:
    """The id of the job that a submission makes, or made before under its idempotency key. The audit is told.

    Raises InvalidRequest, IdempotencyConflict, QueueFull, QuotaReached, DatabaseUnavailable, PrefectUnavailable and RunRefused.
    """
    job_id = await _submit(shared, submission)
    auditing.note(shared.audit, Action.ASKED, submission.tenant, job=job_id, user=submission.user)
    return job_id


async def _submit(shared: Resources, submission: Submission) -> str:
    asked = await run_in_threadpool(_checked, shared, submission)
    if asked.id is not None:
        return asked.id
    return await accept(shared, asked, submission.idempotency_key, digest(asked.request))


async def accept(shared: Resources, asked: Job, idempotency_key: str | None, body_sha256: str) -> str:
    """The id of a checked job, or of the one that was made before under the same idempotency key.

    Raises IdempotencyConflict, QueueFull, QuotaReached, DatabaseUnavailable, PrefectUnavailable and RunRefused.
    """
    job = await run_in_threadpool(
        jobs.create,
        shared.jobs,
        asked,
        idempotency_key=idempotency_key,
        body_sha256=body_sha256,
        max_queued=shared.settings.max_queued,
        quota_bytes=shared.settings.quota_bytes,
    )
    if job.id is not None:
        return job.id
    run_id = await _accepted(shared, job, mine=job.request_key == asked.request_key)
    logs.learn(run_id)
    return run_id


async def _accepted(shared: Resources, job: Job, *, mine: bool) -> str:
    """The id of a job that is written down: that of its run, which Prefect has, or will have."""
    handed_over = shared.handing_over.begin(_handed_over(shared, job, mine=mine))
    if not await shared.handing_over.is_to_be_awaited(handed_over, shared.runs):
        accepted = await run_in_threadpool(jobs.attach_run, shared.jobs, job.request_key, job.request_key)
        if accepted.id is not None:  # it was not refused in this very moment
            return accepted.id
    return await asyncio.shield(handed_over)


async def _handed_over(shared: Resources, job: Job, *, mine: bool) -> str:
    """The run that Prefect has for a job, of which the worker is told."""
    run_id = await _run_of(shared, job, mine=mine)
    logs.learn(run_id)
    _tell(shared)
    return run_id


def _tell(shared: Resources) -> None:
    """Tells the listener of the application that there is a run."""
    try:
        shared.on_submitted()
    except Exception:  # noqa: BLE001  # the job is accepted; a listener only makes it quicker, and may not undo that
        _log.warning("The listener for new runs failed", exc_info=True)


def _checked(shared: Resources, submission: Submission) -> Job:
    """The job to be made; or the one that was made before under the same key, which has an id.

    A repeated request is not checked again: what it names may be gone meanwhile, and its client is to have the first answer.
    """
    check_key(submission.idempotency_key)
    now = datetime.now(UTC)
    body = decode_body(submission.raw)
    if submission.idempotency_key is not None and isinstance(body, dict):
        earlier = jobs.made_before(shared.jobs, submission.tenant, submission.idempotency_key, digest(body), now)
        if earlier is not None and earlier.id is not None:
            return earlier
    request = check_request(body, max_records=shared.settings.max_records, now=now)
    assert isinstance(body, dict), "check_request takes nothing else"
    check_since(shared.jobs, submission.tenant, request)
    return Job(
        request_key=str(uuid.uuid4()),
        tenant=submission.tenant,
        source=JobSource.API,
        created=now,
        request=body,
        file_name=request.file_name,
        format=resolve_profile(request.profile).format,
        submitted_by=_user(submission.user, request) or credential_name(),
    )


def check_key(key: str | None) -> None:
    """Raises InvalidRequest for what cannot be an Idempotency-Key."""
    if key is not None and not (0 < len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()):
        expected = f"1 to {_LONGEST_KEY} visible ASCII characters"
        raise InvalidRequest([BadOperand(path="Idempotency-Key", value=key[:100], expected=expected)])


def _user(said: str | None, request: ExportRequest) -> str | None:
    """Who asks: the one that the client names, else `clientState.notificationInfo.userId`."""
    if said is not None:
        return callers.one_line(said)
    info = Members(request.client_state, "clientState", Notes()).take_members("notificationInfo")
    user = None if info is None else info.take("userId")
    return None if user is None else callers.one_line(str(user.value))


def credential_name() -> str | None:
    """What the caller's credential is called, for people; None where the service is open."""
    credential = callers.current().credential
    return None if credential is None else callers.one_line(credential.name) or credential.id


def digest(body: dict[str, Any]) -> str:
    """The same for every way to write the same JSON."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


async def _run_of(shared: Resources, job: Job, *, mine: bool) -> str:
    """The run for a job's key, stored on its row. `mine`: this request wrote the row, so it may also end it."""
    try:
        run_id = await shared.runs.create(job.request_key, job.tenant, job.request, job.kind)
    except (PrefectUnavailable, RunRefused) as error:
        refused = await run_in_threadpool(jobs.refuse, shared.jobs, job.request_key, error) if mine else job
        if refused.id is None:
            raise
        return refused.id  # the run was made all the same, and has found its row; or its client had its answer before
    try:
        attached = await run_in_threadpool(jobs.attach_run, shared.jobs, job.request_key, run_id)
    except StatesheetError:
        # Prefect has the run, so the job is accepted; the run or the reconciler stores the id.
        logs.learn(run_id)
        _log.warning("The run is not stored on its job's row yet", exc_info=True)
        return run_id
    if attached.id is None:
        raise PrefectUnavailable(detail="the first request with this key was refused meanwhile")
    if attached.finished is not None:  # its client had its answer, and cancelled it, before Prefect had the run
        with suppress(PrefectUnavailable, RunRefused):
            await shared.runs.cancel(run_id)
    return run_id
