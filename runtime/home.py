"""The home folder of a stack, as others on the machine see it."""

import logging
import shlex
from pathlib import Path

from config.settings_file import SETTINGS_FILE
from runtime.prefect_server import prefect_home

_PRIVATE = ("signing.key", "jobs.db", "objects.db", SETTINGS_FILE)
_SEARCH, _READ_OF_SEARCH = 0o011, 2
"""The bits that let the group and others into a folder, and how far left of them stand those that let them read a file."""

log = logging.getLogger("statesheet.home")


def shown_to_others(home: Path) -> list[str]:
    """The files of a home that no other user should read and some may, by the modes of the files and of the folder."""
    readers = (home.stat().st_mode & _SEARCH) << _READ_OF_SEARCH
    files = [home / name for name in _PRIVATE] + [prefect_home(home) / "prefect.db"]
    return [path.relative_to(home).as_posix() for path in files if path.is_file() and path.stat().st_mode & readers]


def warn_of_readers(home: Path) -> None:
    """Log which of the home's files others may read. The modes stay: somebody may have given them on purpose."""
    shown = shown_to_others(home)
    if shown:
        log.warning(
            "Other users of this machine may read %s in %s; `chmod -R go= %s` keeps them out",
            ", ".join(shown),
            home,
            shlex.quote(str(home)),
        )
