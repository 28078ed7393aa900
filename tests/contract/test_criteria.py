"""The filter grammar: what each operator and each word beside it becomes."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
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
)
from contract.warnings import ATTRIBUTE_AS_PROPERTY, COMPARED_AS_TEXT, NO_EFFECT
from tests.contract.bodies import NOW, parse, with_attribute, with_filters, with_property


def milliseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def only_part(body: dict[str, Any]) -> Filter:
    made = parse(body).filter
    assert isinstance(made, AllOf)
    (part,) = made.parts
    return part


def made_of(**criterion: Any) -> tuple[Test, ...]:
    part = only_part(with_attribute(**criterion))
    assert isinstance(part, Criterion)
    assert (part.area, part.name) == ("attribute", "itemstate")
    return part.tests


@pytest.mark.parametrize(("written", "text"), [("New", "New"), ("7", "7"), (7, 7), (0.5, 0.5), (True, "true"), ("", "")])
def test_exact_takes_a_text_a_number_or_a_boolean(written: object, text: str | float) -> None:
    assert made_of(exact=written) == (Exact((text,)),)


def test_exacts_takes_a_list_or_a_bare_value() -> None:
    assert made_of(exacts=["new", 7, "new", "7", 7.0]) == (Exact(("new", 7, "7")),)
    assert made_of(exacts="new") == (Exact(("new",)),)
    assert made_of(exacts=False) == (Exact(("false",)),)


@pytest.mark.parametrize("operator", ["_AND", "_and", "AND", "and"])
def test_exacts_can_ask_for_each(operator: str) -> None:
    assert made_of(exacts=["a", "b"], operator=operator) == (Exact(("a", "b"), every=True),)


def test_eq_asks_for_every_word_and_contains_for_any() -> None:
    both = (("plum*", "jam"),)
    assert made_of(eq=" plum*\tjam ") == (Words(both, every=True, whole=True),)
    assert made_of(eq="plum* jam", operator="_OR") == (Words(both, every=False, whole=True),)
    assert made_of(contains="plum* jam") == (Words(both, every=False, whole=False),)
    assert made_of(contains="plum* jam", operator="_AND") == (Words(both, every=True, whole=False),)


@pytest.mark.parametrize(
    ("text", "alternatives"),
    [
        ("(jam*)|(jelly?)", (("jam*",), ("jelly?",))),
        ("(plum jam) | (jelly)|(a b c)", (("plum", "jam"), ("jelly",), ("a", "b", "c"))),
        ("(jam*)", (("jam*",),)),
        ("jam (plum)", (("jam", "(plum)"),)),
        ("size (S|M)", (("size", "(S|M)"),)),
        ("a|b", (("a|b",),)),
    ],
)
def test_alternatives_stand_in_parentheses(text: str, alternatives: tuple[tuple[str, ...], ...]) -> None:
    assert made_of(eq=text) == (Words(alternatives, every=True, whole=True),)


@given(st.lists(st.lists(st.text("abc*?_%\\'-.äß", min_size=1), min_size=1, max_size=4, unique=True), min_size=1, max_size=4))
def test_words_split_on_blanks_and_alternatives_on_bars(groups: list[list[str]]) -> None:
    text = "|".join(f"({'  '.join(group)})" for group in groups)
    made = only_part(with_attribute(eq=text))
    assert made == Criterion(
        "attribute", "itemstate", (Words(tuple(dict.fromkeys(map(tuple, groups))), every=True, whole=True),)
    )


@pytest.mark.parametrize(
    ("number", "words"), [(5, ("5", "5.0")), (5.0, ("5.0", "5")), (2.5, ("2.5",)), (0, ("0", "0.0", "-0.0")), (True, ("true",))]
)
def test_a_bare_number_is_a_word_however_it_is_written(number: float, words: tuple[str, ...]) -> None:
    alternatives = tuple((word,) for word in words)
    assert made_of(eq=number) == (Words(alternatives, every=True, whole=True),)
    assert made_of(eq=words[0]) == (Words(alternatives[:1], every=True, whole=True),)


def test_a_part_of_a_value_that_is_a_whole_number_is_its_digits() -> None:
    assert made_of(contains=5.0) == made_of(contains="5")
    assert made_of(startswith=20.0) == (StartsWith("20"),)
    assert made_of(contains=2.5) == made_of(contains="2.5")
    assert made_of(contains="5.0") == (Words((("5.0",),), every=False, whole=False),)


def test_startswith_and_hasvalue() -> None:
    assert made_of(startswith="RS-") == (StartsWith("RS-"),)
    assert made_of(hasvalue="false") == (HasValue(False),)
    assert made_of(HasValue=True, type="_DECIMAL") == (HasValue(True),)


@pytest.mark.parametrize("operator", ["gt", "gte", "lt", "lte"])
def test_comparisons_read_their_operand_by_type(operator: Any) -> None:
    assert made_of(**{operator: "10", "type": "_DECIMAL"}) == (Compare(operator, 10.0, ValueType.NUMBER),)
    assert made_of(**{operator: -2.5, "type": "integer"}) == (Compare(operator, -2.5, ValueType.NUMBER),)
    assert made_of(**{operator: "10", "type": "_STRING"}) == (Compare(operator, "10", ValueType.TEXT),)
    instant = milliseconds(datetime(2026, 2, 25, 16, 7, 34, 123_000, tzinfo=UTC))
    for name in ("_DATETIME", "datetime", "_DateTime", "_DATE"):
        written = {operator: "2026-02-25T11:07:34.123-0500", "type": name}
        assert made_of(**written) == (Compare(operator, instant, ValueType.INSTANT),)


def test_several_operators_on_one_name_are_all_asked() -> None:
    assert made_of(gt=1, lte=9, type="_INTEGER", hasvalue=True) == (
        Compare("gt", 1.0, ValueType.NUMBER),
        Compare("lte", 9.0, ValueType.NUMBER),
        HasValue(True),
    )


def test_relative_dates_need_no_type_and_give_it_to_their_neighbours() -> None:
    day_ago = Compare("gte", milliseconds(NOW - timedelta(days=1)), ValueType.INSTANT)
    assert made_of(gte="now-1d", type="_DATETIME") == (day_ago,)
    assert made_of(gte="now-1d") == (day_ago,)
    end = Compare("lt", milliseconds(datetime(2026, 6, 1, tzinfo=UTC)), ValueType.INSTANT)
    assert made_of(gte="now-1d", lt="2026-06-01") == (day_ago, end)
    assert made_of(gte="now-1d", type="_STRING") == (Compare("gte", "now-1d", ValueType.TEXT),)


@pytest.mark.parametrize(("operand", "named"), [(5, "_DECIMAL"), ("2026-02-25", "_DATETIME"), ("m", None), ("5", None)])
def test_a_date_or_number_without_type_is_compared_as_text_and_that_is_said(operand: object, named: str | None) -> None:
    request = parse(with_attribute(gt=operand))
    assert request.filter == AllOf((Criterion("attribute", "itemstate", (Compare("gt", str(operand), ValueType.TEXT),)),))
    assert [warning.code for warning in request.warnings] == ([COMPARED_AS_TEXT] if named else [])
    assert all(named is not None and named in warning.message for warning in request.warnings)


def test_not_may_stand_beside_the_operators_or_beside_the_names() -> None:
    plain = Criterion("property", "channelid", (Exact(("c",)),))
    other = Criterion("property", "entitytype", (Exact(("sku",)),))
    both = {"channelid": {"exact": "c"}, "entitytype": {"exact": "sku"}}
    assert only_part(with_property(exact="c", **{"not": "true"})) == Not(plain)
    assert only_part(with_property(exact="c", **{"not": False})) == plain
    assert only_part(with_filters(propertiesCriterion=[both])) == AllOf((plain, other))
    assert only_part(with_filters(propertiesCriterion=[both | {"not": True}])) == Not(AllOf((plain, other)))


def test_a_property_may_be_called_not() -> None:
    named = only_part(with_filters(propertiesCriterion=[{"Not": {"exact": "c"}}]))
    assert named == Criterion("property", "not", (Exact(("c",)),))


def test_criteria_look_at_their_own_contexts_else_at_the_requests() -> None:
    german, own = Context(locale="de-DE"), Context(locale="en-US", source="internal")
    body = with_filters(
        attributesCriterion=[
            {"a": {"exact": 1}},
            {"b": {"exact": 1, "contexts": [{"locale": "en-US", "source": "internal"}]}},
            {"c": {"exact": 1, "valueContexts": {"locale": "_ALL"}}},
        ],
        propertiesCriterion=[{"d": {"exact": 1}}],
    )
    body["params"]["query"]["valueContexts"] = [{"locale": "de-DE"}]
    made = parse(body).filter
    assert isinstance(made, AllOf)
    found = {part.name: part.contexts for part in made.parts if isinstance(part, Criterion)}
    assert found == {"a": (german,), "b": (own,), "c": (), "d": ()}


def test_what_says_nothing_beside_an_operator_is_named_in_the_warnings() -> None:
    body = with_property(exact="c", operator="_OR", valueContexts=[{"locale": "de-DE"}], nonContextual=True)
    request = parse(body)
    assert request.filter == AllOf((Criterion("property", "channelid", (Exact(("c",)),)),))
    assert [warning.code for warning in request.warnings] == [NO_EFFECT] * 3


@pytest.mark.parametrize(
    ("said", "operator"),
    [
        ({"exact": "2026-02-25T11:07:34.123-0500", "type": "_DATETIME"}, "exact"),
        ({"exacts": ["2026-02-25", "soon"], "type": "_DATE"}, "exacts"),
        ({"eq": "now-1d", "type": "_DATETIME"}, "eq"),
        ({"eq": "5.0", "Type": "_DECIMAL"}, "eq"),
    ],
)
def test_a_type_of_dates_or_numbers_that_are_looked_for_as_texts_is_named(said: dict[str, Any], operator: str) -> None:
    [warning] = parse(with_property(**said)).warnings
    assert warning.code == NO_EFFECT
    assert "channelid.type has no effect" in warning.message.replace("Type", "type")
    assert f": {operator} looks for texts" in warning.message


@pytest.mark.parametrize(
    "said",
    [
        {"contains": "plum", "type": "_STRING"},
        {"contains": "plum", "type": "_DATETIME"},
        {"hasvalue": True, "type": "_DECIMAL"},
        {"exact": 5, "type": "_DECIMAL"},
        {"exact": "5", "gt": 1, "type": "_DECIMAL"},
    ],
)
def test_a_type_that_does_no_harm_is_in_no_warning(said: dict[str, Any]) -> None:
    assert parse(with_property(**said)).warnings == ()


def test_an_operator_that_one_test_uses_is_in_no_warning() -> None:
    assert parse(with_property(eq="a b", exact="a b", operator="_OR")).warnings == ()


def test_reading_a_request_leaves_its_body_as_it_came() -> None:
    """It is kept, and read again."""
    body = with_filters(attributesCriterion=[{"not": True, "a": {"exact": 1, "not": "true"}}], nonContextual=False)
    before = copy.deepcopy(body)
    parse(body)
    assert body == before


def test_keywords_ask_for_all_words_unless_told_otherwise() -> None:
    def keywords(**criterion: object) -> Filter:
        return only_part(with_filters(keywordsCriterion=criterion))

    assert keywords(keywords="plum* jam") == Keywords(("plum*", "jam"), every=True)
    assert keywords(keywords="plum* jam", operator="_OR") == Keywords(("plum*", "jam"), every=False)
    assert keywords(keywords="(plum jam)|(jelly)") == AnyOf((Keywords(("plum", "jam")), Keywords(("jelly",))))


def test_names_are_folded_and_groups_keep_their_path() -> None:
    part = only_part(with_filters(attributesCriterion=[{"ValidationError>>Error": {"contains": "x"}}]))
    assert isinstance(part, Criterion)
    assert part.name == "validationerror>>error"


def test_a_name_keeps_its_blanks_wherever_a_request_says_it() -> None:
    body = with_filters(propertiesCriterion=[{" Note ": {"exact": "x"}}, {"\t": {"exact": "y"}}])
    body["params"] |= {"fields": {"properties": [" Note ", " "]}, "sort": {"attributes": [{"Note ": "_ASC"}, {"  ": "_ASC"}]}}
    request = parse(body)
    assert isinstance(request.filter, AllOf)
    assert [part.name for part in request.filter.parts if isinstance(part, Criterion)] == [" note ", "\t"]
    assert request.properties == (" Note ", " ")
    assert [key.name for key in request.sort] == ["note ", "  "]
    told = [warning.message.partition(":")[2] for warning in request.warnings if warning.code == "SSH2006"]
    assert [message.split("'")[1] for message in told] == [" Note ", "\\t", " Note ", " ", "Note ", "  "]


def test_a_documented_attribute_among_the_properties_is_taken_and_named() -> None:
    """No object of the documented shape has it there, so nothing would be found without a word."""
    names = [{"ItemState": {"exact": "new"}}, {"validationError>>sno": {"exact": 1}}, {"channelid": {"exact": "c"}}]
    body = with_filters(propertiesCriterion=names, attributesCriterion=[{"itemState": {"exact": "new"}}])
    body["params"] |= {"fields": {"properties": ["introStateDate"], "attributes": ["introStateDate"]}}
    body["params"]["sort"] = {"properties": [{"publishState": "_ASC"}], "attributes": [{"publishState": "_ASC"}]}
    request = parse(body)
    assert isinstance(request.filter, AllOf)
    assert request.filter.parts[0] == Criterion("property", "itemstate", (Exact(("new",)),))
    assert [(said.code, said.message.split("'")[1]) for said in request.warnings] == [
        (ATTRIBUTE_AS_PROPERTY, name) for name in ("ItemState", "validationError>>sno", "introStateDate", "publishState")
    ]


def test_a_request_may_be_as_large_as_its_limits() -> None:
    contexts = [{"locale": f"l{number}"} for number in range(10_000)]
    assert parse(with_filters(attributesCriterion=[{f"a{number}": {"hasvalue": False}} for number in range(1_000)]))
    assert parse(with_attribute(exacts=list(range(1_000)), operator="_AND"))
    assert parse(with_attribute(exacts=list(range(10_000))))
    assert parse(with_filters(attributesCriterion=[{"a": {"exact": 1, "contexts": contexts}}] * 10))
