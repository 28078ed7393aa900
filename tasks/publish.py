"""The last step that can fail an export: read the file again, and only then make it the result."""

import hashlib
from datetime import UTC, datetime, timedelta

from contract.errors import VerificationFailed
from contract.jobs import JobFile
from files.spool import space_for
from files.store import key_of, open_store
from files.store import publish as put
from formats import FORMATS
from formats.tables import Content
from tasks.plan import ExportPlan, Rendered


def publish(plan: ExportPlan, content: Content, rendered: Rendered, *, results: str, retention_days: float) -> JobFile:
    """Verify the rendered file against what it was made of and put it in the store `results`, whole or not at all.

    Raises VerificationFailed, DiskFull and StoreUnavailable.
    """
    if rendered.rows != content.receipt.exported:
        raise VerificationFailed(detail=f"it has {rendered.rows} rows of {content.receipt.exported}")
    with space_for("verifying the file"):
        FORMATS[plan.profile.format].verify(content, rendered.path, rendered.checksum)
    with rendered.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    name = f"{plan.file_name}.{rendered.extension}"
    key = key_of(plan.tenant, plan.job_id, name)
    put(open_store(results), rendered.path, key)
    return JobFile(
        key=key,
        name=name,
        bytes=rendered.path.stat().st_size,
        sha256=digest,
        expires=datetime.now(UTC) + timedelta(days=retention_days),
    )
