"""One load in a process of its own, for `benchmarks.load`: `python -m benchmarks.load_once WAY URL FILE`."""

import sys
from pathlib import Path

from database.engine import connect


def statesheet(url: str, path: Path) -> None:
    """As the command does it."""
    from tasks.load import load_file

    engine = connect(url)
    report = load_file(path, engine=engine, tenant="bench")
    engine.dispose()
    assert report.loaded
    assert not report.refused


def pandas(url: str, path: Path) -> None:
    """What a script would do: flatten each chunk, append it to a table. No keys, no upsert, no contexts, no checks."""
    import json

    import pandas as pd

    engine = connect(url)
    columns: list[str] | None = None
    for chunk in pd.read_json(path, lines=True, chunksize=10_000, dtype=False, convert_dates=False):
        frame = pd.json_normalize(chunk.to_dict(orient="records"), sep="_")
        frame = frame.map(lambda cell: json.dumps(cell) if isinstance(cell, list) else cell)
        columns = columns or list(frame.columns)
        frame.reindex(columns=columns).to_sql("pandas_objects", engine, if_exists="append", index=False, chunksize=1_000)
    engine.dispose()


if __name__ == "__main__":
    {"statesheet": statesheet, "pandas": pandas}[sys.argv[1]](sys.argv[2], Path(sys.argv[3]))
