"""How quickly objects get in: `statesheet load` of JSON lines, beside pandas (`json_normalize`, `to_sql`), into SQLite and
PostgreSQL. Whole processes; the tables exist, the database is empty before each run.

    python -m benchmarks.load [--rows 100000] [--runs 3]
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.databases import UNTIL, postgresql
from benchmarks.measure import compare, table


def main() -> None:
    """Make the data, measure, print a Markdown table for each database."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--runs", type=int, default=3)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = _data(Path(folder), asked.rows)
        _measure(f"sqlite:///{folder}/objects.db", data, asked.runs)
        with postgresql() as url:
            _measure(url, data, asked.runs)


def _measure(url: str, data: Path, runs: int) -> None:
    ways = {name: [sys.executable, "-m", "benchmarks.load_once", name, url, str(data)] for name in ("statesheet", "pandas")}
    finished = compare(ways, runs=runs, prepare=lambda: _empty(url))
    print(f"\n{url.partition(':')[0]}, {data.stat().st_size / 1e6:,.0f} MB of JSON lines\n")
    print(table(finished, ours="statesheet"))


def _data(folder: Path, rows: int) -> Path:
    from tasks.demo_objects import demo_objects

    with (path := folder / "objects.jsonl").open("w") as file:
        for _, raw in demo_objects(rows, until=UNTIL):
            file.write(json.dumps(raw, ensure_ascii=False) + "\n")
    return path


def _empty(url: str) -> None:
    from sqlalchemy import text

    from database.engine import connect
    from database.tables import objects_metadata

    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS pandas_objects"))
        objects_metadata.drop_all(connection)
        objects_metadata.create_all(connection)
    engine.dispose()


if __name__ == "__main__":
    main()
