"""Good bodies made bad: values put in the place of others, names changed, parts moved, bytes broken."""

import copy
import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from contract.operators import OPERATORS, VALUE_TYPES
from tests.contract.bodies import GOOD_BODIES
from tests.generative.texts import DANGEROUS, INSTANTS, NAMES, a_text

Place = tuple[Any, Any]
"""An object or a list, and a name or a place in it."""

_WORDS = (
    *OPERATORS, *VALUE_TYPES,
    "not", "type", "operator", "_AND", "_OR", "_ALL", "_ASC", "_DESC", "id", "ids", "name", "filters", "typesCriterion",
    "propertiesCriterion", "attributesCriterion", "keywordsCriterion", "contexts", "locale", "source", "from", "maxRecords",
    "totalRecords", "skipIfEmpty", "profiles", "profilecontexts", "format", "subtype", "sortType", "clientState", "Excel",
    "JSON", "DSV", "connectorstate", "true", "false", "now-1d/d", "(a*)|(b)", "relatedEntitiesCriterion", "dataObject",
)  # fmt: skip
_NUMBERS = (0, -0.0, 1, -1, 10**9, 2**53 + 1, 2**63, -(2**63) - 1, 10**400, 1e308, 1e-320, 0.1, 5_000_000, 5_000_001)
_BROKEN = (b'"', b"{", b"}", b",", b"\\", b"\xff\xfe", b"\xc0\x80", b"NaN", b"1e9999", b"\\ud800")
_OTHERS = (None, True, False, [], {}, [[]], [{}], {"": None}, [None], "")


def bodies(rng: random.Random, good: Sequence[Callable[[], Any]] = GOOD_BODIES) -> Iterator[bytes]:
    """Bodies without end: of one in ten the bytes are broken, the others are JSON of any shape."""
    while True:
        body = copy.deepcopy(rng.choice(good)())
        try:
            for _ in range(rng.choice((0, 1, 1, 1, 2, 3, 6))):
                body = _mutated(rng, body)
            raw = json.dumps(body, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
        except RecursionError:  # of this generator: too deep to be copied or written
            raw = rng.choice((b"[", b'{"params":', b'{"a":[')) * rng.choice((101, 1_000, 30_000))
        yield _broken(rng, raw) if rng.random() < 0.1 else raw


def _mutated(rng: random.Random, body: Any) -> Any:
    places = list(_places(body))
    if not places or rng.random() < 0.01:
        return _any_value(rng)
    holder, key = rng.choice(places)
    match rng.randrange(6):
        case 0:
            holder[key] = _any_value(rng)
        case 1:
            del holder[key]
        case 2 if isinstance(holder, dict):
            holder[_any_name(rng)] = holder.pop(key)
        case 3 if isinstance(holder, dict):
            holder[_any_name(rng)] = _any_value(rng)
        case 3 | 2:
            holder.insert(key, copy.deepcopy(rng.choice(holder)))
        case 4:
            other, its_key = rng.choice(places)
            holder[key] = copy.deepcopy(other[its_key])
        case _:
            holder[key] = _wrapped(rng, holder[key])
    return body


def _places(body: Any) -> Iterator[Place]:
    stack = [body]
    while stack:
        holder = stack.pop()
        for key in list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ():
            yield holder, key
            stack.append(holder[key])


def _wrapped(rng: random.Random, value: Any) -> Any:
    """The value in something, as another kind, or many times."""
    match rng.randrange(6):
        case 0:
            return [value]
        case 1:
            return {_any_name(rng): value}
        case 2:
            return [copy.deepcopy(value) for _ in range(rng.choice((2, 9, 60)))]
        case 3:
            return json.dumps(value)
        case 4:
            for _ in range(rng.choice((3, 30, 99, 300))):
                value = [value]
            return value
        case _:
            return str(value).swapcase()


def _any_name(rng: random.Random) -> str:
    return rng.choice(
        (rng.choice(_WORDS), rng.choice(_WORDS), rng.choice(NAMES), a_text(rng)[:50], rng.choice(("\0", "\ud800")))
    )


def _any_value(rng: random.Random) -> Any:
    return rng.choice(
        (
            rng.choice(_WORDS),
            rng.choice(DANGEROUS),
            rng.choice(INSTANTS),
            rng.choice(_NUMBERS),
            copy.deepcopy(rng.choice(_OTHERS)),
            copy.deepcopy(rng.choice(_OTHERS)),
            str(rng.choice(_NUMBERS)),
            [rng.choice(_WORDS), a_text(rng)[:200]],
            {rng.choice(_WORDS): rng.choice(DANGEROUS)},
            rng.choice(("x" * 5_000, "* " * 700, "?*" * 400, "a " * 1_500, "\0", "a\ud800", "(" * 200, "now" + "-1d" * 300)),
        )
    )


def _broken(rng: random.Random, raw: bytes) -> bytes:
    """Bytes changed, cut, doubled or put in front."""
    changed = bytearray(raw)
    match rng.randrange(5):
        case 0:
            for _ in range(rng.randrange(1, 6)):
                changed[rng.randrange(len(changed))] = rng.randrange(256)
        case 1:
            del changed[rng.randrange(len(changed)) :]
        case 2:
            place = rng.randrange(len(changed))
            changed[place:place] = rng.choice(
                (b'"', b"{", b"}", b",", b"\\", b"\xff\xfe", b"\xc0\x80", b"NaN", b"1e9999", b"\\ud800")
            )
        case 3:
            changed += raw
        case _:
            changed[:0] = rng.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b" \n", b"//", b"["))
    return bytes(changed)
