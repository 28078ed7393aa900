"""Turns of those who write objects: whoever holds an object is the only one who can look at it, decide and write it.

A row that is not there cannot be locked, so the objects are held by PostgreSQL's advisory locks, and all those of a transaction
before it looks at any, in one order: nobody waits in a circle. Reading waits for nobody.
"""

import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

from database.engine import unavailable

PARTS = 32
"""Locks that the objects of a tenant share. PostgreSQL's memory for locks is reckoned by transactions, 64 for each unless it is
told otherwise, and a file of a million objects is one transaction; writers of one object each hardly ever meet in one of 32."""


@contextmanager
def writing(engine: Engine, tenant: str, keys: Iterable[tuple[str, str]]) -> Iterator[Connection]:
    """A connection in one transaction that alone may write the objects with these keys (type, id), there or not.

    `keys` is read no further than it must be. Raises DatabaseUnavailable and DiskFull.
    """
    with unavailable(), engine.begin() as connection:
        # On SQLite the transaction holds everything from its beginning.
        if connection.dialect.name == "postgresql":
            _hold(connection, tenant, keys)
        yield connection


def _hold(connection: Connection, tenant: str, keys: Iterable[tuple[str, str]]) -> None:
    parts: set[int] = set()
    for type_name, identifier in keys:
        parts.add(zlib.crc32(f"{type_name}/{identifier}".encode()) % PARTS)
        if len(parts) == PARTS:
            break
    # In one statement: its rows come in the order of the array.
    statement = text("SELECT pg_advisory_xact_lock(:tenant, part) FROM unnest(CAST(:parts AS integer[])) AS part")
    connection.execute(statement, {"tenant": zlib.crc32(tenant.encode()) - 2**31, "parts": sorted(parts)})
