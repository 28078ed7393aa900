"""What a request means and would give, without running it."""

from datetime import UTC, datetime
from typing import Any

from api.estimates import estimate
from api.resources import Resources
from config.profiles import resolve_profile
from contract.export_request import ExportRequest
from contract.warnings import COUNTED_WHOLE, JobWarning, warning
from contract.wire import decode_body
from contract.words import in_words
from database.reader import count_matching
from tasks.since import check_since
from tasks.validate import check_request


def explain(shared: Resources, tenant: str, raw: bytes) -> dict[str, Any]:
    """The request in plain words, how many objects match now, how many of them the file would hold, what past jobs say
    about its time and size, and the warnings.

    Raises InvalidRequest and DatabaseUnavailable.
    """
    request = check_request(decode_body(raw), max_records=shared.settings.max_records, now=datetime.now(UTC))
    check_since(shared.jobs, tenant, request)
    matched = count_matching(shared.objects, tenant, request)
    limit = shared.settings.max_records if request.max_records is None else request.max_records
    total = min(max(0, matched - request.offset), limit)
    format = resolve_profile(request.profile).format
    likely = estimate(shared.jobs, tenant, format, total)
    return {
        "words": list(in_words(request)),
        "format": format,
        "fileName": request.file_name,
        "matchedRecords": matched,
        "totalRecords": total,
        "estimatedSeconds": likely.seconds,
        "estimatedBytes": likely.bytes,
        "warnings": [{"code": said.code, "message": said.message} for said in _warnings(request)],
    }


def _warnings(request: ExportRequest) -> tuple[JobWarning, ...]:
    return request.warnings if request.since is None else (*request.warnings, warning(COUNTED_WHOLE))
