"""One extraction in a process of its own: `python -m benchmarks.extract_once WAY URL TENANT FOLDER`."""

import sys
from pathlib import Path

from contract.request import ExportRequest
from database.engine import connect

REQUEST = ExportRequest(types=("connectorstate",))


def statesheet(url: str, tenant: str, folder: Path) -> None:
    """The step itself."""
    from database.reader import extract

    extract(url, tenant, REQUEST, limit=None, folder=folder, documents=False, on_progress=lambda done: None)


def rows(url: str, tenant: str, folder: Path) -> None:
    """The same statement through SQLAlchemy, a batch of rows at a time into Arrow."""
    import pyarrow as pa

    from database.selection import select_matching

    engine = connect(url)
    with engine.connect() as connection, pa.OSFile(str(folder / "rows.arrow"), "wb") as file:
        found = connection.execution_options(yield_per=16_384).execute(
            select_matching(tenant, REQUEST, engine.name, limit=None)
        )
        writer, schema = None, None
        for part in found.mappings().partitions():
            batch = pa.RecordBatch.from_pylist([dict(row) for row in part], schema=schema)
            schema = batch.schema
            writer = writer or pa.ipc.new_file(file, schema)
            writer.write_batch(batch)
        if writer is not None:
            writer.close()


def pandas(url: str, tenant: str, folder: Path) -> None:
    """`read_sql`, then Feather."""
    import pandas as pd

    from database.selection import select_matching

    engine = connect(url)
    pd.read_sql(select_matching(tenant, REQUEST, engine.name, limit=None), engine).to_feather(folder / "frame.feather")


if __name__ == "__main__":
    {"statesheet": statesheet, "SQLAlchemy rows": rows, "pandas read_sql": pandas}[sys.argv[1]](
        sys.argv[2], sys.argv[3], Path(sys.argv[4])
    )
