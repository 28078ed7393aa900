"""The New export form: its fields, and the body of the download request that they ask for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from api.pages.cron import SCHEDULE_FIELDS
from contract.errors import UnknownField
from contract.objects import CONNECTOR_STATE
from contract.plain_choices import PlainChoices, request_body

FORMATS = {"Excel": "Excel workbook", "CSV": "CSV", "JSON": "JSON", "PARQUET": "Parquet"}
"""What a request writes for a format, and what people call it."""
DATES = {"modifiedDate": "changed", "createdDate": "created"}
PERIODS = {
    "": "at any time",
    "now-1d": "in the last 24 hours",
    "now-7d": "in the last 7 days",
    "now-30d": "in the last 30 days",
}
"""How far back, as a relative date; in a schedule it counts from each run."""
BETWEEN = "between"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_STATE = "state."
_FIELDS = (
    "type",
    "offered_type",
    "channel",
    "entity_type",
    f"{_STATE}NAME",
    "date",
    "period",
    "since",
    "until",
    "errors_only",
    "columns",
    "column",
    "format",
    "with_choices",
    "file_name",
    "most",
    "skip_if_empty",
    "only_changes",
)
_BESIDE = ("do", *SCHEDULE_FIELDS)
"""Fields of the page that are not of the request."""


@dataclass(frozen=True)
class ExportForm:
    """The fields as they came. `columns` are `property:NAME` and `attribute:NAME`; `only` says whether they count.

    `offered_type`: the type whose channels and other values the form offered; empty where nobody says.
    """

    type: str = CONNECTOR_STATE
    offered_type: str = ""
    channels: tuple[str, ...] = ()
    entity_types: tuple[str, ...] = ()
    states: dict[str, tuple[str, ...]] = field(default_factory=dict)
    date: str = "modifiedDate"
    period: str = ""
    since: str = ""
    until: str = ""
    errors_only: bool = False
    only: bool = False
    columns: tuple[str, ...] = ()
    format: str = "Excel"
    with_choices: bool = False
    file_name: str = ""
    most: str = ""
    skip_if_empty: bool = False
    only_changes: bool = False


def read_form(pairs: Iterable[tuple[str, str]]) -> ExportForm:
    """The form from its fields; whatever is not known, or left out, is as in an empty form."""
    lists: dict[str, list[str]] = {}
    for name, value in pairs:
        lists.setdefault(name, []).append(value)

    def one(name: str, default: str = "") -> str:
        return (lists.get(name) or [default])[-1].strip() or default

    return ExportForm(
        type=one("type", CONNECTOR_STATE),
        offered_type=one("offered_type"),
        channels=tuple(lists.get("channel", ())),
        entity_types=tuple(lists.get("entity_type", ())),
        states={name.removeprefix(_STATE): tuple(values) for name, values in lists.items() if name.startswith(_STATE)},
        date=one("date") if one("date") in DATES else "modifiedDate",
        period=one("period"),
        since=one("since"),
        until=one("until"),
        errors_only=bool(one("errors_only")),
        only=one("columns") == "only",
        columns=tuple(lists.get("column", ())),
        format=one("format", "Excel"),
        with_choices=bool(one("with_choices")),
        file_name=one("file_name"),
        most=one("most"),
        skip_if_empty=bool(one("skip_if_empty")),
        only_changes=bool(one("only_changes")),
    )


def unknown_fields(pairs: Iterable[tuple[str, str]]) -> list[UnknownField]:
    """A mistake for each name that no field of the page has: passed over, it would be a filter that filters nothing."""
    known = (*_FIELDS, *_BESIDE)
    names = dict.fromkeys(name for name, _ in pairs if name not in known and not name.startswith(_STATE))
    return [UnknownField(path="form", name=name[:100], known=", ".join(known)) for name in names]


def body_of(form: ExportForm, zone: ZoneInfo) -> dict[str, Any]:
    """The body of the download request; days are those of `zone`."""
    return request_body(
        PlainChoices(
            type=form.type,
            channels=list(form.channels),
            entity_types=list(form.entity_types),
            states={name: list(values) for name, values in form.states.items()},
            dates=_dates(form, zone),
            errors_only=form.errors_only,
            properties=_columns(form, "property"),
            attributes=_columns(form, "attribute"),
            options=_options(form),
            format=form.format,
            with_choices=form.with_choices and form.format == "Excel",
            file_name=form.file_name,
        )
    )


def _dates(form: ExportForm, zone: ZoneInfo) -> dict[str, dict[str, str]]:
    if form.period != BETWEEN:
        return {form.date: {"gte": form.period}} if form.period else {}
    bounds = {}
    if form.since:
        bounds["gte"] = _begin_of(form.since, zone, 0)
    if form.until:
        bounds["lt"] = _begin_of(form.until, zone, 1)
    return {form.date: bounds} if bounds else {}


def _begin_of(day: str, zone: ZoneInfo, later: int) -> str:
    """When a day (or one some days `later`) begins, in UTC: the offsets of local mean time have seconds, which requests do not
    take. A text that is no day stays, so that it is named as a mistake."""
    try:
        found = date.fromisoformat(day) if _DAY.fullmatch(day) else None
    except ValueError:
        found = None
    return day if found is None else _midnight(found, zone, later).isoformat(timespec="milliseconds")


def _midnight(day: date, zone: ZoneInfo, later: int) -> datetime:
    """When a day, some days `later`, begins; at the ends of the calendar the first or the last moment that can be written."""
    try:
        return datetime.combine(day + timedelta(days=later), time(), zone).astimezone(UTC)
    except OverflowError:
        return (datetime.min if day.year == date.min.year else datetime.max).replace(tzinfo=UTC)


def _columns(form: ExportForm, area: str) -> list[str] | None:
    return [name for kind, _, name in (column.partition(":") for column in form.columns) if kind == area] if form.only else None


def _options(form: ExportForm) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if form.most:
        options["maxRecords"] = int(form.most) if form.most.isdecimal() and len(form.most) < 12 else form.most
    if form.skip_if_empty:
        options["skipIfEmpty"] = True
    if form.only_changes:
        options["since"] = "last"
    return options
