"""A request in plain English, a line each: for the Summary of a workbook and for `explain`."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from contract.export_request import ExportRequest, SortKey
from contract.filters import (
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
    Test,
    ValueType,
)
from contract.objects import NESTING
from contract.operators import OPERATORS
from contract.phrases import counted, listed, plain
from contract.since import Since

# Criteria name their properties in lower case; these are the words that the documented names are made of.
_NAME_WORDS = re.compile(
    "attribute|by|channel|created|date|entity|error|file|format|id|integration|intro|item|message|modified|name|no|parent"
    "|profile|publish|records|req|service|source|state|status|submission|submitted|syndication|target|task|tenant|total|type"
    "|user|validation"
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AS = {ValueType.TEXT: "as text", ValueType.NUMBER: "as a number", ValueType.INSTANT: "as a date"}


def in_words(request: ExportRequest) -> tuple[str, ...]:
    """What the request asks for, a line each: types and ids, each filter, values, columns, order and how many."""
    return tuple(_lines(request))


def _lines(request: ExportRequest) -> Iterable[str]:
    yield f"Type is {_one_or_any(request.types)}" if request.types else "Any type"
    if request.ids:
        yield f"ID is {_one_or_any(request.ids)} (in exactly this case)"
    yield from _filter_lines(request.filter)
    if request.contexts:
        yield f"Values in {_contexts(request.contexts)}"
    for label, names in (("Attributes", request.attributes), ("Properties", request.properties)):
        if names is not None:
            yield f"{label}: {listed(names, most=50) if names else 'none'}"
    yield f"Sorted by {', then '.join([*map(_sort_key, request.sort), 'ID'])}"
    if request.offset:
        yield f"Without the first {request.offset:,}"
    if request.max_records is not None:
        yield f"At most {counted(request.max_records, 'record')}"
    if request.since is not None:
        yield f"Only what changed since {_moment(request.since)}"
    if request.skip_if_empty:
        yield "No file when nothing matches"


def _moment(since: Since) -> str:
    if since.job is not None:
        return f"job {since.job}"
    if since.instant is not None:
        return f"{_EPOCH + timedelta(milliseconds=since.instant):%Y-%m-%d %H:%M:%S} UTC"
    return "the last completed export of the same request"


def _filter_lines(part: Filter) -> list[str]:
    return [line for inner in part.parts for line in _filter_lines(inner)] if isinstance(part, AllOf) else [_say(part)]


def _say(part: Filter) -> str:
    match part:
        case AllOf(parts):
            return " and ".join(map(_grouped, parts)) or "Anything"
        case AnyOf(parts):
            return " or ".join(map(_grouped, parts)) or "Nothing"
        case Not(inner):
            return f"Not: {_grouped(inner)}"
        case Keywords(words, every):
            those = (
                f"{'all' if every else 'any'} of the words {listed(words)}" if len(words) > 1 else f"the word {listed(words)}"
            )
            return f"The object has {those} (anywhere, upper or lower case)"
        case Criterion():
            return _say_criterion(part)


def _grouped(part: Filter) -> str:
    return f"[{_say(part)}]" if isinstance(part, (AllOf, AnyOf)) else _say(part)


def _say_criterion(criterion: Criterion) -> str:
    tests = " and ".join(_say_test(test) for test in criterion.tests) or "is anything"
    contexts = f"in {_contexts(criterion.contexts)}" if criterion.contexts else ""
    notes = dict.fromkeys(_note(test, criterion.name) for test in criterion.tests)
    return f"{_title(criterion.name)} {tests} ({', '.join(filter(None, [criterion.area, *notes, contexts]))})"


def _say_test(test: Test) -> str:
    return next(phrase for operator in OPERATORS.values() if (phrase := operator.say(test)) is not None)


def _note(test: Test, name: str) -> str:
    match test:
        case HasValue():
            return ""
        case Compare(value_type=value_type):
            return _AS[value_type]
        case Exact() if name in CASED_NAMES:
            return "in exactly this case"
        case _:
            return "upper or lower case"


def _title(name: str) -> str:
    """`channelid` is `Channel id`; a name that is not made of known words stays as it is."""
    return NESTING.join(_spaced(part) for part in name.split(NESTING))


def _spaced(name: str) -> str:
    words = _NAME_WORDS.findall(name)
    spaced = " ".join(words) if "".join(words) == name else plain(name)
    return spaced[:1].upper() + spaced[1:]


def _one_or_any(values: tuple[str, ...]) -> str:
    return listed(values) if len(values) == 1 else f"any of {listed(values)}"


def _contexts(contexts: tuple[Context, ...]) -> str:
    return " or ".join(_context(context) for context in contexts)


def _context(context: Context) -> str:
    parts = [f"{label} {plain(part)}" for label, part in (("locale", context.locale), ("source", context.source)) if part]
    return " and ".join(parts) or "any context"


def _sort_key(key: SortKey) -> str:
    how = [_AS[key.value_type]] if key.value_type is not ValueType.TEXT else []
    return f"{_title(key.name)} ({', '.join([key.area, *how, 'descending' if key.descending else 'ascending'])})"
