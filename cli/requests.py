"""Files that hold a request."""

from pathlib import Path

from contract.errors import FileMissing, UnreadableFile


def read_request(path: Path) -> bytes:
    """The bytes of the file. Raises FileMissing and UnreadableFile."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise FileMissing(name=str(path)) from error
    except OSError as error:
        raise UnreadableFile(name=str(path), reason=error.strerror) from error
