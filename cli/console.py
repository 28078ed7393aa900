"""Where the command line prints: results to standard output, everything else to standard error. No colours when piped."""

import json
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from cli.client import Refused
from contract.advice import advice_of, advice_on_all
from contract.errors import InvalidRequest, StatesheetError

out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def show_error(error: StatesheetError | Refused) -> None:
    """What went wrong, where, and what to do next, on standard error."""
    mistakes = _mistakes(error)
    if mistakes:
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        err.print(f"[bold red]Error {error.code}[/]: the request has {count}")
        for path, message, code in mistakes:
            err.print(f"  {path or 'body'}: {plain(message)} ({code})", markup=False)
    else:
        err.print(f"[bold red]Error {error.code}[/]: ", end="")
        path = error.path if isinstance(error, StatesheetError) else ""
        err.print(plain(f"{path}: {error.message}" if path else error.message), markup=False)
    codes = [code for _, _, code in mistakes] or [error.code]
    for advice in advice_of(error) if isinstance(error, StatesheetError) else advice_on_all(codes):
        err.print(advice, markup=False)


def _mistakes(error: StatesheetError | Refused) -> Sequence[tuple[str, str, str]]:
    if isinstance(error, Refused):
        return error.mistakes
    if isinstance(error, InvalidRequest):
        return [(mistake.path, mistake.message, mistake.code) for mistake in error.mistakes]
    return ()


def show_json(facts: object) -> None:
    """Facts for a program, on standard output, in ASCII: every terminal and every pipe can carry that."""
    out.print(json.dumps(facts, indent=2), markup=False)


def show_warnings(warnings: Iterable[Mapping[str, str]]) -> None:
    """Warnings (`code` and `message` each) on standard error, each with what to do about it."""
    for warning in warnings:
        err.print(f"Warning {warning['code']}: {plain(warning['message'])}", markup=False)
        for advice in advice_on_all([warning["code"]]):
            err.print(advice, markup=False)


def show_table(header: Sequence[str], rows: Sequence[Sequence[str]], styles: Mapping[str, str] | None = None) -> None:
    """Rows under a header on standard output, as wide as their longest texts. A text that is in `styles` has that style."""
    cells = [[plain(text) for text in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    for number, row in enumerate([header, *cells]):
        line = Text(style="bold" if number == 0 else "")
        for place, (text, width) in enumerate(zip(row, widths, strict=True)):
            padded = text if place == len(row) - 1 else text.ljust(width + 2)
            line.append(padded, style=(styles or {}).get(text, ""))
        line.rstrip()
        out.print(line)


def plain(text: str) -> str:
    """A text from elsewhere without what a terminal would act on."""
    return "".join(character if character.isprintable() or character == "\n" else "�" for character in text)


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
