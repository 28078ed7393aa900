"""New export: a form over what the store holds, a live account of what it would give, and the request that it sends."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api import submission
from api.explaining import explain
from api.pages.cron import FIRST_TIME, PRESETS, cron_of, is_scheduling
from api.pages.downloads import curl_command, submitted
from api.pages.export_form import BETWEEN, DATES, FORMATS, PERIODS, ExportForm, body_of, read_form, unknown_fields
from api.pages.form_places import by_field, place_of
from api.pages.notices import Notice
from api.pages.rendering import page
from api.pages.routing import PageRoute, Pairs, Posted, Visited, forward
from api.resources import Resources, Shared
from api.schedules import create
from config.catalogue import ATTRIBUTES, PROPERTIES, Area, label_of, title_of_type
from contract.errors import InvalidRequest, StatesheetError
from contract.file_name import MOST_CHARACTERS
from contract.filters import fold
from contract.well_known import VALIDATION_ERROR
from database.held_values import HeldValues, held_values

router = APIRouter(include_in_schema=False, route_class=PageRoute)


_COLUMN_GROUPS: tuple[tuple[str, Area, list[str]], ...] = (
    ("Properties", "property", [column.name for column in PROPERTIES]),
    ("Attributes", "attribute", [*(column.name for column in ATTRIBUTES), VALIDATION_ERROR]),
)


@dataclass(frozen=True)
class Choice:
    """One box to tick: what the request says, what people read."""

    value: str
    label: str


@router.get("/{tenant}/new")
def new_export(request: Request, shared: Shared, tenant: Visited, notice: Notice) -> Response:
    """The form, filled as its own address says: a form that is sent there without being started keeps what was chosen."""
    return _form(shared, tenant, request.query_params.multi_items(), notice=notice)


@router.post("/{tenant}/new")
async def start(shared: Shared, tenant: Visited, fields: Posted) -> Response:
    """Starts the export, or saves it as a schedule; shows the form again where something is wrong."""
    body = body_of(read_form(fields), shared.settings.zone)
    try:
        if unknown := unknown_fields(fields):
            raise InvalidRequest(unknown)
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
    form = read_form(fields)
    return page(shared, tenant, "answer.html", **_preview(shared, tenant, form), place_of=partial(place_of, form=form))


def _preview(shared: Resources, tenant: str, form: ExportForm) -> dict[str, Any]:
    body = body_of(form, shared.settings.zone)
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


def _form(shared: Resources, tenant: str, fields: Pairs, error: StatesheetError | None = None, *, notice: str = "") -> Response:
    asked = read_form(fields)
    held = held_values(shared.objects, tenant, fold(asked.type))
    form = _as_held(asked, held)
    said = _preview(shared, tenant, form) if error is None and "count" in dict(fields) else _nothing_yet()
    wrong = error or said["mistaken"]
    return page(
        shared,
        tenant,
        "new.html",
        error.status if error else 200,
        form=form,
        fields=dict(fields),
        is_scheduling=is_scheduling(dict(fields), shared.settings.timezone),
        held=held,
        types=[Choice(name, title_of_type(name)) for name in held.types],
        states=_states(held, form),
        columns=_columns(held, form),
        channels=_with_chosen(held.channels, form.channels),
        entity_types=_with_chosen(held.entity_types, form.entity_types),
        formats=FORMATS,
        dates=DATES,
        periods=PERIODS,
        between=BETWEEN,
        presets=PRESETS,
        first_time=FIRST_TIME,
        longest_name=MOST_CHARACTERS,
        error=error,
        wrong=by_field(getattr(wrong, "mistakes", [wrong]) if wrong else (), form),
        place_of=partial(place_of, form=form),
        notice=notice,
        **said,
    )


def _nothing_yet() -> dict[str, Any]:
    return {"body": "", "curl": "", "mistaken": None, "said": None}


def _as_held(form: ExportForm, held: HeldValues) -> ExportForm:
    """The form for the type whose values are offered, with its choices as the store spells them.

    What was chosen while another type was offered stays where this one has it too; nothing else would be seen on the page.
    """
    has_moved = form.offered_type not in ("", held.type)

    def kept(chosen: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
        spelled = {fold(value): value for value in known}
        return tuple(dict.fromkeys(spelled.get(fold(one), one) for one in chosen if fold(one) in spelled or not has_moved))

    states = {name: kept(values, (held.states or {}).get(name, ())) for name, values in form.states.items()}
    columns = {choice.value for _, choices in _columns(held) for choice in choices}
    return replace(
        form,
        type=held.type,
        channels=kept(form.channels, held.channels),
        entity_types=kept(form.entity_types, held.entity_types),
        states={name: values for name, values in states.items() if values},
        columns=tuple(one for one in form.columns if one in columns or not has_moved),
    )


def _with_chosen(offered: Iterable[str], chosen: Iterable[str]) -> list[str]:
    """The values to tick. What was chosen is among them: a choice that is not seen would be lost when the form is sent."""
    return list(dict.fromkeys([*offered, *chosen]))


def _states(held: HeldValues, form: ExportForm) -> list[tuple[str, str, list[str]]]:
    """Name, label and values of each state that has some."""
    offered = held.states or {}
    names = [name for name in _with_chosen(offered, form.states) if name]
    return [
        (name, label_of(name, "attribute"), _with_chosen(offered.get(name, ()), form.states.get(name, ()))) for name in names
    ]


def _columns(held: HeldValues, form: ExportForm | None = None) -> list[tuple[str, list[Choice]]]:
    """The columns to choose from, by group: those of the catalogue, those of the newest objects, and what a form has chosen."""
    others = held.others or {}
    chosen = [column.partition(":") for column in (form.columns if form else ())]
    groups = []
    for title, area, known in _COLUMN_GROUPS:
        named = [name for kind, _, name in chosen if kind == area]
        names = _with_chosen([*known, *others.get(area, ())], named)
        groups.append((title, [Choice(f"{area}:{name}", label_of(name, area)) for name in names]))
    return groups
