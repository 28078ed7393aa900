"""Every mistake of a request is named, with its path, in one answer."""

from typing import Any

import pytest

from contract.errors import (
    Ambiguous,
    BadOperand,
    InvalidRequest,
    Misplaced,
    Missing,
    Mistake,
    OutOfRange,
    TooDeep,
    UnknownFilter,
    UnknownFormat,
    UnknownOperator,
    UnknownProfile,
    UnknownValueType,
    UnsafeFileName,
    WrongShape,
)
from contract.operators import OPERATORS
from tests.contract.bodies import (
    FILTERS,
    documented_body,
    mistakes_of,
    parse,
    with_attribute,
    with_filters,
    with_params,
    with_property,
)

TYPES = f"{FILTERS}.typesCriterion"
PROPERTY = f"{FILTERS}.propertiesCriterion[0].channelid"
ATTRIBUTE = f"{FILTERS}.attributesCriterion[0].itemState"
MANY_CONTEXTS = [{"locale": f"l{number}"} for number in range(10_000)]
INFINITE = float("1e400")
SORT = {"properties": [{"createdDate": "_DESC"}]}


def nested(levels: int) -> list[Any]:
    made: list[Any] = []
    for _ in range(levels - 1):
        made = [made]
    return made


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59.999-1200", "0001-01-01T00:00:00+05:30"])
def test_a_date_that_its_zone_alone_has_in_the_years_is_not_told_that_it_is_none(text: str) -> None:
    for body in (with_property(gt=text, type="_DATETIME"), with_params(options={"since": text})):
        with pytest.raises(InvalidRequest, match="is not within the years 1 to 9999 in UTC"):
            parse(body)


@pytest.mark.parametrize("body", [None, True, 1, "params", [], [{}]])
def test_a_body_is_an_object(body: object) -> None:
    assert mistakes_of(body) == [("", WrongShape)]


@pytest.mark.parametrize(
    "body",
    [{}, {"params": {}}, {"params": None}, {"params": {"query": {"filters": {}}}}, with_filters(typesCriterion=[])],
)
def test_types_are_needed(body: object) -> None:
    assert mistakes_of(body) == [(TYPES, Missing)]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"params": []}, "params"),
        ({"params": {"query": "x"}}, "params.query"),
        ({"params": {"query": {"filters": [1]}}}, FILTERS),
        (with_filters(typesCriterion="sku"), TYPES),
        (with_filters(typesCriterion={"a": 1}), TYPES),
        (with_filters(typesCriterion=["sku", 5]), f"{TYPES}[1]"),
        (with_filters(typesCriterion=["sku", " "]), f"{TYPES}[1]"),
        (with_filters(propertiesCriterion={"channelid": {"exact": "c"}}), f"{FILTERS}.propertiesCriterion"),
        (with_filters(propertiesCriterion=["channelid"]), f"{FILTERS}.propertiesCriterion[0]"),
        (with_filters(propertiesCriterion=[{"channelid": "c"}]), PROPERTY),
        (with_filters(propertiesCriterion=[{"channelid": None}]), PROPERTY),
        (with_property(exact=["c"]), f"{PROPERTY}.exact"),
        (with_property(exact=None), f"{PROPERTY}.exact"),
        (with_property(exacts=["c", {}]), f"{PROPERTY}.exacts[1]"),
        (with_property(exacts={}), f"{PROPERTY}.exacts"),
        (with_property(eq=["c"]), f"{PROPERTY}.eq"),
        (with_property(hasvalue=1), f"{PROPERTY}.hasvalue"),
        (with_property(exact="c", **{"not": "maybe"}), f"{PROPERTY}.not"),
        (with_property(exact="c", type=5), f"{PROPERTY}.type"),
        (with_attribute(exact="c", contexts="de-DE"), f"{ATTRIBUTE}.contexts"),
        (with_attribute(exact="c", contexts=[{"locale": 5}]), f"{ATTRIBUTE}.contexts[0].locale"),
        (with_filters(keywordsCriterion="plum"), f"{FILTERS}.keywordsCriterion"),
        (with_filters(keywordsCriterion={"keywords": ["plum"]}), f"{FILTERS}.keywordsCriterion.keywords"),
        (with_params(fields=[]), "params.fields"),
        (with_params(fields={"attributes": {}}), "params.fields.attributes"),
        (with_params(fields={"attributes": ["a", 1]}), "params.fields.attributes[1]"),
        (with_params(sort=[]), "params.sort"),
        (with_params(sort={"properties": {"createdDate": "_ASC"}}), "params.sort.properties"),
        (with_params(sort={"properties": ["createdDate"]}), "params.sort.properties[0]"),
        (with_params(sort={"properties": [{"createdDate": None}]}), "params.sort.properties[0].createdDate"),
        (with_params(options=5), "params.options"),
        (with_params(options={"maxRecords": True}), "params.options.maxRecords"),
        (with_params(options={"maxRecords": [5]}), "params.options.maxRecords"),
        (with_params(options={"from": {}}), "params.options.from"),
        (with_params(options={"skipIfEmpty": 1}), "params.options.skipIfEmpty"),
        (with_params(rsconnect="x"), "params.rsconnect"),
        (with_params(rsconnect={"profiles": {}}), "params.rsconnect.profiles"),
        (with_params(rsconnect={"profilecontexts": "Excel"}), "params.rsconnect.profilecontexts"),
        (with_params(rsconnect={"profilecontexts": [{"format": ["Excel"]}]}), "params.rsconnect.profilecontexts[0].format"),
        (with_filters() | {"fileName": 5}, "fileName"),
        (with_filters() | {"clientState": "x"}, "clientState"),
    ],
)
def test_a_wrong_shape_is_named(body: object, path: str) -> None:
    found = mistakes_of(body)
    assert [where for where, _ in found] == [path]
    assert found[0][1] in (WrongShape, BadOperand)


@pytest.mark.parametrize(
    ("body", "path", "error"),
    [
        (with_property(like="c"), PROPERTY, UnknownOperator),
        (with_property(**{"": "c"}), PROPERTY, UnknownOperator),
        (with_property(), PROPERTY, Missing),
        (with_property(type="_STRING"), PROPERTY, Missing),
        (with_filters(propertiesCriterion=[{}]), f"{FILTERS}.propertiesCriterion[0]", Missing),
        (with_filters(propertiesCriterion=[{"not": True}]), f"{FILTERS}.propertiesCriterion[0]", Missing),
        (with_filters(propertiesCriterion=[{"": {"exact": 1}}]), f"{FILTERS}.propertiesCriterion[0].", Missing),
        (with_property(exact="c", type="_COLOUR"), f"{PROPERTY}.type", UnknownValueType),
        (with_property(eq="c", operator="_XOR"), f"{PROPERTY}.operator", BadOperand),
        (with_property(exacts=[]), f"{PROPERTY}.exacts", BadOperand),
        (with_property(eq=" "), f"{PROPERTY}.eq", BadOperand),
        (with_property(eq="(a)|b"), f"{PROPERTY}.eq", BadOperand),
        (with_property(eq="()|(a)"), f"{PROPERTY}.eq", BadOperand),
        (with_property(contains="((a)|(b))"), f"{PROPERTY}.contains", BadOperand),
        (with_property(startswith=""), f"{PROPERTY}.startswith", BadOperand),
        (with_property(hasvalue="yes"), f"{PROPERTY}.hasvalue", BadOperand),
        (with_property(gt=True), f"{PROPERTY}.gt", BadOperand),
        (with_property(gt="ten", type="_DECIMAL"), f"{PROPERTY}.gt", BadOperand),
        (with_property(gt="1e999", type="_DECIMAL"), f"{PROPERTY}.gt", BadOperand),
        (with_property(lt="007", type="_INTEGER"), f"{PROPERTY}.lt", BadOperand),
        (with_property(gte="yesterday", type="_DATETIME"), f"{PROPERTY}.gte", BadOperand),
        (with_property(gte=20260520, type="_DATETIME"), f"{PROPERTY}.gte", BadOperand),
        (with_property(gte="now-1y"), f"{PROPERTY}.gte", BadOperand),
        (with_property(gte="now-999999999d"), f"{PROPERTY}.gte", BadOperand),
        (with_property(gte="0001-01-01T00:00:00+2300", type="_DATETIME"), f"{PROPERTY}.gte", BadOperand),
        (with_property(eq="x" * 1001), f"{PROPERTY}.eq", OutOfRange),
        (with_property(exacts=["x"] * 10_001), f"{PROPERTY}.exacts", OutOfRange),
        (with_filters(keywordsCriterion={}), f"{FILTERS}.keywordsCriterion.keywords", Missing),
        (with_filters(keywordsCriterion={"keywords": "a", "like": 1}), f"{FILTERS}.keywordsCriterion", UnknownOperator),
        (with_filters(relationshipsCriterion=[]), f"{FILTERS}.relationshipsCriterion", UnknownFilter),
        (with_filters(channelid={"exact": "c"}), f"{FILTERS}.channelid", UnknownFilter),
        (with_filters(propertiesCriteron="x"), f"{FILTERS}.propertiesCriteron", UnknownFilter),
        (with_filters(isPropertiesCriterionOR=True), f"{FILTERS}.isPropertiesCriterionOR", UnknownFilter),
        (with_filters(status="Active"), f"{FILTERS}.status", UnknownFilter),
        (with_filters(id=5), f"{FILTERS}.id", UnknownFilter),
        (with_filters() | {"Filters": {"a": 1}}, "Filters", Misplaced),
        (with_filters() | {"query": {"id": "1"}}, "query", Misplaced),
        (with_params(options={"query": {"id": "1"}}), "params.options.query", Misplaced),
        (with_params(propertiesCriterion=[{"a": {"exact": 1}}]), "params.propertiesCriterion", Misplaced),
        (with_params(ids=["1"]), "params.ids", Misplaced),
        (
            with_params(query={"keywordsCriterion": {"keywords": "a"}, "filters": {"typesCriterion": ["x"]}}),
            "params.query.keywordsCriterion",
            Misplaced,
        ),
        (with_params(query={"id": "1", "filter": {"typesCriterion": ["x"]}}), "params.query.filter", Misplaced),
        (with_params(query={"id": "1", "sort": SORT}), "params.query.sort", Misplaced),
        (with_params(query={"id": "1", "Options": {"maxRecords": 5}}), "params.query.Options", Misplaced),
        (with_params(options={"sort": SORT}), "params.options.sort", Misplaced),
        (with_params(fields={"sort": SORT}), "params.fields.sort", Misplaced),
        (with_params(rsconnect={"options": {"maxRecords": 5}}), "params.rsconnect.options", Misplaced),
        (with_params(maxRecords=5), "params.maxRecords", Misplaced),
        (with_params(FROM=0), "params.FROM", Misplaced),
        (with_params(sort={"createdDate": "_DESC"}), "params.sort.createdDate", Misplaced),
        (with_filters() | {"sort": SORT}, "sort", Misplaced),
        (with_filters() | {"skipIfEmpty": False}, "skipIfEmpty", Misplaced),
        (with_filters(propertiesCriterion=[{"a": {"exact": 1}}] * 1001), FILTERS, OutOfRange),
        (with_attribute(exacts=list(range(1001)), operator="_AND"), FILTERS, OutOfRange),
        (with_filters(attributesCriterion=[{"a": {"exact": 1, "contexts": MANY_CONTEXTS}}] * 11), FILTERS, OutOfRange),
        (
            with_params(
                query={"contexts": MANY_CONTEXTS, "filters": {"typesCriterion": ["x"]}},
                sort={"attributes": [{f"a{number}": "_ASC"} for number in range(11)]},
            ),
            "params.sort",
            OutOfRange,
        ),
        (with_filters(attributesCriterion=[{"a": {"eq": "b c d"}}] * 334), FILTERS, OutOfRange),
        ({"params": {"query": {"ids": [], "filters": {"typesCriterion": ["sku"]}}}}, "params.query.ids", Missing),
        (with_params(options={"maxRecords": 0}), "params.options.maxRecords", OutOfRange),
        (with_params(options={"maxRecords": -1}), "params.options.maxRecords", OutOfRange),
        (with_params(options={"maxRecords": 5_000_001}), "params.options.maxRecords", OutOfRange),
        (with_params(options={"maxRecords": INFINITE}), "params.options.maxRecords", OutOfRange),
        (with_params(options={"maxRecords": float("nan")}), "params.options.maxRecords", OutOfRange),
        (with_params(options={"maxRecords": 10**5000}), "params.options.maxRecords", OutOfRange),
        (with_params(options={"maxRecords": 2.5}), "params.options.maxRecords", BadOperand),
        (with_params(options={"maxRecords": "ten"}), "params.options.maxRecords", BadOperand),
        (with_params(options={"totalRecords": "-5"}), "params.options.totalRecords", OutOfRange),
        (with_params(options={"totalRecords": 5, "maxRecords": 6}), "params.options.maxRecords", Ambiguous),
        (with_params(options={"from": -1}), "params.options.from", OutOfRange),
        (with_params(options={"from": 10**12}), "params.options.from", OutOfRange),
        (with_params(options={"maxRecords": 5, "MAXRECORDS": 6}), "params.options.maxRecords", Ambiguous),
        (with_filters(attributesCriterion=[], attributeCriterion=[]), f"{FILTERS}.attributesCriterion", Ambiguous),
        (
            with_filters(propertiesCriterion=[{"channelid": {"exact": 1}, "channelId": {"exact": 2}}]),
            PROPERTY,
            Ambiguous,
        ),
        (with_property(exact=1, EXACT=2), f"{PROPERTY}.exact", Ambiguous),
        (with_params(sort={"properties": [{"createdDate": "_UP"}]}), "params.sort.properties[0].createdDate", BadOperand),
        (
            with_params(sort={"attributes": [{"a": "_ASC", "sortType": "_SIZE"}]}),
            "params.sort.attributes[0].sortType",
            UnknownValueType,
        ),
        (with_params(sort={"attributes": [{"sortType": "_STRING"}]}), "params.sort.attributes[0]", Missing),
        (with_params(sort={"attributes": [{"": "_ASC"}]}), "params.sort.attributes[0]", Missing),
        (with_params(sort={"attributes": [{f"a{n}": "_ASC"} for n in range(101)]}), "params.sort", OutOfRange),
        (with_params(rsconnect={"profiles": ["mine"]}), "params.rsconnect.profiles[0]", UnknownProfile),
        (
            with_params(rsconnect={"profilecontexts": [{"format": "PDF"}]}),
            "params.rsconnect.profilecontexts[0].format",
            UnknownFormat,
        ),
        (
            with_params(rsconnect={"profilecontexts": [{"order": "last"}]}),
            "params.rsconnect.profilecontexts[0].order",
            BadOperand,
        ),
        (with_filters() | {"fileName": "../../etc/passwd"}, "fileName", UnsafeFileName),
        (with_filters() | {"clientState": {"a": ["\0"]}}, "clientState.a[0]", WrongShape),
        (with_filters() | {"clientState": {"a": "\ud800"}}, "clientState.a", WrongShape),
        (with_filters() | {"clientState": {"a": {"b": INFINITE}}}, "clientState.a.b", OutOfRange),
        (with_filters() | {"clientState": {"\udfff": 1}}, "clientState.\udfff", WrongShape),
        (with_filters(propertiesCriterion=[{"a": {"exact": "\0"}}]), f"{FILTERS}.propertiesCriterion[0].a.exact", WrongShape),
        (with_filters() | {"clientState": {"a": nested(100)}}, "", TooDeep),
    ],
)
def test_a_mistake_is_named_with_its_path(body: object, path: str, error: type[Mistake]) -> None:
    assert mistakes_of(body) == [(path, error)]


def test_all_mistakes_are_named_in_one_answer() -> None:
    body = documented_body()
    body["params"]["query"]["filters"]["propertiesCriterion"] = [
        {"channelid": {"like": "x", "exact": {}}},
        {"entitytype": {"exacts": ["sku", None, [], "product"]}},
    ]
    body["params"]["query"]["filters"]["attributesCriterion"] = [{"itemState": {"gt": "ten", "type": "_DECIMAL"}}]
    body["params"]["options"] = {"maxRecords": -5, "from": "x"}
    body["params"]["rsconnect"]["profilecontexts"][0]["format"] = "PDF"
    body["params"]["sort"] = {"properties": [{"createdDate": "_UP"}]}
    body["fileName"] = "a/b"
    assert sorted(mistakes_of(body), key=str) == sorted(
        [
            (PROPERTY, UnknownOperator),
            (f"{PROPERTY}.exact", WrongShape),
            (f"{FILTERS}.propertiesCriterion[1].entitytype.exacts[1]", WrongShape),
            (f"{FILTERS}.propertiesCriterion[1].entitytype.exacts[2]", WrongShape),
            (f"{ATTRIBUTE}.gt", BadOperand),
            ("params.options.maxRecords", OutOfRange),
            ("params.options.from", BadOperand),
            ("params.rsconnect.profilecontexts[0].format", UnknownFormat),
            ("params.sort.properties[0].createdDate", BadOperand),
            ("fileName", UnsafeFileName),
        ],
        key=str,
    )


def test_an_unknown_operator_is_told_the_known_ones() -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse(with_property(like="c"))
    assert str(caught.value.mistakes[0]) == f"Unknown operator 'like'; known are {', '.join(OPERATORS)}"


def test_the_ceiling_is_named() -> None:
    with pytest.raises(InvalidRequest, match=r"6000000 is out of range; allowed is 1 to 5000000 \(STATESHEET_MAX_RECORDS\)"):
        parse(with_params(options={"maxRecords": 6_000_000}))


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (with_params(sort={"createdDate": "_DESC"}), "in a list, params.sort.properties or params.sort.attributes"),
        (with_params(query={"id": "1", "sort": SORT}), "params.sort"),
        (with_params(MaxRecords=5), "params.options.maxRecords"),
        (with_params(keywordCriterion={"keywords": "a"}), "params.query.filters"),
    ],
)
def test_what_stands_in_a_wrong_place_is_told_its_own(body: object, place: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse(body)
    assert str(caught.value.mistakes[0]).endswith(f" is not read here: its place is {place}")


def test_what_says_nothing_is_in_no_wrong_place() -> None:
    """Clients write null and empty lists and objects for what they leave out."""
    assert mistakes_of(with_params(maxRecords=None, sort={"score": None}, query={"id": "1", "sort": {}, "ids": None})) == []


def test_a_thousand_mistakes_are_enough() -> None:
    assert len(mistakes_of(with_filters(propertiesCriterion=[5] * 5000))) == 1000


def test_long_texts_of_a_client_are_cut_in_messages() -> None:
    body = with_filters(attributesCriterion=[{"n" * 5000: {"x" * 5000: 1, "gt": "y" * 900, "type": "_DECIMAL"}}])
    with pytest.raises(InvalidRequest) as caught:
        parse(body)
    assert len(caught.value.mistakes) == 2
    assert len(str(caught.value)) < 1000


def test_a_long_name_in_a_wrong_place_is_cut_in_its_message() -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse(with_params(**{"criterion" + "n" * 5000: {"a": 1}}))
    [mistake] = caught.value.mistakes
    assert isinstance(mistake, Misplaced)
    assert len(str(mistake)) < 500
