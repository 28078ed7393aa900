"""Reading with several connections at once: the same rows in the same order as with one, of one state of the database."""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Select, cast, func, select

from contract.errors import DatabaseUnavailable, DiskFull
from contract.filters import Criterion, StartsWith
from contract.request import ExportRequest
from database import reader
from database.arrow import Stream, snapshots
from database.tables import state_object
from tests.database.conftest import Stores
from tests.database.test_reader import EVERYTHING, errors, listing, load, read, rows_of
from tests.examples import examples

ids = st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=4), unique=True)


@pytest.fixture
def cut_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few objects are enough for several connections."""
    monkeypatch.setattr(reader, "ROWS_A_READER", 2)
    monkeypatch.setattr("os.cpu_count", lambda: 4)


def some(count: int) -> list[dict[str, Any]]:
    return [listing(f"{number:04}", name="odd" if number % 2 else "even", **errors("wrong")) for number in range(count)]


@examples(25)
@given(identifiers=ids, filtered=st.booleans(), readers=st.integers(2, 4))
def test_several_connections_read_what_one_reads(
    stores: Stores, tmp_path_factory: pytest.TempPathFactory, identifiers: list[str], filtered: bool, readers: int
) -> None:
    tenant = stores.load(listing(name, name=name[:1]) for name in identifiers)
    request = EVERYTHING
    if filtered and identifiers:
        wanted = Criterion("property", "name", (StartsWith(identifiers[0][:1]),))
        request = ExportRequest(types=EVERYTHING.types, filter=wanted)
    stores.engines["sqlite"].dispose()
    found = []
    for most, rows in ((1, 1_000), (readers, 1)):
        folder = tmp_path_factory.mktemp("spool")
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(reader, "MOST_READERS", most)
            patched.setattr(reader, "ROWS_A_READER", rows)
            patched.setattr("os.cpu_count", lambda: 4)
            snapshot = reader.extract(
                stores.urls["sqlite"],
                tenant,
                request,
                limit=None,
                folder=folder,
                documents=False,
                on_progress=lambda _rows: None,
            )
        found.append((snapshot.exported, rows_of(snapshot.objects)))
        assert [path.name for path in folder.iterdir()] == ["objects.arrow"]
    assert found[0] == found[1]


@pytest.mark.usefixtures("cut_early")
def test_a_limit_that_cuts_nothing_off_does_not_keep_it_to_one_connection(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'objects.db'}"
    load(url, some(9))
    asked: list[int] = []
    whole = read(url, tmp_path, limit=9, on_progress=asked.append)
    assert (whole.matched, whole.exported, asked[-1]) == (9, 9, 9)
    assert [row["id"] for row in rows_of(whole.objects)] == [f"{number:04}" for number in range(9)]
    cut = read(url, tmp_path, limit=4)
    assert (cut.matched, cut.exported) == (9, 4)


@pytest.mark.usefixtures("cut_early")
def test_a_type_that_no_database_can_hold_finds_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'objects.db'}"
    load(url, some(9))
    assert read(url, tmp_path, ExportRequest(types=("\ud800",))).exported == 0


@pytest.mark.usefixtures("cut_early")
def test_progress_that_raises_ends_all_threads(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'objects.db'}"
    load(url, some(40))

    def stop(_rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(url, tmp_path, on_progress=stop)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("extract")]


@pytest.mark.usefixtures("cut_early")
def test_a_full_disk_of_one_thread_is_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'objects.db'}"
    load(url, some(40))
    (tmp_path / "objects.arrow.2").symlink_to("/dev/full")
    with pytest.raises(DiskFull, match="objects of the export"):
        read(url, tmp_path)


@pytest.mark.usefixtures("cut_early")
def test_a_database_that_fails_one_thread_fails_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'objects.db'}"
    load(url, some(40))

    def gone(wanted: Select[Any], batch_rows: int | None = None) -> Iterator[Any]:
        raise DatabaseUnavailable(detail="gone")

    @contextmanager
    def broken(url: str, count: int) -> Iterator[list[Stream]]:
        with snapshots(url, count) as streams:
            yield [*streams[:-1], gone]

    monkeypatch.setattr(reader, "snapshots", broken)
    with pytest.raises(DatabaseUnavailable, match="gone"):
        read(url, tmp_path)


_WRITING = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for number in range(5_000):
    connection.execute("INSERT INTO state_object (tenant, type, id, loaded_ms) VALUES ('acme', 'other', ?, 0)", (str(number),))
    print(number, flush=True)
    # At times another right away, at times a while without any.
    time.sleep(number % 7 * 0.002)
"""


def test_streams_that_begin_while_others_write_see_one_state(tmp_path: Path) -> None:
    """Each transaction of the other process adds one object, so no two states have the same count."""
    load(f"sqlite:///{tmp_path / 'objects.db'}", some(3))
    counted = select(cast(func.count(), BigInteger).label("count")).select_from(state_object)
    began: Counter[int] = Counter()
    states = set()
    with subprocess.Popen([sys.executable, "-c", _WRITING, str(tmp_path / "objects.db")], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        for _ in range(100):
            with snapshots(f"sqlite:///{tmp_path / 'objects.db'}", 3) as streams:
                seen = {next(stream(counted)).column(0)[0].as_py() for stream in streams}
            assert len(seen) == 1
            began[len(streams)] += 1
            states |= seen
        writer.kill()
    assert set(began) <= {1, 3}
    assert began[3], "they never began together"
    assert len(states) > 10, "nothing was written meanwhile"
