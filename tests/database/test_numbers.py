"""Numbers: every database reads a stored text as the float that Python reads."""

import struct

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, Text, insert, select

from contract.filters import parse_number
from database.dialects import DIALECTS
from database.numbers import is_plain, stored_number
from tests.database.conftest import Stores
from tests.examples import examples

any_float = st.binary(min_size=8, max_size=8).map(lambda raw: struct.unpack("<d", raw)[0]).filter(lambda held: held - held == 0)
decimals = st.from_regex(r"\A-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?\Z")
texts = st.one_of(
    decimals,
    any_float.map(repr),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(
        (
            "007",
            "-",
            "-.5",
            "5.",
            "1e5",
            "--5",
            "1-5",
            "1.2.3",
            " 5",
            "5\n",
            "",
            "0x10",
            "1_000",
            "+5",
            "٣",
            "inf",
            "nan",
            "1e999",
        )
    ),
    st.text("0123456789.-eE+ ", max_size=20),
)
given_texts = Table(
    "given_texts",
    MetaData(),
    Column("n", Integer),
    *(Column(name, Text) for name in ("said", "first", "second")),
    prefixes=["TEMPORARY"],
)


@given(texts)
def test_a_number_is_plain_or_stored_or_none(said: str) -> None:
    number, factors = parse_number(said), stored_number(said)
    if is_plain(said):
        assert number is not None
        assert factors is None
    elif factors is None:
        assert number is None
    else:
        first, second = map(float, factors)
        assert first * second == number


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@examples(20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(texts, min_size=1, max_size=200))
def test_databases_read_the_same_float(stores: Stores, database: str, said: list[str]) -> None:
    rows = []
    for n, each in enumerate(said):
        first, second = stored_number(each) or (None, None)
        rows.append({"n": n, "said": each, "first": first, "second": second})
    number = DIALECTS[database].number(given_texts.c.said, (given_texts.c.first, given_texts.c.second))
    with stores.engines[database].connect() as connection:
        given_texts.create(connection)
        connection.execute(insert(given_texts), rows)
        found = connection.execute(select(number).order_by(given_texts.c.n)).scalars().all()
        connection.rollback()
    assert [None if each is None else each.hex() for each in found] == [
        None if (expected := parse_number(each)) is None else expected.hex() for each in said
    ]
