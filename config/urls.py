"""Addresses that the settings hold, most with a secret somewhere in them: what makes one right, and what may be shown of it."""

import re
from pathlib import Path
from urllib.parse import urlsplit

_SHORT = "postgres"
"""What libpq, and services that rent databases, call PostgreSQL beside its own name."""
_DATABASES = ("sqlite", "postgresql", _SHORT)
_STORES = ("s3", "gs", "az")
_AUTHORITY = re.compile(r"(?:[^@\s]*@)?(?:\[[0-9A-Fa-f:.]*\]|[^@:\s]*)(?::[0-9]*)?")


def recognisable(url: str) -> str:
    """Enough of an address to recognise it, without what may be secret in it: scheme, host and port where it is one of the
    web, else the scheme alone, for in others the host may be a token (`slack://TOKEN`)."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "an address that cannot be read"
    if not parts.scheme:
        return "an address without a scheme"
    if parts.scheme not in ("http", "https") or not host:
        return f"{parts.scheme}://..."
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}" + ("" if port is None else f":{port}")


def check_database(url: str) -> None:
    """Raises ValueError, which does not repeat it, for what is no address of a database that this service can use.

    Drivers take the rest of a password behind an `@` for a host, and repeat hosts that they do not find.
    """
    scheme, found, rest = url.partition("://")
    if not found or scheme.split("+")[0] not in _DATABASES:
        raise ValueError("it begins with sqlite:// or postgresql://")
    if scheme.startswith("sqlite"):
        _check_file(rest)
        return
    before, at, after = rest.partition("?")[0].rpartition("@")
    authority = before + at + after.partition("/")[0]
    if not _AUTHORITY.fullmatch(authority):
        raise ValueError("its host and port cannot be read; a password has %40 for @, %20 for a space, and so on")


def under_full_name(url: str) -> str:
    """The address with the scheme `postgresql` where it has the short one, by which SQLAlchemy knows no dialect."""
    scheme, found, rest = url.partition("://")
    name, driver, driver_name = scheme.partition("+")
    return f"postgresql{driver}{driver_name}{found}{rest}" if found and name == _SHORT else url


def _check_file(rest: str) -> None:
    """`rest` is an address of SQLite after `sqlite://`. By a path that does not begin at the root, a command that was started
    elsewhere would find another file."""
    if not rest.startswith("//"):  # the first slash ends the host, which is empty
        raise ValueError("the file is named by its whole path, as in sqlite:////srv/statesheet/objects.db")


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database that `check_database` takes, by whatever links lead to it; None for another database."""
    scheme, _, rest = url.partition("://")
    return Path(rest.partition("?")[0].removeprefix("/")).resolve() if scheme.startswith("sqlite") else None


def check_web(url: str) -> None:
    """Raises ValueError, which does not repeat it, for what is no address of the web: nothing can be posted to it, no link can
    begin with it."""
    try:
        parts = urlsplit(url)
        readable = _AUTHORITY.fullmatch(parts.netloc) is not None
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and readable:
            return
    except ValueError:
        pass
    raise ValueError("an address begins with http:// or https:// and has a host")


def check_store(place: str) -> None:
    """Raises ValueError, which does not repeat it, for what is neither a folder nor an object store."""
    scheme, found, rest = place.partition("://")
    if not found:
        if not place.startswith("/"):  # as with the file of SQLite
            raise ValueError("a folder is named by its whole path, which begins with /")
        return
    if scheme not in _STORES:
        raise ValueError("it is a folder, or begins with s3://, gs:// or az://")
    if "@" in rest or "?" in rest:
        raise ValueError("credentials of an object store are not written in its address: they come from its usual variables")
