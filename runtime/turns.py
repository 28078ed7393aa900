"""Which waiting run comes next: tenants take turns, and the last free process is kept for small exports."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from uuid import UUID

from anyio import to_thread
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import WorkerFlowRunResponse

from contract.errors import StatesheetError
from database import jobs
from database.engine import connect
from database.reader import count_matching
from flows.ad_hoc import ad_hoc_export, raw_request
from runtime.reconcile import Records
from tasks.validate import check_request

_LOOKED_AT = 20
"""How many runs at the head of the queue are looked at: the first of them may be too large for now."""
OTHERS = "default"
"""The work queue of runs that have no job row yet: scheduled ones and those begun in Prefect's UI (see `api.runs.QUEUE`)."""


async def waiting(records: Records, taken: Iterable[FlowRun], others: Iterable[FlowRun]) -> list[FlowRun]:
    """The runs that wait and come next, in turn, without those that are `taken`; `others` are those of `without_row`."""
    taken = list(taken)
    known = [str(run.id) for run in taken]
    turns = await to_thread.run_sync(lambda: jobs.in_turn(records.jobs, known, limit=_LOOKED_AT))
    asked = await _scheduled(records, [UUID(turn.run_id) for turn in turns])
    places = {turn.run_id: (turn.turn, turn.created_ms) for turn in turns}
    had = Counter(_tenant(run) for run in taken)
    for run in others:
        if str(run.id) not in places:
            had[_tenant(run)] += 1
            places[str(run.id)] = (had[_tenant(run)], _due_ms(run))
    found = {run.id: run for run in (*asked, *others) if str(run.id) not in known}
    return sorted(found.values(), key=lambda run: places[str(run.id)])


def is_large(records: Records, run: FlowRun) -> bool:
    """Whether a run exports so much that small ones should not wait for it; one that cannot be counted fails soon."""
    settings = records.settings
    try:
        request = check_request(_body(run), max_records=settings.max_records, now=datetime.now(UTC))
        engine = connect(settings.objects_url)
        try:
            matched = count_matching(engine, _tenant(run), request)
        finally:
            engine.dispose()
    except StatesheetError:
        return False
    limit = settings.max_records if request.max_records is None else request.max_records
    return min(matched - request.offset, limit) >= settings.large_records


async def without_row(records: Records) -> list[FlowRun]:
    """The runs that wait and have no job row yet: scheduled ones that are due, and those begun in Prefect's UI."""
    answer = await records.prefect.request(
        "POST",
        "/work_pools/{name}/get_scheduled_flow_runs",
        path_params={"name": records.pool},
        json={
            "work_queue_names": [OTHERS],
            "scheduled_before": datetime.now(UTC).isoformat(),
            "limit": _LOOKED_AT,
        },
    )
    return [found.flow_run for found in WorkerFlowRunResponse.model_validate_list(answer.json())]


async def _scheduled(records: Records, ids: Collection[UUID]) -> list[FlowRun]:
    if not ids:
        return []
    chosen = {"id": {"any_": list(ids)}, "state": {"type": {"any_": [StateType.SCHEDULED]}}}
    return await records.prefect.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate(chosen))


def _tenant(run: FlowRun) -> str:
    return str((run.parameters or {}).get("tenant", ""))


def _due_ms(run: FlowRun) -> int:
    due = run.next_scheduled_start_time or run.expected_start_time or datetime.now(UTC)
    return int(due.timestamp() * 1000)


def _body(run: FlowRun) -> object:
    """The raw request of a run: its parameter, or what the friendly parameters of an ad-hoc run amount to."""
    parameters = dict(run.parameters or {})
    if "request" in parameters:
        return parameters["request"]
    defaults = {name: field.get("default") for name, field in ad_hoc_export.parameters.properties.items()}
    chosen = {name: value for name, value in (defaults | parameters).items() if name in defaults and name != "tenant"}
    return raw_request(**chosen)
