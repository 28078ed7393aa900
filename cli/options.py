"""Options that several subcommands have."""

from pathlib import Path
from typing import Annotated

import typer

from contract.tenants import RULE, is_tenant_name


def _known_shape(tenant: str) -> str:
    if not is_tenant_name(tenant):
        raise typer.BadParameter(RULE)
    return tenant


Home = Annotated[Path | None, typer.Option(help="Home of the running stack. [default: STATESHEET_HOME or ~/.statesheet]")]
Tenant = Annotated[
    str, typer.Option(envvar="STATESHEET_TENANT", callback=_known_shape, help="Whose jobs and objects are meant.")
]
Url = Annotated[str | None, typer.Option(help="Address of the API. [default: that of the stack that runs in the home]")]
Credential = Annotated[
    str | None,
    typer.Option(
        envvar="STATESHEET_CREDENTIAL",
        metavar="ID:SECRET",
        help="Needed once credentials exist. The variable keeps the secret out of the list of processes.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the facts as JSON, for programs.")]
