"""`statesheet conform`: does a server answer as the documented services do?"""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.client import refusal_in
from cli.console import err, out, show_table
from cli.options import known_tenant, web_address
from config.urls import recognisable
from contract.errors import StackUnavailable, UnknownTenant

if TYPE_CHECKING:
    import httpx

_HEADER = ("Service", "Case", "", "Differs")


def conform(
    url: Annotated[str, typer.Argument(callback=web_address, help="Address of the server, such as http://127.0.0.1:9095.")],
    tenant: Annotated[
        str, typer.Option(callback=known_tenant, help="A tenant to try it with; a few objects are stored there, and stay.")
    ],
    client_id: Annotated[
        str, typer.Option(envvar="STATESHEET_CLIENT_ID", help="Credentials for the tenant, where it needs some.")
    ] = "",
    client_secret: Annotated[
        str, typer.Option(envvar="STATESHEET_CLIENT_SECRET", help="The secret that belongs to the client id.")
    ] = "",
    patience: Annotated[float, typer.Option(help="Seconds to wait for an export to end.", min=0)] = 60,
    differing: Annotated[bool, typer.Option("--differing", help="Show only what differs.")] = False,
) -> None:
    """Replay the cases of the contract against a server and show which of them hold.

    The exit code is 0 when all hold, 1 when one does not or the server cannot be reached.
    """
    import httpx

    from cli.conformance import replay

    if bool(client_id) != bool(client_secret):
        raise typer.BadParameter("both are needed, or none of them", param_hint="--client-id, --client-secret")
    shown = {"auth-client-id": client_id, "auth-client-secret": client_secret} if client_id else {}
    verdicts = []
    with httpx.Client(base_url=url, headers=shown, timeout=120) as client, err.status("Asking") as status:
        try:
            _require_way_in(client, tenant)
        except httpx.TransportError as error:
            raise StackUnavailable(detail=f"{recognisable(url)} cannot be reached: {error or type(error).__name__}") from error
        for verdict in replay(client, tenant, patience=patience):
            status.update(f"{verdict.service}: {verdict.case}")
            verdicts.append(verdict)
    rows = [
        (verdict.service, verdict.case, "differs" if verdict.differs else "holds", "; ".join(verdict.differs))
        for verdict in verdicts
        if verdict.differs or not differing
    ]
    if rows:
        show_table(_HEADER, rows)
    failed = sum(bool(verdict.differs) for verdict in verdicts)
    out.print(f"{len(verdicts) - failed} of {len(verdicts)} cases hold.", markup=False)
    if failed:
        raise typer.Exit(1)


def _require_way_in(client: "httpx.Client", tenant: str) -> None:
    """Ask once for nothing: where the server lets nobody in, or knows no such tenant, each case would differ for that reason.

    Raises Refused and StackUnavailable, and what httpx raises where there is no answer.
    """
    answer = client.post(f"/{tenant}/api/rsConnectService/downloadDataJob", content=b"")
    refusal = refusal_in(answer)
    if answer.status_code in (401, 403):
        at = recognisable(str(client.base_url))
        raise refusal or StackUnavailable(detail=f"{at} answers {answer.status_code} to these credentials")
    if refusal is not None and refusal.code == UnknownTenant.code:
        raise refusal
