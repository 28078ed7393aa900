"""The flow of the other direction: a file that was sent in becomes objects, and the job row says what became of each part.

It is started by the API, which keeps the file; like an export, the run's id is the job's.
"""

from typing import Any

from prefect import flow

from flows.job import NOWHERE, run_job
from flows.taking_in import run_import


@flow(name="import-connector-states", validate_parameters=False, persist_result=False, result_storage=NOWHERE)
def import_connector_states(tenant: str, request: Any = None) -> Any:
    """Take in a file that was sent to the API.

    Args:
        tenant: Whose objects.
        request: What the API says of the file: see contract.imports.
    """
    return run_job(tenant, request, run_import)
