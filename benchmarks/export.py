"""How quickly stored objects become a verified workbook: `statesheet export` beside what a script would do (SQLAlchemy into
pandas, then `to_excel`; SQLAlchemy rows into XlsxWriter). Whole processes, from SQLite and from PostgreSQL.

    python -m benchmarks.export [--rows 10000 100000] [--runs 3] [--only statesheet ...] [--databases sqlite]
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.databases import TENANT, fill, postgresql
from benchmarks.measure import compare, table

DATABASES = ("sqlite", "postgresql")
WAYS = ("statesheet", "SQLAlchemy, pandas to_excel", "SQLAlchemy, XlsxWriter rows")
REQUEST = {"params": {"query": {"filters": {"typesCriterion": ["connectorstate"]}}, "fields": {"attributes": ["_ALL"]}}}


def main() -> None:
    """Load, measure, print a Markdown table for each database and number of rows."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, nargs="+", default=[100_000])
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--only", nargs="+", choices=WAYS, default=WAYS)
    arguments.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    asked = arguments.parse_args()
    for rows in asked.rows:
        with tempfile.TemporaryDirectory() as folder:
            if "sqlite" in asked.databases:
                _measure(f"sqlite:///{folder}/objects.db", Path(folder), rows, asked.runs, asked.only)
            if "postgresql" in asked.databases:
                with postgresql() as url:
                    _measure(url, Path(folder), rows, asked.runs, asked.only)


def request_file(folder: Path) -> Path:
    """The body of the request, in a file."""
    path = folder / "request.json"
    path.write_text(json.dumps(REQUEST))
    return path


def _measure(url: str, folder: Path, rows: int, runs: int, only: list[str]) -> None:
    fill(url, rows)
    request = request_file(folder)
    ways = {
        name: [sys.executable, "-m", "benchmarks.export_once", name, url, TENANT, str(request), str(folder / "out.xlsx")]
        for name in only
    }
    print(f"\n{url.partition(':')[0]}, {rows:,} objects\n")
    print(table(compare(ways, runs=runs), ours="statesheet"))


if __name__ == "__main__":
    main()
