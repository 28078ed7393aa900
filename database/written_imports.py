"""Which imports have written their objects: noted in the transaction that writes them, with the report on what they wrote.

Where the note is, the objects are: whatever becomes of the import's process after, or of the job's row, which is in another
transaction and perhaps in another database.
"""

from datetime import timedelta

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError

from contract.errors import AttemptReplaced
from database.engine import reading, unavailable
from database.job_rows import now_ms
from database.tables import written_import

_NOTE = written_import.c
_MILLISECOND = timedelta(milliseconds=1)
_A_DAY = timedelta(days=1)
"""Jobs that still run need theirs, however short results are kept."""


def note(connection: Connection, tenant: str, job_id: str, report: bytes, *, attempt: int, kept_for: timedelta) -> None:
    """Note, with what is written, that the import of a job writes it; notes that are older than `kept_for`, and than a day, go.

    Raises AttemptReplaced where another attempt has written it: the transaction is to be given up then.
    """
    connection.execute(delete(written_import).where(_NOTE.at_ms < now_ms() - max(kept_for, _A_DAY) // _MILLISECOND))
    row = {"tenant": tenant, "job": job_id, "report": report, "at_ms": now_ms()}
    try:
        connection.execute(insert(written_import).values(row))
    except IntegrityError as error:
        raise AttemptReplaced(attempt=attempt) from error


def report_of(engine: Engine, tenant: str, job_id: str) -> bytes | None:
    """The report on what the import of a job has written; None where it has written nothing. Raises DatabaseUnavailable."""
    query = select(_NOTE.report).where(_NOTE.tenant == tenant, _NOTE.job == job_id)
    with unavailable(), reading(engine) as connection:
        report: bytes | None = connection.execute(query).scalar_one_or_none()
    return report
