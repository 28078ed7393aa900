"""The first step: a raw body -> a plan that the later steps need nothing else than. Light: the web process imports it."""

import re
from datetime import datetime
from pathlib import Path

from config.profiles import check_profile, resolve_profile
from contract.request import ExportRequest, parse_request
from formats import FORMATS
from tasks.plan import ExportPlan

_PLAIN_TYPE = re.compile(r"[a-z0-9_-]{1,100}")


def check_request(body: object, *, max_records: int, now: datetime) -> ExportRequest:
    """The request that `body` (decoded JSON) is; `max_records` is the ceiling that a request may not pass.

    Raises InvalidRequest with every mistake, an unknown profile or format among them.
    """
    return parse_request(body, max_records=max_records, now=now, check_profile=check_profile)


def plan_export(
    body: object, *, tenant: str, job_id: str, max_records: int, now: datetime, folder: Path, attempt: int = 1
) -> ExportPlan:
    """The plan of one attempt of an export; `folder` is its own. Raises InvalidRequest with every mistake.

    The limit is the request's, else the ceiling. The file's name has no extension: what is made gives it one.
    """
    request = check_request(body, max_records=max_records, now=now)
    assert isinstance(body, dict), "parse_request takes nothing else"
    profile = resolve_profile(request.profile)
    return ExportPlan(
        job_id=job_id,
        tenant=tenant,
        request=request,
        body=body,
        profile=profile,
        file_name=_file_name(request, FORMATS[profile.format].extension),
        limit=max_records if request.max_records is None else request.max_records,
        folder=folder,
        attempt=attempt,
    )


def _file_name(request: ExportRequest, extension: str) -> str:
    """The request's name without the extension that the file will get, else one that says what is in it."""
    name = request.file_name or ""
    if name.lower().endswith(f".{extension}"):
        name = name[: -len(extension) - 1]
    return name.strip() or _default_name(request.types)


def _default_name(types: tuple[str, ...]) -> str:
    if len(types) == 1 and _PLAIN_TYPE.fullmatch(types[0]):
        return f"{types[0]}-export"
    return "export"
