"""How large a file is, for people."""

_UNITS = ("kB", "MB", "GB", "TB")


def in_words(size: int) -> str:
    """Bytes in the unit that gives 1 to 999 of it: `812 B`, `4.2 kB`, `117 MB`."""
    if size < 1000:
        return f"{size} B"
    amount, unit = float(size), "B"
    for following in _UNITS:
        if amount < 999.5:
            break
        amount, unit = amount / 1000, following
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"
