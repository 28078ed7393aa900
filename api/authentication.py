"""Who asks, and whether that one may: every route asks for a credential of its tenant unless it says that it is public."""

import base64
import binascii
import hmac
import re
from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request

from api import auditing, callers, origins, sessions
from api.resources import Resources, Shared
from config import logs
from config.hosts import is_loopback
from contract.errors import DatabaseUnavailable, Forbidden, Unauthorized
from contract.tenants import is_tenant_name
from database.audit import Action
from database.credentials import Credential

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_PUBLIC: set[Callable[..., Any]] = set()
_WAYS = ("auth-client-id", "auth-client-secret", "authorization")
_ID = re.compile(r"ssc_[0-9a-f]{1,40}")
_JOB = re.compile(r"[0-9A-Fa-f-]{32,36}")


def public(endpoint: Endpoint) -> Endpoint:
    """Marks a route that needs no credential: it must show nothing of any tenant, or ask `allowed` itself."""
    _PUBLIC.add(endpoint)
    return endpoint


def is_public(endpoint: object) -> bool:
    """Whether a route was marked so."""
    return endpoint in _PUBLIC


async def authorize(request: Request, shared: Shared) -> None:
    """Lets a request pass to its route, with `callers.current()`, or raises.

    UnknownHost and ForeignPage: see `api.origins`. Unauthorized and Forbidden: see `allowed`. DatabaseUnavailable.
    """
    callers.enter(callers.caller_of(request))
    _tell_the_log(request)
    origins.refuse_foreign_page(request.method, request.headers, shared.public_url)
    if is_public(request.scope["endpoint"]):
        if await _is_surely_open(shared):
            origins.refuse_unknown_host(request.headers, shared.public_url)
    else:
        await allowed(request, shared, request.path_params.get("tenant"))


def _tell_the_log(request: Request) -> None:
    """What the log says of this request is about the job and the tenant of its address, where these can be ones."""
    job, tenant = request.path_params.get("job_id", ""), request.path_params.get("tenant", "")
    logs.begin(job if _JOB.fullmatch(job) else None, tenant if is_tenant_name(tenant) else None)


async def allowed(request: Request, shared: Resources, tenant: str | None) -> Credential | None:
    """The credential that a request shows, which is good for `tenant` (None: for operating the service).

    None where no credentials were made and only this machine can call. Raises Unauthorized without a credential that is good
    for anything, Forbidden with one that is for somebody else, UnknownHost and DatabaseUnavailable.
    """
    if await is_open(shared):
        origins.refuse_unknown_host(request.headers, shared.public_url)
        return None
    found = await _shown(request, shared)
    if found is None:
        _note_refusal(request, shared, tenant)
        raise Unauthorized
    callers.enter(callers.caller_of(request, found))
    if found.tenant != tenant:
        what = "the operation of this service" if tenant is None else f"tenant {tenant[:100]!r}"
        auditing.note(shared.audit, Action.OVERSTEPPED, found.tenant, detail=f"asked for {what}")
        raise Forbidden(what=what)
    return found


async def is_open(shared: Resources) -> bool:
    """Whether nobody needs a credential: none was ever made, and only this machine can call. Raises DatabaseUnavailable."""
    return is_loopback(shared.settings.host) and not await shared.keyring.any_made()


async def is_operator(request: Request, shared: Resources) -> bool:
    """Whether a request to a public route may see how the service is operated."""
    try:
        await allowed(request, shared, None)
    except (Unauthorized, Forbidden, DatabaseUnavailable):
        return False
    return True


async def check(shared: Resources, identifier: str, secret: str) -> Credential | None:
    """The credential of an id and its secret that somebody typed, None where they are not good; the audit is told then."""
    found = await _matching(shared, identifier, secret)
    if found is None:
        auditing.note(shared.audit, Action.REFUSED, None, credential=_known_form(identifier), detail="signing in")
    return found


def _note_refusal(request: Request, shared: Resources, tenant: str | None) -> None:
    """A login that failed; a request that shows nothing, or an old cookie, is none."""
    if not any(way in request.headers for way in _WAYS):
        return
    whose = tenant if tenant is not None and is_tenant_name(tenant) else None
    auditing.note(shared.audit, Action.REFUSED, whose, credential=_known_form(request.headers.get("auth-client-id", "")))


def _known_form(claimed: str) -> str | None:
    """A claimed id, if it can be one: what else people put there may be a secret, and is not kept."""
    return claimed if _ID.fullmatch(claimed) else None


async def _is_surely_open(shared: Resources) -> bool:
    try:
        return await is_open(shared)
    except DatabaseUnavailable:
        return False


async def _shown(request: Request, shared: Resources) -> Credential | None:
    """The credential of the first way that a request uses; what is shown and not good is not made up for by another way."""
    headers = request.headers
    if "auth-client-id" in headers or "auth-client-secret" in headers:
        return await _matching(shared, headers.get("auth-client-id", ""), headers.get("auth-client-secret", ""))
    if "authorization" in headers:
        scheme, _, rest = headers["authorization"].partition(" ")
        if scheme.lower() == "bearer":
            return await shared.keyring.by_secret(rest.strip())
        if scheme.lower() == "basic":
            return await _matching(shared, *_pair(rest.strip()))
        return None
    session = sessions.session_of(request, shared)
    return None if session is None else await shared.keyring.by_session(session)


async def _matching(shared: Resources, identifier: str, secret: str) -> Credential | None:
    found = await shared.keyring.by_secret(secret)
    return found if found is not None and _same(found.id, identifier) else None


def _pair(encoded: str) -> tuple[str, str]:
    """Id and secret of HTTP Basic (RFC 7617); empty where that cannot be read."""
    try:
        identifier, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return identifier, secret


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
