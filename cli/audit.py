"""`statesheet audit`: who asked for what, who took it, who was refused."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.console import err, out, show_table
from cli.homes import settings_of_a_known
from cli.options import Home, known_tenant
from contract.answers import timestamp

if TYPE_CHECKING:
    from database.audit import Event

_COLUMNS = ("When", "What", "Tenant", "Credential", "On behalf of", "From", "Job", "")
_PAGE = 500
"""Rows of which one table is made: a long audit is shown as it is read."""


def audit(
    tenant: Annotated[str | None, typer.Option(callback=known_tenant, help="Only what concerns this tenant.")] = None,
    since: Annotated[str | None, typer.Option(help="From when on: a date, or relative to now, such as now-7d.")] = None,
    home: Home = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a line of JSON for each event.")] = False,
) -> None:
    """Show who asked for exports, took files, cancelled, signed in or was refused; the oldest first."""
    from database import audit as events
    from database.engine import connect
    from database.migrate import upgrade

    after = None if since is None else _moment(since)
    settings = settings_of_a_known(home)
    upgrade(settings.jobs_url, "jobs")
    engine = connect(settings.jobs_url)
    try:
        found = events.read(engine, tenant=tenant, since=after)
        if as_json:
            for event in found:
                out.print(json.dumps(_facts(event)), markup=False)
        else:
            _show(found)
    finally:
        engine.dispose()


def _show(found: "Iterable[Event]") -> None:
    rows = map(_row, found)
    page = list(islice(rows, _PAGE))
    if not page:
        err.print("Nothing in the audit.")
    while page:
        show_table(_COLUMNS, page)
        page = list(islice(rows, _PAGE))


def _moment(text: str) -> datetime:
    """A date as filters take it. Raises BadParameter."""
    from contract.filters import parse_instant
    from contract.relative_dates import EXPECTED, is_relative, relative_instant

    found = relative_instant(text, datetime.now(UTC)) if is_relative(text) else parse_instant(text)
    if found is None:
        raise typer.BadParameter(f"a date such as 2026-05-31, or {EXPECTED}", param_hint="--since")
    return datetime.fromtimestamp(found / 1000, UTC)


def _facts(event: "Event") -> dict[str, Any]:
    return {
        "date": timestamp(event.at),
        "action": event.action.value,
        "tenant": event.tenant,
        "credential": event.credential,
        "onBehalfOf": event.client,
        "address": event.address,
        "job": event.job,
        "detail": event.detail,
    }


def _row(event: "Event") -> tuple[str, ...]:
    when = f"{event.at:%Y-%m-%d %H:%M:%S} UTC"
    rest = (event.tenant, event.credential, event.client, event.address, event.job, event.detail)
    return (when, event.action.value, *(text or "" for text in rest))
