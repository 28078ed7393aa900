"""Files that hold a request."""

from pathlib import Path

from contract.errors import LocalFileMissing, UnreadableFile


def read_request(path: Path) -> bytes:
    """The bytes of the file. Raises LocalFileMissing and UnreadableFile."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise LocalFileMissing(name=str(path)) from error
    except OSError as error:
        raise UnreadableFile(name=str(path), reason=error.strerror) from error
