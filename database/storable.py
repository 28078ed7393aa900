"""Which texts a database can hold: neither U+0000 nor half of a surrogate pair can be in any, and so no stored text has one
(`contract.objects` refuses such objects)."""

import re

UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether some stored text can be `text`. One that cannot must not reach the driver, which refuses it."""
    return UNSTORABLE.search(text) is None
