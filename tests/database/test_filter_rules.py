"""The rules of the filter grammar, one after another, with what each must find on both databases."""

from typing import Any

import pytest

from contract.evaluation import evaluate
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
from contract.objects import parse_object
from contract.request import ExportRequest, SortKey
from database.arrow import snapshot
from database.reader import count_matching
from database.selection import select_matching
from tests.database.conftest import Stores

TYPES = ("listing",)


def value(text: str, locale: str | None = "en-US", source: str | None = "internal") -> dict[str, Any]:
    context = {key: part for key, part in (("locale", locale), ("source", source)) if part}
    return {"value": text, **context}


def thing(identifier: str, *, attributes: dict[str, Any] | None = None, **properties: object) -> dict[str, Any]:
    return {"id": identifier, "type": "listing", "properties": properties, "data": {"attributes": attributes or {}}}


def values(*found: dict[str, Any]) -> dict[str, Any]:
    return {"values": list(found)}


OBJECTS = [
    thing("case", colour="Dark Ärger", entityid="Sku-1", sku="Sku-1"),
    thing("many", attributes={"colour": values(value("red"), value("Navy Blue"), value("blau", locale="de-DE"))}),
    thing("one", attributes={"colour": values(value("green leaf"))}),
    thing("empty", attributes={"colour": values(value(""))}),
    thing("number", size="10.50", since="2019-12-17T21:06:46.521-0600"),
    thing("code", size="007", since="soon"),
    thing("exponent", size="1.05e1", since="2019-12-18"),
    thing("whole", weight=5),
    thing("decimal", weight=5.0),
    thing("text", weight="5.0"),
    thing("other text", weight="5.00"),
    thing("zero", weight=-0.0),
    thing("weights", attributes={"weight": values({"value": 10**22}, {"value": 5.0}, {"value": "heavy"})}),
    thing("long", weight=12345678901234567890),
    thing("next to it", weight=12345678901234567891),
    thing("huge", size="1e999", since="0001-01-01T00:00:00+2359"),
    thing("both", attributes={"colour": values(value("of the attribute"))}, colour="of the property"),
    thing("marks", colour="100% [a_b] *\\ it's"),
    thing(
        "wrong",
        attributes={"validationError": {"group": [{"error": values(value("Image is missing")), "sno": values(value("12"))}]}},
    ),
    thing("odd", attributes={"validationError": {"group": [{"error": values(value("Bild fehlt", locale="de-DE"))}]}}),
    thing("state", attributes={"itemState": values(value("errored"))}),
    thing("states", attributes={"itemState": values(value("errored"), value("new"))}),
    thing("stated", itemState="errored"),
    thing(
        "parts",
        attributes={"fit": values(value("XL", locale="fr-FR", source="shop"), value("any", locale=None, source="shop"))},
    ),
]
EVERY_ID = {item["id"] for item in OBJECTS}


def of(name: str, *tests: Test, contexts: tuple[Context, ...] = (), area: str = "attribute") -> Criterion:
    return Criterion("property" if area == "property" else "attribute", name, tests, contexts)


def many_contexts(one: Context) -> tuple[Context, ...]:
    """`one` among contexts of all forms, in which nothing is."""
    return (Context("l0", "s0"), Context("l1"), one, Context(None, "s2"), Context("de-DE", "s3"), Context("l4", "internal"))


def words(*found: str, every: bool = True, whole: bool = True) -> Words:
    return Words((found,), every, whole)


RULES: dict[str, tuple[Filter, set[str]]] = {
    "everything": (AllOf(), EVERY_ID),
    "nothing": (AnyOf(), set()),
    "exact is the whole value without case": (of("colour", Exact(("dark ärger",))), {"case"}),
    "exact is no part of a value": (of("colour", Exact(("dark",))), set()),
    "exact of an id has case": (of("entityid", Exact(("sku-1",))), set()),
    "exact of an id in its case": (of("entityid", Exact(("Sku-1",))), {"case"}),
    "exact of a name that is no id has no case": (of("sku", Exact(("SKU-1",))), {"case"}),
    "exacts is any of them": (of("colour", Exact(("RED", "GREEN LEAF"))), {"many", "one"}),
    "exacts with every is all of them": (of("colour", Exact(("RED", "NAVY blue"), every=True)), {"many"}),
    "exacts of none is nothing": (of("colour", Exact(())), set()),
    "eq is every word": (of("colour", words("LEAF", "green")), {"one"}),
    "eq is every word in one value": (of("colour", words("red", "blue")), set()),
    "eq may be any word": (of("colour", words("red", "leaf", every=False)), {"many", "one"}),
    "eq is no part of a word": (of("colour", words("lea")), set()),
    "eq has wildcards": (of("colour", words("l?a*")), {"one"}),
    "a wildcard stays in its word": (of("colour", words("gr*leaf")), set()),
    "a star alone is any word": (of("colour", words("*")), {"case", "many", "one", "both", "marks"}),
    "eq has alternatives": (of("colour", Words((("nav*",), ("g*", "l*")), True, True)), {"many", "one"}),
    "contains is a part": (of("colour", words("EA", whole=False)), {"one"}),
    "contains reaches over blanks by a wildcard": (of("colour", words("gr*leaf", whole=False)), {"one"}),
    "what SQL and GLOB take for a wildcard is none": (of("colour", words("100%", "[a_b]")), {"marks"}),
    "an underscore is no wildcard": (of("colour", words("_avy")), set()),
    "a backslash and a quote are themselves": (of("colour", words("*\\", "it's", whole=False)), {"marks"}),
    "startswith": (of("colour", StartsWith("DARK Ä")), {"case"}),
    "startswith has no wildcards": (of("colour", StartsWith("*")), set()),
    "hasvalue true": (of("colour", HasValue(True)), {"case", "many", "one", "both", "marks"}),
    "hasvalue false is absent or empty": (of("colour", HasValue(False)), EVERY_ID - {"case", "many", "one", "both", "marks"}),
    "not finds objects without the value": (Not(of("colour", Exact(("red",)))), EVERY_ID - {"many"}),
    "a property counts where there is no attribute": (of("colour", words("of")), {"both"}),
    "a property does not count where there is an attribute": (of("colour", words("property")), set()),
    "the property area sees no attribute": (of("colour", words("attribute"), area="property"), set()),
    "the property area sees the property": (of("colour", words("property"), area="property"), {"both"}),
    "a catalogue attribute in its column, its details or a property": (
        of("itemstate", Exact(("ERRORED",))),
        {"state", "states", "stated"},
    ),
    "system fields are properties": (of("id", StartsWith("st"), area="property"), {"state", "states", "stated"}),
    "a number is found however it is written": (of("weight", Exact((5,))), {"whole", "decimal", "text", "weights"}),
    "a decimal number is found as a whole one": (of("weight", Exact((5.0,))), {"whole", "decimal", "text", "weights"}),
    "a text is found as it is written": (of("weight", Exact(("5.0",))), {"decimal", "text", "weights"}),
    "nothing is nothing, whatever its sign": (of("weight", Exact((0,))), {"zero"}),
    "a long number is exactly that": (of("weight", Exact((12345678901234567890,))), {"long"}),
    "each number may be written in its own way": (of("weight", Exact((1e22, 5, "Heavy"), every=True)), {"weights"}),
    "numbers compare as numbers": (of("size", Compare("gte", 10.5, ValueType.NUMBER)), {"number", "exponent"}),
    "a code is no number": (of("size", Compare("gt", -1.0, ValueType.NUMBER)), {"number", "exponent"}),
    "without a type texts compare by code point": (of("size", Compare("gt", "1.1", ValueType.TEXT)), {"number", "huge"}),
    "instants compare as instants": (
        of("since", Compare("gte", 1576638406521, ValueType.INSTANT), Compare("lt", 1576638406522, ValueType.INSTANT)),
        {"number"},
    ),
    "two tests hold for one value": (of("colour", StartsWith("navy"), words("blue")), {"many"}),
    "two tests do not hold for two values": (of("colour", StartsWith("red"), words("blue")), set()),
    "a context chooses values": (of("colour", words("blau"), contexts=(Context("DE-de"),)), {"many"}),
    "a value in another context is not looked at": (of("colour", words("red"), contexts=(Context("de-DE"),)), set()),
    "one of several contexts": (of("colour", words("red"), contexts=(Context("de-DE"), Context(None, "INTERNAL"))), {"many"}),
    "one of many contexts": (of("colour", words("blau"), contexts=many_contexts(Context("DE-de", "INTERNAL"))), {"many"}),
    "one of many contexts without a source": (of("colour", words("blau"), contexts=many_contexts(Context("DE-de"))), {"many"}),
    "one of many contexts without a locale": (
        of("fit", words("xl"), contexts=many_contexts(Context(None, "Shop"))),
        {"parts"},
    ),
    "parts of two contexts are none": (of("colour", words("blau"), contexts=many_contexts(Context("de-DE", "shop"))), set()),
    "a value for every locale is in all of many contexts": (
        of("fit", words("any"), contexts=many_contexts(Context("de-DE", "shop"))),
        {"parts"},
    ),
    "an attribute in another context hides the property": (of("colour", words("of"), contexts=(Context("de-DE"),)), set()),
    "a group stands for what is nested in it": (of("validationerror", words("missing")), {"wrong"}),
    "a nested name": (of("validationerror>>sno", Compare("gt", 11.0, ValueType.NUMBER)), {"wrong"}),
    "another nested name": (of("validationerror>>sno", words("missing")), set()),
    "errors in another context": (of("validationerror>>error", words("fehlt"), contexts=(Context("de-DE"),)), {"odd"}),
    "errors only": (of("validationerror", HasValue(True)), {"wrong", "odd"}),
    "keywords look everywhere": (Keywords(("errored",)), {"state", "states", "stated"}),
    "keywords look at ids, errors and properties": (
        Keywords(("wrong", "fehlt", "sku-1"), every=False),
        {"wrong", "odd", "case"},
    ),
    "all keywords may be in different values": (Keywords(("wrong", "12", "im*")), {"wrong"}),
    "keywords do not reach from value to value": (Keywords(("12*missing",)), set()),
    "no keywords are all of none": (Keywords(()), EVERY_ID),
    "any of no keywords is nothing": (Keywords((), every=False), set()),
    "what no text can hold is not found": (AnyOf((of("colour", words("a\0")), of("id", Exact(("\ud800",))))), set()),
    "nested lists": (
        AllOf((Not(AnyOf((of("id", Exact(("one",))), of("size", HasValue(True))))), of("colour", HasValue(True)))),
        {"case", "many", "both", "marks"},
    ),
}


@pytest.fixture(scope="module")
def tenant(stores: Stores) -> str:
    return stores.load(OBJECTS)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("rule", RULES)
def test_rule(stores: Stores, tenant: str, database: str, rule: str) -> None:
    wanted, expected = RULES[rule]
    request = ExportRequest(types=TYPES, filter=wanted)
    assert {identifier for _, identifier in evaluate(request, map(parse_object, OBJECTS))} == expected
    assert count_matching(stores.engines[database], tenant, request) == len(expected)
    assert set(ids(stores, tenant, database, request)) == expected


def ids(stores: Stores, tenant: str, database: str, request: ExportRequest) -> list[str]:
    with snapshot(stores.urls[database]) as stream:
        rows = stream(select_matching(tenant, request, database, limit=request.max_records))
        return [identifier for batch in rows for identifier in batch["id"].to_pylist()]


SORTED: dict[str, tuple[ExportRequest, list[str]]] = {
    "by id where nothing is said": (ExportRequest(TYPES, ids=("two", "one", "many")), ["many", "one"]),
    "by number, what is none last": (
        ExportRequest(TYPES, ids=("number", "code", "exponent", "one"), sort=(SortKey("size", False, ValueType.NUMBER),)),
        ["exponent", "number", "code", "one"],
    ),
    "downwards, what is none last all the same": (
        ExportRequest(TYPES, ids=("number", "huge", "code"), sort=(SortKey("since", True, ValueType.INSTANT),)),
        ["number", "huge", "code"],
    ),
    "by the first of many values": (
        ExportRequest(TYPES, ids=("many", "one", "both", "marks"), sort=(SortKey("colour", False, area="attribute"),)),
        ["marks", "one", "both", "many"],
    ),
    "by the first value in the context": (
        ExportRequest(
            TYPES, ids=("many", "marks"), sort=(SortKey("colour", True, area="attribute"),), contexts=(Context("de-DE"),)
        ),
        ["many", "marks"],
    ),
    "by several keys": (
        ExportRequest(
            TYPES,
            ids=("state", "states", "stated", "one"),
            sort=(SortKey("itemstate", False, area="attribute"), SortKey("id", True)),
        ),
        ["states", "stated", "state", "one"],
    ),
    "a page": (ExportRequest(TYPES, sort=(SortKey("id", True),), offset=1, max_records=2), ["wrong", "whole"]),
}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("order", SORTED)
def test_order(stores: Stores, tenant: str, database: str, order: str) -> None:
    request, expected = SORTED[order]
    assert [identifier for _, identifier in evaluate(request, map(parse_object, OBJECTS))] == expected
    assert ids(stores, tenant, database, request) == expected
