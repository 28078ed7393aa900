"""Services that show objects as they are stored."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from api.resources import Resources, Shared
from api.services.door import Tenant, body_like, described, new_id, served
from contract.request import ExportRequest
from contract.services import answers
from contract.services.reading import read_query
from database.documents import read_page
from tasks.documents import choose

router = APIRouter(tags=["Objects"])

Shape = Callable[[Sequence[Any], int, ExportRequest], dict[str, Any]]

QUERY = {
    "params": {
        "query": {
            "filters": {
                "typesCriterion": ["connectorstate"],
                "propertiesCriterion": [{"channelid": {"exacts": ["shop-one"]}}],
            }
        },
        "fields": {"attributes": ["_ALL"]},
        "options": {"maxRecords": 100},
    }
}
_MEANING = "A page of what matches; `totalRecords` counts all of it."


@router.post(
    "/{tenant}/api/connectorService/get",
    summary="Show objects",
    responses=described(_MEANING),
    openapi_extra=body_like(QUERY),
)
async def get_objects(request: Request, shared: Shared, tenant: Tenant) -> Response:
    """Takes the filters, fields, order and paging of a download request and answers with the objects themselves."""
    return await served(request, shared, tenant, lambda body: _found(shared, tenant, body, _of_connector))


@router.post(
    "/{tenant}/api/connectorService/getconnectorstate",
    summary="Show connector states",
    responses=described(_MEANING),
    openapi_extra=body_like(QUERY),
)
async def get_states(request: Request, shared: Shared, tenant: Tenant) -> Response:
    """The same, in the shape of the documented answer: a bare list beside the envelope."""
    return await served(request, shared, tenant, lambda body: _found(shared, tenant, body, _of_states))


@router.post(
    "/{tenant}/api/genericobjectmanageservice/get",
    summary="Show generic objects",
    responses=described(_MEANING),
    openapi_extra=body_like(QUERY),
)
async def get_generic_objects(request: Request, shared: Shared, tenant: Tenant) -> Response:
    """The same store, in the envelope of the platform's own services."""
    return await served(request, shared, tenant, lambda body: _found(shared, tenant, body, _of_platform))


def _found(shared: Resources, tenant: str, body: object, shape: Shape) -> dict[str, Any]:
    asked = read_query(body, ceiling=shared.settings.max_answer_records, now=datetime.now(UTC))
    page = read_page(shared.objects, tenant, asked)
    shown = [choose(json.loads(text), asked) for text in page.documents]
    return answers.with_warnings(shape(shown, page.matched, asked), asked.warnings)


def _of_connector(objects: Sequence[Any], total: int, _: ExportRequest) -> dict[str, Any]:
    return answers.objects_found(objects, total)


def _of_states(objects: Sequence[Any], total: int, _: ExportRequest) -> dict[str, Any]:
    return answers.states_found(objects, total)


def _of_platform(objects: Sequence[Any], total: int, asked: ExportRequest) -> dict[str, Any]:
    return answers.found("genericObjects", objects, total, request_id=new_id(), max_records=asked.max_records)
