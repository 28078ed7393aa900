"""New texts for JSON values: a number stays a number, a truth value one, where the text can be it."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from contract.filters import parse_number


def like(old: object, text: str) -> Any:
    """`text` as a JSON value of the type of `old`; the text itself where it is none, or would lose digits."""
    match old:
        case bool():
            return {"true": True, "false": False}.get(text.lower(), text)
        case int() | float():
            return _number(text)
        case list() | dict():
            return _structure(text, type(old))
        case _:
            return text


def _number(text: str) -> int | float | str:
    if parse_number(text) is None or text != text.strip():
        return text
    number: int | float = json.loads(text)
    try:
        return number if Decimal(repr(number)) == Decimal(text) else text
    except InvalidOperation:
        return text


def _structure(text: str, kind: type) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, kind) else text
