"""Services that count states, for the charts of a dashboard."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from api.resources import Resources, Shared
from api.services.door import Tenant, body_like, described, new_id, served
from api.services.reading import QUERY
from contract.filters import AllOf, AnyOf, Context, Criterion, Exact, Filter
from contract.request import ExportRequest
from contract.services import answers
from contract.services.reading import FIELDS, ORDER, PAGING, read_query
from contract.services.states import STATES
from database.state_counts import count_by_channel, count_states

router = APIRouter(tags=["States"])

_ERRORS = ("error", "errored")


def _is(attribute: str, *values: str) -> Filter:
    return Criterion("attribute", attribute.lower(), (Exact(values),))


ITEM_FIGURES: dict[str, Filter] = {
    "published": AnyOf((_is("publishState", "completed"), _is("channelState", "listedSuccess"))),
    "validationErrorCount": _is("validationState", *_ERRORS),
    "syndicationErrorCount": AnyOf((_is("syndicationState", *_ERRORS), _is("channelState", "errored"))),
}
"""What each figure of `getitemstatus` counts."""


@router.post(
    "/{tenant}/api/connectorService/getstatus",
    summary="Count states",
    responses=described("How many objects are in which state, by entity type and channel."),
    openapi_extra=body_like(QUERY),
)
async def get_status(request: Request, shared: Shared, tenant: Tenant) -> Response:
    """Counts the values of itemState, channelState, syndicationState and validationState among what matches."""

    def count(body: object) -> dict[str, Any]:
        tree: dict[str, dict[str, dict[str, dict[str, int]]]] = {}
        asked = _asked(shared, body)
        for found in count_states(shared.objects, tenant, asked, STATES):
            states = tree.setdefault(found.entity_type, {}).setdefault(found.channel, {})
            states.setdefault(found.state, {})[found.value] = found.objects
        return answers.with_warnings(answers.figures(new_id(), tenant, tree), asked.warnings)

    return await served(request, shared, tenant, count)


@router.post(
    "/{tenant}/api/connectorService/getitemstatus",
    summary="Count published items and errors",
    responses=described("For each channel how many objects are published, and how many have errors."),
    openapi_extra=body_like(QUERY),
)
async def get_item_status(request: Request, shared: Shared, tenant: Tenant) -> Response:
    """Counts what is published and what has validation or syndication errors, by channel."""

    def count(body: object) -> dict[str, Any]:
        asked = _asked(shared, body)
        tree = {channel: dict.fromkeys(ITEM_FIGURES, 0) for channel in count_by_channel(shared.objects, tenant, asked)}
        for name, condition in ITEM_FIGURES.items():
            narrowed = replace(asked, filter=AllOf((asked.filter, _in_contexts(condition, asked.contexts))))
            for channel, objects in count_by_channel(shared.objects, tenant, narrowed).items():
                tree.setdefault(channel, dict.fromkeys(ITEM_FIGURES, 0))[name] = objects
        return answers.with_warnings(answers.figures(new_id(), tenant, tree), asked.warnings)

    return await served(request, shared, tenant, count)


def _in_contexts(condition: Filter, contexts: tuple[Context, ...]) -> Filter:
    """A figure's condition on the values in `contexts`."""
    if isinstance(condition, AnyOf):
        return AnyOf(tuple(_in_contexts(part, contexts) for part in condition.parts))
    assert isinstance(condition, Criterion), "figures are made of nothing else"
    return replace(condition, contexts=contexts)


def _asked(shared: Resources, body: object) -> ExportRequest:
    return read_query(
        body, ceiling=shared.settings.max_answer_records, now=datetime.now(UTC), unused=(*PAGING, *ORDER, *FIELDS)
    )
