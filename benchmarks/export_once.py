"""One export in a process of its own: `python -m benchmarks.export_once WAY URL TENANT REQUEST PATH`."""

import os
import sys
from pathlib import Path
from typing import Any


def statesheet(url: str, tenant: str, request: Path, path: Path) -> None:
    """The command, verification included."""
    os.environ["STATESHEET_DATABASE_URL"] = url
    from cli.start import main

    sys.argv = ["statesheet", "export", str(request), "--tenant", tenant, "--output", str(path)]
    main()


def _statement(tenant: str) -> Any:
    """What a script that knows the tables would select."""
    from sqlalchemy import select

    from database.tables import state_object

    table = state_object.c
    wanted = [column for column in table if column.name not in ("tenant", "details", "loaded_ms")]
    return select(*wanted).where(table.tenant == tenant).order_by(table.id)


def pandas(url: str, tenant: str, request: Path, path: Path) -> None:
    """`read_sql`, dates made dates, `to_excel`."""
    import pandas as pd

    from database.engine import connect

    frame = pd.read_sql(_statement(tenant), connect(url))
    for name in [name for name in frame if name.endswith("_ms")]:
        frame[name] = pd.to_datetime(frame[name], unit="ms")
    frame.to_excel(path, index=False, engine="xlsxwriter")


def rows(url: str, tenant: str, request: Path, path: Path) -> None:
    """A row at a time into XlsxWriter's constant-memory mode."""
    from datetime import UTC, datetime

    import xlsxwriter

    from database.engine import connect

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book, connect(url).connect() as connection:
        dates = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = book.add_worksheet()
        found = connection.execution_options(yield_per=10_000).execute(_statement(tenant))
        names = list(found.keys())
        sheet.write_row(0, 0, names)
        for number, row in enumerate(found, 1):
            for column, value in enumerate(row):
                if value is None:
                    continue
                if names[column].endswith("_ms"):
                    sheet.write_datetime(number, column, datetime.fromtimestamp(value / 1000, UTC).replace(tzinfo=None), dates)
                else:
                    sheet.write_string(number, column, value)


WAYS = {"statesheet": statesheet, "SQLAlchemy, pandas to_excel": pandas, "SQLAlchemy, XlsxWriter rows": rows}

if __name__ == "__main__":
    WAYS[sys.argv[1]](sys.argv[2], sys.argv[3], Path(sys.argv[4]), Path(sys.argv[5]))
