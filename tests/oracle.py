"""The oracle: what a request finds, computed slowly and plainly over Python objects, straight from the rules in
`contract.filters`. The databases are held to it."""

import math
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
    StartsWith,
    Test,
    ValueType,
    Words,
    fold,
    parse_instant,
    parse_number,
)
from contract.objects import NESTING, StateObject, Value
from contract.request import ExportRequest, SortKey


def evaluate(request: ExportRequest, objects: Iterable[StateObject]) -> list[tuple[str, str]]:
    """Type and id of the objects that the request finds, in its order, with its paging."""
    found = [item for item in objects if item.type in request.types and (not request.ids or item.id in request.ids)]
    found = [item for item in found if matches(item, request.filter)]
    found.sort(key=lambda item: (item.id, item.type))
    for key in reversed(request.sort):
        found = _sorted(found, key, request.contexts)
    found = found[request.offset :]
    return [(item.type, item.id) for item in (found if request.max_records is None else found[: request.max_records])]


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
    return not contexts or any(
        _fits(value.locale, context.locale) and _fits(value.source, context.source) for context in contexts
    )


def _fits(held: str | None, wanted: str | None) -> bool:
    return held is None or wanted is None or fold(held) == fold(wanted)


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
                if not {same(operand) for operand in operands} <= {same(text) for text in texts}:
                    return False
            case _:
                of_one_value.append(test)
    return not of_one_value or any(all(_passes(text, test, same) for test in of_one_value) for text in texts)


def _passes(text: str, test: Test, same: Callable[[str], str]) -> bool:
    match test:
        case Exact(operands):
            return same(text) in map(same, operands)
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


def _has_part(text: str, word: str) -> bool:
    return re.search(_regex(word), fold(text), re.DOTALL) is not None


def _has_word(text: str, word: str) -> bool:
    return any(re.fullmatch(_regex(word), fold(part), re.DOTALL) for part in re.split(f"[{BLANKS}]+", text) if part)


def _regex(word: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in fold(word))


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
    held = _read(texts[0], key.value_type) if texts else None
    assert not (isinstance(held, float) and math.isnan(held))
    return held
