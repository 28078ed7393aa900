"""Delimited text (CSV and its kin) as rows of cells, through pandas. All cells are text: as they stand, but for
the apostrophe that this project puts in front of what a spreadsheet would run."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TextIO

from formats.reading.cells import Row

_DELIMITERS = ",;\t|"
_ROWS = 5_000
_LARGEST_CELL = 64 << 20


class BrokenTable(ValueError):
    """The text is not a table; says why."""


def read_delimited(stream: io.BufferedReader, encoding: str) -> Iterator[Row]:
    """The rows of a delimited text, the header first, a blank line as an empty row.

    Rows have as many cells as the header, or more where there are cells past its end. The delimiter is the one of
    `, ; TAB |` that the first line has most of. Raises BrokenTable and UnicodeDecodeError.
    """
    import pandas as pd

    from formats.formulas import restored_text

    # Python's default of 128 kB is less than a cell may hold; there is no other way to set it.
    csv.field_size_limit(max(_LARGEST_CELL, csv.field_size_limit()))
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
            raise BrokenTable(str(error)) from error


def _body(text: TextIO, delimiter: str, width: int) -> Iterator[Sequence[str | None]]:
    """The rows below the header; a missing cell is None."""
    import pandas as pd

    with pd.read_csv(
        text,
        sep=delimiter,
        header=None,
        names=range(width + 1),
        index_col=False,
        dtype=object,
        na_filter=False,
        keep_default_na=False,
        skip_blank_lines=False,
        engine="python",
        # A row that is too long is kept with the first of its surplus cells, for the next step to refuse.
        on_bad_lines=lambda cells: [*cells[:width], next(filter(None, cells[width:]), "")],
        chunksize=_ROWS,
    ) as frames:
        for frame in frames:
            yield from frame.itertuples(index=False, name=None)


def _delimiter(stream: io.BufferedReader, encoding: str) -> str:
    head = stream.peek().decode(encoding, errors="replace")
    first = head.lstrip("\r\n").partition("\n")[0]
    return max(_DELIMITERS, key=first.count)
