"""The same export as a flow that is served as Prefect's documentation begins: `flow.serve()`."""

import json
import shutil
import uuid
from dataclasses import replace
from typing import Any

from prefect import flow

from benchmarks.stacks import TENANT
from config.settings import load_settings
from contract.jobs import Step
from flows.pipeline import Place, run_export


class Silent:
    """Nobody wants to know."""

    def progress(self, step: Step, records_done: int) -> None:
        """Nothing."""

    def describe(self, **facts: Any) -> None:
        """Nothing."""


@flow(name="stock-export")
def stock_export(request: str) -> None:
    """The steps, in one process of its own."""
    settings = load_settings()
    # A folder that the stack of the same home does not tidy up.
    place = replace(Place.of(settings), spool=settings.home / "stock" / "spool")
    outcome = run_export(json.loads(request), tenant=TENANT, job_id=str(uuid.uuid4()), place=place, reporter=Silent())
    shutil.rmtree(outcome.plan.folder)


if __name__ == "__main__":
    stock_export.serve(name="stock", limit=2, print_starting_message=False)
