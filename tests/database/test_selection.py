"""The statements of a request: what leads to the same rows by another way leads to the same rows."""

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, event, given

from contract.filters import EVERYTHING
from contract.request import ExportRequest
from database.selection import NO_LIMIT, select_errors
from tests.database.conftest import Stores
from tests.database.request_strategies import cases
from tests.examples import examples

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@examples(50, suppress_health_check=SLOW)
@given(cases())
def test_errors_are_the_same_whether_they_are_found_by_name_by_object_or_by_page(
    stores: Stores, case: tuple[list[Any], list[ExportRequest]]
) -> None:
    objects, requests = case
    tenant = stores.load(objects)
    for request in requests:
        by_object = ExportRequest(types=request.types, ids=request.ids, filter=request.filter, contexts=request.contexts)
        for asked in (by_object, replace(by_object, filter=EVERYTHING)):
            found = []
            for dialect, engine in stores.engines.items():
                with engine.connect() as connection:
                    for limit in (None, NO_LIMIT - 1):
                        found.append(connection.execute(select_errors(tenant, asked, dialect, limit=limit)).all())
            event(f"errors: {min(len(found[0]), 1)}")
            assert all(one == found[0] for one in found)
