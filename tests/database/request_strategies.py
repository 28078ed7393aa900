"""Random requests about given objects: most look for what some object has, or nearly has, so that they find some of them."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from contract.filters import (
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
    parse_instant,
    parse_number,
)
from contract.objects import NESTING, StateObject, parse_object
from contract.request import ExportRequest, SortKey
from tests.database.object_strategies import INSTANTS, NUMBERS, TYPES, WORDS, locales, raw_objects, shown_short, sources, texts

Held = tuple[str, str, str]
"""Area, name and text of a value."""

contexts = st.one_of(st.just(()), st.just(()), st.lists(st.builds(Context, locales, sources), max_size=5).map(tuple))
# What a request may hold and no stored text does: U+0000 and halves of surrogate pairs.
strange_texts = st.sampled_from(("a\0b", "\0", "a\ud800", "\udfffb", "", " ", "*", "?"))
absent_names = st.sampled_from(("absent", "group>>ä>>error", "validationerror>>error>>sno", "validationerror", "type"))
operators = st.sampled_from(("gt", "gte", "lt", "lte"))


def held_by(item: StateObject) -> list[Held]:
    """The values of an object, those in groups under the names of the groups too."""
    found = [("property", key, value.text) for key, named in item.properties.items() for value in named.values]
    found += [("property", "id", item.id), ("property", "type", item.type), ("property", "name", item.name or "")]
    for key, named in item.attributes.items():
        parts = key.split(NESTING)
        for depth in range(1, len(parts) + 1):
            found += [("attribute", NESTING.join(parts[:depth]), value.text) for value in named.values]
    # An attribute may be looked for where there is only a property.
    return found + [("attribute", key, value.text) for key, named in item.properties.items() for value in named.values]


@st.composite
def near(draw: st.DrawFn, text: str) -> str:
    """A text that is like `text`: in another case, a part of it, or with wildcards in it."""
    start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    return draw(
        st.sampled_from(
            (
                text,
                text.swapcase(),
                text.upper(),
                text[start:end],
                text[:end],
                f"{text[:start]}*{text[end:]}",
                f"{text[:start]}{'?' * min(end - start, 2)}{text[start + min(end - start, 2) :]}",
                f"{text} ",
            )
        )
    )


def words_of(text: str) -> tuple[str, ...]:
    return tuple(text.split()) or ("*",)


def comparisons(text: str) -> st.SearchStrategy[Compare]:
    number, instant = parse_number(text), parse_instant(text)
    numbers = [found for found in map(parse_number, NUMBERS) if found is not None]
    instants = [found for found in map(parse_instant, INSTANTS) if found is not None]
    of_text = st.builds(Compare, operators, st.one_of(near(text), strange_texts, texts), st.just(ValueType.TEXT))
    of_number = st.builds(
        Compare, operators, st.sampled_from([number] if number is not None else numbers), st.just(ValueType.NUMBER)
    )
    of_instant = st.builds(
        Compare, operators, st.sampled_from([instant] if instant is not None else instants), st.just(ValueType.INSTANT)
    )
    if number is not None:
        return of_number
    return of_instant if instant is not None else st.one_of(of_text, of_text, of_text, of_number, of_instant)


def written_as_numbers(text: str) -> st.SearchStrategy[int | float]:
    """The number that `text` is, or any other one, as a request may write it: whole or decimal."""
    number = parse_number(text)
    held = st.floats(allow_nan=False, allow_infinity=False) if number is None else st.just(number)
    return st.one_of(held, held.map(int), st.integers(-(10**25), 10**25))


def tests_about(text: str) -> st.SearchStrategy[Test]:
    numbers = written_as_numbers(text)
    operands = st.one_of(st.just(text), near(text), near(text), texts, strange_texts)
    word_lists = st.lists(operands, min_size=1, max_size=2).map(
        lambda found: tuple(word for part in found for word in words_of(part))
    )
    return st.one_of(
        st.builds(Exact, st.lists(st.one_of(operands, operands, numbers), max_size=12).map(tuple), st.just(False)),
        st.builds(Exact, st.lists(st.one_of(near(text), near(text), numbers), max_size=5).map(tuple), st.just(True)),
        st.builds(Words, st.lists(word_lists, min_size=1, max_size=2).map(tuple), st.booleans(), st.booleans()),
        st.builds(Words, near(text).map(lambda found: (words_of(found),)), st.booleans(), st.booleans()),
        st.builds(StartsWith, operands),
        st.builds(HasValue, st.booleans()),
        comparisons(text),
        comparisons(text),
    )


@st.composite
def criteria(draw: st.DrawFn, held: Sequence[Held]) -> Criterion:
    area, name, text = draw(st.sampled_from(held))
    tests = draw(st.lists(tests_about(text), min_size=1, max_size=2).map(tuple))
    if draw(st.integers(0, 9)) == 0:
        name = draw(absent_names)
    return Criterion("property" if area == "property" else "attribute", name, tests, draw(contexts))


@st.composite
def keywords(draw: st.DrawFn, held: Sequence[Held]) -> Keywords:
    word = st.one_of(st.sampled_from(held).flatmap(lambda value: near(value[2])), st.sampled_from(WORDS))
    found = draw(st.lists(word, max_size=2))
    return Keywords(tuple(word for part in found for word in words_of(part)), draw(st.booleans()))


def filters(held: Sequence[Held]) -> st.SearchStrategy[Filter]:
    single = criteria(held)
    return shown_short(
        st.recursive(
            st.one_of(single, single, single, single, keywords(held)),
            lambda inner: st.one_of(
                st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
                st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
                st.builds(Not, inner),
            ),
            max_leaves=5,
        )
    )


def requests_about(objects: Sequence[StateObject]) -> st.SearchStrategy[ExportRequest]:
    held = sorted({value for item in objects for value in held_by(item)})
    ids = st.sampled_from([item.id for item in objects] + ["\0", "absent"])
    names = st.sampled_from(held).map(lambda value: value[1])
    key = st.builds(SortKey, names, st.booleans(), st.sampled_from(ValueType), st.sampled_from(("property", "attribute")))
    all_types = tuple(sorted({item.type for item in objects}))
    return st.builds(
        ExportRequest,
        types=st.one_of(
            st.just(all_types),
            st.just(all_types),
            st.sampled_from(all_types).map(lambda name: (name,)),
            st.just((*TYPES, "\0")),
        ),
        ids=st.one_of(st.just(()), st.just(()), st.just(()), st.lists(ids, min_size=1, max_size=3).map(tuple)),
        filter=filters(held),
        sort=st.one_of(st.just(()), st.lists(key, max_size=2).map(tuple)),
        contexts=contexts,
        max_records=st.one_of(st.none(), st.none(), st.integers(0, 4)),
        offset=st.one_of(st.just(0), st.just(0), st.integers(0, 4)),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Any], list[ExportRequest]]:
    """Some raw objects, and some requests about them."""
    raw = draw(st.lists(raw_objects, min_size=2, max_size=8))
    return raw, draw(st.lists(requests_about([parse_object(item) for item in raw]), min_size=1, max_size=6))
