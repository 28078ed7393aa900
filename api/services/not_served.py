"""Documented services that cannot be answered truthfully: a 501 says what is missing, before a client waits for data."""

from fastapi import APIRouter, Request, Response

from api.resources import Shared
from api.services.door import Tenant, body_like, described, served
from contract.errors import NotServed

router = APIRouter(tags=["States"])

ENTITY_STATE = "it shows attributes of the entities themselves and names of messages, and only connector states are kept here"


@router.post(
    "/{tenant}/api/connectorService/getentitystate",
    summary="Not served",
    responses=described("Never."),
    openapi_extra=body_like({"params": {"searchQueries": []}}),
)
async def get_entity_state(request: Request, shared: Shared, tenant: Tenant) -> Response:
    """Answers 501: the entities' own attributes, which this answer consists of, are not in the store of states."""

    def refuse(_: object) -> dict[str, object]:
        raise NotServed(what="connectorService/getentitystate", reason=ENTITY_STATE)

    return await served(request, shared, tenant, refuse)
