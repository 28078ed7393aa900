"""The flow: a raw download request becomes a verified file, and the job row says so.

The flow run's id is the job's id. Parameters are not validated by Prefect, so that a bad request from its UI or a schedule
fails with this project's own messages.
"""

from typing import Any

from prefect import flow

from flows.job import NOWHERE, run_job


@flow(name="export-connector-states", validate_parameters=False, persist_result=False, result_storage=NOWHERE)
def export_connector_states(tenant: str, request: Any = None) -> Any:
    """Export what a request asks for.

    Args:
        tenant: Whose objects.
        request: The body of a download request, as the API takes it.
    """
    return run_job(tenant, request)
