"""Two records of one job brought together again: Prefect's, of what ran, and the job row, of what the user is told.

Everything here may be repeated, and stopped anywhere: each step looks at what is there and does what is missing.
Exports only read, and an import that has written its objects does not write them again: a run whose process is gone is run
again under the same id. Before an import is told of as failed or cancelled it is completed where it has written its objects.
"""

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from anyio import to_thread
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, WorkPoolFilter
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Completed, Crashed, Failed, Scheduled
from sqlalchemy import Engine

from api.runs import PrefectRuns
from config import logs
from config.settings import Settings
from contract.errors import (
    DatabaseUnavailable,
    DiskFull,
    InternalError,
    RunLost,
    RunRefused,
    StatesheetError,
    StoreUnavailable,
    UnfitParameters,
    UnknownJob,
)
from contract.jobs import Job, JobStatus
from database import jobs
from files import spool
from flows.pipeline import Place
from flows.records import REFUSED, adopt
from flows.taking_in import finish_written
from runtime.export_process import UNFIT

MOST_RERUNS = 3
"""How often a run is run again whose process came to an end of its own: after that it would take the next one's memory too."""
MOST_RESUMED = 20
"""How often one is run again that went with its worker or with all of the stack, by no fault of its own, as far as is known."""
RUN_AGAIN, RESUMED = "RunAgain", "RunAgainAfterRestart"
"""The names of the states of a lost run that waits to run again, after the one and the other kind of loss."""
ORPHANED = "its process is gone"
"""The cause of a loss that nobody saw happen."""
UNRECORDED = "Prefect has it completed, but its end is not on record here, as after a restore from a backup"
"""The cause of a loss that is of the record alone: the row is older than what Prefect knows, and so may be the result store."""
_NO_FAULT = (ORPHANED, UNRECORDED)
_ACCEPTED_FOR = timedelta(seconds=20)
"""How long the API may still be asking Prefect for the run of a row that it wrote: longer than it waits for an answer."""
_LATE_FOR = timedelta(minutes=10)
"""How long after its refusal a run may still appear in Prefect."""
_AT_ONCE = 200
"""How many runs Prefect gives in one answer."""
_DONE = (JobStatus.COMPLETED, JobStatus.COMPLETED_EMPTY)
_UNDECIDED = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)

log = logging.getLogger("statesheet.reconcile")


@dataclass(frozen=True)
class Records:
    """Both records, and what says which runs have a living process here."""

    prefect: PrefectClient
    runs: PrefectRuns
    jobs: Engine
    settings: Settings
    pool: str
    alive: Callable[[], Collection[UUID]]
    ends: dict[UUID, str] = field(default_factory=dict)
    """How processes ended that were seen to, each until its run is judged: whoever is first to judge it goes by this."""


async def sweep(records: Records, *, at_boot: bool = False) -> None:
    """Bring everything that can have come apart together: at boot, and then always."""
    await _ask_again(records, at_boot)
    for run_id in await _undecided_runs(records):
        await judge(records, run_id)
    await _judge_rows(records, at_boot)
    await _drop_refused(records)
    await to_thread.run_sync(_remove_orphans, records)


async def judge(records: Records, run_id: UUID) -> None:
    """Decide about a run that has no living process; one that waits, or lives after all, is left alone."""
    if run_id in records.alive():
        return
    cause = records.ends.pop(run_id, ORPHANED)
    try:
        with logs.about(job=run_id):
            await _judge(records, run_id, cause)
    except Exception:  # whatever kept the run from being judged: it is raised again
        if cause != ORPHANED:
            records.ends.setdefault(run_id, cause)
        raise


async def _judge(records: Records, run_id: UUID, cause: str) -> None:
    # Read only now: a process that was alive a moment ago may have ended the run as its last act.
    run = await records.prefect.read_flow_run(run_id)
    state = run.state
    if state is None or state.is_scheduled() or state.is_paused():
        return
    job = await to_thread.run_sync(_job_of, records, run)
    logs.learn(tenant=None if job is None else job.tenant)
    if job is not None and job.finished is not None:
        if not state.is_final():
            await records.prefect.set_flow_run_state(run.id, _state_of(job), force=True)
    elif state.is_cancelling() or state.is_cancelled():
        await _cancelled(records, run)
    elif state.is_completed() and job is not None and cause == ORPHANED:
        # A run ends its row first, and the row was read last: no process is between the two. One that was seen to end here
        # without that has a fault, which running it again would not mend.
        await _lost(records, run, UNRECORDED)
    elif state.is_final():
        await to_thread.run_sync(_settle, records, run, state)
        await _tell_prefect(records, run, state)
    else:
        await _lost(records, run, cause)


async def put_back(records: Records, run_id: UUID, cause: str) -> None:
    """Have a run that was stopped in good order run again; that is no loss."""
    await records.prefect.set_flow_run_state(run_id, Scheduled(name="Interrupted", message=cause), force=True)


def marks(records: Records, run_ids: Iterable[UUID]) -> dict[UUID, object]:
    """How far each run is: something that changes whenever its job moves."""
    found: dict[UUID, object] = {}
    for run_id in run_ids:
        try:
            job = jobs.of_run(records.jobs, str(run_id))
        except UnknownJob:
            found[run_id] = None
        else:
            found[run_id] = (job.attempts, job.step, job.records_done, job.finished)
    return found


def is_beyond_cancelling(records: Records, run_id: UUID) -> bool:
    """Whether the job of a run is; a run that has none yet is not."""
    try:
        return jobs.of_run(records.jobs, str(run_id)).is_beyond_cancelling
    except UnknownJob:
        return False


async def _ask_again(records: Records, at_boot: bool) -> None:
    """Rows whose run Prefect was not asked for, or whose asker did not live to store the answer."""
    before = datetime.now(UTC) - (timedelta() if at_boot else _ACCEPTED_FOR)
    for job in await to_thread.run_sync(jobs.unattached, records.jobs, before):
        run_id = await records.runs.create(job.request_key, job.tenant, job.request, job.kind)
        await to_thread.run_sync(jobs.attach_run, records.jobs, job.request_key, run_id)
        with logs.about(run_id, job.tenant):
            log.info("asked Prefect again for the run of an accepted job")


async def _drop_refused(records: Records) -> None:
    """Runs that Prefect made all the same, too late: whoever asked for them was told that they were not accepted."""
    keys = await to_thread.run_sync(jobs.refused_keys, records.jobs, datetime.now(UTC) - _LATE_FOR)
    for some in (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE)):
        chosen = {"idempotency_key": {"any_": some}, "state": {"type": {"any_": [StateType.SCHEDULED]}}}
        for run in await records.prefect.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate(chosen)):
            await records.prefect.set_flow_run_state(run.id, Cancelled(message=REFUSED), force=True)


async def _undecided_runs(records: Records) -> list[UUID]:
    found = await records.prefect.read_flow_runs(
        work_pool_filter=WorkPoolFilter.model_validate({"name": {"any_": [records.pool]}}),
        flow_run_filter=FlowRunFilter.model_validate({"state": {"type": {"any_": list(_UNDECIDED)}}}),
    )
    alive = records.alive()
    return [run.id for run in found if run.id not in alive]


async def _judge_rows(records: Records, at_boot: bool) -> None:
    """Rows that have not ended, whose run may have; most of a long queue only wait, and Prefect is asked for many at once."""
    alive = records.alive()
    open_rows = await to_thread.run_sync(jobs.unfinished_ids, records.jobs)
    asked = [run_id for run_id in map(UUID, open_rows) if run_id not in alive]
    for some in (asked[start : start + _AT_ONCE] for start in range(0, len(asked), _AT_ONCE)):
        chosen = FlowRunFilter.model_validate({"id": {"any_": some}})
        states = {run.id: run.state for run in await records.prefect.read_flow_runs(flow_run_filter=chosen, limit=_AT_ONCE)}
        for run_id in some:
            state = states.get(run_id)
            if run_id not in states:
                await _judge_unknown(records, run_id, at_boot)
            elif state is None or not state.is_scheduled():
                await _judge_row(records, run_id)


async def _judge_unknown(records: Records, run_id: UUID, at_boot: bool) -> None:
    """A run that Prefect does not know; the API may be about to ask for it."""
    job = await to_thread.run_sync(jobs.of_run, records.jobs, str(run_id))
    if at_boot or job.created < datetime.now(UTC) - _ACCEPTED_FOR:
        await _judge_row(records, run_id)


async def _judge_row(records: Records, run_id: UUID) -> None:
    try:
        await judge(records, run_id)
    except ObjectNotFound:
        await _hand_over(records, await to_thread.run_sync(jobs.of_run, records.jobs, str(run_id)))


async def _hand_over(records: Records, job: Job) -> None:
    """A job that Prefect does not know: whoever was to ask Prefect after the answer did not get to it, or Prefect's database
    is older than the row, as after a restore from a backup. The run that it is given has the same id; one of another id than
    its request key, as begins on a schedule, cannot be had again.
    """
    assert job.id is not None, "it was found by its id"
    error: StatesheetError = RunLost(times=1, cause="Prefect has no record of the run")
    if job.finished is None and job.id == job.request_key and job.attempts <= MOST_RESUMED:
        try:
            await records.runs.create(job.request_key, job.tenant, job.request, job.kind)
        except RunRefused as refused:
            error = refused
        else:
            log.info("asked Prefect again for the run of an accepted job")
            return
    await to_thread.run_sync(_end, records, job.id, partial(jobs.fail, records.jobs, job.id, error))


async def _cancelled(records: Records, run: FlowRun) -> None:
    run_id = str(run.id)
    await to_thread.run_sync(_end, records, run_id, partial(jobs.cancelled, records.jobs, run_id))
    ended = await _tell_prefect(records, run, Cancelled(message="Stopped."))
    log.info("was to be cancelled; its run ends as %s", ended.name)


async def _tell_prefect(records: Records, run: FlowRun, ended: State) -> State:
    """Prefect's record ends as `ended`, or as completed where the job turned out to be that; how it ends."""
    job = await to_thread.run_sync(_job_of, records, run)
    if job is not None and job.status in _DONE:
        ended = _state_of(job)
    if run.state is None or run.state.type is not ended.type:
        await records.prefect.set_flow_run_state(run.id, ended, force=True)
    return ended


async def _lost(records: Records, run: FlowRun, cause: str) -> None:
    name, most = (RESUMED, MOST_RESUMED) if cause in _NO_FAULT else (RUN_AGAIN, MOST_RERUNS)
    history = [state.name for state in await records.prefect.read_flow_run_states(run.id)]
    reruns = history.count(name)
    if reruns < most:
        message = f"Lost: {cause}. Run again ({reruns + 1} of at most {most} times)."
        # What lies in the spool is left to the next attempt: should the lost process live after all, it may still end the job.
        await records.prefect.set_flow_run_state(run.id, Scheduled(name=name, message=message), force=True)
        log.warning("%s", message)
        return
    error = RunLost(times=history.count(RUN_AGAIN) + history.count(RESUMED) + 1, cause=cause)
    await to_thread.run_sync(_fail, records, run, error)
    await _tell_prefect(records, run, Crashed(message=str(error)))
    log.error("%s", error)


def _settle(records: Records, run: FlowRun, state: State) -> None:
    """Prefect's record has ended, the row has not: the process died in between, or never made a row."""
    said = state.message or f"the run ended as {state.name}"
    _fail(records, run, UnfitParameters(detail=said) if state.name == UNFIT else InternalError(detail=said))


def _fail(records: Records, run: FlowRun, error: StatesheetError) -> None:
    adopt(records.jobs, run)
    _end(records, str(run.id), partial(jobs.fail, records.jobs, str(run.id), error))


def _end(records: Records, run_id: str, end: Callable[[], object]) -> None:
    """Do `end`, unless the job is an import that has written its objects: it is completed. Where that cannot be found out or
    reported now, the next sweep does it; others are not to wait for that.
    """
    try:
        written = finish_written(records.jobs, Place.of(records.settings), jobs.of_run(records.jobs, run_id))
    except UnknownJob:
        written = False
    except (DatabaseUnavailable, DiskFull, StoreUnavailable) as trouble:
        log.warning("what the import has written cannot be told of yet: %s", trouble)
        return
    if not written:
        end()
    spool.remove(records.settings.spool_folder, run_id)


def _job_of(records: Records, run: FlowRun) -> Job | None:
    try:
        return jobs.of_run(records.jobs, str(run.id))
    except UnknownJob:
        return None


def _state_of(job: Job) -> State:
    """What Prefect is to say of a job that has ended."""
    if job.status is JobStatus.CANCELLED:
        return Cancelled()
    if job.status is JobStatus.FAILED:
        return Failed(message=job.error_message)
    return Completed()


def _remove_orphans(records: Records) -> None:
    """Folders of the spool whose job has ended, or never was, and that no process works in."""
    root = records.settings.spool_folder
    alive = {str(run_id) for run_id in records.alive()}
    for folder in root.iterdir() if root.is_dir() else ():
        if folder.name in alive:
            continue
        try:
            ended = jobs.of_run(records.jobs, folder.name).finished is not None
        except UnknownJob:
            ended = True
        if ended:
            spool.remove(root, folder.name)
