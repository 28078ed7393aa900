"""What LibreOffice makes of very long lines: in a cell of several lines it ends a line after some 16,369 characters, and where
the cell is full by then, its last characters are lost."""

from formats.excel.limits import MAX_CHARACTERS, units

_ENDED = range(16_000, 16_385)
"""How long a line is that LibreOffice has ended, in UTF-16 units: it looks for the end of a word nearby."""


def is_rewrapped(copy: object, text: object) -> bool:
    """Whether `copy` is what LibreOffice has made of `text`: it has line feeds that `text` has not, in such places only."""
    if not isinstance(copy, str) or not isinstance(text, str) or min(len(copy), len(text)) < _ENDED.start // 2:
        return False
    *lines, last = _with_line_feeds(copy).split("\n")
    was = _with_line_feeds(text)
    place = added = 0
    for line in lines:
        if not was.startswith(line, place):
            return False
        place += len(line)
        if was.startswith("\n", place):
            place += 1
        elif units(line) in _ENDED:
            added += 1
        else:
            return False
    lost = units(was[place + len(last) :])
    room = added if units(copy) >= MAX_CHARACTERS else 0
    return added > 0 and "\n" in was and was.startswith(last, place) and lost <= room


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
