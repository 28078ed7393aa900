"""From the bytes of a body to JSON values, and what no body may hold."""

import json
import math
import re
import sys
from collections import Counter, deque
from collections.abc import Iterator
from itertools import chain
from typing import Any, NoReturn

from contract.errors import Ambiguous, InvalidRequest, MalformedJson, Mistake, OutOfRange, TooDeep, WrongShape
from contract.paths import entry, member, shown

MAX_DEPTH = 100
"""Most levels of objects and lists inside each other; the body itself is the first."""

_GZIP = b"\x1f\x8b"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")

HALF_PAIR = re.compile("[\ud800-\udfff]")


class _Repeated(dict[str, Any]):
    """An object in which a name came more than once; `names` are those."""

    names: tuple[str, ...] = ()


def decode_body(raw: bytes) -> object:
    """The JSON value that `raw` is: UTF-8, with or without a byte order mark, any or no Content-Type.

    Raises InvalidRequest with MalformedJson for what is not JSON (an empty body, other encodings, NaN), with TooDeep, or
    with an Ambiguous for each object that has a name twice: JSON readers disagree on which of the two counts.
    """
    repeated: list[_Repeated] = []

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            made = _marked(pairs)
            repeated.append(made)
        return made

    try:
        body = json.loads(_text(raw), object_pairs_hook=build, parse_constant=_refuse_constant)
    except RecursionError:
        raise InvalidRequest([TooDeep(limit=MAX_DEPTH)]) from None
    except json.JSONDecodeError as error:
        raise _malformed(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except ValueError:
        raise _malformed(f"it holds {too_many_digits()}") from None
    deque(_levels(body), maxlen=0)  # for its TooDeep
    if repeated:
        raise InvalidRequest(list(_repetitions(body)))
    return body


def unusable_parts(body: object) -> list[Mistake]:
    """A mistake for each text and number in `body` that JSON can write and that neither database could hold.

    Those are the character U+0000, half of a surrogate pair, and numbers past the range of a double.
    Raises InvalidRequest with TooDeep at once: nothing after this may recurse into such a body.
    """
    # Nearly every body has none, and looking costs a tenth of what naming the path of every value does.
    usable = [_all_usable(level) for level in _levels(body)]
    return [] if all(usable) else list(_unusable(body))


def too_many_digits() -> str:
    """What is wrong with text that the reader of JSON refuses though it is JSON: Python reads no longer whole numbers."""
    return f"a whole number of more than {sys.get_int_max_str_digits():,} digits"


def is_finite(number: float) -> bool:
    """Whether a double can hold `number`, which may be an integer of any size."""
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _text(raw: bytes) -> str:
    if not raw.strip():
        raise _malformed("it is empty")
    if (other := _other_coding(raw)) is not None:
        raise _malformed(f"{other}; send it as it is, in UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _malformed(f"it is not UTF-8 at byte {error.start}") from None


def _other_coding(raw: bytes) -> str | None:
    """What a body is that some clients send in place of JSON in UTF-8, as far as its first bytes tell."""
    if raw.startswith(_GZIP):
        return "it is compressed by gzip"
    # JSON begins with a character of ASCII and never holds a bare U+0000.
    return "it is UTF-16 or UTF-32" if raw.startswith(_UTF_16_MARKS) or b"\0" in raw[:4] else None


def _malformed(detail: str) -> InvalidRequest:
    return InvalidRequest([MalformedJson(detail=detail)])


def _refuse_constant(name: str) -> NoReturn:
    raise _malformed(f"{name} is not a JSON value")


def _marked(pairs: list[tuple[str, Any]]) -> _Repeated:
    made = _Repeated(pairs)
    made.names = tuple(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
    return made


def _repetitions(body: object) -> Iterator[Mistake]:
    for value, path in _walk(body):
        if isinstance(value, _Repeated):
            for name in value.names:
                yield Ambiguous(path=member(path, name), what=shown(name), names=f"{shown(name)}, {shown(name)}")


def _levels(body: object) -> Iterator[list[Any]]:
    """The values at each depth, with the names of objects one deeper than these: no depth can exhaust the stack.

    Raises InvalidRequest with TooDeep.
    """
    level: list[Any] = [body]
    for depth in range(MAX_DEPTH + 1):
        yield level
        objects = [item for item in level if isinstance(item, dict)]
        lists = [item for item in level if isinstance(item, list)]
        if depth == MAX_DEPTH and (objects or lists):
            raise InvalidRequest([TooDeep(limit=MAX_DEPTH)])
        level = [*chain.from_iterable(objects), *chain.from_iterable(item.values() for item in objects)]
        level.extend(chain.from_iterable(lists))


def _all_usable(level: list[Any]) -> bool:
    texts = "\n".join([item for item in level if isinstance(item, str)])
    numbers = [item for item in level if isinstance(item, (int, float))]
    return _is_usable(texts) and all(map(is_finite, numbers))


def _unusable(body: object) -> Iterator[Mistake]:
    for value, path in _walk(body):
        if isinstance(value, dict):
            yield from (_unusable_text(key, member(path, key)) for key in value if not _is_usable(key))
        elif not _is_usable(value):
            number = OutOfRange(path=path, value="The number", allowed="what a double can hold")
            yield _unusable_text(value, path) if isinstance(value, str) else number


def _walk(body: object) -> Iterator[tuple[Any, str]]:
    """Every value with its path, in order."""
    stack: list[tuple[Any, str]] = [(body, "")]
    while stack:
        value, path = stack.pop()
        yield value, path
        if isinstance(value, dict):
            stack.extend((part, member(path, key)) for key, part in reversed(value.items()))
        elif isinstance(value, list):
            stack.extend((part, entry(path, position)) for position, part in reversed(list(enumerate(value))))


def _is_usable(value: object) -> bool:
    if isinstance(value, str):
        return "\0" not in value and (value.isascii() or HALF_PAIR.search(value) is None)
    return not isinstance(value, (int, float)) or is_finite(value)


def _unusable_text(text: str, path: str) -> Mistake:
    got = "the character U+0000" if "\0" in text else "half of a surrogate pair"
    return WrongShape(path=path, expected="text of whole characters without U+0000", got=got)
