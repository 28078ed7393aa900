"""Each of many values: both databases find what the oracle finds, by a statement that is as long for hundreds as for three."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from contract.evaluation import evaluate
from contract.filters import Context, Criterion, Exact, Operand
from contract.objects import parse_object
from contract.request import ExportRequest
from database.reader import count_matching
from database.selection import count_all
from tests.conftest import DATABASES
from tests.database.conftest import Stores
from tests.examples import examples

LONG = "Ä" * 5_000
WORDS = ("a", "A", "äb", "ÄB", "ß", "İ", "Ä\ufffd", "ä\ufffe", "5", "5.0", "1E+22", "", "it's", "*", '"', LONG)
NUMBERS = (5, 5.0, 0, -0.0, 0.5, 7, 1e22, 10**22, 10**25 + 1)
GERMAN = Context("de-DE")

held_values = st.builds(
    lambda value, context: {"value": value, **context},
    st.sampled_from((*WORDS, *NUMBERS)),
    st.sampled_from(({"locale": "en-US", "source": "internal"}, {"locale": "de-DE"})),
)
value_lists = st.lists(held_values, max_size=8).map(lambda found: {"values": found})
groups = st.lists(st.dictionaries(st.sampled_from(("error", "sno")), value_lists, max_size=2), max_size=3)
raw_objects = st.fixed_dictionaries(
    {"type": st.just("t"), "properties": st.fixed_dictionaries({}, optional={"tags": st.sampled_from(WORDS)})},
    optional={
        "data": st.fixed_dictionaries(
            {},
            optional={
                "tags": value_lists,
                "itemState": value_lists,
                "entityid": value_lists,
                "validationError": groups.map(lambda found: {"group": found}),
            },
        ).map(lambda found: {"attributes": found})
    },
)
NAMES = ("tags", "itemstate", "entityid", "validationerror")
any_operands = st.lists(st.sampled_from((*WORDS, *NUMBERS, "\0")), min_size=1, max_size=6).map(tuple)


def operands_of(held: tuple[Operand, ...]) -> st.SearchStrategy[tuple[Operand, ...]]:
    """Some of what an attribute holds, a number perhaps in its other way to write it."""
    other_ways = [
        float(one) if isinstance(one, int) else int(one) for one in held if not isinstance(one, str) and one == int(one)
    ]
    return st.lists(st.sampled_from((*held, *other_ways)), min_size=1, max_size=6).map(tuple)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Any], list[Criterion]]:
    """Objects, and criteria that mostly ask for what one of them holds."""
    raw = draw(st.lists(raw_objects, min_size=1, max_size=6))
    held = [(name, tuple(value["value"] for value in values)) for item in raw for name, values in lists_of(item) if values]
    wanted = []
    for _ in range(draw(st.integers(1, 12))):
        name, values = draw(st.sampled_from([*held, (draw(st.sampled_from(NAMES)), ())]))
        operands = draw(operands_of(values) if values else any_operands)
        area = draw(st.sampled_from(("attribute", "attribute", "property")))
        wanted.append(Criterion(area, name, (Exact(operands, every=True),), draw(st.sampled_from(((), (), (GERMAN,))))))
    return raw, wanted


def lists_of(item: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The values that are not in groups, by folded name."""
    for name, holder in item.get("data", {}).get("attributes", {}).items():
        yield name.lower(), holder.get("values", [])


@examples(25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(cases())
def test_both_databases_find_what_the_oracle_finds(stores: Stores, case: tuple[list[Any], list[Criterion]]) -> None:
    raw, wanted = case
    numbered = [{**item, "id": str(number)} for number, item in enumerate(raw)]
    tenant = stores.load(numbered)
    objects = list(map(parse_object, numbered))
    for criterion in wanted:
        request = ExportRequest(("t",), filter=criterion)
        for name, engine in stores.engines.items():
            assert count_matching(engine, tenant, request) == len(evaluate(request, objects)), name


def of_tags(*operands: Operand) -> Criterion:
    return Criterion("attribute", "tags", (Exact(operands, every=True),))


@pytest.mark.parametrize(
    ("held", "asked", "found"),
    [
        ((5.0, 6, 7), (5, 6, 7), True),
        ((5, 6, 7), (5.0, 6, 7), True),
        ((50, 6, 7), (5, 6, 7), False),
        ((0.5, 6, 7), (0.5, 6, 7), True),
        ((6, 7, 8), (0.5, 6, 7), False),
        ((1e22, 6, 7), (10**22, 6, 7), True),
        ((6, 7, 8), (10**22, 6, 7), False),
        (("a", "b", "\ufffd"), ("a", "b", "\0"), False),
    ],
)
def test_several_values_are_found_in_each_way_to_write_them_and_only_where_all_are_there(
    stores: Stores, held: tuple[Operand, ...], asked: tuple[Operand, ...], found: bool
) -> None:
    tags = {"values": [{"value": value} for value in held]}
    tenant = stores.load([{"id": "1", "type": "t", "data": {"attributes": {"tags": tags}}}])
    for name, engine in stores.engines.items():
        assert count_matching(engine, tenant, ExportRequest(("t",), filter=of_tags(*asked))) == found, name


def test_a_property_is_never_several_values_though_an_attribute_of_its_name_is(stores: Stores) -> None:
    tags = {"values": [{"value": value} for value in "abc"]}
    tenant = stores.load([{"id": "1", "type": "t", "properties": {"tags": "a"}, "data": {"attributes": {"tags": tags}}}])
    for area, found in (("attribute", 1), ("property", 0)):
        criterion = replace(of_tags("a", "b", "c"), area=area)
        for name, engine in stores.engines.items():
            assert count_matching(engine, tenant, ExportRequest(("t",), filter=criterion)) == found, (area, name)


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize(
    "operand", ["tag {}", "Ärger {}", 1, 10**16], ids=["texts", "other letters", "numbers", "very large numbers"]
)
def test_hundreds_of_values_are_found_by_a_statement_that_is_no_longer(
    stores: Stores, database: str, operand: str | int
) -> None:
    def request(count: int) -> ExportRequest:
        operands = (operand.format(number) if isinstance(operand, str) else operand * (number + 1) for number in range(count))
        return ExportRequest(("t",), filter=of_tags(*operands))

    held = [
        operand.format(number).upper() if isinstance(operand, str) else float(operand * (number + 1)) for number in range(300)
    ]
    tags = [{"values": [{"value": value} for value in values]} for values in (held, held[:-1])]
    tenant = stores.load({"id": str(len(tag["values"])), "type": "t", "data": {"attributes": {"tags": tag}}} for tag in tags)
    engine = stores.engines[database]
    assert [count_matching(engine, tenant, request(count)) for count in (299, 300)] == [2, 1]
    few, many = (str(count_all(tenant, request(count), database).compile(engine)) for count in (3, 300))
    assert len(many) - len(few) < 20
