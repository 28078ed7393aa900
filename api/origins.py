"""Which names this server answers to, and from whose pages it takes orders.

Without credentials whoever reaches the server may use it, and a browser on this machine reaches it on behalf of any page that
it shows. A page that had its own name resolve to this machine (DNS rebinding) sends that name as `Host`; a page of another
site that posts a form here (cross-site request forgery) sends its own address as `Origin`.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from config.hosts import is_loopback
from contract.errors import ForeignPage, UnknownHost

_SHOWN = 200
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"same-origin", "none"})


def refuse_unknown_host(headers: Headers, *urls: str) -> None:
    """Raises UnknownHost for a request to a name that is neither of this machine nor the host of one of `urls`."""
    said = headers.get("host", "")
    host = _host(f"//{said}")
    if said and not is_loopback(host) and host not in {_host(url) for url in urls}:
        raise UnknownHost(host=said[:_SHOWN])


def refuse_foreign_page(method: str, headers: Headers, *urls: str) -> None:
    """Raises ForeignPage where a page that is neither of this host nor of one of `urls` asks for anything but reading.

    Browsers say where a request comes from, other clients do not: in `Origin`, and to hosts that they trust in
    `Sec-Fetch-Site` too, which knows this site also behind a proxy (https://www.w3.org/TR/fetch-metadata/).
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if method in _SAFE or (site is None and origin is None):
        return
    ours = {headers.get("host", "").lower(), *map(_place, urls)} - {""}
    if site not in _OURS and _place(origin or "") not in ours:
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
