"""What every flow of an export does around the steps: the job row, the run's name and tags, the artifact, the ending."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

import httpx
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.exceptions import Abort, PrefectException
from prefect.logging import get_run_logger
from prefect.settings import PREFECT_LOCAL_STORAGE_PATH
from prefect.states import Cancelled, Completed, Failed
from prefect.tasks import Task
from prefect.utilities.annotations import quote
from sqlalchemy import Engine

from config.settings import Settings, load_settings
from contract.errors import (
    AttemptReplaced,
    DatabaseUnavailable,
    DiskFull,
    ExportCancelled,
    InternalError,
    JobEnded,
    StatesheetError,
    StoreUnavailable,
)
from contract.jobs import JobFile, JobStatus, Step
from contract.since import Since
from contract.warnings import JobWarning
from database import job_totals, jobs
from database.engine import connect
from database.job_quota import require_quota
from files import spool, store
from flows.ending import tell_unless_left
from flows.pipeline import Outcome, Place, Steps, run_export
from flows.records import REFUSED, adopt
from flows.since import base_of
from flows.story import in_short, tell_story
from flows.taking_in import finish_written
from tasks.plan import Base
from tasks.steps import extract_task, publish_task, render_task, transform_task, validate_task


def _as_they_are(step: Task[..., Any]) -> Callable[..., Any]:
    """A step whose arguments Prefect hands on without a look: it would go through all of a request and a plan, twice a step,
    for results of other tasks that are to be waited for. Ours are plain values.
    """

    def call(*values: object, **named: object) -> Any:
        return step(*map(quote, values), **{name: quote(value) for name, value in named.items()})

    return call


NOWHERE = Path(PREFECT_LOCAL_STORAGE_PATH.value())
"""Where Prefect would keep results of flows and tasks. Ours have none to keep; but of a flow that names no place each run asks
Prefect's server for one.
"""
_TASKS: tuple[Task[..., Any], ...] = (validate_task, extract_task, transform_task, render_task, publish_task)
TASKS = Steps(*map(_as_they_are, _TASKS))
_REPORT_SECONDS = 0.25


class Done(Protocol):
    """How the work of a job ended: its file (None: none was wanted), how many objects it was about, and what to say of it."""

    @property
    def file(self) -> JobFile | None: ...
    @property
    def total(self) -> int: ...
    @property
    def warnings(self) -> tuple[JobWarning, ...]: ...


Work = Callable[..., Done]
"""Does the work of a job: takes the raw request, and by name `tenant`, `job_id`, `attempt`, `place` and `reporter`."""


@dataclass
class RowReporter:
    """Keeps the job row up to date.

    Raises ExportCancelled when the user asked for that, AttemptReplaced when this process was given up, and Abort where the row
    cannot be written: then nothing can be said of the job, not even that it failed.
    """

    engine: Engine
    run_id: str
    attempt: int
    step: Step | None = None
    reported: float = 0
    began: float = 0
    seconds: dict[Step, float] = field(default_factory=dict)

    def progress(self, step: Step, records_done: int) -> None:
        """Each step's begin, and in between no more often than a person can see."""
        if step is self.step and monotonic() - self.reported < _REPORT_SECONDS:
            return
        self.note_time(step)
        self.reported = monotonic()
        with _row_needed():
            jobs.progress(self.engine, self.run_id, step, records_done, attempt=self.attempt)

    def note_time(self, step: Step | None) -> None:
        """Another step begins, or none: how long the one before took."""
        if step is self.step:
            return
        now = monotonic()
        if self.step is not None:
            self.seconds[self.step] = self.seconds.get(self.step, 0) + now - self.began
        self.step, self.began = step, now

    def describe(self, **facts: Any) -> None:
        """Facts onto the row."""
        with _row_needed():
            jobs.describe(self.engine, self.run_id, attempt=self.attempt, **facts)


@contextmanager
def _row_needed() -> Iterator[None]:
    """No step may take the row's absence for a fault of its own."""
    try:
        yield
    except (DatabaseUnavailable, DiskFull) as error:
        raise Abort(str(error)) from error


def export(request: object, *, tenant: str, job_id: str, place: Place, reporter: RowReporter, **given: Any) -> Outcome:
    """The work of an export. What a delta is told from is found among the jobs.

    Raises QuotaReached, and what `run_export` raises.
    """
    require_quota(reporter.engine, tenant, place.quota_bytes)

    def find_base(since: Since) -> Base | None:
        return base_of(reporter.engine, jobs.of_run(reporter.engine, job_id), since, place.zone)

    return run_export(
        request, tenant=tenant, job_id=job_id, place=place, reporter=reporter, steps=TASKS, find_base=find_base, **given
    )


def run_job(tenant: str, request: object, work: Work = export) -> State[Any]:
    """Do the work for the flow run of this process and bring its job to an end; the state that Prefect is to show.

    What goes wrong becomes a state too: Prefect would keep a copy of every error that is raised, and add its own words.
    Raises Abort, which leaves Prefect's record as it is, where another process runs the job by now, and where the job's row, or
    the report of an import that has written its objects, cannot be written: the worker has the run begin again.
    """
    run = _this_run()
    settings = load_settings()
    engine = connect(settings.jobs_url)
    try:
        if adopt(engine, run, request).id is None:
            return Cancelled(message=REFUSED)
        try:
            _run(engine, settings, str(run.id), tenant, request, work)
        except JobEnded as ended:
            get_run_logger().warning("%s", ended)
        return _close(engine, settings, run)
    except (AttemptReplaced, DatabaseUnavailable, DiskFull, StoreUnavailable) as error:
        raise Abort(str(error)) from error
    finally:
        engine.dispose()


def _run(engine: Engine, settings: Settings, run_id: str, tenant: str, request: object, work: Work) -> None:
    """One attempt, from its number to its end on the job's row. Raises JobEnded, AttemptReplaced and what `_fail` raises."""
    try:
        attempt = jobs.start(engine, run_id).attempts
    except ExportCancelled as cancel:
        _fail(engine, settings, run_id, cancel)
        return
    # Those before it have no process any more. Should one live on, it finds nothing, and may not say so.
    spool.remove_up_to(settings.spool_folder, run_id, attempt - 1)
    try:
        _do(engine, settings, run_id, attempt, partial(work, request, tenant=tenant))
    finally:
        spool.remove_up_to(settings.spool_folder, run_id, attempt)


def _do(engine: Engine, settings: Settings, run_id: str, attempt: int, work: Work) -> None:
    reporter = RowReporter(engine, run_id, attempt)
    try:
        done = work(job_id=run_id, attempt=attempt, place=Place.of(settings), reporter=reporter)
    except (AttemptReplaced, JobEnded):
        raise
    except StatesheetError as error:
        _fail(engine, settings, run_id, error, attempt)
    except Exception as error:  # noqa: BLE001  # the job must end, whatever it was; the log has all of it
        get_run_logger().exception("The job failed")
        _fail(engine, settings, run_id, InternalError(detail=f"{type(error).__name__}: {error}"), attempt)
    else:
        reporter.note_time(None)
        if _complete(engine, settings, run_id, attempt, done):
            _count(engine, run_id, reporter, done)


def _fail(engine: Engine, settings: Settings, run_id: str, error: StatesheetError, attempt: int | None = None) -> None:
    """The job ends with its cause; as completed where it is an import that had written its objects by then.

    Raises AttemptReplaced, and for an import DatabaseUnavailable, DiskFull and StoreUnavailable: it is not known then, or not
    reported yet, what it has written.
    """
    if not finish_written(engine, Place.of(settings), jobs.of_run(engine, run_id)):
        jobs.fail(engine, run_id, error, attempt=attempt)


def _complete(engine: Engine, settings: Settings, run_id: str, attempt: int, done: Done) -> bool:
    """The job has its file; one that comes too late to be that goes again, and the answer is no."""
    try:
        mine = jobs.complete(engine, run_id, done.file, total=done.total, warnings=done.warnings, attempt=attempt)
    except AttemptReplaced:
        _withdraw(settings, done.file)
        raise
    if not mine:
        _withdraw(settings, done.file)
    return mine


def _count(engine: Engine, run_id: str, reporter: RowReporter, done: Done) -> None:
    """Add the job to the totals that `/metrics` tells; it has ended, whatever becomes of that."""
    amounts: list[tuple[job_totals.Figure, str, float]] = [
        ("seconds", step.value, seconds) for step, seconds in reporter.seconds.items()
    ]
    if done.file is not None:
        kind = jobs.of_run(engine, run_id).format or "none"
        amounts += [("rows", kind, done.total), ("bytes", kind, done.file.bytes)]
    try:
        job_totals.add(engine, amounts)
    except (DatabaseUnavailable, DiskFull):
        get_run_logger().warning("The job is not in the metrics", exc_info=True)


def _withdraw(settings: Settings, file: JobFile | None) -> None:
    if file is not None:
        store.delete(store.open_store(settings.results), file.key)


def _this_run() -> FlowRun:
    context = FlowRunContext.get()
    assert context is not None, "a flow runs this"
    assert context.flow_run is not None, "the engine made or was given a run"
    return context.flow_run


def _close(engine: Engine, settings: Settings, run: FlowRun) -> State[Any]:
    """Tell Prefect's UI and whoever asked how the job ended; the job itself has ended before and does not depend on it."""
    job = jobs.of_run(engine, str(run.id))
    for warning in job.warnings:
        get_run_logger().warning("%s (%s)", warning.message, warning.code)
    try:
        tell_story(run, job, settings.public_url)
    except (httpx.HTTPError, PrefectException):
        get_run_logger().warning("Prefect does not take what its pages would tell of the job", exc_info=True)
    tell_unless_left(engine, settings, str(run.id))
    if job.status is JobStatus.CANCELLED:
        return Cancelled(message="Stopped.")
    if job.status is JobStatus.FAILED:
        return Failed(message=f"{job.error_message} ({job.error_code})")
    return Completed(message=in_short(job))
