"""Random objects and random requests that have a good chance to meet: texts are made of few words, names are few."""

from typing import Any, TypeVar

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
    fold,
    parse_instant,
    parse_number,
)
from contract.request import ExportRequest, SortKey

T = TypeVar("T")

TYPES = ("connectorstate", "activity", "ärger", "2020-01-01", "1e3")
PROPERTY_NAMES = (
    "channelid",
    "entityid",
    "submissionid",
    "modifiedDate",
    "retryCount",
    "Größe",
    "id",
    "name",
    "type",
    "itemState",
    'a"b\\c',
)
GROUP_NAMES = ("validationError", "group", "itemState", "tags")
MEMBER_NAMES = ("sno", "sourceAttribute", "targetAttribute", "error", "Ä", "id")
ATTRIBUTE_NAMES = (
    "itemState",
    "itemStateDate",
    "channelState",
    "tags",
    "retryCount",
    "validationError",
    "channelid",
    "name",
    "Größe",
    "group>>Ä",
)
NUMBERS = (
    *(
        "0",
        "-0",
        "7",
        "007",
        "10",
        "10.0",
        "10.50",
        "-10.5",
        "0.1",
        "0.10",
        "1e-1",
        "1E+1",
        "0.30000000000000004",
        "0.3",
        ".5",
        "5.",
    ),
    *("123456789012345", "1234567890123456", "12345678.1234567", "123456789.1234567", "-0.00000000000001", "1e999", "1e-400"),
    *("5e-324", "-2.2250738585072014e-308", "1.7976931348623157e308", "9007199254740993", "9007199254740992", "+1", "1_0", "١"),
)
INSTANTS = (
    *("2019-12-17", "2019-12-17T21:06:46.521-0600", "2019-12-18T03:06:46.521Z", "2019-12-17 21:06", "0001-01-01", "2019-02-30"),
    *(
        "0001-01-01T00:00:00+2359",
        "9999-12-31T23:59:59.999-2359",
        "1899-12-31T23:59:59.999Z",
        "1900-01-01",
        "2019-12-18T03:06:46,5219Z",
    ),
)
WORDS = (
    *("a", "A", "ab", "AB", "abc", "b", "Äb", "äB", "straße", "STRASSE", "İ", "i", "ı", "K", "k", "K", "Σ", "ς", "σ", "ǅ", "ǆ"),
    *(
        "a*b",
        "a?b",
        "[a]",
        "[",
        "]",
        "^",
        "-",
        "%",
        "_",
        "\\",
        "\\%",
        "'",
        '"',
        "{",
        "é",
        "É",
        "😀",
        "𐐀",
        "𐐨",
        "\x01",
        "\x7f",
        "\u2003",
    ),
)


def _shown_short(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """The same strategy: hypothesis writes out every strategy that it holds, and warns where that is long."""

    @st.composite
    def drawn(draw: st.DrawFn) -> T:
        return draw(strategy)

    return drawn()


_texts = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(NUMBERS),
    st.sampled_from(INSTANTS),
    st.lists(st.sampled_from(("", " ", "\t", "\r\n", *WORDS, *NUMBERS[:8])), max_size=6).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=4).map("".join),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8),
)
texts = _shown_short(_texts)
locales = st.sampled_from(("en-US", "EN-us", "de-DE", None))
sources = st.sampled_from(("internal", "Internal", "external", None))

values = st.builds(
    lambda text, locale, source: (
        {"value": text} | ({"locale": locale} if locale else {}) | ({"source": source} if source else {})
    ),
    st.one_of(texts, texts, st.integers(), st.booleans(), st.lists(st.integers(), max_size=2)),
    locales,
    sources,
)
plain_values = texts.map(lambda text: {"value": text, "locale": "en-US", "source": "internal"})
value_lists = st.one_of(plain_values.map(lambda value: [value]), st.lists(values, max_size=3))
holders = value_lists.map(lambda listed: {"values": listed})


def _groups(members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    entries = st.lists(st.dictionaries(st.sampled_from(MEMBER_NAMES), members, max_size=3), max_size=3)
    return st.builds(lambda own, group: {"values": own, "group": group}, st.one_of(st.just([]), value_lists), entries)


plain_errors = st.lists(
    st.dictionaries(st.sampled_from(MEMBER_NAMES[:4]), plain_values.map(lambda value: {"values": [value]}), max_size=4),
    max_size=3,
).map(lambda entries: {"group": entries})

_attributes = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(ATTRIBUTE_NAMES, holders),
        **{name: st.one_of(holders, _groups(holders), _groups(_groups(holders))) for name in GROUP_NAMES},
        "validationError": st.one_of(plain_errors, plain_errors, _groups(holders)),
    },
)
attributes = _shown_short(_attributes)
properties = st.dictionaries(st.sampled_from(PROPERTY_NAMES), st.one_of(texts, texts, st.integers(), st.none()), max_size=5)
raw_objects = st.fixed_dictionaries(
    {"id": st.one_of(st.sampled_from(("1", "2", "10", "a", "A", "Ä")), texts.filter(bool)), "type": st.sampled_from(TYPES)},
    optional={
        "name": st.one_of(texts, st.none()),
        "properties": properties,
        "data": attributes.map(lambda found: {"attributes": found}),
    },
)

_names = st.sampled_from(
    sorted(
        {fold(name) for name in (*PROPERTY_NAMES, *GROUP_NAMES, *ATTRIBUTE_NAMES, "absent")}
        | {fold(f"{group}>>{member}") for group in GROUP_NAMES for member in MEMBER_NAMES}
        | {"group>>ä>>error", "validationerror>>error>>sno"}
    )
)
names = _shown_short(_names)
contexts = st.lists(st.builds(Context, locales, sources), max_size=2).map(tuple)

# What a request may hold and no stored text does: U+0000 and halves of surrogate pairs.
operands = st.one_of(texts, texts, texts, st.sampled_from(("a\0b", "\0", "a\ud800", "\udfffb", "")))
_wild_words = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(NUMBERS),
    st.lists(st.sampled_from(("*", "?", "a", "B", "ä", "Ä", "[", "\\", "%", "σ", "1")), min_size=1, max_size=5).map("".join),
    operands.map(lambda text: text.split()[0] if text.split() else "*"),
)
wild_words = _shown_short(_wild_words)
alternatives = st.lists(st.lists(wild_words, min_size=1, max_size=3).map(tuple), min_size=1, max_size=2).map(tuple)
operators = st.sampled_from(("gt", "gte", "lt", "lte"))
comparisons = st.one_of(
    st.builds(Compare, operators, operands, st.just(ValueType.TEXT)),
    st.builds(
        Compare,
        operators,
        st.one_of(
            st.sampled_from([n for n in map(parse_number, NUMBERS) if n is not None]),
            st.floats(allow_nan=False, allow_infinity=False),
        ),
        st.just(ValueType.NUMBER),
    ),
    st.builds(
        Compare,
        operators,
        st.one_of(st.sampled_from([n for n in map(parse_instant, INSTANTS) if n is not None]), st.integers(-(10**14), 10**15)),
        st.just(ValueType.INSTANT),
    ),
)
tests: st.SearchStrategy[Test] = st.one_of(
    st.builds(Exact, st.lists(operands, max_size=12).map(tuple), st.just(False)),
    st.builds(Exact, st.lists(operands, max_size=3).map(tuple), st.just(True)),
    st.builds(Words, alternatives, st.booleans(), st.booleans()),
    st.builds(StartsWith, operands),
    st.builds(HasValue, st.booleans()),
    comparisons,
)
criteria = st.builds(
    Criterion, st.sampled_from(("property", "attribute", "attribute")), names, st.lists(tests, max_size=3).map(tuple), contexts
)
keywords = st.builds(Keywords, st.lists(wild_words, max_size=3).map(tuple), st.booleans())
filters: st.SearchStrategy[Filter] = st.recursive(
    st.deferred(lambda: st.one_of(criteria, criteria, criteria, keywords)),
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)
sort_keys = st.builds(SortKey, names, st.booleans(), st.sampled_from(ValueType), st.sampled_from(("property", "attribute")))
requests = st.builds(
    ExportRequest,
    types=st.one_of(
        st.just(("connectorstate",)), st.lists(st.sampled_from(TYPES), min_size=1, max_size=3, unique=True).map(tuple)
    ),
    ids=st.one_of(
        st.just(()),
        st.just(()),
        st.lists(st.sampled_from(("1", "2", "10", "a", "A", "Ä", "\0")), min_size=1, max_size=3).map(tuple),
    ),
    filter=filters,
    sort=st.lists(sort_keys, max_size=2).map(tuple),
    contexts=contexts,
    max_records=st.one_of(st.none(), st.none(), st.integers(0, 4)),
    offset=st.one_of(st.just(0), st.just(0), st.integers(0, 4)),
)
