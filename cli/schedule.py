"""`statesheet schedule`: exports that run by themselves."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.console import err, out, show_json, show_table
from cli.homes import settings_of
from cli.options import AsJson, Home, known_tenant
from cli.requests import read_request
from contract.answers import timestamp
from contract.errors import StackUnavailable

if TYPE_CHECKING:
    from config.settings import Settings
    from runtime.addresses import Addresses
    from runtime.schedules import Schedule

app = typer.Typer(help="Exports that run by themselves, as long as the stack runs.", no_args_is_help=True)

_COLUMNS = ("ID", "Tenant", "Cron", "Zone", "Next run", "File")


@app.command()
def create(
    tenant: Annotated[str, typer.Option(callback=known_tenant, help="Whose objects to export.")],
    request: Annotated[Path, typer.Option(help="File with the body of a download request; dates may be relative: now-1d.")],
    cron: Annotated[str, typer.Option(help='When, as a cron line: "0 6 * * 1-5" is at 6 on weekdays.')],
    timezone: Annotated[str, typer.Option(help="Zone that the cron line is in, such as Europe/Berlin.")] = "UTC",
    home: Home = None,
) -> None:
    """Export what a request asks for, again and again."""
    from contract.wire import decode_body
    from runtime import schedules

    settings = settings_of(home)
    stack = _stack(settings)
    body = decode_body(read_request(request))
    _check(settings, tenant, body)
    assert isinstance(body, dict), "check_request takes nothing else"
    made = schedules.create(stack, tenant, body, cron, timezone)
    out.print(made.id, markup=False)


def _check(settings: "Settings", tenant: str, body: object) -> None:
    """Raises InvalidRequest, UnknownTenant and DatabaseUnavailable, as the stack would for a download."""
    from database.engine import connect
    from database.reader import require_tenant
    from tasks.since import check_since
    from tasks.validate import check_request

    asked = check_request(body, max_records=settings.max_records, now=datetime.now(UTC))
    objects, jobs = connect(settings.objects_url), connect(settings.jobs_url)
    try:
        require_tenant(objects, tenant, settings.tenants)
        check_since(jobs, tenant, asked)
    finally:
        objects.dispose()
        jobs.dispose()


@app.command("list")
def list_schedules(home: Home = None, as_json: AsJson = False) -> None:
    """Show all schedules and when each runs next."""
    from runtime import schedules

    found = schedules.listed(_stack(settings_of(home)))
    if as_json:
        show_json([_facts(one) for one in found])
    elif found:
        show_table(_COLUMNS, [_row(one) for one in found])
    else:
        err.print("No schedules.")


def _facts(one: "Schedule") -> dict[str, Any]:
    return {
        "id": one.id,
        "tenant": one.tenant,
        "cron": one.cron,
        "timezone": one.timezone,
        "active": one.active,
        "nextDate": timestamp(one.next),
        "request": one.request,
    }


def _row(one: "Schedule") -> tuple[str, ...]:
    following = f"{one.next:%Y-%m-%d %H:%M} UTC" if one.next else "soon" if one.active else "paused"
    return one.id, one.tenant, one.cron, one.timezone, following, str(one.request.get("fileName", ""))


@app.command()
def pause(schedule: Annotated[str, typer.Argument(help="The id that list shows.")], home: Home = None) -> None:
    """Have a schedule run no more until it is resumed."""
    from runtime import schedules

    schedules.set_active(_stack(settings_of(home)), schedule, False)
    out.print(f"{schedule} is paused", markup=False)


@app.command()
def resume(schedule: Annotated[str, typer.Argument(help="The id that list shows.")], home: Home = None) -> None:
    """Have a paused schedule run again."""
    from runtime import schedules

    schedules.set_active(_stack(settings_of(home)), schedule, True)
    out.print(f"{schedule} goes on", markup=False)


@app.command()
def delete(schedule: Annotated[str, typer.Argument(help="The id that list shows.")], home: Home = None) -> None:
    """Delete a schedule, and the runs of it that are not due yet."""
    from runtime import schedules

    schedules.delete(_stack(settings_of(home)), schedule)
    out.print(f"{schedule} is deleted", markup=False)


def _stack(settings: "Settings") -> "Addresses":
    """The stack that runs in the home. Raises StackUnavailable where none runs."""
    from runtime.addresses import read_addresses

    addresses = read_addresses(settings.home)
    if addresses is None:
        raise StackUnavailable(detail=f"no stack runs in {settings.home}")
    return addresses
