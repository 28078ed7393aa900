"""A step is repeated only where that may help."""

import pytest
from prefect.states import Failed

from contract.errors import DiskFull, StoreUnavailable
from tasks.steps import extract_task, may_repeat, publish_task, render_task, transform_task, validate_task


@pytest.mark.parametrize(
    ("error", "again"),
    [(StoreUnavailable(detail="no route"), True), (DiskFull(what="the rows"), False), (KeyError("x"), False)],
)
def test_only_retryable_errors_are_tried_again(error: Exception, again: bool):
    """`contract.errors` says which they are."""
    assert may_repeat(extract_task, None, Failed(data=error)) is again  # type: ignore[arg-type]  # the run is not looked at


def test_each_step_has_its_own_name_in_prefect():
    """The UI tells the story in the words of the design."""
    steps = [validate_task, extract_task, transform_task, render_task, publish_task]
    assert [step.name for step in steps] == ["validate", "extract", "transform", "render", "publish"]
    assert [bool(step.retries) for step in steps] == [False, True, False, False, True]
