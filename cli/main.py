"""The `statesheet` command: a module a subcommand; errors are shown to people without a traceback."""

import sys

import typer

from cli.audit import audit
from cli.cancel import cancel
from cli.client import Refused
from cli.conform import conform
from cli.console import show_error
from cli.credential import app as credential
from cli.demo import demo
from cli.explain import explain
from cli.export import export
from cli.get import get
from cli.jobs import jobs
from cli.load import load
from cli.schedule import app as schedule
from cli.serve import serve
from contract.errors import StatesheetError

app = typer.Typer(
    name="statesheet",
    help="Exports connector states to Excel: serve the API, load objects, export them, now or on a schedule.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
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
    try:
        app()
    except (StatesheetError, Refused) as error:
        show_error(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
