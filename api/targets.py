"""Request targets in absolute form: `GET http://127.0.0.1:9095/health HTTP/1.1`, as clients of a proxy write them.

A server must take them (https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2).
"""

import re
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

# A name before the host has no place in an address (RFC 9110, 4.2.4): such a target stays as it is, and is unknown.
_ABSOLUTE = re.compile(rb"https?://([^/?#@]+)(/[^?#]*)?", re.IGNORECASE)


class AbsoluteTargets:
    """Has a request whose target is in absolute form served as the same one in origin form."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _ABSOLUTE.fullmatch(scope.get("raw_path") or b"") if scope["type"] == "http" else None
        await self.app(_in_origin_form(scope, *found.groups()) if found else scope, receive, send)


def _in_origin_form(scope: Scope, host: bytes, path: bytes | None) -> Scope:
    """The host is that of the target, whatever the header says, also where it is asked which names this server answers to
    (RFC 9112, 3.3)."""
    raw = path or b"/"
    headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
    return {**scope, "path": unquote(raw.decode("ascii")), "raw_path": raw, "headers": [(b"host", host), *headers]}
