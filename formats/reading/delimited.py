"""Delimited text (CSV and its kin) as rows of cells, through pandas. All cells are text: as they stand, but for
the apostrophe that this project puts in front of what a spreadsheet would run."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import TextIO

from formats.reading.cells import Row

_DELIMITERS = ",;\t|"
_ROWS = 5_000
_SURPLUS = 8
"""Cells past the end of the header that are kept, for the next step to refuse their row."""


class BrokenTable(ValueError):
    """The text is not a table; says why."""


def read_delimited(stream: io.BufferedReader, encoding: str) -> Iterator[Row]:
    """The rows of a delimited text, the header first, a blank line as an empty row.

    Rows have as many cells as the header, or more where there are cells past its end. The delimiter is the one of
    `, ; TAB |` that the first line has most of. Raises BrokenTable, also where a row has many
    more cells than the header, and UnicodeDecodeError.
    """
    import pandas as pd

    from formats.formulas import restored_text

    delimiter = _delimiter(stream, encoding)
    with io.TextIOWrapper(stream, encoding=encoding, newline="") as text:
        try:
            header = next(csv.reader(text, delimiter=delimiter), [])
            yield [restored_text(cell) for cell in header]
            for row in _body(text, delimiter, len(header)):
                yield [cell and restored_text(cell) for cell in row]
        except pd.errors.EmptyDataError:
            return
        except (csv.Error, pd.errors.ParserError) as error:
            raise BrokenTable(_located(str(error))) from error


def _body(text: TextIO, delimiter: str, width: int) -> Iterator[Sequence[str | None]]:
    """The rows below the header; a missing cell is None."""
    import pandas as pd

    with pd.read_csv(
        text,
        sep=delimiter,
        header=None,
        names=range(width + _SURPLUS),
        index_col=False,
        dtype=object,
        na_filter=False,
        keep_default_na=False,
        skip_blank_lines=False,
        # The other engine drops a last row whose quote is never closed, without a word.
        engine="c",
        chunksize=_ROWS,
    ) as frames:
        for frame in frames:
            yield from frame.itertuples(index=False, name=None)


def _located(message: str) -> str:
    """pandas counts from below the header, lines from 1 and rows from 0; people count all rows from 1."""
    return re.sub(r"\b(line|row) (\d+)", lambda found: f"row {int(found[2]) + (1 if found[1] == 'line' else 2)}", message)


def _delimiter(stream: io.BufferedReader, encoding: str) -> str:
    head = stream.peek().decode(encoding, errors="replace")
    first = head.lstrip("\r\n").partition("\n")[0]
    return max(_DELIMITERS, key=first.count)
