"""What every flow of an export does around the steps: the job row, the run's name and tags, the artifact, the ending."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any, Protocol

from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.logging import get_run_logger
from prefect.states import Cancelled, Completed, Failed
from sqlalchemy import Engine

from config.settings import Settings, load_settings
from contract.errors import ExportCancelled, InternalError, JobEnded, StatesheetError
from contract.jobs import JobFile, JobStatus, JobWarning, Step
from database import jobs
from database.engine import connect
from files import spool
from flows.ending import tell
from flows.pipeline import Place, Steps, run_export
from flows.records import adopt
from flows.story import in_short, tell_story
from tasks.steps import extract_task, publish_task, render_task, transform_task, validate_task

TASKS = Steps(validate_task, extract_task, transform_task, render_task, publish_task)
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
"""Does the work of a job: takes the raw request, and by name `tenant`, `job_id`, `place` and `reporter`."""

EXPORT: Work = partial(run_export, steps=TASKS)


@dataclass
class RowReporter:
    """Keeps the job row up to date; raises ExportCancelled when the user asked for that."""

    engine: Engine
    run_id: str
    step: Step | None = None
    reported: float = 0

    def progress(self, step: Step, records_done: int) -> None:
        """Each step's begin, and in between no more often than a person can see."""
        if step is self.step and monotonic() - self.reported < _REPORT_SECONDS:
            return
        self.step, self.reported = step, monotonic()
        jobs.progress(self.engine, self.run_id, step, records_done)

    def describe(self, **facts: Any) -> None:
        """Facts onto the row."""
        jobs.describe(self.engine, self.run_id, **facts)


def run_job(tenant: str, request: object, work: Work = EXPORT) -> State[Any]:
    """Do the work for the flow run of this process and bring its job to an end; the state that Prefect is to show.

    What goes wrong becomes a state too: Prefect would keep a copy of every error that is raised, and add its own words.
    """
    run = _this_run()
    settings = load_settings()
    engine = connect(settings.jobs_url)
    try:
        return _run(engine, settings, run, tenant, request, work)
    finally:
        spool.remove(settings.spool_folder, str(run.id))
        engine.dispose()


def _run(engine: Engine, settings: Settings, run: FlowRun, tenant: str, request: object, work: Work) -> State[Any]:
    run_id = str(run.id)
    adopt(engine, run, request)
    try:
        jobs.start(engine, run_id)
        reporter = RowReporter(engine, run_id)
        outcome = work(request, tenant=tenant, job_id=run_id, place=Place.of(settings), reporter=reporter)
        jobs.complete(engine, run_id, outcome.file, total=outcome.total, warnings=outcome.warnings)
    except ExportCancelled:
        jobs.cancelled(engine, run_id)
    except JobEnded as ended:
        get_run_logger().warning("%s", ended)
    except StatesheetError as error:
        jobs.fail(engine, run_id, error)
    except Exception as error:  # noqa: BLE001  # the job must end, whatever it was; the log has all of it
        get_run_logger().exception("The job failed")
        jobs.fail(engine, run_id, InternalError(detail=f"{type(error).__name__}: {error}"))
    return _close(engine, settings, run)


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
    tell_story(run, job, settings.public_url)
    tell(engine, settings, str(run.id))
    if job.status is JobStatus.CANCELLED:
        return Cancelled(message="Stopped.")
    if job.status is JobStatus.FAILED:
        return Failed(message=f"{job.error_message} ({job.error_code})")
    return Completed(message=in_short(job))
