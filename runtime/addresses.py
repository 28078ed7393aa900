"""Where a running stack is found: a small file in its home, for the other commands of the command line."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = "stack.json"
_HOME = "home"


@dataclass(frozen=True)
class Addresses:
    """`api` is what links begin with, `prefect` is Prefect's API (it ends in `/api`), `pid` the stack's own process;
    `runtime.databases` tells of `databases`."""

    api: str
    prefect: str
    pid: int
    databases: dict[str, str] = field(default_factory=dict)

    @property
    def prefect_ui(self) -> str:
        """Prefect's pages."""
        return self.prefect.removesuffix("/api")


def write_addresses(home: Path, addresses: Addresses) -> None:
    """Leave the file, whole or not at all. It says of which folder it tells: a copy of the home has it too, and no stack."""
    path = home / FILE
    made = path.with_suffix(".tmp")
    made.write_text(json.dumps(asdict(addresses) | {_HOME: _identity(home)}))
    made.replace(path)


def read_addresses(home: Path) -> Addresses | None:
    """The addresses of the stack that runs in a home; None where none does.

    Raises OSError where the file may not be read. One that cannot be understood is none: a machine that lost its power may
    have kept the name and not what was in it.
    """
    try:
        said = json.loads((home / FILE).read_text())
        # The file of an earlier version does not say it.
        if said.pop(_HOME, _identity(home)) != _identity(home):
            return None
        addresses = Addresses(**said)
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError, AttributeError):
        return None
    try:
        os.kill(addresses.pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:  # it runs, as somebody else
        pass
    return addresses


def _identity(home: Path) -> str:
    """What tells a folder from its copies, whatever both are called, for as long as a process holds a file in it open."""
    found = home.stat()
    return f"{found.st_dev}:{found.st_ino}"


def forget_addresses(home: Path) -> None:
    """The stack has ended."""
    (home / FILE).unlink(missing_ok=True)
