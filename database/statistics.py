"""What PostgreSQL plans by: the statistics of the tables of objects."""

from sqlalchemy import Engine, text

from database.tables import document, state_object, validation_error

_TABLES = ", ".join(table.name for table in (state_object, document, validation_error))


def gather(engine: Engine) -> None:
    """Have PostgreSQL look at what the tables hold, where nobody else has it do so just now. It would do so by itself within
    some minutes; until then it plans as for empty tables, and an export takes the objects unsorted and sorts them on disk.
    https://www.postgresql.org/docs/current/populate.html#POPULATE-ANALYZE

    On SQLite nothing is done: the statements are written so that their plans need no statistics.
    """
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text(f"ANALYZE (SKIP_LOCKED) {_TABLES}"))
