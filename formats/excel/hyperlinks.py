"""The `hyperlinks` element of a worksheet: links to places in the same workbook.

Source: ECMA-376 part 1, 18.3.1.47. No relationship and no formula is needed for a place in the same file.
"""

from collections.abc import Iterator

import polars as pl

from formats.excel import escape
from formats.excel.limits import MAX_LINKS
from formats.excel.rows import Rows
from formats.excel.sheets import Links


def hyperlinks(links: Links, rows: Rows, letter: str, first_row: int) -> Iterator[bytes]:
    """The element, in pieces, for the cells of the column `letter` from `first_row` (1-based) on; nothing without links."""
    linked = rows.part(0, min(rows.count, MAX_LINKS))
    row = first_row
    opened = False
    for batch in linked.batches(16_384):
        frame = pl.DataFrame({"place": links.target(batch)}).with_row_index("row", row)
        row += batch.height
        reference = pl.concat_str(pl.lit(f'<hyperlink ref="{letter}'), "row", pl.lit('" location="'))
        element = pl.concat_str(reference, escape.in_attribute(pl.col("place")), pl.lit('"/>'))
        text = frame.select(element.str.join("", ignore_nulls=True)).item()
        if text:
            yield text.encode() if opened else f"<hyperlinks>{text}".encode()
            opened = True
    if opened:
        yield b"</hyperlinks>"


def split_for_links(tail: bytes) -> tuple[bytes, bytes]:
    """The rest of a worksheet part in two, where the schema has `hyperlinks`: before the settings of the page."""
    places = [place for mark in (b"<printOptions", b"<pageMargins") if (place := tail.find(mark)) >= 0]
    place = min(places)
    return tail[:place], tail[place:]
