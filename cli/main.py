"""The `statesheet` command: a module a subcommand; errors are shown to people without a traceback."""

import io
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from cli.audit import audit
from cli.cancel import cancel
from cli.client import Refused
from cli.conform import conform
from cli.console import err, out, show_error
from cli.credential import app as credential
from cli.demo import demo
from cli.explain import explain
from cli.export import export
from cli.get import get
from cli.jobs import jobs
from cli.load import load
from cli.schedule import app as schedule
from cli.serve import serve
from cli.start import INTERRUPTED
from contract.errors import StatesheetError, UnusablePlace

app = typer.Typer(
    name="statesheet",
    help="Exports connector states to Excel: serve the API, load objects, export them, now or on a schedule.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(wanted: bool) -> None:
    if wanted:
        out.print(f"statesheet {version('statesheet')}", markup=False)
        raise typer.Exit


@app.callback()
def _command(
    _: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is, and end.")
    ] = False,
) -> None:
    """What stands before a subcommand."""


app.command()(serve)
app.command()(load)
app.command()(export)
app.command()(explain)
app.command()(jobs)
app.command()(get)
app.command()(cancel)
app.add_typer(schedule, name="schedule")
app.add_typer(credential, name="credential")
app.command()(audit)
app.command()(demo)
app.command()(conform)


def main() -> None:
    """Run the command line; exit 0 when all went well, 1 when not, 2 when the words of the command are off, 130 on Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal of few characters gets escapes for the others, and no fault.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except (StatesheetError, Refused) as error:
        show_error(error)
        sys.exit(1)
    except OSError as error:
        show_error(UnusablePlace(name=error.filename or "A file", reason=error.strerror or str(error)))
        sys.exit(1)
    except SystemExit as end:
        # Typer ends so on Ctrl-C, without a word.
        if end.code == INTERRUPTED:
            err.print("Interrupted.")
        raise


if __name__ == "__main__":
    main()
