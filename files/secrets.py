"""The key that signs download links: made once for a home folder, readable by its owner only."""

import os
import secrets
import tempfile
from pathlib import Path

_FILE = "signing.key"
_BYTES = 32


def signing_key(home: Path) -> bytes:
    """The key of this home folder, made at the first call; processes that call at once get the same one."""
    path = home / _FILE
    if not path.exists():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make(path)
    return path.read_bytes()


def _make(path: Path) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{_FILE}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
        Path(path).hardlink_to(name)  # unlike a rename, never replaces a key that another process has made
    except FileExistsError:
        return
    finally:
        Path(name).unlink()
