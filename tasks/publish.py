"""The last step that can fail an export: read the file again, and only then make it the result."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
        FORMATS[plan.profile.format].verify(content, rendered.path, rendered.made)
    name = f"{plan.file_name}.{rendered.extension}"
    key = key_of(plan.tenant, plan.job_id, plan.attempt, name)
    return keep(rendered.path, name, key, results=results, retention_days=retention_days)


def keep(path: Path, name: str, key: str, *, results: str, retention_days: float) -> JobFile:
    """Put a file that is known to be right in the store `results` under `key`; people see it as `name`. It may not be at `path`
    any more: see `files.store.publish`.

    Raises DiskFull and StoreUnavailable.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    put(open_store(results), path, key)
    return JobFile(
        key=key,
        name=name,
        bytes=size,
        sha256=digest,
        expires=datetime.now(UTC) + timedelta(days=retention_days),
    )
