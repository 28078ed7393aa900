"""Services that name what the states are about: entities and channels."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from api.resources import Resources, Shared
from api.services.door import Tenant, body_like, described, served
from api.services.reading import QUERY
from contract.errors import InvalidRequest, Missing, NotServed
from contract.filters import EVERYTHING, AllOf, Criterion, Exact, Filter
from contract.objects import CONNECTOR_STATE, parse_object
from contract.request import ExportRequest
from contract.services import answers
from contract.services.history import UNASSIGNED
from contract.services.reading import FIELDS, ORDER, read_query
from contract.services.searches import CONNECTOR, ENTITIES, read_searches
from database.documents import distinct_values, read_page

router = APIRouter(tags=["States"])

_CHANNEL = "syndicationchannel"


@router.post(
    "/{tenant}/api/connectorService/getentityid",
    summary="Name the entities that states are about",
    responses=described("The entities, each once."),
    openapi_extra=body_like(
        {"params": {"searchQueries": [{"serviceName": "connectorService", "searchQuery": QUERY["params"]}]}}
    ),
)
async def get_entity_ids(request: Request, shared: Shared, tenant: Tenant) -> Response:
    """Takes a search of states, and beside it one of entities, of which types, ids and paging count: these are not kept."""

    def name(body: object) -> dict[str, Any]:
        asked = _entity_search(read_searches(body, ceiling=shared.settings.max_answer_records, now=datetime.now(UTC)))
        found = distinct_values(shared.objects, tenant, asked, ("entityid", "entitytype"))
        page = found[asked.offset :][: asked.max_records]
        unnamed = {"name": "_EMPTY", "systemInfo": {"tenantId": tenant}}
        entities = [{"id": identifier, "type": type_name or UNASSIGNED, **unnamed} for identifier, type_name in page]
        return answers.with_warnings(answers.entities_found(entities, len(found)), asked.warnings)

    return await served(request, shared, tenant, name)


@router.post(
    "/{tenant}/api/connectorService/getchannels",
    summary="Name the channels",
    responses=described("The channels that are stored as objects, and those that states name."),
    openapi_extra=body_like({"params": {"query": {"filters": {"typesCriterion": ["podsyndicationserviceconfig"]}}}}),
)
async def get_channels(request: Request, shared: Shared, tenant: Tenant) -> Response:
    """Channels that were stored as objects of the type `syndicationchannel` are shown whole, the others by their id alone."""

    def name(body: object) -> dict[str, Any]:
        most, now = shared.settings.max_answer_records, datetime.now(UTC)
        asked = read_query(body, ceiling=most, now=now, unused=(*ORDER, *FIELDS))
        if asked.filter != EVERYTHING or asked.ids:
            reason = "the channels' own settings are not kept here; ask for all of them"
            raise NotServed(path="params.query.filters", what="Choosing among channels", reason=reason)
        channels = list(_channels(shared, tenant))
        page = channels[asked.offset :][: asked.max_records]
        return answers.with_warnings(answers.entities_found(page, len(channels)), asked.warnings)

    return await served(request, shared, tenant, name)


def _entity_search(searches: dict[str, ExportRequest]) -> ExportRequest:
    """One request for the states, narrowed to the entities that the other search names."""
    states = searches.get(CONNECTOR)
    if states is None:
        raise InvalidRequest([Missing(path="params.searchQueries", what="A search for connectorService")])
    entities = searches.get(ENTITIES)
    if entities is None:
        return states
    if entities.filter != EVERYTHING:
        raise NotServed(
            path="params.searchQueries",
            what="A search by values of entities",
            reason="only their connector states are kept here; entities can be chosen by type and id",
        )
    parts: list[Filter] = [states.filter]
    if entities.types:
        parts.append(Criterion("property", "entitytype", (Exact(entities.types),)))
    if entities.ids:
        parts.append(Criterion("property", "entityid", (Exact(entities.ids),)))
    return replace(
        states,
        filter=AllOf(tuple(parts)),
        max_records=entities.max_records,
        offset=entities.offset,
        warnings=(*states.warnings, *entities.warnings),
    )


def _channels(shared: Resources, tenant: str) -> Iterator[dict[str, Any]]:
    """Each channel once, in the order of their ids."""
    most = shared.settings.max_answer_records
    stored = read_page(shared.objects, tenant, ExportRequest(types=(_CHANNEL,), max_records=most))
    known: set[str] = set()
    for text in stored.documents:
        item = parse_object(json.loads(text), stored=True)
        codes = item.attributes.get("referencecode")
        known.add(codes.values[0].text if codes else item.id)
        yield json.loads(text)
    for (code,) in distinct_values(shared.objects, tenant, ExportRequest(types=(CONNECTOR_STATE,)), ("channelid",)):
        if code not in known:
            attributes = {"referencecode": answers.value(code), "referencevalue": answers.value(code)}
            yield {"id": code, "name": code, "type": _CHANNEL, "properties": {}, "data": {"attributes": attributes}}
