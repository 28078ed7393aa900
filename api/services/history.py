"""The service that tells what became of states."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from api.resources import Shared
from api.services.door import Tenant, body_like, described, served
from api.services.reading import QUERY
from contract.objects import CONNECTOR_STATE
from contract.services import answers
from contract.services.history import history
from contract.services.reading import FIELDS, ORDER, read_query
from database.history import changes_of

router = APIRouter(tags=["States"])

ACTIVITY = "integrationmessageactivity"
"""What clients write as the type when they ask for the history of states."""


@router.post(
    "/{tenant}/api/connectorService/gethistory",
    summary="Tell the history of states",
    responses=described("Channel, entity, and an entry for each state that changed, the oldest first."),
    openapi_extra=body_like(QUERY),
)
async def get_history(request: Request, shared: Shared, tenant: Tenant) -> Response:
    """Finds connector states as they are now and tells each change of their states since they were first stored."""

    def tell(body: object) -> dict[str, Any]:
        most, now = shared.settings.max_answer_records, datetime.now(UTC)
        asked = read_query(body, ceiling=most, now=now, meant={ACTIVITY: CONNECTOR_STATE}, unused=(*ORDER, *FIELDS))
        told = {"dataObjects": history(changes_of(shared.objects, tenant, asked))}
        return answers.with_warnings(told, asked.warnings)

    return await served(request, shared, tenant, tell)
