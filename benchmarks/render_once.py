"""One workbook in a process of its own, for `benchmarks.render`: `python -m benchmarks.render_once WAY SOURCE TARGET`."""

import sys
from pathlib import Path
from typing import Any

SHEET = "Data"
DATE_FORMAT = "yyyy-mm-dd hh:mm:ss.000"


def statesheet(source: Path, target: Path) -> None:
    from formats.excel import write

    write({SHEET: _scan(source)}, target)


def statesheet_verified(source: Path, target: Path) -> None:
    """Written, then read again and compared cell by cell, as the pipeline does."""
    from formats.excel import write
    from formats.excel.verify import verify
    from formats.excel.writer import sheets_of

    written = write({SHEET: _scan(source)}, target)
    verify(sheets_of({SHEET: _scan(source)}), target, written.made)


def xlsxwriter_rows(source: Path, target: Path) -> None:
    """Row by row with `constant_memory`, the way of XlsxWriter's documentation for large files."""
    import pyarrow as pa
    import xlsxwriter

    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet(SHEET)
    date, text = book.add_format({"num_format": DATE_FORMAT}), book.add_format({"num_format": "@"})
    with pa.OSFile(str(source)) as file:
        reader = pa.ipc.open_file(file)
        names = reader.schema.names
        for column, name in enumerate(names):
            sheet.write_string(0, column, name)
        dated = [name.startswith("date") for name in names]
        row = 1
        for number in range(reader.num_record_batches):
            for record in zip(*(column.to_pylist() for column in reader.get_batch(number).columns), strict=True):
                for column, value in enumerate(record):
                    if value is None:
                        continue
                    if dated[column]:
                        sheet.write_number(row, column, value / 86_400_000 + 25_569, date)
                    else:
                        sheet.write_string(row, column, value, text)
                row += 1
    book.close()


def polars_write_excel(source: Path, target: Path) -> None:
    _frame(source).write_excel(target, SHEET, dtype_formats={_datetime(): DATE_FORMAT})


def pandas_to_excel(source: Path, target: Path) -> None:
    import pandas as pd

    frame = pd.read_feather(source)
    for name in frame.columns:
        if name.startswith("date"):
            frame[name] = pd.to_datetime(frame[name], unit="ms")
    with pd.ExcelWriter(target, engine="xlsxwriter", datetime_format=DATE_FORMAT) as writer:
        frame.to_excel(writer, sheet_name=SHEET, index=False)


def rapidxlsx(source: Path, target: Path) -> None:
    import rapidxlsx as library

    library.write(str(target), _frame(source))


def jetxl(source: Path, target: Path) -> None:
    import jetxl as library

    library.write_sheet_arrow(_frame(source).to_arrow(), str(target), SHEET)


def rustpy_xlsxwriter(source: Path, target: Path) -> None:
    import rustpy_xlsxwriter as library

    library.write_worksheet(_frame(source), str(target), SHEET, datetime_format=DATE_FORMAT)


def duckdb(source: Path, target: Path) -> None:
    import duckdb as library
    import duckdb_extension_excel

    # The package brings the extension, which DuckDB itself would fetch from the net.
    extension = next(Path(duckdb_extension_excel.__file__).parent.rglob("*.duckdb_extension"))
    connection = library.connect(config={"allow_unsigned_extensions": "true"})
    connection.load_extension(str(extension))
    connection.register("frame", _frame(source).to_arrow())
    connection.execute(f"COPY frame TO '{target}' WITH (FORMAT xlsx, HEADER true)")


def _frame(source: Path) -> Any:
    import polars as pl

    return pl.read_ipc(source).with_columns(_dates())


def _scan(source: Path) -> Any:
    import polars as pl

    return pl.scan_ipc(source).with_columns(_dates())


def _dates() -> Any:
    import polars.selectors as cs

    return cs.starts_with("date").cast(_datetime())


def _datetime() -> Any:
    import polars as pl

    return pl.Datetime("ms")


DOERS = {
    "statesheet": statesheet,
    "statesheet, verified": statesheet_verified,
    "XlsxWriter rows": xlsxwriter_rows,
    "Polars write_excel": polars_write_excel,
    "pandas to_excel": pandas_to_excel,
    "rapidxlsx": rapidxlsx,
    "jetxl": jetxl,
    "rustpy-xlsxwriter": rustpy_xlsxwriter,
    "DuckDB": duckdb,
}

if __name__ == "__main__":
    DOERS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
