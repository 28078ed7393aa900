"""JSON in the database of Prefect's server, without halves of surrogate pairs.

JSON can write one (`"\\ud83d"`), and UTF-8 cannot: Prefect stored the parameters of such a run, and then had no answer to
whoever asked for runs, this one among them. They are looked for here, and not in what comes over HTTP, because Prefect decodes
parameters itself (`{"__prefect_kind": "json", ...}`) before they are stored.
"""

import json
from typing import Any

from fastapi import HTTPException, status
from sqlalchemy.exc import DontWrapMixin

from contract.wire import HALF_PAIR

_ESCAPE = "\\ud"
"""How the escape of each half begins as Python writes it. Nearly no text has one, and looking for it costs next to nothing."""
_INSTEAD = "\N{REPLACEMENT CHARACTER}"


class HalfPair(HTTPException, DontWrapMixin):
    """What Prefect's API answers to a value that cannot be kept."""

    def __init__(self) -> None:
        super().__init__(status.HTTP_400_BAD_REQUEST, "A text holds half of a surrogate pair, which is not a character.")


def dumped(value: object) -> str:
    """`value` as JSON to be kept. Raises HalfPair."""
    text = json.dumps(value)
    if _ESCAPE in text and HALF_PAIR.search(json.dumps(value, ensure_ascii=False)):
        raise HalfPair
    return text


def loaded(text: str) -> Any:
    """What was kept; a half that an earlier version took is the character that stands for what is none."""
    value = json.loads(text)
    if _ESCAPE not in text:
        return value
    whole = json.dumps(value, ensure_ascii=False)
    return json.loads(HALF_PAIR.sub(_INSTEAD, whole)) if HALF_PAIR.search(whole) else value
