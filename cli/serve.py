"""`statesheet serve`: the whole stack on this machine."""

import gc
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.console import err, out
from contract.errors import BadSetting, StatesheetError

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.settings import Settings
    from runtime.addresses import Addresses

_OBJECTS_A_COLLECTION = 100_000
"""As `cli.start` has it for commands that end soon, for one that runs for weeks."""

_log = logging.getLogger(__name__)


def serve(
    home: Annotated[
        Path | None, typer.Option(help="Folder of everything.", show_default="STATESHEET_HOME or ~/.statesheet")
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="Address that the API listens on.", show_default="STATESHEET_HOST or 127.0.0.1")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port of the API; 0 takes a free one.", show_default="STATESHEET_PORT or 9095"),
    ] = None,
) -> None:
    """Start the API, Prefect with its UI, and a worker; stop them with Ctrl-C.

    The exit code is 0 when it was stopped, 1 when it could not start.
    """
    from config import logs
    from config.settings import load_settings
    from runtime.parts import PRIVATE

    given: dict[str, Any] = {"home": home, "host": host, "port": port}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    logs.set_up("stack", level=settings.log_level, style=settings.log_format)
    _warn_of_unknown_variables()
    os.umask(PRIVATE)
    if settings.log_format == "text":
        _serve(settings, _show)
        with suppress(OSError):  # the terminal may be what was closed
            err.print("Stopped.")
        return
    # Every word is an entry of the log then, also those that people are otherwise told.
    try:
        _serve(settings, lambda addresses: _log.info("Ready at %s", addresses.api))
    except StatesheetError as error:
        _log.critical("%s (%s)", error, error.code)
        raise typer.Exit(1) from error
    _log.info("Stopped")


def _serve(settings: "Settings", ready: "Callable[[Addresses], None]") -> None:
    from runtime import stack

    gc.set_threshold(_OBJECTS_A_COLLECTION)
    _refuse_open_doors(settings)
    stack.serve(settings, ready=ready)


def _warn_of_unknown_variables() -> None:
    """A setting that is spelled wrongly would have no effect, and nobody would know."""
    from config.settings import unknown_variables

    for name, meant in unknown_variables(os.environ).items():
        _log.warning("%s is no setting and has no effect%s", name, f"; {meant} may be meant" if meant else "")


def _refuse_open_doors(settings: "Settings") -> None:
    """Without credentials only this machine may call. Raises BadSetting."""
    from config.hosts import is_loopback
    from database import credentials
    from database.engine import connect
    from database.migrate import upgrade

    if is_loopback(settings.host):
        return
    upgrade(settings.jobs_url, "jobs")
    engine = connect(settings.jobs_url)
    try:
        if not credentials.any_made(engine):
            reason = (
                f"{settings.host} can be reached by others, and there are no credentials yet, so anybody could call; "
                "make one first: statesheet credential create --tenant TENANT"
            )
            raise BadSetting(name="STATESHEET_HOST", reason=reason)
    finally:
        engine.dispose()


def _show(addresses: "Addresses") -> None:
    out.print(f"Statesheet is ready at {addresses.api} (docs: {addresses.api}/docs)", markup=False)
    out.print(f"The pages are at {addresses.api}/TENANT/", markup=False)
    out.print(f"Prefect's UI is at {addresses.prefect_ui}", markup=False)
    out.print(f"Ask for an export: POST {addresses.api}/TENANT/api/rsConnectService/downloadDataJob", markup=False)
