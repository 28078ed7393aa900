"""How time and memory grow with the rows: rendering a table on disk, and a whole `statesheet export` from SQLite.

python -m benchmarks.growth [--rows 10000 100000 1000000] [--columns 25] [--runs 3] [--only render export]
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.databases import TENANT, fill
from benchmarks.export import request_file
from benchmarks.measure import Command, Run, compare
from benchmarks.render import make_table

WAYS = ("render", "export")


def main() -> None:
    """Measure each number of rows alone, print one Markdown table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    arguments.add_argument("--columns", type=int, default=25)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--only", nargs="+", choices=WAYS, default=WAYS)
    asked = arguments.parse_args()
    lines = []
    for rows in asked.rows:
        with tempfile.TemporaryDirectory() as folder:
            commands = {way: _command(way, Path(folder), rows, asked.columns) for way in asked.only}
            finished = compare(commands, runs=asked.runs)
        lines.append(f"| {rows:,} | " + " | ".join(_figures(finished[way], rows) for way in asked.only) + " |")
    head = " | ".join(f"{way}: s | s a 100,000 | peak MB" for way in asked.only)
    print(f"\n| rows | {head} |\n|---:|{'---:|---:|---:|' * len(asked.only)}")
    print("\n".join(lines))


def _command(way: str, folder: Path, rows: int, columns: int) -> Command:
    target = str(folder / "out.xlsx")
    if way == "render":
        make_table(folder / "table.arrow", rows, columns)
        return [sys.executable, "-m", "benchmarks.render_once", "statesheet", str(folder / "table.arrow"), target]
    url = f"sqlite:///{folder}/objects.db"
    fill(url, rows)
    return [sys.executable, "-m", "benchmarks.export_once", "statesheet", url, TENANT, str(request_file(folder)), target]


def _figures(runs: Sequence[Run], rows: int) -> str:
    wall, peak = (statistics.median(getattr(run, part) for run in runs) for part in ("wall", "peak"))
    return f"{wall:.2f} | {wall * 100_000 / rows:.2f} | {peak:.0f}"


if __name__ == "__main__":
    main()
