"""The first seam into Prefect's server: every transaction of its SQLite database takes the write lock when it begins.

Prefect begins most transactions DEFERRED and writes later. Two of them at once then cannot both go on, and SQLite answers
"database is locked" at once, however long the timeout: of 20 simultaneous run creations 18 were refused. A transaction
that begins IMMEDIATE waits for its turn instead. Reads outside transactions are untouched.
See https://www.sqlite.org/lang_transaction.html and https://github.com/PrefectHQ/prefect/issues/16746.

JSON comes from and goes to that database by `runtime.whole_texts`.

`AioSqliteConfiguration` is private to Prefect, so pyproject.toml holds Prefect to one minor version, and a test creates 40
runs at once.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.database.dependencies import set_database_config
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, AsyncSessionTransaction

from runtime import whole_texts


class ImmediateSqlite(AioSqliteConfiguration):
    """Prefect's configuration for SQLite, with no transaction that upgrades from reading to writing."""

    async def engine(self) -> AsyncEngine:
        """As Prefect makes it, once for each event loop."""
        made = await super().engine()
        # What `create_engine` sets where it is given them, which Prefect does not do.
        made.dialect._json_serializer, made.dialect._json_deserializer = whole_texts.dumped, whole_texts.loaded
        return made

    @asynccontextmanager
    async def begin_transaction(
        self,
        session: AsyncSession,
        with_for_update: bool = False,  # noqa: ARG002  # always
    ) -> AsyncGenerator[AsyncSessionTransaction, None]:
        """As Prefect begins a transaction that will write."""
        async with super().begin_transaction(session, with_for_update=True) as transaction:
            yield transaction


def install(connection_url: str) -> None:
    """Make the server of this process use it; to be called before its application is made."""
    set_database_config(ImmediateSqlite(connection_url=connection_url))
