"""What the pages load beside themselves: a style sheet, a script, an icon; all of it from here, so no internet is needed."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response

from api.authentication import public
from contract.errors import UnknownAddress

router = APIRouter(include_in_schema=False)

PREFIX = "/-/assets"
"""No tenant is called `-`, so no address of a tenant is hidden."""

_FOLDER = Path(__file__).parent / "assets"
_MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file; `version` changes with its content."""

    content: bytes
    media_type: str
    version: str


@cache
def assets() -> dict[str, Asset]:
    """The files by name."""
    found = {}
    for path in sorted(_FOLDER.iterdir()):
        if path.suffix in _MEDIA_TYPES:
            content = path.read_bytes()
            version = hashlib.sha256(content).hexdigest()[:12]
            found[path.name] = Asset(content, _MEDIA_TYPES[path.suffix], version)
    return found


def asset_path(name: str) -> str:
    """Where a page finds a file; the address changes with the content, so browsers may keep it for ever."""
    return f"{PREFIX}/{assets()[name].version}/{name}"


@router.get("/favicon.ico")
@public
def favicon() -> Response:
    """The icon where browsers look for it by themselves."""
    icon = assets()["icon.svg"]
    return Response(icon.content, media_type=icon.media_type, headers={"Cache-Control": "public, max-age=86400"})


@router.get(PREFIX + "/{version}/{name}")
@public
def asset(request: Request, version: str, name: str) -> Response:
    """One file."""
    found = assets().get(name)
    if found is None or found.version != version:
        raise UnknownAddress(method="GET", address=request.url.path[:200])
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": _FOREVER})
