"""Rows of every source: read in batches and picked, whole and in part, they are the same."""

from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given
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
@example(places={0, 8_999, 9_000, 16_384, 18_000, COUNT - 1}, start=9_000)
@example(places={9_000, 18_000, 32_768}, start=18_000)
def test_rows_that_are_picked_are_those_that_are_read(path: Path, source: str, places: set[int], start: int) -> None:
    wanted = FRAME[sorted(places)]
    picked = SOURCES[source](path).pick(sorted(places))
    assert picked["number"].to_list() == wanted["number"].to_list()
    assert picked["text"].to_list() == wanted["text"].to_list()
    inside = sorted(place for place in places if start <= place < start + 20_000)
    if inside:
        part = SOURCES[source](path).part(start, 20_000)
        assert part.pick([place - start for place in inside])["number"].to_list() == inside


@pytest.mark.parametrize("source", SOURCES)
@examples(20)
@given(
    start=st.integers(0, COUNT),
    count=st.integers(0, 20_000),
    inner=st.integers(0, 9_001),
    most=st.sampled_from([999, 9_000, 16_384]),
)
@example(start=0, count=0, inner=0, most=999)
@example(start=8_999, count=9_002, inner=9_001, most=9_000)
def test_a_part_of_any_rows_has_just_those(path: Path, source: str, start: int, count: int, inner: int, most: int) -> None:
    count = min(count, COUNT - start)
    part = SOURCES[source](path).part(start, count)
    assert numbers_in(part.batches(most), most) == list(range(start, start + count))
    begin, end = min(inner, count), min(2 * inner, count)
    assert numbers_in(part.read(begin, end, most), most) == list(range(start + begin, start + end))


def numbers_in(batches: Iterable[pl.DataFrame], most: int) -> list[int]:
    """The numbers of all rows in order; no batch is empty or too long."""
    found: list[int] = []
    for batch in batches:
        assert 0 < batch.height <= most
        found += batch["number"].to_list()
    return found


def test_of_a_file_the_chosen_fields_are_read_and_picked(path: Path) -> None:
    rows = ipc_rows(path, ["number", "no field"])
    assert [batch.columns for batch in rows.read(0, 10, 10)] == [["number"]]
    assert rows.pick([3, 9_000]).columns == ["number"]
