"""Filters of any size: what is large is found all the same, and what is too large is refused with its bound."""

from typing import Any

import pytest

from contract.errors import BadOperand, OutOfRange
from contract.evaluation import evaluate
from contract.filters import (
    EVERYTHING,
    AllOf,
    AnyOf,
    Context,
    Criterion,
    Exact,
    Filter,
    HasValue,
    Keywords,
    Not,
    StartsWith,
    Words,
)
from contract.objects import parse_object
from contract.request import ExportRequest, SortKey
from database.arrow import snapshot
from database.filters import MAX_LEVELS, MAX_OPERANDS
from database.reader import count_matching
from database.selection import select_matching
from tests.database.conftest import Stores

LONG = "ä" * 40_000
DATABASES = ("sqlite", "postgresql")


OBJECTS: list[dict[str, Any]] = [
    {"id": "0", "type": "t", "properties": {"long": LONG}},
    {"id": "1", "type": "t", "properties": {"long": LONG}},
    {"id": "2", "type": "t", "data": {"attributes": {"tags": {"values": [{"value": "red leaf"}, {"value": "10"}]}}}},
]


@pytest.fixture(scope="module")
def tenant(stores: Stores) -> str:
    return stores.load(OBJECTS)


def found(stores: Stores, tenant: str, database: str, wanted: Filter, ids: tuple[str, ...] = ()) -> int:
    """How many objects are found, by both ways, which have different SQLite libraries with different bounds."""
    request = ExportRequest(("t",), ids=ids, filter=wanted)
    counted = count_matching(stores.engines[database], tenant, request)
    with snapshot(stores.urls[database]) as stream:
        assert sum(batch.num_rows for batch in stream(select_matching(tenant, request, database, limit=None))) == counted
    return counted


def tags(*tests: Exact | Words | HasValue | StartsWith) -> Criterion:
    return Criterion("attribute", "tags", tests)


def many(amount: int) -> tuple[str, ...]:
    return tuple(f"x{number}" for number in range(amount))


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (AllOf((Criterion("property", "id", (HasValue(True),)),) * 700), 3),
        (AnyOf((*(tags(Exact((text,))) for text in many(50)), tags(Exact(("10",))))), 1),
        (Criterion("property", "id", (Words((many(1100),), every=False, whole=True),)), 0),
        (Keywords(("red",) * 1100), 1),
        (tags(Exact((*many(50_000), "10"))), 1),
        (tags(Exact((*(f"ä{text}" for text in many(5_000)), "Red Leaf"))), 1),
        (Criterion("property", "long", (Exact(("b" * 1_000_000,)),)), 0),
        (Criterion("property", "long", (Exact((LONG.upper(),)),)), 2),
        (Criterion("property", "long", (Exact((*(f"{LONG[:-1]}{letter}" for letter in "bcdefg"), f"{LONG}ä")),)), 0),
        (Criterion("property", "long", (Exact((f"{LONG[:20_000]}b{LONG[20_001:]}",)),)), 0),
    ],
    ids=[
        "all of many",
        "any of many",
        "many words",
        "many keywords",
        "a long list",
        "a long list of other letters",
        "a long text",
        "a long text of other letters",
        "nearly a long text of other letters",
        "a long text of other letters but one",
    ],
)
def test_what_is_large_is_found(stores: Stores, tenant: str, database: str, wanted: Filter, expected: int) -> None:
    assert found(stores, tenant, database, wanted) == expected


@pytest.mark.parametrize("database", DATABASES)
def test_many_ids_are_one_parameter(stores: Stores, tenant: str, database: str) -> None:
    assert found(stores, tenant, database, EVERYTHING, ids=("0", "2", *many(100_000))) == 2


MANY_CONTEXTS = {
    "of both parts": tuple(Context(f"l{number}", f"s{number}") for number in range(10_000)),
    "of a locale": tuple(Context(f"l{number}") for number in range(10_000)),
    "of a source": tuple(Context(None, f"s{number}") for number in range(10_000)),
}


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("kind", MANY_CONTEXTS)
def test_many_contexts_are_looked_at(stores: Stores, tenant: str, database: str, kind: str) -> None:
    contexts = MANY_CONTEXTS[kind]
    assert found(stores, tenant, database, Criterion("attribute", "tags", (HasValue(True),), contexts)) == 1
    request = ExportRequest(("t",), sort=(SortKey("tags", False, area="attribute"),), contexts=contexts)
    with snapshot(stores.urls[database]) as stream:
        rows = stream(select_matching(tenant, request, database, limit=None))
        assert [identifier for batch in rows for identifier in batch["id"].to_pylist()] == ["2", "0", "1"]


TWENTY = tuple(Context(f"l{number}", "internal") for number in range(20))
AS_LARGE_AS_A_REQUEST: dict[str, tuple[Filter, int]] = {
    "names": (AllOf(tuple(Criterion("property", f"a{number}", (HasValue(False),)) for number in range(1_000))), 3),
    "each of many values": (tags(Exact(many(1_000), every=True)), 0),
    "each of many values of other letters": (tags(Exact(tuple(f"ä{text}" for text in many(1_000)), every=True)), 0),
    "each of many numbers": (tags(Exact(tuple(range(1_000)), every=True)), 0),
    "names in contexts": (
        AllOf(tuple(Criterion("attribute", f"a{number}", (HasValue(False),), TWENTY) for number in range(100))),
        3,
    ),
    "lists": (
        AnyOf(tuple(Criterion("property", f"a{number}", (Exact(many(number)),)) for number in range(2, 500))),
        0,
    ),
}
_SECONDS = ("names in contexts", "lists")
"""Those that take some seconds; the others reach the limits too."""


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=pytest.mark.slow if kind in _SECONDS else ()) for kind in AS_LARGE_AS_A_REQUEST],
)
def test_what_a_request_may_ask_for_is_found(stores: Stores, tenant: str, database: str, kind: str) -> None:
    wanted, expected = AS_LARGE_AS_A_REQUEST[kind]
    assert found(stores, tenant, database, wanted) == expected


@pytest.mark.parametrize("database", DATABASES)
def test_deep_filters_find_what_the_oracle_finds(stores: Stores, tenant: str, database: str) -> None:
    """Lists of both kinds in one another; each level says something, so that none can be left out."""
    innermost: Filter = Criterion("property", "id", (Exact(("0",)),))
    for number in range(MAX_LEVELS // 2 - 1):
        never = Criterion("property", "id", (Exact((f"absent {number}",)),))
        innermost = AllOf((Not(never), AnyOf((innermost, never))))
    for wanted in (innermost, Not(innermost)):
        expected = evaluate(ExportRequest(("t",), filter=wanted), map(parse_object, OBJECTS))
        assert len(expected) in (1, 2)
        assert found(stores, tenant, database, wanted) == len(expected)


@pytest.mark.parametrize("database", DATABASES)
def test_needless_levels_are_none(stores: Stores, tenant: str, database: str) -> None:
    wanted: Filter = tags(HasValue(True))
    for _ in range(200):
        wanted = Not(AllOf((AnyOf((wanted,)),)))
    assert found(stores, tenant, database, wanted) == 1


@pytest.mark.parametrize("database", DATABASES)
def test_a_filter_that_no_statement_can_hold_is_refused(stores: Stores, tenant: str, database: str) -> None:
    with pytest.raises(OutOfRange, match=f"at most {MAX_OPERANDS} operands"):
        found(stores, tenant, database, AllOf((tags(HasValue(True)),) * (MAX_OPERANDS // 2 + 1)))
    deep: Filter = tags(HasValue(True))
    for _ in range(MAX_LEVELS // 2):
        deep = AllOf((AnyOf((deep, tags(HasValue(True)))), tags(HasValue(True))))
    with pytest.raises(OutOfRange, match="levels"):
        found(stores, tenant, database, deep)


@pytest.mark.parametrize("test", [StartsWith(LONG), Words(((LONG,),), True, False)])
def test_a_pattern_that_sqlite_cannot_hold_is_refused(stores: Stores, tenant: str, test: StartsWith | Words) -> None:
    wanted = Criterion("property", "long", (test,))
    assert found(stores, tenant, "postgresql", wanted) == 2
    with pytest.raises(BadOperand, match="at most 50000 bytes"):
        found(stores, tenant, "sqlite", wanted)
