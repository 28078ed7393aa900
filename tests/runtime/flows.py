"""Flows for the tests of the runtime: one ends at once, one only when it is told to."""

import time
from pathlib import Path
from typing import Any

from prefect import flow

from flows.ending import is_left_to_worker


@flow(name="quick", validate_parameters=False)
def quick(tenant: str, request: Any) -> None:
    """Leaves a sign: whether telling of the job is left to the worker."""
    Path(request["sign"]).write_text(str(is_left_to_worker()))


@flow(name="patient", validate_parameters=False)
def patient(tenant: str, request: Any) -> None:
    """Leaves a sign, and waits until it is taken away."""
    sign = Path(request["sign"])
    sign.touch()
    while sign.exists():
        time.sleep(0.02)
