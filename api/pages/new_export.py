"""New export: a form over what the store holds, a live account of what it would give, and the request that it sends."""

import json
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api import submission
from api.explaining import explain
from api.pages.cron import PRESETS, cron_of
from api.pages.downloads import curl_command, submitted
from api.pages.export_form import BETWEEN, DATES, FORMATS, PERIODS, ExportForm, body_of, read_form
from api.pages.rendering import page
from api.pages.routing import PageRoute, Pairs, Posted, Visited, forward
from api.resources import Resources, Shared
from api.schedules import create
from config.catalogue import ATTRIBUTES, PROPERTIES, VALIDATION_ERROR, label_of, title_of_type
from contract.errors import InvalidRequest, StatesheetError
from contract.filters import fold
from database.held_values import HeldValues, held_values

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@dataclass(frozen=True)
class Choice:
    """One box to tick: what the request says, what people read."""

    value: str
    label: str


@router.get("/{tenant}/new")
def new_export(request: Request, shared: Shared, tenant: Visited) -> Response:
    """The form, filled as its own address says: a form that is sent there without being started keeps what was chosen."""
    return _form(shared, tenant, request.query_params.multi_items())


@router.post("/{tenant}/new")
async def start(shared: Shared, tenant: Visited, fields: Posted) -> Response:
    """Starts the export, or saves it as a schedule; shows the form again where something is wrong."""
    body = body_of(read_form(fields), shared.settings.zone)
    try:
        if dict(fields).get("do") == "schedule":
            return await _schedule(shared, tenant, body, dict(fields))
        await submission.submit(shared, submitted(tenant, body))
    except StatesheetError as error:
        return await run_in_threadpool(_form, shared, tenant, fields, error)
    return forward(shared, tenant, "", "started")


async def _schedule(shared: Resources, tenant: str, body: dict[str, Any], fields: dict[str, str]) -> Response:
    await run_in_threadpool(explain, shared, tenant, json.dumps(body).encode())  # a request that is none makes no schedule
    zone = fields.get("timezone", "").strip() or shared.settings.timezone
    await create(shared.runs, tenant, body, cron_of(fields), zone)
    return forward(shared, tenant, "schedules", "scheduled")


@router.post("/{tenant}/new/preview")
def preview(shared: Shared, tenant: Visited, fields: Posted) -> Response:
    """What the form would give, as a part of its page."""
    return page(shared, tenant, "answer.html", **_preview(shared, tenant, fields))


def _preview(shared: Resources, tenant: str, fields: Pairs) -> dict[str, Any]:
    body = body_of(read_form(fields), shared.settings.zone)
    text = json.dumps(body, indent=2, ensure_ascii=False)
    said: dict[str, Any] = {
        "body": text,
        "curl": curl_command(shared, tenant, json.dumps(body)),
        "mistaken": None,
        "said": None,
    }
    try:
        said["said"] = explain(shared, tenant, json.dumps(body).encode())
    except InvalidRequest as error:
        said["mistaken"] = error
    return said


def _form(shared: Resources, tenant: str, fields: Pairs, error: StatesheetError | None = None) -> Response:
    form = read_form(fields)
    held = held_values(shared.objects, tenant, fold(form.type))
    return page(
        shared,
        tenant,
        "new.html",
        error.status if error else 200,
        form=form,
        fields=dict(fields),
        held=held,
        types=[Choice(name, title_of_type(name)) for name in held.types],
        states=_states(held, form),
        columns=_columns(held),
        formats=FORMATS,
        dates=DATES,
        periods=PERIODS,
        between=BETWEEN,
        presets=PRESETS,
        error=error,
        **_preview(shared, tenant, fields) if error is None and "count" in dict(fields) else _nothing_yet(),
    )


def _nothing_yet() -> dict[str, Any]:
    return {"body": "", "curl": "", "mistaken": None, "said": None}


def _states(held: HeldValues, form: ExportForm) -> list[tuple[str, str, list[str]]]:
    """Name, label and values of each state that has some; what was chosen is among them."""
    rows = []
    for name, values in (held.states or {}).items():
        chosen = [value for value in form.states.get(name, ()) if value not in values]
        rows.append((name, label_of(name, "attribute"), [*values, *chosen]))
    return rows


def _columns(held: HeldValues) -> list[tuple[str, list[Choice]]]:
    """The columns to choose from, by group: those of the catalogue and those that the newest objects have besides."""
    others = held.others or {}
    properties = [column.name for column in PROPERTIES] + list(others.get("property", ()))
    attributes = [column.name for column in ATTRIBUTES] + [VALIDATION_ERROR] + list(others.get("attribute", ()))
    return [
        ("Properties", [Choice(f"property:{name}", label_of(name, "property")) for name in properties]),
        ("Attributes", [Choice(f"attribute:{name}", label_of(name, "attribute")) for name in dict.fromkeys(attributes)]),
    ]
