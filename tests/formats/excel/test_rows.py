"""Rows of every source: read in batches and picked, whole and in part, they are the same."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.excel.rows import Rows, frame_rows, ipc_rows, lazy_rows
from tests.examples import examples
from tests.formats.excel.exports import save

COUNT = 40_000
FRAME = pl.DataFrame(
    {
        "text": [None if n % 7 == 0 else f"text {n}" for n in range(COUNT)],
        "number": range(COUNT),
        "flag": [n % 3 == 0 for n in range(COUNT)],
    }
)
FIELDS = [pl.col("number"), pl.col("text")]
SOURCES: dict[str, Callable[[Path], Rows]] = {
    "frame": lambda _: frame_rows(FRAME, FIELDS),
    "lazy frame": lambda _: lazy_rows(FRAME.lazy(), FIELDS),
    "scan": lambda path: lazy_rows(pl.scan_ipc(path), FIELDS),
    "file": lambda path: ipc_rows(path, ["number", "text"]),
    "whole file": ipc_rows,
    "reading alone": lambda path: Rows(COUNT, ipc_rows(path).read),
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(FRAME, tmp_path_factory.mktemp("rows") / "rows.arrow", 9_000)


@pytest.mark.parametrize("source", SOURCES)
@examples(20)
@given(places=st.sets(st.integers(0, COUNT - 1), min_size=1, max_size=20), start=st.integers(0, 20_000))
def test_rows_that_are_picked_are_those_that_are_read(path: Path, source: str, places: set[int], start: int) -> None:
    wanted = FRAME[sorted(places)]
    picked = SOURCES[source](path).pick(sorted(places))
    assert picked["number"].to_list() == wanted["number"].to_list()
    assert picked["text"].to_list() == wanted["text"].to_list()
    inside = sorted(place for place in places if start <= place < start + 20_000)
    if inside:
        part = SOURCES[source](path).part(start, 20_000)
        assert part.pick([place - start for place in inside])["number"].to_list() == inside
