"""Makes docs/command-line.md from the parser of the command: `python -m tests.spec.command_line_page`."""

from pathlib import Path
from typing import Any

from tests.spec.commands import APP, leaves

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"

_HEAD = """# The command line

`statesheet --help` lists the subcommands, `statesheet SUBCOMMAND --help` its options; `statesheet --install-completion` teaches
your shell to complete them, `statesheet --version` says which version it is. After `make setup` the command is
`.venv/bin/statesheet` in the checkout; these pages say `statesheet` for short.

| command | does |
|---|---|
"""

_MIDDLE = """
## Loading files

`statesheet load` takes a JSON array, JSON lines, a saved API answer, `.gz` of these, `.csv` and `.xlsx`: [files of
objects](objects.md) shows what stands in them. An exported workbook that comes back is taken as edits: see
[sending back](sending-back.md), also for `--dry-run`, `--partial` and `--rejects`.

```sh
statesheet load objects.json more.jsonl.gz --tenant acme --refused refused.jsonl
statesheet load states.xlsx --tenant acme --dry-run
```

## Asking a running stack

`explain`, `jobs`, `get` and `cancel` ask the API of the stack that runs in the home (`--home`, else `STATESHEET_HOME`), or the
one at `--url`. Where none runs they say so. `schedule` asks the stack that runs in the home.
`load`, `export`, `audit` and `credential` open its databases themselves, as `schedule create` looks into them: they need the
settings that `serve` was given, and end with `SSH4115` where a stack runs in the home on other databases.

```sh
statesheet explain request.json --tenant acme
statesheet jobs --tenant acme --status failed --limit 5
statesheet get 8f14e45f-ceea-467f-a0e6-1f0b8a7c3d52 --tenant acme --wait --output states.xlsx
statesheet cancel 8f14e45f-ceea-467f-a0e6-1f0b8a7c3d52 --tenant acme
statesheet jobs --tenant acme --url https://exports.example.com
```

The variable `STATESHEET_CREDENTIAL` is better than `--credential`: other users of the machine can see options, but not
variables.

A file that is named by `--output` is replaced, by the complete new one. Without it the file keeps its own name, and never takes
the place of another: `EntityData (2).xlsx`.

## For programs

With `--json` a command prints its facts as JSON, under the names that the API has for them, in ASCII; `audit` prints a line for
each event. Only the facts go to standard output: progress, warnings, errors and words for people go to standard error, and the
exit code is the same.

```sh
statesheet jobs --tenant acme --json
statesheet export request.json --tenant acme --output states.xlsx --json
```

Progress bars and colours vanish when the output is piped; `NO_COLOR=1` takes the colours away in a terminal too. Where whoever
reads the output ends first (`| head`), the command ends as well, without a word.

## Exit codes

| code | when |
|---|---|
| 0 | all went well; `serve` was stopped |
| 1 | it did not go well |
| 2 | the words of the command are off, such as an option that is missing or a value that it does not take; nothing was done |
| 130 | Ctrl-C; it says `Interrupted.` |

With 1 end a request with mistakes, objects that were refused, a file that cannot be read or written, a wrong setting, a job
that failed or has no file yet, a case that differs, and a stack that cannot be asked; also a command whose output nobody reads
any more. An error is told on standard error with its code and what to do about it; [errors.md](errors.md) has all of them.

## Every command and option
"""


def command_line_page() -> str:
    """The page as it must be."""
    commands = leaves()
    rows = [
        f"| [`statesheet {name}`](#statesheet-{name.replace(' ', '-')}) | {_first(one.help)} |\n"
        for name, one in commands.items()
    ]
    general = _options([one for one in APP.params if one.name != "help"])
    return "".join(
        [_HEAD, *rows, _MIDDLE, "\nBefore the subcommand:\n\n", general, *(_section(*pair) for pair in commands.items())]
    )


def _section(name: str, command: Any) -> str:
    given = [one for one in command.params if not one.opts[0].startswith("-")]
    words = " ".join(one.name.upper() + ("..." if one.nargs == -1 else "") for one in given)
    needed = " ".join(f"{one.opts[0]} {one.name.upper()}" for one in command.params if one.required and one not in given)
    usage = " ".join(filter(None, ("statesheet", name, words, needed)))
    said = "\n\n".join(" ".join(part.split()) for part in command.help.split("\n\n"))
    arguments = "".join(f"* `{one.name.upper()}`: {one.help}\n" for one in given)
    parts = [f"### statesheet {name}", f"`{usage}`", said, arguments.rstrip(), _options(set_apart(command)).rstrip()]
    return "\n" + "\n\n".join(filter(None, parts)) + "\n"


def set_apart(command: Any) -> list[Any]:
    """The options of a command, without its arguments."""
    return [one for one in command.params if one.opts[0].startswith("-")]


def _options(options: list[Any]) -> str:
    rows = "".join(f"| `{'`, `'.join(one.opts)}` | {_default(one)} | {_meaning(one)} |\n" for one in options)
    return f"| option | default | meaning |\n|---|---|---|\n{rows}" if rows else ""


def _default(option: Any) -> str:
    if option.required:
        return "*needed*"
    if isinstance(option.show_default, str):
        return option.show_default
    return "" if option.is_flag or option.default in (None, "") else f"`{option.default}`"


def _meaning(option: Any) -> str:
    variable = f" Also by `{option.envvar}`." if option.envvar else ""
    return f"{option.help}{variable}".replace("|", "\\|")


def _first(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split())


if __name__ == "__main__":
    PAGE.write_text(command_line_page())
