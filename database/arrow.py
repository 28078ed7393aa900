"""Statements run by ADBC, which reads rows as Arrow batches: one connection, one transaction, one snapshot.

Everything heavy is imported where it is used, for the web process imports this room too. ADBC's lower interface is used
because its DBAPI layer imports pandas. Parameters go to SQLite as such; PostgreSQL streams rows only out of COPY, which
takes none, so psycopg writes them into the statement.
"""

import struct
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from sqlalchemy import BigInteger, Select, String, literal_column, make_url, select, union_all

from contract.errors import DatabaseUnavailable, DiskFull
from database.engine import BUSY_SECONDS, NO_SUCH_TABLE, OUT_OF_SPACE

if TYPE_CHECKING:
    import pyarrow as pa
    from adbc_driver_manager import AdbcConnection

BATCH_ROWS = 16_384


class Stream(Protocol):
    """Runs a statement in the snapshot; its rows come in batches of at most `batch_rows`."""

    def __call__(self, wanted: Select[Any], batch_rows: int | None = None) -> "Iterator[pa.RecordBatch]": ...


_POSTGRESQL_BATCH_BYTES = 4 * 2**20
_TRIES = 3


@contextmanager
def snapshot(url: str) -> Iterator[Stream]:
    """One snapshot of the database at `url`, to run any number of statements in, one after another.

    While it is open no other connection of this process may have the same SQLite file open (see `database.engine`).
    Raises DatabaseUnavailable, also where an SQLite file is not there, and DiskFull where the database has no space to sort.
    """
    with snapshots(url, 1) as streams:
        yield streams[0]


@contextmanager
def snapshots(url: str, count: int) -> Iterator[list[Stream]]:
    """The same as `snapshot`, as `count` streams that see one and the same state, each for a thread of its own.

    A PostgreSQL server gives one, as it works beside this process anyway; so does an SQLite file to which others write so
    often that no two connections begin at the same state of it.
    """
    is_sqlite = make_url(url).get_backend_name() == "sqlite"
    with _translated(), ExitStack() as opened:
        connections = [opened.enter_context(_connection(url, is_sqlite)) for _ in range(count if is_sqlite else 1)]
        alike = _begin_sqlite(connections) if is_sqlite else _begin_postgresql(connections)
        yield [partial(_ended_with, opened, connection, is_sqlite) for connection in alike]


def _ended_with(opened: ExitStack, *given: Any) -> "Iterator[pa.RecordBatch]":
    """A stream that ends with `opened` at the latest. Where its reader fails, its statement is still open; closing a connection
    then fails too, and that would hide what went wrong."""
    rows = _stream(*given)
    opened.callback(rows.close)
    return rows


@contextmanager
def _connection(url: str, is_sqlite: bool) -> "Iterator[AdbcConnection]":
    from adbc_driver_manager import AdbcConnection

    with closing(_database(url, is_sqlite)) as database, closing(AdbcConnection(database)) as connection:
        yield connection


def _begin_sqlite(connections: "list[AdbcConnection]") -> "list[AdbcConnection]":
    """Begin a transaction on each; those that see the same. The last one tells whether anything was committed between its look
    before all of them began and its own beginning: its `data_version` changes with each commit of another connection
    (https://www.sqlite.org/pragma.html#pragma_data_version), and reading it fixes what a transaction sees."""
    for connection in connections:
        _execute(connection, f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    for _ in range(_TRIES if len(connections) > 1 else 0):
        before = _data_version(connections[-1])
        for connection in connections:
            connection.set_autocommit(False)
            begun = _data_version(connection)
        if begun == before:
            return connections
        for connection in connections:
            connection.set_autocommit(True)
    connections[0].set_autocommit(False)
    return connections[:1]


def _begin_postgresql(connections: "list[AdbcConnection]") -> "list[AdbcConnection]":
    for connection in connections:
        connection.set_autocommit(False)
        _execute(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    return connections


def _data_version(connection: "AdbcConnection") -> int:
    import pyarrow as pa
    from adbc_driver_manager import AdbcStatement

    with closing(AdbcStatement(connection)) as statement:
        statement.set_sql_query("PRAGMA data_version")
        stream, _ = statement.execute_query()
        with pa.RecordBatchReader.from_stream(stream) as reader:
            return int(reader.read_next_batch().column(0)[0].as_py())


def _database(url: str, is_sqlite: bool) -> Any:
    address = make_url(url)
    if is_sqlite:
        import adbc_driver_sqlite

        return adbc_driver_sqlite.connect(f"file:{quote(address.database or '')}?mode=rw")
    import adbc_driver_postgresql

    return adbc_driver_postgresql.connect(address.set(drivername="postgresql").render_as_string(hide_password=False))


def _execute(connection: "AdbcConnection", sql: str) -> None:
    from adbc_driver_manager import AdbcStatement

    with closing(AdbcStatement(connection)) as statement:
        statement.set_sql_query(sql)
        statement.execute_update()


def _stream(
    connection: "AdbcConnection", is_sqlite: bool, wanted: Select[Any], batch_rows: int | None = None
) -> "Generator[pa.RecordBatch]":
    import pyarrow as pa
    from adbc_driver_manager import AdbcStatement

    schema, batch_rows = schema_of(wanted), batch_rows or BATCH_ROWS
    with _translated(), closing(AdbcStatement(connection)) as statement:
        if is_sqlite:
            _prepare_sqlite(statement, wanted, batch_rows)
        else:
            _prepare_postgresql(statement, wanted)
        stream, _ = statement.execute_query()
        with pa.RecordBatchReader.from_stream(stream) as reader:
            unwanted = 1 if is_sqlite else 0
            for batch in reader:
                batch, unwanted = batch.slice(unwanted), 0
                for start in range(0, batch.num_rows, batch_rows):
                    columns = zip(batch.slice(start, batch_rows).columns, schema.types, strict=True)
                    yield pa.RecordBatch.from_arrays([column.cast(kind) for column, kind in columns], schema=schema)


def schema_of(wanted: Select[Any]) -> "pa.Schema":
    """The fields that the batches of a statement have: String for a text, Int64 for a number."""
    import pyarrow as pa

    def arrow_type(column: Any) -> "pa.DataType":
        return pa.string() if isinstance(column.type, String) else pa.int64()

    return pa.schema([pa.field(column.name, arrow_type(column)) for column in wanted.selected_columns])


def _prepare_sqlite(statement: Any, wanted: Select[Any], batch_rows: int) -> None:
    from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

    compiled = _typed_first(wanted).compile(dialect=SQLiteDialect_pysqlite(), compile_kwargs={"render_postcompile": True})
    statement.set_options(**{"adbc.sqlite.query.batch_rows": str(batch_rows)})
    statement.set_sql_query(compiled.string)
    if compiled.positiontup:
        values = compiled.params
        statement.bind(_one_row([values[name] for name in compiled.positiontup]))


def _typed_first(wanted: Select[Any]) -> Any:
    """`wanted` after a row that has a value in each column: the driver takes a column's type from the first batch, as a
    number where that holds only nulls, and then fails on the first text."""
    kinds = ((column, "0" if isinstance(column.type, BigInteger) else "''") for column in wanted.selected_columns)
    typed = select(*(literal_column(value, column.type).label(column.name) for column, value in kinds))
    return union_all(typed, select(wanted.subquery("wanted")))


def _one_row(values: list[Any]) -> "pa.RecordBatch":
    """A batch of one row with these texts and numbers. It is made of bytes, since every way of pyarrow from Python's values
    imports pandas, if only to ask whether they are some of its own."""
    import pyarrow as pa

    columns = []
    for value in values:
        match value:
            case str():
                encoded = value.encode()
                layout = pa.large_string(), [struct.pack("=2q", 0, len(encoded)), encoded]
            case int():
                layout = pa.int64(), [struct.pack("=q", value)]
            case float():
                layout = pa.float64(), [struct.pack("=d", value)]
            case _:
                raise TypeError(f"{value!r} is no parameter")
        kind, parts = layout
        columns.append(pa.Array.from_buffers(kind, 1, [None, *map(pa.py_buffer, parts)]))
    return pa.RecordBatch.from_arrays(columns, names=[str(number) for number in range(len(columns))])


def _prepare_postgresql(statement: Any, wanted: Select[Any]) -> None:
    from psycopg.sql import Literal
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

    dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]
    compiled = wanted.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    written = {name: Literal(value).as_string() for name, value in compiled.params.items()}
    statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(_POSTGRESQL_BATCH_BYTES)})
    statement.set_sql_query(compiled.string % written)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the driver's errors that mean "the database cannot be reached or read" into ours."""
    from adbc_driver_manager import Error, OperationalError

    try:
        yield
    except Error as error:
        if error.sqlstate == OUT_OF_SPACE:
            raise DiskFull(what="the database") from error
        if isinstance(error, OperationalError) or error.sqlstate == NO_SUCH_TABLE or _cannot_be_read(str(error)):
            raise DatabaseUnavailable(detail=" ".join(str(error).split("\nquery:", 1)[0].split())) from error
        raise


def _cannot_be_read(message: str) -> bool:
    """The SQLite driver has one kind of error for all that goes wrong before the first row, and tells no code."""
    return any(sign in message for sign in ("no such table", "file is not a database", "database disk image is malformed"))
