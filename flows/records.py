"""The job row of a flow run: found where the API wrote it, made where the run began in Prefect's UI or on a schedule."""

from prefect.client.schemas.objects import FlowRun
from sqlalchemy import Engine

from contract.jobs import Job, JobSource, schedule_of
from database import jobs

REFUSED = (
    "Nobody waits for this run: it was not accepted, and whoever asked for it was told so, or it was cancelled before it began."
)
"""What Prefect shows of a run that it made too late."""


def adopt(engine: Engine, run: FlowRun, request: object = None) -> Job:
    """The job of a run; without an id where its request was refused.

    `request` is the raw request where it is not among the run's parameters.
    """
    parameters = run.parameters or {}
    return jobs.adopt(
        engine,
        str(run.id),
        str(parameters.get("tenant", "")),
        source_of(run),
        parameters.get("request", parameters) if request is None else request,
        request_key=run.idempotency_key,
    )


def source_of(run: FlowRun) -> JobSource:
    """Which way in a run came that has no row yet: the API always writes one first.

    A schedule's run that a Prefect of one's own forgot and was asked for again (`api.schedules.delete`) has only its key left.
    """
    of_schedule = run.auto_scheduled or schedule_of(run.idempotency_key or "") is not None
    return JobSource.SCHEDULE if of_schedule else JobSource.UI
