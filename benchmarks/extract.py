"""How quickly a statement's rows reach a file of Arrow batches: ours by ADBC beside rows through SQLAlchemy and pandas'
`read_sql`. Whole processes, from SQLite and from PostgreSQL.

    python -m benchmarks.extract [--rows 100000] [--runs 5]
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.databases import TENANT, fill, postgresql
from benchmarks.measure import compare, table

WAYS = ("statesheet", "SQLAlchemy rows", "pandas read_sql")


def main() -> None:
    """Load, measure, print a Markdown table for each database."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--runs", type=int, default=5)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _measure(f"sqlite:///{folder}/objects.db", Path(folder), asked.rows, asked.runs)
        with postgresql() as url:
            _measure(url, Path(folder), asked.rows, asked.runs)


def _measure(url: str, folder: Path, rows: int, runs: int) -> None:
    fill(url, rows)
    once = [sys.executable, "-m", "benchmarks.extract_once"]
    finished = compare({name: [*once, name, url, TENANT, str(folder)] for name in WAYS}, runs=runs)
    print(f"\n{url.partition(':')[0]}, {rows:,} objects\n")
    print(table(finished, ours="statesheet"))


if __name__ == "__main__":
    main()
