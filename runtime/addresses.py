"""Where a running stack is found: a small file in its home, for the other commands of the command line."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "stack.json"


@dataclass(frozen=True)
class Addresses:
    """`api` is what links begin with, `prefect` is Prefect's API (it ends in `/api`), `pid` the stack's own process."""

    api: str
    prefect: str
    pid: int

    @property
    def prefect_ui(self) -> str:
        """Prefect's pages."""
        return self.prefect.removesuffix("/api")


def write_addresses(home: Path, addresses: Addresses) -> None:
    """Leave the file, whole or not at all."""
    path = home / FILE
    made = path.with_suffix(".tmp")
    made.write_text(json.dumps(asdict(addresses)))
    made.replace(path)


def read_addresses(home: Path) -> Addresses | None:
    """The addresses of the stack that runs in a home; None where none does.

    A file that cannot be read as one is none: a machine that lost its power may have kept the name and not what was in it.
    """
    try:
        addresses = Addresses(**json.loads((home / FILE).read_text()))
        os.kill(addresses.pid, 0)
    except (FileNotFoundError, ProcessLookupError, ValueError, TypeError):
        return None
    except PermissionError:  # it runs, as somebody else
        pass
    return addresses


def forget_addresses(home: Path) -> None:
    """The stack has ended."""
    (home / FILE).unlink(missing_ok=True)
