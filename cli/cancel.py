"""`statesheet cancel`: the end of a job that is not wanted any more."""

from typing import Annotated

import typer

from cli.client import connected
from cli.console import out, show_json
from cli.options import AsJson, Credential, Home, Tenant, Url
from contract.jobs import JobStatus


def cancel(
    job: Annotated[str, typer.Argument(help="The job's id, as jobs shows it.")],
    tenant: Tenant,
    home: Home = None,
    url: Url = None,
    credential: Credential = None,
    as_json: AsJson = False,
) -> None:
    """Cancel a job: one that waits ends at once, one that runs stops soon."""
    with connected(tenant, home=home, url=url, credential=credential) as client:
        found = client.cancel(job)
    if as_json:
        show_json(found)
    else:
        how = "is cancelled" if found["status"] == JobStatus.CANCELLED else "stops soon"
        out.print(f"{found['workAutomationId']} {how}", markup=False)
