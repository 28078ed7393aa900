"""The statements of a request: what leads to the same rows by another way leads to the same rows."""

from typing import Any

from hypothesis import HealthCheck, event, given

from contract.request import ExportRequest
from database.selection import count_errors, select_errors
from tests.database.conftest import Stores
from tests.database.request_strategies import cases
from tests.examples import examples

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@examples(50, suppress_health_check=SLOW)
@given(cases())
def test_errors_looked_up_by_object_and_objects_looked_up_by_error_are_the_same(
    stores: Stores, case: tuple[list[Any], list[ExportRequest]]
) -> None:
    objects, requests = case
    tenant = stores.load(objects)
    with stores.engines["postgresql"].connect() as connection:
        for request in requests:
            asked = ExportRequest(types=request.types, ids=request.ids, filter=request.filter, contexts=request.contexts)
            of_objects, of_errors = (
                connection.execute(select_errors(tenant, asked, "postgresql", limit=None, from_errors=way)).all()
                for way in (False, True)
            )
            assert of_errors == of_objects
            event(f"errors: {min(len(of_errors), 1)}")
            assert (connection.scalar(count_errors(tenant, asked, "postgresql")) or 0) >= len(of_errors)
