"""Open what was handed in and look at its first bytes; nothing that would inflate beyond a bound gets any further."""

import codecs
import io
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO, Any

from isal import igzip

from contract.errors import LocalFileMissing, NoDataInFile, UnreadableFile
from formats.reading.bounds import Valueless, check_gzip, check_workbook

OpenFile = Callable[[Path], IO[bytes]]

NO_TEXT = "statesheet-no-text"
"""For `errors` of a decoder: bytes that are no text become half of a surrogate pair, in every encoding."""

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_PARQUET = b"PAR1"
_DELIMITED = frozenset({".csv", ".tsv", ".dsv"})
_BLOCK = 1 << 20


class Content(Enum):
    """What a file holds."""

    JSON = "json"
    DELIMITED = "delimited"
    WORKBOOK = "workbook"


@dataclass(frozen=True)
class Source:
    """An opened file: `stream` gives its bytes, inflated; `encoding` is that of its text; `suffix` is without `.gz`;
    `valueless` are cells of a workbook (`bounds.check_workbook`)."""

    path: Path
    content: Content
    stream: io.BufferedReader
    encoding: str
    suffix: str
    valueless: Valueless


@contextmanager
def open_source(path: Path, *, most_bytes: int, open_file: OpenFile) -> Iterator[Source]:
    """Open `path`, inflating it where it is gzip.

    Raises LocalFileMissing, NoDataInFile where it is empty, and UnreadableFile where it is not what it says, is damaged, or
    inflates to more than `most_bytes`.
    """
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise LocalFileMissing(name=str(path)) from error
    except OSError as error:  # such as a folder on the way that may not be looked into
        raise UnreadableFile(name=str(path), reason=error.strerror) from error
    if is_folder:
        raise UnreadableFile(name=str(path), reason="it is a folder")
    with ExitStack() as opened:
        try:
            stream = _buffered(opened.enter_context(open_file(path)), opened)
            zipped = stream.peek(2).startswith(_GZIP)
            if zipped:
                check_gzip(path, most_bytes)
                inflated = opened.enter_context(igzip.IGzipFile(fileobj=stream, mode="rb"))  # type: ignore[no-untyped-call]
                stream = _buffered(inflated, opened)
            head = stream.peek(4)
        except OSError as error:
            raise UnreadableFile(name=path.name, reason=error.strerror or str(error)) from error
        if not head:
            raise NoDataInFile(name=path.name)
        suffix = Path(path.stem).suffix.lower() if zipped and path.suffix.lower() == ".gz" else path.suffix.lower()
        content = _content(path.name, head, suffix, zipped=zipped)
        valueless: Valueless = {}
        if content is Content.WORKBOOK:
            valueless = check_workbook(path, most_bytes)
        yield Source(path, content, stream, _encoding(head), suffix, valueless)


def _buffered(stream: Any, opened: ExitStack) -> io.BufferedReader:
    return stream if isinstance(stream, io.BufferedReader) else opened.enter_context(io.BufferedReader(stream, _BLOCK))


def _content(name: str, head: bytes, suffix: str, *, zipped: bool) -> Content:
    if head.startswith(_ZIP):
        if zipped:
            raise UnreadableFile(name=name, reason="it is a workbook inside gzip; unpack it first")
        return Content.WORKBOOK
    if head.startswith(_OLD_EXCEL):
        raise UnreadableFile(name=name, reason="it is a protected workbook or one of the old .xls form; save it as .xlsx")
    if head.startswith(_PARQUET):
        raise UnreadableFile(name=name, reason="it is a Parquet file, which is not read here; save its table as .csv or .xlsx")
    if suffix in (".xlsx", ".xlsm"):
        raise UnreadableFile(name=name, reason="it is not a workbook")
    return Content.DELIMITED if suffix in _DELIMITED else Content.JSON


def _half_pair(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "\udcff", error.end


# Python's own "surrogateescape" does the like, for UTF-8 only.
codecs.register_error(NO_TEXT, _half_pair)


def _encoding(head: bytes) -> str:
    return "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
