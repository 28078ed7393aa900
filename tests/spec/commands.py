"""The command line as its parser knows it: what texts may name."""

import re
from typing import Any

import typer.main

from cli.main import app

APP: Any = typer.main.get_command(app)
COMMANDS: dict[str, Any] = APP.commands


def leaves() -> dict[str, Any]:
    """Every command that does something, by the words that call it: `load`, `schedule create`."""
    found = {}
    for name, command in COMMANDS.items():
        for sub, one in (getattr(command, "commands", None) or {"": command}).items():
            found[f"{name} {sub}".strip()] = one
    return found


def options_of(command: Any) -> set[str]:
    """The options of a command in both spellings, without those that every command has."""
    return {option for parameter in command.params for option in parameter.opts if option.startswith("-")}


def variables() -> set[str]:
    """The variables of the environment that stand for an option."""
    return {str(parameter.envvar) for command in leaves().values() for parameter in command.params if parameter.envvar}


def unknown_words(line: str) -> list[str]:
    """What the parser does not know in a line that begins with the command: a subcommand, or an option of it."""
    words = line.split()[1:]
    known = leaves()
    name = next((name for name in (" ".join(words[:2]), words[0]) if name in known), None)
    if name is None:
        return words[:2]
    options = {*options_of(known[name]), "--help"}
    return [word for word in words if word.startswith("--") and re.split("=", word)[0] not in options]
