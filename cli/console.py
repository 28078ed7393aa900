"""Where the command line prints: results to standard output, everything else to standard error. No colours when piped."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from contract.errors import InvalidRequest, StatesheetError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

_NEXT_STEPS = {
    "SSH4104": "See the tenants that have objects by loading some: statesheet load FILE --tenant TENANT",
    "SSH5032": "Is the stack running? Start it with: statesheet serve",
    "SSH5033": "Look at the log above; a port that is taken can be changed with --port or STATESHEET_PREFECT_PORT.",
}


def show_error(error: StatesheetError) -> None:
    """What went wrong, where, and what to do next, on standard error."""
    if isinstance(error, InvalidRequest):
        err.print(f"[bold red]Error {error.code}[/]: the request has {len(error.mistakes)} mistake(s)")
        for mistake in error.mistakes:
            err.print(f"  {mistake.path or 'body'}: {mistake.message} ({mistake.code})", markup=False)
    else:
        err.print(f"[bold red]Error {error.code}[/]: ", end="")
        err.print(f"{error.path}: {error.message}" if error.path else error.message, markup=False)
    if error.code in _NEXT_STEPS:
        err.print(_NEXT_STEPS[error.code], markup=False)


def progress_bar() -> Progress:
    """A progress bar on standard error that vanishes when it ends; nothing when piped."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
