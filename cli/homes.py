"""The settings of commands that work on the databases of a home themselves, without asking the stack that runs there."""

from pathlib import Path
from typing import TYPE_CHECKING

from config.urls import sqlite_file
from contract.errors import BadSetting, HomeMissing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.settings import Settings


def settings_of(home: Path | None) -> "Settings":
    """The settings for `home`, where a stack that runs there has the same databases, else BadSetting.

    Variables that only `serve` was given would be missing here: what is loaded would be seen by nobody, and a first credential
    would close no service.
    """
    from config.settings import load_settings
    from runtime.addresses import read_addresses

    settings = load_settings(**({"home": home} if home else {}))
    running = read_addresses(settings.home)
    if running is not None:
        _require(settings, running.databases)
    return settings


def settings_of_a_known(home: Path | None) -> "Settings":
    """The settings for `home`, as `settings_of` gives them, for a command that only reads: a folder that is misspelt must not
    become a new home in which nothing is found. Raises HomeMissing where neither it nor a database of its settings is there."""
    settings = settings_of(home)
    databases = [sqlite_file(url) for url in (settings.objects_url, settings.jobs_url)]
    # A database on a server has no file here.
    if all(place is not None and _is_missing(place) for place in (settings.home, *databases)):
        raise HomeMissing(folder=settings.home)
    return settings


def _is_missing(place: Path) -> bool:
    """Whether there is nothing; what else is wrong with a place is said by whoever opens it."""
    try:
        place.stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def _require(settings: "Settings", running: "Mapping[str, str]") -> None:
    from runtime.databases import databases

    names = {"objects": "STATESHEET_DATABASE_URL", "jobs": "STATESHEET_JOBS_DATABASE_URL"}
    for which, ours in databases(settings).items():
        # The file of an earlier version says nothing of them.
        if running.get(which, ours) != ours:
            reason = f"the stack that runs in {settings.home} has another database; give this command the one that it has"
            raise BadSetting(name=names[which], reason=reason)
