"""Any text as one segment of a path: readable where it is plain, never able to leave its folder."""

import hashlib
from urllib.parse import quote

_LONGEST = 200
"""Bytes of one segment; file systems take 255, and the store adds some to a file that it is still writing."""


def segment(text: str) -> str:
    """`text` percent-encoded as one path segment: the same text gives the same segment, another text another one.

    A segment that would be too long is cut and ended by a digest of the whole.
    """
    quoted = quote(text, safe=" ")
    if not quoted.strip(". "):
        quoted = quoted.replace(".", "%2E").replace(" ", "%20") or "%"
    if len(quoted) <= _LONGEST:
        return quoted
    digest = hashlib.sha256(text.encode()).hexdigest()[:32]
    return f"{quoted[: _LONGEST - len(digest) - 1]}~{digest}"
