"""The page of compatibility is what the cases of conformance say."""

import pytest

from api.services import ROUTERS
from contract.conformance import SERVICES
from tests.spec.compatibility_page import PAGE, compatibility_page, fields


def test_the_page_is_made_from_the_cases():
    assert PAGE.read_text() == compatibility_page(), "run python -m tests.spec.compatibility_page"


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_difference_is_of_a_field_that_a_case_has(service):
    known = {path for _, path in fields(service)}
    assert [path for path in service.partial if path not in known] == []
    assert [path for path in service.unserved if path in service.partial] == []
    assert service.cases


def test_every_service_that_is_served_has_cases():
    served = {route.path.removeprefix("/{tenant}/api/") for router in ROUTERS for route in router.routes}
    assert served - {service.name for service in SERVICES} == set()
