"""Flows for the tests of the runtime: one ends at once, one only when it is told to."""

import time
from pathlib import Path
from typing import Any

from prefect import flow


@flow(name="quick", validate_parameters=False)
def quick(tenant: str, request: Any) -> None:
    """Leaves a sign."""
    Path(request["sign"]).touch()


@flow(name="patient", validate_parameters=False)
def patient(tenant: str, request: Any) -> None:
    """Leaves a sign, and waits until it is taken away."""
    sign = Path(request["sign"])
    sign.touch()
    while sign.exists():
        time.sleep(0.02)
