"""How quickly a table on disk becomes a workbook: ours beside XlsxWriter's rows, Polars, pandas, DuckDB and the Rust writers on
PyPI. Whole processes that read the same Arrow file and write one sheet of texts and dates; writers that are not installed are
left out (`pip install rapidxlsx jetxl rustpy-xlsxwriter duckdb duckdb-extension-excel`).

    python -m benchmarks.render [--rows 10000 100000] [--columns 25] [--runs 5] [--only statesheet jetxl ...]
"""

import argparse
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from benchmarks.measure import compare, table

WAYS = {
    "statesheet": "formats.excel",
    "statesheet, verified": "formats.excel",
    "XlsxWriter rows": "xlsxwriter",
    "Polars write_excel": "polars",
    "pandas to_excel": "pandas",
    "rapidxlsx": "rapidxlsx",
    "jetxl": "jetxl",
    "rustpy-xlsxwriter": "rustpy_xlsxwriter",
    "DuckDB": "duckdb_extension_excel",
}
"""What is measured, and the module that it needs."""

DATES_EVERY = 5
"""One column in so many holds dates."""

ROWS_A_BATCH = 16_384


def main() -> None:
    """Make the data, measure, print a Markdown table for each number of rows."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, nargs="+", default=[100_000])
    arguments.add_argument("--columns", type=int, default=25)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--only", nargs="+", choices=list(WAYS), default=list(WAYS))
    asked = arguments.parse_args()
    there = [way for way in asked.only if find_spec(WAYS[way]) is not None]
    for rows in asked.rows:
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "table.arrow", Path(folder) / "table.xlsx"
            make_table(source, rows, asked.columns)
            once = [sys.executable, "-m", "benchmarks.render_once"]
            finished = compare({way: [*once, way, str(source), str(target)] for way in there}, runs=asked.runs)
        print(f"\n{rows:,} rows x {asked.columns} columns\n")
        print(table(finished, ours="statesheet" if "statesheet" in there else there[0]))


def make_table(path: Path, rows: int, columns: int) -> None:
    """A table as the pipeline leaves it on disk: ids, states, texts with gaps, instants in milliseconds."""
    import polars as pl

    number = pl.int_range(pl.len(), dtype=pl.Int64)
    states = pl.Series(["new", "inProcess", "completed", "errored"])
    fields = [pl.lit("connectorstate").alias("type"), pl.format("cs-{}", number).alias("id")]
    for column in range(2, columns):
        if column % DATES_EVERY == 0:
            fields.append((1_577_836_800_000 + number * 7_919 * column % 10**11).alias(f"date {column}"))
        elif column % DATES_EVERY == 1:
            fields.append(pl.lit(states).gather((number * 31 + column) % 4).alias(f"state {column}"))
        else:
            text = pl.format(f"value {{}} of column {column}", number * 7 % 1_000)
            fields.append(pl.when((number + column) % 5 != 0).then(text).alias(f"text {column}"))
    base = pl.DataFrame({"row": pl.int_range(rows, eager=True)})
    frame = base.select(fields) if rows else base.head(0).select(fields)
    frame.write_ipc(path, compat_level=pl.CompatLevel.oldest(), record_batch_size=ROWS_A_BATCH)


if __name__ == "__main__":
    main()
