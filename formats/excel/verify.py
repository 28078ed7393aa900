"""Reads a finished workbook again and compares it with the tables that it was made of.

What a pass proves, for every sheet of data:
- the package is whole: its directory can be read, every part inflates to its length and its CRC-32, and every other part is
  well-formed XML;
- every byte of every cell is as the writer made it: `checksum` is that of the XML before it was compressed;
- each batch of rows is just as long as all its cells in the tables on disk make it: none is missing, added or of another size;
- rows of every batch, the first, the last and those with escapes among them, say to an XML parser and a decoder of their own
  (`decode`) exactly the values in the tables: a mistake in the making of rows is found.
That is quick (`verify_pieces`). Where it fails, or no checksum is known, the rows are made anew from the tables and compared
byte by byte (`verify_rows`): that names the first row which is wrong.
"""

import zipfile
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

from contract.errors import VerificationFailed
from formats.excel.inflate import Stream, inflated
from formats.excel.sheets import DataSheet, Sheet, laid_out
from formats.excel.skeleton import part_name
from formats.excel.verify_pieces import sheet_is_right
from formats.excel.verify_rows import first_wrong_row
from formats.excel.writer import checksum_of
from formats.threads import thread_count


def verify(sheets: Sequence[Sheet], path: Path, checksum: int | None = None) -> None:
    """Raises VerificationFailed, naming the sheet and the row, when the workbook at `path` does not hold what `sheets`, as
    `formats.excel.write` was given them, have. `checksum` is what the writer gave."""
    try:
        with zipfile.ZipFile(path) as package, ThreadPoolExecutor(thread_count(), "verify") as pool:
            _verify_package(laid_out(sheets), path, package, pool, checksum)
    except (zipfile.BadZipFile, zlib.error, EOFError, ElementTree.ParseError) as error:
        raise VerificationFailed(detail=f"the package is broken: {error}") from error


def _verify_package(
    sheets: Sequence[Sheet], path: Path, package: zipfile.ZipFile, pool: ThreadPoolExecutor, checksum: int | None
) -> None:
    parts = {part.filename: part for part in package.infolist()}
    data = {part_name(number): sheet for number, sheet in enumerate(sheets, 1) if isinstance(sheet, DataSheet)}
    missing = next((sheet.title for name, sheet in data.items() if name not in parts), None)
    if missing is not None:
        raise VerificationFailed(detail=f"sheet {missing!r} is missing")
    trusted = checksum == checksum_of(parts[name].CRC for name in data)
    for name, sheet in data.items():
        part = parts.pop(name)
        if not (trusted and sheet_is_right(sheet, path, part, pool)):
            problem = first_wrong_row(sheet, Stream(inflated(path, part, pool)), pool)
            if problem is not None:
                raise VerificationFailed(detail=f"sheet {sheet.title!r}, {problem}")
    if checksum is not None and not trusted:
        raise VerificationFailed(detail="its sheets of data are not those that were written")
    # The parts that XlsxWriter has drawn; all are XML, and this program wrote them.
    roots = {name: ElementTree.fromstring(package.read(name)) for name in parts}  # noqa: S314
    if "xl/workbook.xml" not in roots:
        raise VerificationFailed(detail="the part xl/workbook.xml is missing")
    names = [node.get("name") for node in roots["xl/workbook.xml"].iter() if node.tag.endswith("}sheet")]
    if names != [sheet.title for sheet in sheets]:
        raise VerificationFailed(detail=f"its sheets are {names}")
