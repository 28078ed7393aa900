"""What a request finds among objects in memory, computed plainly, straight from the rules in `contract.filters`.

It serves what is not in the store of objects, such as jobs shown as objects, and is the oracle that the databases are held to.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import assert_never

from contract.filters import (
    BLANKS,
    CASED_NAMES,
    AllOf,
    AnyOf,
    Compare,
    Context,
    Criterion,
    Exact,
    Filter,
    HasValue,
    Keywords,
    Not,
    Operand,
    StartsWith,
    Test,
    ValueType,
    Words,
    accepts,
    fold,
    parse_instant,
    parse_number,
    spellings,
)
from contract.objects import NESTING, StateObject, Value
from contract.request import ExportRequest, SortKey

_BLANKS = re.compile(f"[{BLANKS}]+")


def evaluate(request: ExportRequest, objects: Iterable[StateObject]) -> list[tuple[str, str]]:
    """Type and id of the objects that the request finds, in its order, with its paging."""
    found = found_among(request, objects)[request.offset :]
    return [(item.type, item.id) for item in (found if request.max_records is None else found[: request.max_records])]


def found_among(request: ExportRequest, objects: Iterable[StateObject]) -> list[StateObject]:
    """The objects that the request finds, in its order, whatever its limits."""
    found = [item for item in objects if _is_chosen(item, request) and matches(item, request.filter)]
    found.sort(key=lambda item: (item.id, item.type))
    for key in reversed(request.sort):
        found = _sorted(found, key, request.contexts)
    return found


def _is_chosen(item: StateObject, request: ExportRequest) -> bool:
    return (not request.types or item.type in request.types) and (not request.ids or item.id in request.ids)


def matches(item: StateObject, wanted: Filter) -> bool:
    """Whether the object is one that the filter finds."""
    match wanted:
        case AllOf(parts):
            return all(matches(item, part) for part in parts)
        case AnyOf(parts):
            return any(matches(item, part) for part in parts)
        case Not(part):
            return not matches(item, part)
        case Criterion():
            return _criterion(item, wanted)
        case Keywords():
            return _keywords(item, wanted)
        case _:
            assert_never(wanted)


def values_of(item: StateObject, area: str, name: str, contexts: Sequence[Context] = ()) -> list[str]:
    """The texts of a name in their order: its own, then those nested in it by name."""
    if area == "attribute":
        own = [item.attributes[name]] if name in item.attributes else []
        nested = [item.attributes[key] for key in sorted(item.attributes) if key.startswith(name + NESTING)]
        if own or nested:
            return [value.text for named in own + nested for value in named.values if _in_contexts(value, contexts)]
    system = {"id": item.id, "name": item.name, "type": item.type}
    if name in system:
        text = system[name]
        return [] if text is None else [text]
    return [value.text for value in item.properties[name].values] if name in item.properties else []


def _in_contexts(value: Value, contexts: Sequence[Context]) -> bool:
    return accepts(contexts, *(None if part is None else fold(part) for part in (value.locale, value.source)))


def _criterion(item: StateObject, wanted: Criterion) -> bool:
    texts = values_of(item, wanted.area, wanted.name, wanted.contexts)
    same: Callable[[str], str] = str if wanted.name in CASED_NAMES else fold
    of_one_value: list[Test] = []
    for test in wanted.tests:
        match test:
            case HasValue(present):
                if any(texts) is not present:
                    return False
            case Exact(operands, every=True):
                if not all(any(_is_exactly(text, operand, same) for text in texts) for operand in operands):
                    return False
            case _:
                of_one_value.append(test)
    return not of_one_value or any(all(_passes(text, test, same) for test in of_one_value) for text in texts)


def _passes(text: str, test: Test, same: Callable[[str], str]) -> bool:
    match test:
        case Exact(operands):
            return any(_is_exactly(text, operand, same) for operand in operands)
        case Words(alternatives, every, whole):
            look = _has_word if whole else _has_part
            join = all if every else any
            return any(join(look(text, word) for word in words) for words in alternatives)
        case StartsWith(prefix):
            return fold(text).startswith(fold(prefix))
        case Compare():
            return _compares(text, test)
        case HasValue():
            raise AssertionError("looks at all values")
        case _:
            assert_never(test)


def _is_exactly(text: str, operand: Operand, same: Callable[[str], str]) -> bool:
    return same(text) in map(same, spellings(operand))


def _has_part(text: str, word: str) -> bool:
    return _is_like(fold(text), f"*{fold(word)}*")


def _has_word(text: str, word: str) -> bool:
    return any(_is_like(fold(part), fold(word)) for part in _BLANKS.split(text) if part)


def _is_like(text: str, pattern: str) -> bool:
    """Whether all of `text` is as `pattern` says. Never steps back, as a regular expression would, however many `*` there are:
    taking the first place that fits leaves the most for what follows."""
    first, *others = pattern.split("*")
    if not _stands_at(text, 0, first):
        return False
    if not others:
        return len(text) == len(first)
    position = len(first)
    for piece in others[:-1]:
        found = _place_of(piece, text, position)
        if found is None:
            return False
        position = found + len(piece)
    last = len(text) - len(others[-1])
    return last >= position and _stands_at(text, last, others[-1])


def _place_of(piece: str, text: str, start: int) -> int | None:
    """The first place from `start` on where `piece` stands in `text`."""
    if "?" not in piece:
        found = text.find(piece, start)
        return None if found < 0 else found
    return next((place for place in range(start, len(text) - len(piece) + 1) if _stands_at(text, place, piece)), None)


def _stands_at(text: str, place: int, piece: str) -> bool:
    there = text[place : place + len(piece)]
    return len(there) == len(piece) and all(wanted in ("?", held) for wanted, held in zip(piece, there, strict=True))


def _compares(text: str, test: Compare) -> bool:
    held = _read(text, test.value_type)
    if held is None:
        return False
    operand = test.operand
    return {
        "gt": lambda: held > operand,  # type: ignore[operator]
        "gte": lambda: held >= operand,  # type: ignore[operator]
        "lt": lambda: held < operand,  # type: ignore[operator]
        "lte": lambda: held <= operand,  # type: ignore[operator]
    }[test.operator]()


def _read(text: str, value_type: ValueType) -> str | float | int | None:
    match value_type:
        case ValueType.TEXT:
            return text
        case ValueType.NUMBER:
            return parse_number(text)
        case ValueType.INSTANT:
            return parse_instant(text)


def _keywords(item: StateObject, wanted: Keywords) -> bool:
    texts = [item.id, item.name or ""]
    texts += [value.text for named in (*item.properties.values(), *item.attributes.values()) for value in named.values]
    found = (any(_has_word(text, word) for text in texts) for word in wanted.words)
    return all(found) if wanted.every else any(found)


def _sorted(items: list[StateObject], key: SortKey, contexts: Sequence[Context]) -> list[StateObject]:
    """`items` by one key, those without a value last; otherwise in the order that they had."""
    held = {id(item): _first(item, key, contexts) for item in items}
    present = [item for item in items if held[id(item)] is not None]
    present.sort(key=lambda item: held[id(item)], reverse=key.descending)  # type: ignore[arg-type,return-value]
    return present + [item for item in items if held[id(item)] is None]


def _first(item: StateObject, key: SortKey, contexts: Sequence[Context]) -> str | float | int | None:
    texts = values_of(item, key.area, key.name, contexts)
    return _read(texts[0], key.value_type) if texts else None
