"""Whatever body arrives at whichever service, the answer is a success or a refusal in the envelope."""

import base64
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hunting
from hypothesis import strategies as st

from api.services import ROUTERS
from config.settings import Settings
from contract.conformance import SERVICES
from contract.conformance.model import InBase64, filled
from tests.api.conftest import TENANT, Api, refusal, running
from tests.contract.json_values import contract_values, json_values, mutated_bodies
from tests.examples import examples

pytestmark = pytest.mark.anyio

ADDRESSES = sorted(route.path.removeprefix("/{tenant}/api/") for router in ROUTERS for route in router.routes)
KEPT = {"run": "r", "job": str(uuid.UUID(int=7)), "file": f"{uuid.UUID(int=7)}.xlsx"}
BODIES = tuple(
    lambda body=case.body: filled(opened(body), KEPT) for service in SERVICES for case in service.cases if case.raw is None
)


def opened(body: Any) -> Any:
    """A body with the objects of its blob as JSON, so that mutations reach them; `closed` is the way back."""
    if isinstance(body, dict):
        return {name: opened(inner) for name, inner in body.items()}
    return {"opened": body.content} if isinstance(body, InBase64) else body


def closed(body: Any) -> Any:
    if isinstance(body, dict) and set(body) == {"opened"}:
        return base64.b64encode(json.dumps(body["opened"]).encode()).decode()
    if isinstance(body, dict):
        return {name: closed(inner) for name, inner in body.items()}
    return body


@pytest.fixture
async def hasty(settings: Settings) -> AsyncIterator[Api]:
    """An application that waits for no export."""
    quick = settings.model_copy(update={"sync_seconds": 0.01, "max_queued": 10_000})
    async with running(quick) as made:
        yield made


async def check(api: Api, address: str, body: Any) -> None:
    try:
        content = json.dumps(closed(body)).encode()
    except ValueError:  # Python writes no integer of more than 4,300 digits
        return
    answer = await api.post(content, f"/{TENANT}/api/{address}")
    if answer.status_code != 200:
        assert answer.status_code in (400, 404, 409, 501), answer.text
        refusal(answer)


CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@given(address=st.sampled_from(ADDRESSES), body=mutated_bodies(BODIES) | json_values() | contract_values())
@examples(300, suppress_health_check=CHECKS)
async def test_any_body_is_answered(hasty: Api, address: str, body: Any) -> None:
    await check(hasty, address, body)


@pytest.mark.slow
@given(address=st.sampled_from(ADDRESSES), body=mutated_bodies(BODIES) | json_values() | contract_values())
@hunting(max_examples=10_000, deadline=None, suppress_health_check=CHECKS)
async def test_ten_thousand_bodies_are_answered(hasty: Api, address: str, body: Any) -> None:
    await check(hasty, address, body)
