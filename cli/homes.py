"""The settings of commands that work on the databases of a home themselves, without asking the stack that runs there."""

from pathlib import Path
from typing import TYPE_CHECKING

from contract.errors import BadSetting

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


def _require(settings: "Settings", running: "Mapping[str, str]") -> None:
    from runtime.databases import databases

    names = {"objects": "STATESHEET_DATABASE_URL", "jobs": "STATESHEET_JOBS_DATABASE_URL"}
    for which, ours in databases(settings).items():
        # The file of an earlier version says nothing of them.
        if running.get(which, ours) != ours:
            reason = f"the stack that runs in {settings.home} has another database; give this command the one that it has"
            raise BadSetting(name=names[which], reason=reason)
