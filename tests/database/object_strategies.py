"""Random objects: texts are made of few words and names are few, so that objects have much in common."""

from typing import Any, TypeVar

from hypothesis import strategies as st

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
        "Ä\ufffd",
        "ä\ufffe",
        "\uffffä",
    ),
)


def shown_short(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
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
texts = shown_short(_texts)
numbers = st.one_of(st.integers(), st.sampled_from((0, -0.0, 7, 7.0, 10.5, 1e22, 10**22, 2**63)), st.floats(-1e6, 1e6))
locales = st.sampled_from(("en-US", "EN-us", "de-DE", None))
sources = st.sampled_from(("internal", "Internal", "external", None))

values = st.builds(
    lambda text, locale, source: (
        {"value": text} | ({"locale": locale} if locale else {}) | ({"source": source} if source else {})
    ),
    st.one_of(texts, texts, numbers, st.booleans(), st.lists(st.integers(), max_size=2)),
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
attributes = shown_short(_attributes)
properties = st.dictionaries(st.sampled_from(PROPERTY_NAMES), st.one_of(texts, texts, numbers, st.none()), max_size=5)
raw_objects = st.fixed_dictionaries(
    {"id": st.one_of(st.sampled_from(("1", "2", "10", "a", "A", "Ä")), texts.filter(bool)), "type": st.sampled_from(TYPES)},
    optional={
        "name": st.one_of(texts, st.none()),
        "properties": properties,
        "data": attributes.map(lambda found: {"attributes": found}),
    },
)
