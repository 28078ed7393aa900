"""Options that several subcommands have."""

from pathlib import Path
from typing import Annotated

import typer

from config.urls import check_web
from contract.tenants import RULE, is_tenant_name


def known_tenant(tenant: str | None) -> str | None:
    """`tenant`, where it can be the name of one, or is not given. Raises BadParameter."""
    if tenant is not None and not is_tenant_name(tenant):
        raise typer.BadParameter(RULE)
    return tenant


def web_address(url: str | None) -> str | None:
    """`url` without a slash at its end, None where none is given. Raises BadParameter for what is no address."""
    if url:
        try:
            check_web(url)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
    return url.rstrip("/") if url else None


_HOME = "STATESHEET_HOME or ~/.statesheet"
Home = Annotated[Path | None, typer.Option(help="Home of the running stack.", show_default=_HOME)]
DataHome = Annotated[Path | None, typer.Option(help="Folder of the databases.", show_default=_HOME)]
Tenant = Annotated[
    str, typer.Option(envvar="STATESHEET_TENANT", callback=known_tenant, help="Whose jobs and objects are meant.")
]
Url = Annotated[
    str | None,
    typer.Option(callback=web_address, help="Address of the API.", show_default="that of the stack that runs in the home"),
]
Credential = Annotated[
    str | None,
    typer.Option(
        envvar="STATESHEET_CREDENTIAL",
        metavar="ID:SECRET",
        help="Needed once credentials exist. The variable keeps the secret out of the list of processes.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the facts as JSON, for programs.")]
