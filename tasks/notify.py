"""Tell of an ended job: webhooks and Apprise addresses. A failure here is a warning on the job, never its failure."""

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from datetime import UTC, datetime
from functools import cache, partial
from ssl import SSLContext
from threading import Thread

import httpx

from config.urls import recognisable
from contract.errors import NotificationFailed
from contract.jobs import Job
from contract.notification import notification, status_in_words
from contract.phrases import counted
from contract.warnings import JobWarning

SIGNATURE_HEADER = "X-Statesheet-Signature"
DELAYS = (1.0, 4.0, 16.0)
"""Seconds before each further try of a webhook."""
TRY_SECONDS = 10.0
"""How long one try of a webhook may take, from the name's look-up to the status of the answer."""
APPRISE_SECONDS = 30.0
"""How long Apprise may take with one address; what it speaks to, such as a mail server, is slower than a webhook."""
_WORTH_A_RETRY = frozenset({408, 425, 429, 500, 502, 503, 504})

Turns = Callable[[str], AbstractAsyncContextManager[object]]
"""What a try at an address is made within: it may hold back those that are too many at once."""
Send = Callable[[str], Awaitable[tuple[str, bool]]]
"""One try at an address: what went wrong (empty: nothing) and whether another try may help."""

_left_behind: dict[str, Thread] = {}
"""By address, what Apprise did not end in its time. No thread can be ended: until it ends, the address gets no other."""


def no_turns(_: str) -> AbstractAsyncContextManager[object]:
    """Holds nothing back."""
    return nullcontext()


async def notify(
    job: Job,
    *,
    webhooks: Sequence[str],
    apprise: Sequence[str],
    secret: str = "",
    public_url: str = "",
    request_status: Mapping[str, str] | None = None,
    delays: Sequence[float] = DELAYS,
    turns: Turns = no_turns,
) -> tuple[JobWarning, ...]:
    """Tell every address of the ended `job`, all at the same time; a warning for each that could not be told.

    Addresses are configuration only. Each try is bounded in time, whatever the receiver does. Programs get a link to the
    facts of the job, people one to its page.
    """
    link = f"{public_url.rstrip('/')}/{job.tenant}/jobs/{job.id}"
    wording = request_status or {}
    body = json.dumps(notification(job, link=link, wording=wording, now=datetime.now(UTC)), separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json"} | ({SIGNATURE_HEADER: signature(body, secret)} if secret else {})
    title, text = _message(job, f"{public_url.rstrip('/')}/{job.tenant}/downloads/{job.id}", wording)
    post, message = partial(_post, body=body, headers=headers), partial(_tell, title=title, text=text)
    told = [(url, post) for url in webhooks] + [(url, message) for url in apprise]
    warnings = await asyncio.gather(*(_deliver(url, send, delays, turns) for url, send in told))
    return tuple(warning for warning in warnings if warning is not None)


def signature(body: bytes, secret: str) -> str:
    """The value of the signature header: `sha256=HEX`, an HMAC over the body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def _deliver(url: str, send: Send, delays: Sequence[float], turns: Turns) -> JobWarning | None:
    """Try until it is told, or no further try is left or would help; what is waited for before one holds up nobody's turn."""
    for delay in (*delays, None):
        async with turns(url):
            detail, retry = await _attempt(url, send)
        if not detail:
            return None
        if delay is None or not retry:
            break
        await asyncio.sleep(delay)
    failure = NotificationFailed(target=recognisable(url), detail=detail)
    return JobWarning(failure.code, failure.message)


async def _attempt(url: str, send: Send) -> tuple[str, bool]:
    try:
        return await send(url)
    except Exception as error:  # noqa: BLE001  # whatever a library makes of an address; its text may repeat a secret
        return type(error).__name__, False


async def _post(url: str, *, body: bytes, headers: Mapping[str, str]) -> tuple[str, bool]:
    """The status is all that matters: what comes after it is not read, however much it is and however slowly it comes."""
    try:
        async with (
            asyncio.timeout(TRY_SECONDS),
            httpx.AsyncClient(timeout=TRY_SECONDS, verify=_trusted()) as client,
            client.stream("POST", url, content=body, headers=dict(headers)) as response,
        ):
            well, status = response.is_success, response.status_code
    except TimeoutError:
        return f"it did not answer within {TRY_SECONDS:g} seconds", True
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__, isinstance(error, httpx.TransportError)
    return ("" if well else f"it answered {status}"), status in _WORTH_A_RETRY


@cache
def _trusted() -> SSLContext:
    """Whom a TLS connection trusts: reading that takes longer than most messages do."""
    return httpx.create_ssl_context()


async def _tell(url: str, *, title: str, text: str) -> tuple[str, bool]:
    """Apprise does not say whether another try may help, and one that takes its time may be told of twice by it."""
    earlier = _left_behind.get(url)
    if earlier is not None and earlier.is_alive():
        return "it has not taken an earlier message yet", False
    ended: Future[str] = Future()
    thread = Thread(target=_end, args=(ended, partial(_tell_by_apprise, url, title, text)), daemon=True)
    thread.start()
    try:
        return await asyncio.wait_for(asyncio.wrap_future(ended), APPRISE_SECONDS), False
    except TimeoutError:
        _left_behind[url] = thread
        return f"it did not take the message within {APPRISE_SECONDS:g} seconds", False


def _end(ended: "Future[str]", work: Callable[[], str]) -> None:
    with suppress(InvalidStateError):  # nobody waits any more
        try:
            ended.set_result(work())
        except Exception as error:  # noqa: BLE001  # raised again where it is waited for
            ended.set_exception(error)


def _tell_by_apprise(url: str, title: str, text: str) -> str:
    """What went wrong; empty: nothing."""
    import apprise

    # It repeats whole addresses in its log, with the tokens in them, where it does not understand one.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    messenger = apprise.Apprise()
    if not messenger.add(url):
        return "Apprise does not understand the address"
    return "" if messenger.notify(title=title, body=text) else "the message was not taken"


def _message(job: Job, link: str, wording: Mapping[str, str]) -> tuple[str, str]:
    """Title and text for people."""
    name = job.file.name if job.file else job.file_name or "export"
    lines = []
    if job.total is not None:
        cut = f" of {job.matched:,} that matched" if job.matched not in (None, job.total) else ""
        lines.append(f"{counted(job.total, 'record')}{cut}.")
    if job.error_message:
        lines.append(f"{job.error_message} ({job.error_code})")
    lines += [warning.message for warning in job.warnings]
    lines.append(link)
    return f"{name}: {status_in_words(job, wording)}", "\n".join(lines)
