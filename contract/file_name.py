"""The file name that a request asks for: kept as it is, or refused."""

import re
import unicodedata

from contract.errors import UnsafeFileName, WrongShape
from contract.objects import describe
from contract.paths import shown

MOST_CHARACTERS = 150
MOST_BYTES = 200
"""File systems hold names of 255 bytes; the rest is room for an extension and for temporary names."""

_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])[ ]*(?:\..*)?", re.IGNORECASE)
_ENCODED_TRICK = re.compile("%(?:2f|5c|00)", re.IGNORECASE)
_JOINERS = "\u200c\u200d"
"""Format characters that scripts such as Persian need; the other ones can make a name look like another."""
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def read_file_name(value: object, path: str) -> str | None:
    """The name without blanks around it, None where it is blank; raises WrongShape, UnsafeFileName.

    A trailing extension is part of the name; whoever makes the file adds its own only where it is not there yet.
    """
    if not isinstance(value, str):
        raise WrongShape(path=path, expected="text", got=describe(value))
    name = value.strip(" ")
    reason = _danger(name)
    if reason:
        raise UnsafeFileName(path=path, name=shown(value), reason=reason)
    return name or None


def _danger(name: str) -> str:
    """Why `name` cannot be a file name on every system that the file may come to; "" where it can."""
    if len(name) > MOST_CHARACTERS:
        return f"it is longer than {MOST_CHARACTERS} characters"
    if any(unicodedata.category(character) in _UNSHOWN and character not in _JOINERS for character in name):
        return "it holds a character that cannot be shown"
    if len(name.encode()) > MOST_BYTES:
        return f"it is longer than {MOST_BYTES} bytes"
    if any(character in '/\\:*?"<>|' for character in name) or _ENCODED_TRICK.search(name):
        return 'it holds one of / \\ : * ? " < > |'
    if name.startswith(".") or name.endswith("."):
        return "it begins or ends with a dot"
    if _DEVICES.fullmatch(name):
        return "it is the name of a device"
    return ""
