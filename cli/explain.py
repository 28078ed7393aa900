"""`statesheet explain`: what a request means and would give, without running it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.client import connected
from cli.console import out, plain, show_json, show_warnings
from cli.options import AsJson, Credential, Home, Tenant, Url
from cli.requests import read_request
from cli.sizes import in_words


def explain(
    request: Annotated[Path, typer.Argument(help="A JSON file that holds the body of a download request.")],
    tenant: Tenant,
    home: Home = None,
    url: Url = None,
    credential: Credential = None,
    as_json: AsJson = False,
) -> None:
    """Say what a request asks for in words, how many objects match now, and what a file of them would be."""
    body = read_request(request)
    with connected(tenant, home=home, url=url, credential=credential) as client:
        said = client.post("explain", body)
    if as_json:
        show_json(said)
        return
    for line in said["words"]:
        out.print(plain(line), markup=False)
    out.print()
    out.print(plain(_count(said)), markup=False)
    show_warnings(said["warnings"])


def _count(said: dict[str, Any]) -> str:
    matched, total = said["matchedRecords"], said["totalRecords"]
    kept = "" if matched == total else f", {total:,} of them in the file"
    likely = [f"{seconds:,.1f} s"] if (seconds := said["estimatedSeconds"]) is not None else []
    likely += [in_words(size)] if (size := said["estimatedBytes"]) is not None else []
    estimate = f"; by past jobs about {' and '.join(likely)}" if likely else ""
    return f"{matched:,} objects match now{kept} ({said['format']}{estimate})."
