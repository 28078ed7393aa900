"""Frames of all types, with the texts and numbers that are hard to keep."""

from datetime import datetime

import polars as pl
from hypothesis import strategies as st

NASTY = st.sampled_from(
    [
        "=1+1",
        "+1",
        "-1",
        "@x",
        "http://example.org",
        " a",
        "a ",
        "\ta\n",
        "\r\n",
        "_x0041_",
        "_x0041_x0042_",
        "_x0041\x01",
        "__x0009_",
        "&amp;",
        "<b>",
        "]]>",
        "\ufffe",
        "\uffff",
        "\x00",
        "\x1f\x0b",
        "\x85\u2028",
        "0123",
        "1e5",
        "TRUE",
        "😀" * 3,
        "é\u0301",
        "_x",
        "_x005F_",
    ]
)
TEXTS = st.one_of(
    NASTY, st.text(st.characters(exclude_categories=["Cs"]), max_size=12), st.lists(NASTY, max_size=3).map("".join)
)
MOMENTS = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59)).map(
    lambda m: m.replace(microsecond=m.microsecond // 1000 * 1000)
)
NUMBERS = st.one_of(st.floats(), st.sampled_from([5e-324, 2.3e-308, 1e308, 9.9e307, 0.1, -0.0, 1e-7, 123456789.123456789]))
INTEGERS = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.sampled_from([2**53, 2**53 + 1, -(2**53), -(2**53) - 1]), st.integers(-9, 9)
)
COLUMNS = [
    (pl.String(), TEXTS),
    (pl.Int64(), INTEGERS),
    (pl.UInt64(), st.integers(0, 2**64 - 1)),
    (pl.Float64(), NUMBERS),
    (pl.Boolean(), st.booleans()),
    (pl.Datetime("us"), MOMENTS),
    (pl.Date(), st.dates()),
    (pl.Float32(), st.floats(width=32)),
    (pl.Int8(), st.integers(-128, 127)),
    (pl.Int128(), st.integers(-(2**127), 2**127 - 1) | st.integers(-9, 9)),
    (pl.Decimal(30, 4), st.decimals(-(10**24), 10**24, places=4, allow_nan=False) | st.decimals(-9, 9, places=4)),
    (pl.Enum(["new", "=1+1", "a & b"]), st.sampled_from(["new", "=1+1", "a & b"])),
    (pl.Categorical(), NASTY),
]


@st.composite
def frames(draw: st.DrawFn) -> pl.DataFrame:
    chosen = draw(st.lists(st.sampled_from(range(len(COLUMNS))), min_size=1, max_size=5))
    rows = draw(st.integers(0, 6))
    series = []
    for number, kind in enumerate(chosen):
        dtype, values = COLUMNS[kind]
        column = draw(st.lists(st.none() | values, min_size=rows, max_size=rows))
        series.append(pl.Series(f"c{number}", column, dtype=dtype))
    return pl.DataFrame(series)
