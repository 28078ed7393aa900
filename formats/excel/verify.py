"""Reads a finished workbook again and compares it with the tables that it was made of.

What a pass proves, for every sheet of data:
- the package is whole: its directory can be read and says what the header of each part says, every part inflates to its length
  and its CRC-32, its stream ends just where the part does, and every other part is well-formed XML;
- every byte of every cell is as the writer made it: its checksum is that of the XML before it was compressed, and then each
  batch of rows was just as long as all its cells make it (`sheet_xml`): none missing, added or of another size;
- there are as many rows as the tables on disk have, and rows of every batch, the first, the last and some with escapes among
  them, say to an XML parser and a decoder of their own (`decode`) exactly the values that are read from the tables again: a
  mistake in the making of rows is found.
That is quick (`verify_pieces`). Where it fails, or it is not known what the writer made, the rows are made anew from the tables
and compared byte by byte (`verify_rows`): that names the first row which is wrong.
"""

import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from errno import EINVAL
from pathlib import Path
from xml.etree import ElementTree

from contract.errors import VerificationFailed
from formats.excel.inflate import Stream, inflated
from formats.excel.package import check_end
from formats.excel.sheets import DataSheet, Sheet, laid_out
from formats.excel.skeleton import part_name
from formats.excel.verify_pieces import sheet_is_right
from formats.excel.verify_rows import first_wrong_row
from formats.threads import thread_count
from formats.written import MadeSheet

_BROKEN = (zipfile.BadZipFile, EOFError, UnicodeDecodeError, NotImplementedError, ElementTree.ParseError)
"""Of a directory that was damaged zipfile also says that a name is none, or that it was made by a later version."""


def verify(sheets: Sequence[Sheet], path: Path, made: Sequence[MadeSheet] | None = None) -> None:
    """Raises VerificationFailed, naming the sheet and the row, when the workbook at `path` does not hold what `sheets`, as
    `formats.excel.write` was given them, have. `made` is what the writer gave."""
    try:
        with zipfile.ZipFile(path) as package, ThreadPoolExecutor(thread_count(), "verify") as pool:
            check_end(path, package)
            _verify_package(laid_out(sheets), path, package, pool, made)
    except _BROKEN as error:
        raise VerificationFailed(detail=f"the package is broken: {error}") from error
    except OSError as error:
        if error.errno != EINVAL:
            raise
        # The end of a damaged package may say that its directory begins before the file does.
        raise VerificationFailed(detail="the package is broken: its directory is not where its end says") from error


def _verify_package(
    sheets: Sequence[Sheet],
    path: Path,
    package: zipfile.ZipFile,
    pool: ThreadPoolExecutor,
    made: Sequence[MadeSheet] | None,
) -> None:
    parts = {part.filename: part for part in package.infolist()}
    data = {part_name(number): sheet for number, sheet in enumerate(sheets, 1) if isinstance(sheet, DataSheet)}
    missing = next((sheet.title for name, sheet in data.items() if name not in parts), None)
    if missing is not None:
        raise VerificationFailed(detail=f"sheet {missing!r} is missing")
    as_made = made is not None and [sheet.crc for sheet in made] == [parts[name].CRC for name in data]
    for number, (name, sheet) in enumerate(data.items()):
        part = parts.pop(name)
        if not (made is not None and as_made and sheet_is_right(sheet, path, part, made[number], pool)):
            problem = first_wrong_row(sheet, Stream(inflated(path, part, pool)), pool)
            if problem is not None:
                raise VerificationFailed(detail=f"sheet {sheet.title!r}, {problem}")
    if made is not None and not as_made:
        raise VerificationFailed(detail="its sheets of data are not those that were written")
    # The parts that XlsxWriter has drawn; all are XML, and this program wrote them.
    roots = {name: ElementTree.fromstring(_content(part, path, package, pool)) for name, part in parts.items()}  # noqa: S314
    if "xl/workbook.xml" not in roots:
        raise VerificationFailed(detail="the part xl/workbook.xml is missing")
    names = [node.get("name") for node in roots["xl/workbook.xml"].iter() if node.tag.endswith("}sheet")]
    if names != [sheet.title for sheet in sheets]:
        raise VerificationFailed(detail=f"its sheets are {names}")


def _content(part: zipfile.ZipInfo, path: Path, package: zipfile.ZipFile, pool: ThreadPoolExecutor) -> bytes:
    """A whole part, which another program may have packed."""
    if part.compress_type == zipfile.ZIP_STORED:
        return package.read(part)
    return b"".join(inflated(path, part, pool))
