"""Reading: what a snapshot's spool holds, and what becomes of the errors of databases and disks."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import URL, make_url, text

from benchmarks.databases import multiply
from config.catalogue import COLUMNS
from contract.errors import DatabaseUnavailable, DiskFull, ExportCancelled
from contract.filters import Criterion, Exact, HasValue, ValueType
from contract.kinds import Kind
from contract.request import ExportRequest, SortKey
from database.engine import connect
from database.loader import load_objects
from database.migrate import upgrade
from database.reader import Snapshot, count_matching, extract, tenant_exists
from tests.conftest import new_postgresql_database

EVERYTHING = ExportRequest(types=("connectorstate",))


def attribute(text: str) -> dict[str, Any]:
    return {"values": [{"value": text, "locale": "en-US", "source": "internal"}]}


def listing(identifier: str, **more: Any) -> dict[str, Any]:
    """A small object of the documented shape."""
    return {"id": identifier, "type": "connectorstate", "properties": {"channelid": "shop"}, **more}


def errors(*texts: str) -> dict[str, Any]:
    group = [{"sno": attribute(str(number)), "error": attribute(said)} for number, said in enumerate(texts, start=1)]
    return {"data": {"attributes": {"validationError": {"group": group}}}}


def load(url: str, objects: list[dict[str, Any]], tenant: str = "acme") -> None:
    upgrade(url, "objects")
    engine = connect(url)
    report = load_objects(engine, tenant, ((str(number), item) for number, item in enumerate(objects)))
    engine.dispose()
    assert report.refused == []


def read(url: str, folder: Path, request: ExportRequest = EVERYTHING, **more: Any) -> Snapshot:
    options: dict[str, Any] = {"limit": None, "documents": False, "on_progress": lambda _rows: None} | more
    return extract(url, "acme", request, folder=folder, **options)


def rows_of(path: Path) -> list[dict[str, Any]]:
    with pa.OSFile(str(path)) as file:
        rows: list[dict[str, Any]] = pa.ipc.open_file(file).read_all().to_pylist()
        return rows


def test_the_spool_has_a_field_for_each_column_in_order(database_url: str, tmp_path: Path) -> None:
    load(database_url, [listing("1")])
    with pa.OSFile(str(read(database_url, tmp_path).objects)) as file:
        schema = pa.ipc.open_file(file).schema
    expected = [("type", pa.string()), ("id", pa.string()), ("name", pa.string())]
    for column in COLUMNS:
        is_date = column.kind is Kind.INSTANT
        expected += [(column.key, pa.int64()), (f"{column.key}#text", pa.string())] if is_date else [(column.key, pa.string())]
    assert [(field.name, field.type) for field in schema] == [*expected, ("details", pa.string()), ("fingerprint", pa.string())]


def test_an_empty_result_has_the_same_fields(database_url: str, tmp_path: Path) -> None:
    load(database_url, [listing("1")])
    (tmp_path / "none").mkdir()
    nothing = read(database_url, tmp_path / "none", ExportRequest(types=("other",)))
    assert (nothing.matched, nothing.exported, nothing.errors) == (0, 0, None)
    with pa.OSFile(str(nothing.objects)) as empty, pa.OSFile(str(read(database_url, tmp_path).objects)) as full:
        assert pa.ipc.open_file(empty).schema == pa.ipc.open_file(full).schema


def test_a_date_out_of_range_or_that_is_none_stays_as_its_text(database_url: str, tmp_path: Path) -> None:
    dates = [
        "2019-12-17T21:06:46.521-0600",
        "1900-01-01",
        "1899-12-31",
        "9999-12-31T23:59:59.999Z",
        "9999-12-31T23:59:59-0600",
        "soon",
        "",
    ]
    load(database_url, [listing(str(number), properties={"createdDate": date}) for number, date in enumerate(dates)])
    found = [(row["createddate"], row["createddate#text"]) for row in rows_of(read(database_url, tmp_path).objects)]
    assert found == [
        (1576638406521, None),
        (-2208988800000, None),
        (None, "1899-12-31"),
        (253402300799999, None),
        (None, "9999-12-31T23:59:59-0600"),
        (None, "soon"),
        (None, ""),
    ]


def test_the_texts_of_dates_that_are_none_keep_every_character_and_their_place(database_url: str, tmp_path: Path) -> None:
    """A property and an attribute; none, one and both."""
    texts = ['"quoted" \\ [null]', "line\nend\ttab\r", "né 寿司 \U0001f600 \x01", "null", ""]
    objects = [listing("0")]
    for number, said in enumerate(texts, 1):
        held = {"values": [{"source": "internal", "locale": "en-US", "value": said}]}
        both = number % 2 == 0
        objects.append(
            listing(
                str(number), data={"attributes": {"publishStateDate": held}}, properties={"createdDate": said} if both else {}
            )
        )
    load(database_url, objects)
    rows = rows_of(read(database_url, tmp_path).objects)
    assert [row["publishstatedate#text"] for row in rows] == [None, *texts]
    assert [row["createddate#text"] for row in rows] == [None, None, texts[1], None, texts[3], None]
    assert {row["modifieddate#text"] for row in rows} == {None}


def test_what_has_no_column_is_in_the_details(database_url: str, tmp_path: Path) -> None:
    load(
        database_url,
        [listing("1", data={"attributes": {"tags": {"values": [{"value": "a"}, {"value": "7e2", "locale": "de-DE"}]}}})],
    )
    (row,) = rows_of(read(database_url, tmp_path).objects)
    assert json.loads(row["details"])["a"]["tags"]["v"][0][0] == "a"


def test_texts_that_begin_after_a_whole_batch_without_any_are_read(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ADBC takes a column's type from the first batch, and all but the last object have no name, error or attribute."""
    monkeypatch.setattr("database.arrow.BATCH_ROWS", 50)
    many = 110
    last = listing("z", name="at last", properties={"hub": "here", "createdDate": "2020-01-01"}, **errors("wrong"))
    load(database_url, [*(listing(f"{number:06}") for number in range(many)), last])
    seen: list[int] = []
    snapshot = read(database_url, tmp_path, on_progress=seen.append)
    rows = rows_of(snapshot.objects)
    assert snapshot.exported == snapshot.matched == len(rows) == many + 1
    assert rows[-1] | {"name": "at last", "hub": "here", "createddate": 1577836800000} == rows[-1]
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert seen == sorted(set(seen))
    assert seen[-1] == many + 1
    assert max(after - before for before, after in zip([0, *seen], seen, strict=False)) <= 50


def test_errors_come_by_type_id_and_entry(database_url: str, tmp_path: Path) -> None:
    load(database_url, [listing("b", **errors("late", "later")), listing("a", **errors("first")), listing("c")])
    path = read(database_url, tmp_path).errors
    assert path is not None
    assert [(row["id"], row["entry"], row["sno"], row["error"], row["targetattribute"]) for row in rows_of(path)] == [
        ("a", 0, "1", "first", None),
        ("b", 0, "1", "late", None),
        ("b", 1, "2", "later", None),
    ]


def test_only_errors_of_exported_objects_are_read(database_url: str, tmp_path: Path) -> None:
    load(database_url, [listing(name, **errors(f"of {name}")) for name in "abcd"])
    request = ExportRequest(types=("connectorstate",), sort=(SortKey("id", descending=True),), offset=1)
    snapshot = read(database_url, tmp_path, request, limit=2)
    assert (snapshot.matched, snapshot.exported) == (4, 2)
    assert [row["id"] for row in rows_of(snapshot.objects)] == ["c", "b"]
    assert snapshot.errors is not None
    assert [row["error"] for row in rows_of(snapshot.errors)] == ["of b", "of c"]


def test_the_few_errors_of_many_objects_are_those_of_the_exported_ones_too(database_url: str, tmp_path: Path) -> None:
    """PostgreSQL then looks up the object of each error."""
    found = [listing(f"in {number}", name="found") for number in range(9)]
    load(database_url, [*found, listing("b", name="found", **errors("1", "2")), listing("a", **errors("other"))])
    request = ExportRequest(types=("connectorstate",), filter=Criterion("property", "name", (Exact(("found",), False),)))
    snapshot = read(database_url, tmp_path, request)
    assert snapshot.errors is not None
    assert [(row["id"], row["entry"], row["error"]) for row in rows_of(snapshot.errors)] == [("b", 0, "1"), ("b", 1, "2")]


def test_without_errors_there_is_no_file_of_them(database_url: str, tmp_path: Path) -> None:
    load(database_url, [listing("a"), listing("b", **errors("of b"))])
    request = ExportRequest(types=("connectorstate",), ids=("a",))
    assert read(database_url, tmp_path, request).errors is None
    assert [path.name for path in tmp_path.glob("*.arrow")] == ["objects.arrow"]


def test_whole_documents_are_spooled_as_they_came_in_order(database_url: str, tmp_path: Path) -> None:
    objects = [listing("b", name="zwei\nZeilen"), listing("a", name='"😀" \\ %s'), listing("c", type="other")]
    load(database_url, objects)
    seen: list[int] = []
    snapshot = read(database_url, tmp_path, documents=True, on_progress=seen.append)
    assert snapshot.objects.name == "documents.jsonl"
    assert [json.loads(line) for line in snapshot.objects.read_text().split("\n")[:-1]] == [objects[1], objects[0]]
    assert (snapshot.exported, snapshot.errors, seen) == (2, None, [2])


def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    file = tmp_path / "a b? #1 100%41 ä" / "objects & more.db"
    url = URL.create("sqlite", database=str(file)).render_as_string()
    load(url, [listing("a")])
    assert read(url, tmp_path).exported == 1
    assert file.exists()


def test_objects_of_others_are_not_seen(database_url: str, tmp_path: Path) -> None:
    load(database_url, [listing("a", **errors("ours"))])
    load(database_url, [listing("a", **errors("theirs")), listing("b", **errors("theirs"))], tenant="other")
    snapshot = read(database_url, tmp_path)
    assert snapshot.exported == 1
    assert snapshot.errors is not None
    assert [row["error"] for row in rows_of(snapshot.errors)] == ["ours"]


def test_a_tenant_exists_once_it_has_an_object(database_url: str) -> None:
    load(database_url, [listing("a")])
    engine = connect(database_url)
    assert [tenant_exists(engine, name) for name in ("acme", "ACME", "other", "", "a\0", "\ud800")] == [True, *[False] * 5]
    engine.dispose()


def test_counting_ignores_limits(database_url: str) -> None:
    load(database_url, [listing(str(number)) for number in range(5)])
    engine = connect(database_url)
    request = ExportRequest(types=("connectorstate",), max_records=2, offset=1)
    assert count_matching(engine, "acme", request) == 5
    engine.dispose()


def test_as_of_is_no_later_than_the_snapshot(database_url: str, tmp_path: Path) -> None:
    load(database_url, [listing("a")])
    before = datetime.now(UTC)
    assert before <= read(database_url, tmp_path).as_of <= datetime.now(UTC)


def test_what_is_loaded_while_reading_is_not_in_the_snapshot(database_url: str, tmp_path: Path) -> None:
    """The objects are read first; an error that arrives before the errors are read belongs to a later snapshot."""
    load(database_url, [listing("a", **errors("old"))])
    change = (
        "from tests.database.test_reader import *; "
        f"load({database_url!r}, [listing('a', **errors('new', 'new')), listing('b', **errors('new'))])"
    )
    # Another process: in this one, the extraction has the file open.
    snapshot = read(
        database_url, tmp_path, on_progress=lambda _rows: subprocess.run([sys.executable, "-c", change], check=True)
    )
    assert snapshot.exported == 1
    assert snapshot.errors is not None
    assert [row["error"] for row in rows_of(snapshot.errors)] == ["old"]
    assert read(database_url, tmp_path).exported == 2


@pytest.fixture
def broken_urls(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "text.db").write_text("this is no database, only a text that is longer than its header would be\n" * 20)
    return {
        "missing": f"sqlite:///{tmp_path / 'missing.db'}",
        "no database": f"sqlite:///{tmp_path / 'text.db'}",
        "a folder": f"sqlite:///{tmp_path}",
        "refused": "postgresql://nobody@127.0.0.1:1/nothing",
    }


@pytest.mark.parametrize("kind", ["missing", "no database", "a folder", "refused"])
def test_a_database_that_cannot_be_read_is_unavailable(broken_urls: dict[str, str], kind: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable):
        read(broken_urls[kind], tmp_path)
    engine = connect(broken_urls[kind])
    with pytest.raises(DatabaseUnavailable):
        count_matching(engine, "acme", EVERYTHING)
    engine.dispose()


def test_a_database_without_tables_is_unavailable(bare_database_url: str, tmp_path: Path) -> None:
    engine = connect(bare_database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE other (id INTEGER)"))
    with pytest.raises(DatabaseUnavailable):
        tenant_exists(engine, "acme")
    engine.dispose()
    with pytest.raises(DatabaseUnavailable):
        read(bare_database_url, tmp_path)


def test_a_postgresql_that_goes_away_while_reading_is_unavailable(postgresql_url: str, tmp_path: Path) -> None:
    with new_postgresql_database(postgresql_url) as url:
        load(url, [listing("a", **errors("wrong"))])
        engine = connect(postgresql_url)

        def cut_off(_rows: int) -> None:
            with engine.connect() as connection:
                others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
                connection.execute(text(others), {"name": make_url(url).database})

        with pytest.raises(DatabaseUnavailable):
            read(url, tmp_path, on_progress=cut_off)
        engine.dispose()


@pytest.mark.parametrize("documents", [False, True])
def test_what_ends_a_reading_is_not_hidden_by_what_is_still_open(database_url: str, tmp_path: Path, documents: bool) -> None:
    """The rows are of several batches, so that more were to come."""
    load(database_url, [listing(f"{number:05}") for number in range(2_000)])

    def cancel(_rows: int) -> None:
        raise ExportCancelled

    with pytest.raises(ExportCancelled):
        read(database_url, tmp_path, documents=documents, on_progress=cancel)


@pytest.mark.parametrize(("name", "documents"), [("objects.arrow", False), ("errors.arrow", False), ("documents.jsonl", True)])
def test_a_full_disk_is_named(database_url: str, tmp_path: Path, name: str, documents: bool) -> None:
    load(database_url, [listing("a", **errors("wrong"))])
    (tmp_path / name).symlink_to("/dev/full")
    with pytest.raises(DiskFull, match="objects of the export"):
        read(database_url, tmp_path, documents=documents)


def test_reading_imports_no_pandas_and_counting_no_arrow(database_url: str, tmp_path: Path) -> None:
    load(database_url, [listing("a", **errors("wrong"))])
    script = """
import sys
from pathlib import Path
from contract.request import ExportRequest
from database.engine import connect
from database.reader import count_matching, extract
url, folder = sys.argv[1:]
request = ExportRequest(types=("connectorstate",), ids=("a",))
engine = connect(url)
assert count_matching(engine, "acme", request) == 1
engine.dispose()
assert not {"pyarrow", "polars", "adbc_driver_manager"} & set(sys.modules)
for documents in (False, True):
    extract(url, "acme", request, limit=3, folder=Path(folder), documents=documents, on_progress=lambda rows: None)
assert "pandas" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script, database_url, str(tmp_path)], check=True)


def test_a_filter_and_a_sort_work_on_the_way_of_the_extraction(database_url: str, tmp_path: Path) -> None:
    load(
        database_url,
        [listing(name, properties={"reqid": reqid}) for name, reqid in [("a", "10"), ("b", "9"), ("c", "8"), ("d", "x")]],
    )
    request = ExportRequest(
        types=("connectorstate",),
        filter=Criterion("property", "reqid", (HasValue(True), Exact(("8", "9", "10")))),
        sort=(SortKey("reqid", descending=False, value_type=ValueType.NUMBER),),
    )
    assert [row["id"] for row in rows_of(read(database_url, tmp_path, request).objects)] == ["c", "b", "a"]


@pytest.mark.slow
@pytest.mark.parametrize("documents", [False, True])
def test_memory_does_not_grow_with_the_rows(database_url: str, tmp_path: Path, documents: bool) -> None:
    load(database_url, [listing(str(number), name="x" * 500, **errors("wrong")) for number in range(5_000)])
    few = peak_memory(database_url, tmp_path, documents)
    multiply(database_url, 40)
    assert peak_memory(database_url, tmp_path, documents) < 1.3 * few


def peak_memory(url: str, folder: Path, documents: bool) -> int:
    """The most memory that a process needs to extract all objects, in kilobytes."""
    script = """
import resource, sys
from tests.database.test_reader import *
read(sys.argv[1], Path(sys.argv[2]), documents=sys.argv[3] == "True")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    command = [sys.executable, "-c", script, url, str(folder), str(documents)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
