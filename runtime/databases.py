"""Which databases a stack works on, so that other commands can tell whether theirs are the same."""

import hashlib
import os

from sqlalchemy import make_url

from config.settings import Settings


def databases(settings: Settings) -> dict[str, str]:
    """What tells the databases of the objects and of the jobs from others: digests of their kind and name. A host has several
    names, and the rest may be secret."""
    return {"objects": _digest(settings.objects_url), "jobs": _digest(settings.jobs_url)}


def _digest(url: str) -> str:
    address = make_url(url)
    kind = "sqlite" if address.get_backend_name() == "sqlite" else "postgresql"
    name = os.path.realpath(address.database or "") if kind == "sqlite" else address.database
    return hashlib.sha256(f"{kind} {name}".encode()).hexdigest()
