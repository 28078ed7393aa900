"""`statesheet credential`: who may call. The first one that is made closes the service for everybody who has none."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.console import err, out, show_json, show_table
from cli.homes import settings_of, settings_of_a_known
from cli.options import AsJson, Home, known_tenant
from contract.answers import timestamp

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from config.settings import Settings
    from database.audit import Action
    from database.credentials import Credential

app = typer.Typer(help="Who may call: credentials, for one tenant each.", no_args_is_help=True)

OPERATOR = "(operator)"
"""What stands for the tenant of a credential that has none."""

_COLUMNS = ("Client id", "Tenant", "Name", "Made", "Revoked")
_LONGEST_NAME = 100


@app.command()
def create(
    tenant: Annotated[str | None, typer.Option(callback=known_tenant, help="Whose objects and jobs it opens.")] = None,
    operator: Annotated[
        bool, typer.Option("--operator", help="For operating the service: /metrics and the details of /health; no tenant.")
    ] = False,
    name: Annotated[str, typer.Option(help="What it is for, as the list and the jobs show it.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make a credential and print its secret: once, for only a hash is kept."""
    from database import credentials
    from database.audit import Action

    if (tenant is None) == (not operator):
        raise typer.BadParameter("one of them is needed, and not both", param_hint="--tenant, --operator")
    if not name.isprintable() or len(name) > _LONGEST_NAME:
        raise typer.BadParameter(f"at most {_LONGEST_NAME} characters that can be seen", param_hint="--name")
    with _jobs(settings_of(home)) as engine:
        is_first = not credentials.any_made(engine)
        made = credentials.create(engine, tenant, name)
        _note(engine, Action.CREATED, made.credential)
    if as_json:
        show_json({**_facts(made.credential), "secret": made.secret})
    else:
        out.print(f"client id: {made.credential.id}", markup=False)
        out.print(f"secret:    {made.secret}", markup=False)
        err.print("Keep the secret now: it cannot be shown again.")
    if is_first:
        err.print("This is the first credential: from now on every tenant needs one.")


@app.command("list")
def list_credentials(
    tenant: Annotated[str | None, typer.Option(callback=known_tenant, help="Only those of this tenant.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show all credentials, revoked ones too; never a secret."""
    from database import credentials

    with _jobs(settings_of_a_known(home)) as engine:
        found = credentials.every(engine, tenant)
    if as_json:
        show_json([_facts(one) for one in found])
    elif found:
        show_table(_COLUMNS, [_row(one) for one in found])
    else:
        err.print("No credentials.")


@app.command()
def revoke(
    credential: Annotated[str, typer.Argument(help="The client id that list shows.")],
    home: Home = None,
) -> None:
    """Have a credential, and every browser that signed in with it, open nothing any more, within seconds."""
    from database import credentials
    from database.audit import Action

    with _jobs(settings_of_a_known(home)) as engine:
        revoked = credentials.revoke(engine, credential)
        _note(engine, Action.REVOKED, revoked)
    out.print(f"{revoked.id} is revoked", markup=False)


@contextmanager
def _jobs(settings: "Settings") -> "Iterator[Engine]":
    from database.engine import connect
    from database.migrate import upgrade

    upgrade(settings.jobs_url, "jobs")
    engine = connect(settings.jobs_url)
    try:
        yield engine
    finally:
        engine.dispose()


def _note(engine: "Engine", action: "Action", credential: "Credential") -> None:
    from database import audit

    event = audit.Event(datetime.now(UTC), action, credential.tenant, credential.id, detail=credential.name)
    audit.write(engine, [event])


def _facts(one: "Credential") -> dict[str, Any]:
    return {
        "clientId": one.id,
        "tenant": one.tenant,
        "name": one.name,
        "createdDate": timestamp(one.created),
        "revokedDate": timestamp(one.revoked),
    }


def _row(one: "Credential") -> tuple[str, ...]:
    revoked = f"{one.revoked:%Y-%m-%d %H:%M} UTC" if one.revoked else ""
    return one.id, one.tenant or OPERATOR, one.name, f"{one.created:%Y-%m-%d %H:%M} UTC", revoked
