"""PostgreSQL's COPY: many rows into a table at once."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from database.rows import Row


def copy_rows(connection: Connection, table: str, names: Sequence[str], rows: Iterable[Row]) -> None:
    """Append the columns `names` of `rows` to `table`, within the transaction of `connection`.

    COPY is psycopg's own, so its errors do not come through SQLAlchemy: they are made those that callers know.
    """
    import psycopg

    statement = f"COPY {table} ({', '.join(names)}) FROM STDIN"
    try:
        with connection.connection.cursor().copy(statement) as copy:
            for row in rows:
                copy.write_row([row[name] for name in names])
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error, dialect=connection.dialect) from error
