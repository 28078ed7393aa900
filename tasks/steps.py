"""The steps as Prefect tasks: thin, and apart from the functions, so that neither the web process nor the command line loads
Prefect for them.

A step is repeated only for an error that `contract.errors` marks retryable.
"""

from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from contract.errors import StatesheetError
from tasks.extract import extract
from tasks.publish import publish
from tasks.render import render
from tasks.transform import transform
from tasks.validate import plan_export

_DELAYS: list[float] = [1, 5]


def may_repeat(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether a failed step may succeed when it is tried again."""
    return isinstance(state.data, StatesheetError) and state.data.retryable


validate_task = task(name="validate", cache_policy=NO_CACHE)(plan_export)
extract_task = task(
    name="extract", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=_DELAYS, retry_condition_fn=may_repeat
)(extract)
transform_task = task(name="transform", cache_policy=NO_CACHE)(transform)
render_task = task(name="render", cache_policy=NO_CACHE)(render)
publish_task = task(
    name="publish", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=_DELAYS, retry_condition_fn=may_repeat
)(publish)
