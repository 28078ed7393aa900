"""Sessions of the pages: a signed cookie that says whose credential a browser was signed in with.

Nothing is kept of a session that goes on. The cookie holds an id of its own, the credential's, and when it was signed; a
credential that is revoked ends its sessions, and a cookie that was taken works no longer than `session_seconds`. Signing out
keeps the id of the session for as long, so that a copy of its cookie opens nothing. The browser sends it to this site's own
pages only (SameSite=Strict), and no script can read it (HttpOnly).
"""

import secrets
from datetime import UTC, datetime, timedelta

from fastapi import Request, Response
from itsdangerous import BadData, URLSafeTimedSerializer

from api import auditing
from api.keyring import Session
from api.resources import Resources
from database.audit import Action
from database.credentials import Credential

_SALT = "statesheet.session"
"""Another one than that of links: what was signed for the one purpose is worth nothing for the other."""
_ID_BYTES = 16


def begin(response: Response, credential: Credential, shared: Resources) -> None:
    """Have `response` sign the browser in with a credential that was checked."""
    auditing.note(shared.audit, Action.SIGNED_IN, credential.tenant, credential=credential.id)
    response.set_cookie(
        _name(shared),
        _serializer(shared).dumps([secrets.token_urlsafe(_ID_BYTES), credential.id]),
        max_age=shared.settings.session_seconds,
        path="/",
        secure=_is_secure(shared),
        httponly=True,
        samesite="strict",
    )


async def end(request: Request, response: Response, shared: Resources) -> None:
    """Have `response` sign the browser out, and its cookie open nothing from now on, whoever has a copy of it.

    Raises DatabaseUnavailable.
    """
    session = session_of(request, shared)
    if session is not None:
        await shared.keyring.end(session, datetime.now(UTC) + timedelta(seconds=shared.settings.session_seconds))
    response.delete_cookie(_name(shared), path="/", secure=_is_secure(shared), httponly=True, samesite="strict")


def session_of(request: Request, shared: Resources) -> Session | None:
    """What the browser is signed in by; None without a cookie that is ours and not over. `Keyring.by_session` says whether the
    session goes on."""
    cookie = request.cookies.get(_name(shared))
    if cookie is None:
        return None
    try:
        found = _serializer(shared).loads(cookie, max_age=shared.settings.session_seconds)
    except (BadData, ValueError):
        return None
    match found:
        case [str() as identifier, str() as credential]:
            return Session(identifier, credential)
        case _:  # signed by an earlier version of this service
            return None


def _serializer(shared: Resources) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(shared.link_secret, salt=_SALT)


def _name(shared: Resources) -> str:
    """Cookies do not tell ports apart, so that each of several servers on one machine needs its own name.

    With `__Host-` browsers take the cookie over TLS only, and from nobody but this very host.
    """
    return f"{'__Host-' if _is_secure(shared) else ''}statesheet-{shared.settings.port}"


def _is_secure(shared: Resources) -> bool:
    return shared.settings.public_url.lower().startswith("https://")
