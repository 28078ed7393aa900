"""Tell of an ended job: webhooks and Apprise addresses. A failure here is a warning on the job, never its failure."""

import hashlib
import hmac
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import httpx

from config.urls import recognisable
from contract.errors import NotificationFailed
from contract.jobs import Job
from contract.notification import notification, status_in_words
from contract.warnings import JobWarning

SIGNATURE_HEADER = "X-Statesheet-Signature"
DELAYS = (1.0, 4.0, 16.0)
"""Seconds before each further try of a webhook."""
_TIMEOUT = 10.0
_WORTH_A_RETRY = frozenset({408, 425, 429, 500, 502, 503, 504})


def notify(
    job: Job,
    *,
    webhooks: Sequence[str],
    apprise: Sequence[str],
    secret: str = "",
    public_url: str = "",
    request_status: Mapping[str, str] | None = None,
    delays: Sequence[float] = DELAYS,
) -> tuple[JobWarning, ...]:
    """Tell every address of the ended `job`; a warning for each that could not be told. Addresses are configuration only."""
    link = f"{public_url.rstrip('/')}/{job.tenant}/jobs/{job.id}"
    wording = request_status or {}
    body = json.dumps(notification(job, link=link, wording=wording, now=datetime.now(UTC)), separators=(",", ":")).encode()
    warnings = [_attempt(url, lambda url: _post(url, body, secret, delays)) for url in webhooks]
    title, text = _message(job, link, wording)
    warnings += [_attempt(url, lambda url: _tell(url, title, text)) for url in apprise]
    return tuple(warning for warning in warnings if warning is not None)


def signature(body: bytes, secret: str) -> str:
    """The value of the signature header: `sha256=HEX`, an HMAC over the body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _attempt(url: str, send: Callable[[str], None]) -> JobWarning | None:
    try:
        send(url)
    except NotificationFailed as failure:
        return JobWarning(failure.code, failure.message)
    return None


def _post(url: str, body: bytes, secret: str, delays: Sequence[float]) -> None:
    headers = {"Content-Type": "application/json"} | ({SIGNATURE_HEADER: signature(body, secret)} if secret else {})
    for delay in (*delays, None):
        detail, retry = _try_post(url, body, headers)
        if not detail:
            return
        if delay is None or not retry:
            raise NotificationFailed(target=recognisable(url), detail=detail)
        time.sleep(delay)


def _try_post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[str, bool]:
    """What went wrong (empty: nothing) and whether another try may help."""
    try:
        response = httpx.post(url, content=body, headers=dict(headers), timeout=_TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"{type(error).__name__}", isinstance(error, httpx.TransportError)
    return ("" if response.is_success else f"it answered {response.status_code}"), response.status_code in _WORTH_A_RETRY


def _tell(url: str, title: str, text: str) -> None:
    import apprise

    # It repeats whole addresses in its log, with the tokens in them, where it does not understand one.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    messenger = apprise.Apprise()
    if not messenger.add(url):
        raise NotificationFailed(target=recognisable(url), detail="Apprise does not understand the address")
    if not messenger.notify(title=title, body=text):
        raise NotificationFailed(target=recognisable(url), detail="the message was not taken")


def _message(job: Job, link: str, wording: Mapping[str, str]) -> tuple[str, str]:
    """Title and text for people."""
    name = job.file.name if job.file else job.file_name or "export"
    lines = []
    if job.total is not None:
        cut = f" of {job.matched:,} that matched" if job.matched not in (None, job.total) else ""
        lines.append(f"{job.total:,} records{cut}.")
    if job.error_message:
        lines.append(f"{job.error_message} ({job.error_code})")
    lines += [warning.message for warning in job.warnings]
    lines.append(link)
    return f"{name}: {status_in_words(job, wording)}", "\n".join(lines)
