"""Which names this server answers to, and from whose pages it takes orders.

Without credentials whoever reaches the server may use it, and a browser on this machine reaches it on behalf of any page that
it shows. A page that had its own name resolve to this machine (DNS rebinding) sends that name as `Host`; a page of another
site that posts a form here (cross-site request forgery) sends its own address as `Origin`.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from config.hosts import is_loopback
from config.settings import Settings
from contract.errors import ForeignPage, UnknownHost

_SHOWN = 200
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"same-origin", "none"})


def refuse_unknown_host(headers: Headers, settings: Settings) -> None:
    """Raises UnknownHost for a request to a name that is neither of this machine nor in the settings."""
    said = headers.get("host", "")
    host = _host(f"//{said}")
    if said and not (is_loopback(host) or host in (settings.host.lower(), _host(settings.public_url))):
        raise UnknownHost(host=said[:_SHOWN])


def refuse_foreign_page(method: str, headers: Headers, settings: Settings) -> None:
    """Raises ForeignPage where a page of another site asks for anything but reading.

    Browsers say where a request comes from, other clients do not: in `Sec-Fetch-Site` to hosts that they trust, else in
    `Origin` (https://www.w3.org/TR/fetch-metadata/).
    """
    if method in _SAFE:
        return
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        ours = site in _OURS
    else:
        ours = origin is None or _place(origin) in {headers.get("host", "").lower(), _place(settings.public_url)} - {""}
    if not ours:
        raise ForeignPage(origin=(origin or "unknown")[:_SHOWN])


def _host(url: str) -> str:
    """The host of an address, empty where there is none that can be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _place(url: str) -> str:
    """Host and port of an address."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""
