"""Sessions of the pages: a signed cookie that says whose credential a browser was signed in with.

Nothing is kept here. The cookie holds the credential's id and when it was signed; a credential that is revoked ends its
sessions, and a cookie that was taken works no longer than `session_seconds`. The browser sends it to this site's own pages
only (SameSite=Strict), and no script can read it (HttpOnly).
"""

from fastapi import Request, Response
from itsdangerous import BadData, URLSafeTimedSerializer

from api import auditing
from api.resources import Resources
from database.audit import Action
from database.credentials import Credential

_SALT = "statesheet.session"
"""Another one than that of links: what was signed for the one purpose is worth nothing for the other."""


def begin(response: Response, credential: Credential, shared: Resources) -> None:
    """Have `response` sign the browser in with a credential that was checked."""
    auditing.note(shared.audit, Action.SIGNED_IN, credential.tenant, credential=credential.id)
    response.set_cookie(
        _name(shared),
        _serializer(shared).dumps(credential.id),
        max_age=shared.settings.session_seconds,
        path="/",
        secure=_is_secure(shared),
        httponly=True,
        samesite="strict",
    )


def end(response: Response, shared: Resources) -> None:
    """Have `response` sign the browser out."""
    response.delete_cookie(_name(shared), path="/", secure=_is_secure(shared), httponly=True, samesite="strict")


def credential_id(request: Request, shared: Resources) -> str | None:
    """The id of the credential that the browser is signed in with; None without a session that is ours and still good."""
    cookie = request.cookies.get(_name(shared))
    if cookie is None:
        return None
    try:
        found = _serializer(shared).loads(cookie, max_age=shared.settings.session_seconds)
    except (BadData, ValueError):
        return None
    return found if isinstance(found, str) else None


def _serializer(shared: Resources) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(shared.link_secret, salt=_SALT)


def _name(shared: Resources) -> str:
    """Cookies do not tell ports apart, so that each of several servers on one machine needs its own name.

    With `__Host-` browsers take the cookie over TLS only, and from nobody but this very host.
    """
    return f"{'__Host-' if _is_secure(shared) else ''}statesheet-{shared.settings.port}"


def _is_secure(shared: Resources) -> bool:
    return shared.settings.public_url.lower().startswith("https://")
