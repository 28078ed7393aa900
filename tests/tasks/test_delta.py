"""A delta is the difference of two full exports, whatever happened in between."""

import itertools
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.changes import Deletion
from contract.filters import fold
from contract.objects import parse_object
from database.engine import connect
from database.loader import load_objects
from database.migrate import upgrade
from database.rows import rows_of
from database.upsert import replace_objects
from files.spool import attempt_folder
from formats.fields import EXACT_TEXT
from formats.headers import SYSTEM
from formats.tables import Content
from tasks.differences import since_in_words
from tasks.extract import extract
from tasks.plan import Base, ExportPlan
from tasks.publish import publish
from tasks.render import render
from tasks.transform import transform
from tasks.validate import plan_export
from tests.conftest import new_postgresql_database
from tests.examples import examples
from tests.tasks.checks import rows_of_table
from tests.tasks.objects import raw_objects

NOW = datetime(2026, 3, 4, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
COUNT = itertools.count()
TYPES = ["connectorstate", "connectormessageactivity", "batch_run"]
ASKED: list[dict[str, Any]] = [
    {},
    {"query": {"contexts": [{"locale": "de-DE"}]}},
    {"fields": {"attributes": ["validationError", "itemState"], "properties": ["hub"]}},
    {"query": {"filters": {"typesCriterion": TYPES, "propertiesCriterion": [{"hub": {"hasvalue": True}}]}}},
    {"query": {"filters": {"typesCriterion": TYPES[:1], "attributesCriterion": [{"itemState": {"exact": "new"}}]}}},
    {"sort": {"properties": [{"hub": "_DESC", "sortType": "_STRING"}]}},
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    if request.param == "sqlite":
        made = f"sqlite:///{tmp_path_factory.mktemp('database') / 'objects.db'}"
        upgrade(made, "objects")
        yield made
        return
    with new_postgresql_database(postgresql_url) as made:
        yield made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def load(url: str, tenant: str, items: list[Any], by: str | None = None) -> None:
    engine = connect(url)
    assert load_objects(engine, tenant, [(str(n), item) for n, item in enumerate(items)], changed_by=by).refused == []
    engine.dispose()


def plan_of(home: Path, tenant: str, asked: dict[str, Any], format: str = "excel") -> ExportPlan:
    query = {"filters": {"typesCriterion": TYPES}} | asked.get("query", {})
    params = {**asked, "query": query, "rsconnect": {"profilecontexts": [{"format": format}]}}
    job = f"job-{next(COUNT)}"
    return plan_export(
        {"params": params}, tenant=tenant, job_id=job, max_records=10**6, now=NOW, folder=attempt_folder(home / "spool", job, 1)
    )


def exported(url: str, plan: ExportPlan) -> tuple[Any, Content]:
    found = extract(plan, database_url=url, on_progress=lambda _done: None)
    return found, transform(plan, found, zone=ZONE)


Shown = dict[tuple[str, str], dict[str, Any]]


def shown(content: Content) -> Shown:
    """The cells of each object, by its type and id and by the names of columns; only those with something in them."""
    rows: Shown = {}
    for table in content.tables:
        for row in rows_of_table(table):
            plain = {fold(name): cell for name, cell in row.items() if cell is not None and not name.startswith("#")}
            rows[table.type, row["ID"]] = {
                name: cell for name, cell in plain.items() if name not in map(fold, SYSTEM) or name == "name"
            }
    return rows


def expected(before: Shown, after: Shown, labels: dict[tuple[str, str], str]) -> list[tuple[str, ...]]:
    found = [("added", *key, "") for key in after.keys() - before.keys()]
    found += [("removed", *key, "") for key in before.keys() - after.keys()]
    for key in before.keys() & after.keys():
        names = before[key].keys() | after[key].keys()
        differing = {name for name in names if before[key].get(name) != after[key].get(name)}
        # The exact text of a date stands beside it; but a name may also end so itself.
        columns = {name if (key[0], name) in labels else name.removesuffix(EXACT_TEXT) for name in differing}
        # A property and an attribute may have the same label.
        found += [("changed", *key, fold(labels[key[0], name])) for name in columns]
    return found


def labels_of(*contents: Content) -> dict[tuple[str, str], str]:
    return {(t.type, fold(c.name)): c.label for content in contents for t in content.tables for c in t.columns}


DELETIONS = st.lists(
    st.builds(Deletion, st.sampled_from(TYPES), st.sampled_from([f"id{number}" for number in range(12)])), max_size=3
)
WRITES = st.builds(lambda objects, gone: [*objects, *gone], raw_objects(), DELETIONS)


@examples(12)
@given(
    first=raw_objects(),
    later=st.lists(WRITES, max_size=3),
    back=st.booleans(),
    asked=st.sampled_from(ASKED),
)
def test_a_delta_lists_what_two_full_exports_differ_in(url, home, first, later, back, asked):
    tenant = f"tenant-{next(COUNT)}"
    load(url, tenant, first)
    found, before = exported(url, plan_of(home, tenant, asked))
    for some in [*later, *([first] if back else [])]:
        load(url, tenant, some)
    base = Base(found.as_of, ZONE, found.seen, "job")
    _, after = exported(url, plan_of(home, tenant, asked))
    delta, content = exported(url, replace(plan_of(home, tenant, asked), base=base))
    rows = rows_of_table(content.changes)
    wanted = expected(shown(before), shown(after), labels_of(before, after))
    assert sorted((r["Change"], r["Type"], r["ID"], fold(r["Column"] or "")) for r in rows) == sorted(wanted)
    keys = {(fold(kind_type), identifier) for kind, kind_type, identifier, _ in wanted if kind != "removed"}
    assert shown(content) == {key: cells for key, cells in shown(after).items() if key in keys}
    assert delta.matched == len(keys)


def state(identifier: str, item_state: str) -> dict[str, Any]:
    attributes = {"itemState": {"values": [{"value": item_state, "locale": "en-US", "source": "internal"}]}}
    return {"id": identifier, "type": "connectorstate", "name": f"Item {identifier}", "data": {"attributes": attributes}}


def delta_of(url: str, home: Path, format: str) -> tuple[ExportPlan, Content, Path]:
    """Of four objects one changed, one was removed and one stayed; a fifth was added; the file is verified."""
    tenant = f"tenant-{next(COUNT)}"
    load(url, tenant, [state(name, "new") for name in "abcd"])
    found, _ = exported(url, plan_of(home, tenant, {}))
    load(url, tenant, [state("b", "error"), Deletion("connectorstate", "c"), state("e", "new")], by="anna")
    load(url, tenant, [state("d", "error")])
    load(url, tenant, [state("d", "new")])
    plan = replace(plan_of(home, tenant, {}, format), base=Base(found.as_of, ZONE, found.seen, "job-1"))
    _, content = exported(url, plan)
    rendered = render(plan, content)
    file = publish(plan, content, rendered, results=str(home / "results"), retention_days=1)
    return plan, content, home / "results" / file.key


@pytest.mark.parametrize(("job", "told"), [("job-1", " (job job-1)"), (None, "")])
def test_what_a_delta_is_told_from_is_a_moment_of_its_zone_to_the_millisecond(job, told):
    base = Base(datetime(2026, 3, 4, 5, 6, 7, 89_000, UTC), ZoneInfo("Europe/Berlin"), None, job)
    assert since_in_words(base) == f"2026-03-04 06:06:07.089+01:00{told}"


def test_the_workbook_has_the_rows_as_they_are_and_a_linked_list_of_changes(url, home):
    _, _, path = delta_of(url, home, "excel")
    book = openpyxl.load_workbook(path)
    data = [row[2] for row in book["Connector State"].iter_rows(min_row=3, values_only=True)]
    assert data == ["b", "e"]
    header, *rows = book["Changes"].iter_rows(values_only=True)
    assert header[:9] == ("Change", "Type", "ID", "Row", "Name", "Column", "Before", "After", "Changed by")
    assert [row[:9] for row in rows] == [
        ("changed", "connectorstate", "b", 3, "Item b", "Item State", "new", "error", "anna"),
        ("removed", "connectorstate", "c", None, "Item c", None, None, None, "anna"),
        ("added", "connectorstate", "e", 4, "Item e", None, None, None, "anna"),
    ]
    links = [link.location for link in book["Changes"]._hyperlinks] or [
        cell.hyperlink.location for row in book["Changes"].iter_rows() for cell in row if cell.hyperlink
    ]
    assert links == ["'Connector State'!A3", "'Connector State'!A4"]
    summary = {row[0]: row[1] for row in book["Summary"].iter_rows(values_only=True)}
    assert summary["Changes since"].endswith("(job job-1)")


@pytest.mark.parametrize(("format", "suffix"), [("csv", "csv"), ("parquet", "parquet")])
def test_a_format_of_one_table_a_file_has_the_list_of_changes_beside_it(url, home, format, suffix):
    _, _, path = delta_of(url, home, format)
    with zipfile.ZipFile(path) as packed:
        names = packed.namelist()
    assert [name for name in names if name.startswith(("Connector State", "Changes"))] == [
        f"Connector State.{suffix}",
        f"Changes.{suffix}",
    ]


def test_json_has_the_list_of_changes_after_the_objects(url, home):
    _, _, path = delta_of(url, home, "json")
    answer = json.loads(path.read_bytes())["dataObjectOperationResponse"]
    assert [item["id"] for item in answer["dataObjects"]] == ["b", "e"]
    assert answer["totalRecords"] == 2
    assert [(row["Change"], row["ID"], row.get("Before"), row.get("After")) for row in answer["changes"]] == [
        ("changed", "b", "new", "error"),
        ("removed", "c", None, None),
        ("added", "e", None, None),
    ]


@pytest.mark.parametrize(
    "later",
    [
        {"data": {"attributes": {"rank": {"values": [{"value": "1", "locale": "en-US", "source": "internal"}]}}}},
        {"data": {"attributes": {"rank": {"values": [{"id": "v", "value": 1, "locale": "en-US", "source": "internal"}]}}}},
        {"extra": 2},
        {"extra": 1.0},
    ],
)
def test_json_has_an_object_that_it_shows_differently_though_no_cell_is(url, home, later):
    rank = {"values": [{"value": 1, "locale": "en-US", "source": "internal"}]}
    tenant = f"t{next(COUNT)}"
    before = {"id": "1", "type": TYPES[0], "name": "Chair", "extra": 1, "data": {"attributes": {"rank": rank}}}
    load(url, tenant, [before, {"id": "2", "type": TYPES[0]}])
    earlier, _ = exported(url, plan_of(home, tenant, {}, "json"))
    load(url, tenant, [{**before, **later}])
    for format, count in (("json", 1), ("excel", 0)):
        plan = replace(plan_of(home, tenant, {}, format), base=Base(earlier.as_of, ZONE, earlier.seen))
        found, content = exported(url, plan)
        assert content.changes is not None
        assert (found.exported, content.changes.rows) == (count, count)
        if count:
            [row] = rows_of_table(content.changes)
            assert (row["Change"], row["ID"], row["Name"], row["Column"]) == ("changed", "1", "Chair", None)


def test_a_delta_that_is_told_from_a_delta_lists_what_came_after_that(url, home):
    """It has seen what it compared, as a full export has seen what it wrote."""
    tenant = f"tenant-{next(COUNT)}"
    load(url, tenant, [state("a", "new"), state("b", "new")])
    earlier, _ = exported(url, plan_of(home, tenant, {}))
    for identifier in "ab":
        load(url, tenant, [state(identifier, "error")])
        plan = replace(plan_of(home, tenant, {}), base=Base(earlier.as_of, ZONE, earlier.seen))
        earlier, content = exported(url, plan)
        assert content.changes is not None
        assert [row["ID"] for row in rows_of_table(content.changes)] == [identifier]


def test_a_delta_says_how_many_objects_were_added_changed_and_removed(url, home):
    tenant = f"tenant-{next(COUNT)}"
    load(url, tenant, [state(name, "new") for name in "abcd"])
    earlier, _ = exported(url, plan_of(home, tenant, {}))
    renamed = state("b", "error") | {"name": "Bench"}
    load(url, tenant, [state("a", "error"), renamed, Deletion("connectorstate", "c"), *map(state, "efg", "xyz")])
    plan = replace(plan_of(home, tenant, {}), base=Base(earlier.as_of, ZONE, earlier.seen, "job-1"))
    found, _ = exported(url, plan)
    [told] = found.warnings
    assert found.listed == 7
    assert told.message.endswith("(job job-1): 3 added, 2 changed, 1 removed")
    assert told.message.startswith(f"Only what changed since {earlier.as_of.astimezone(ZONE):%Y-%m-%dT%H:%M:%S}")


def test_the_moment_of_a_delta_in_utc_is_written_as_a_request_says_it(url, home):
    tenant = f"tenant-{next(COUNT)}"
    load(url, tenant, [state("a", "new")])
    plan = replace(plan_of(home, tenant, {}), base=Base(datetime(2026, 3, 4, 5, 6, 7, 0, UTC), ZoneInfo("UTC")))
    [told] = exported(url, plan)[0].warnings
    assert told.message == "Only what changed since 2026-03-04T05:06:07Z: 1 added, 0 changed, 0 removed"


def test_the_limits_of_a_request_count_for_the_objects_of_a_delta_and_not_for_its_changes(url, home):
    tenant = f"tenant-{next(COUNT)}"
    load(url, tenant, [state(name, "new") for name in "abcd"])
    earlier, _ = exported(url, plan_of(home, tenant, {}))
    load(url, tenant, [state(name, "error") for name in "bcd"])
    asked = {"options": {"from": 1, "maxRecords": 1}}
    plan = replace(plan_of(home, tenant, asked), base=Base(earlier.as_of, ZONE, earlier.seen))
    _, content = exported(url, plan)
    assert content.changes is not None
    assert [identifier for _, identifier in shown(content)] == ["c"]
    assert [(row["Change"], row["ID"], row["After"]) for row in rows_of_table(content.changes)] == [
        ("changed", name, "error") for name in "bcd"
    ]


def test_more_objects_than_are_compared_at_a_time_are_all_in_the_delta(url, home, monkeypatch):
    monkeypatch.setattr("tasks.delta.AT_ONCE", 2)
    tenant = f"tenant-{next(COUNT)}"
    load(url, tenant, [state(name, "new") for name in "abcde"])
    earlier, _ = exported(url, plan_of(home, tenant, {}))
    load(url, tenant, [state(name, "error") for name in "abcde"])
    plan = replace(plan_of(home, tenant, {}), base=Base(earlier.as_of, ZONE, earlier.seen))
    told: list[int] = []
    found = extract(plan, database_url=url, on_progress=told.append)
    assert (found.exported, found.listed) == (5, 5)
    assert told[:-1] in ([1, 3], [2, 4])
    assert told[-1] == 5


def test_json_lists_no_object_that_changed_only_in_what_was_not_asked_for(url, home):
    tenant = f"tenant-{next(COUNT)}"
    asked = {"fields": {"attributes": ["rank"], "properties": []}}
    load(url, tenant, [state("a", "new")])
    earlier, _ = exported(url, plan_of(home, tenant, asked, "json"))
    load(url, tenant, [state("a", "error")])
    plan = replace(plan_of(home, tenant, asked, "json"), base=Base(earlier.as_of, ZONE, earlier.seen))
    found, _ = exported(url, plan)
    assert (found.exported, found.listed) == (0, 0)


def test_a_write_in_flight_during_the_earlier_export_is_in_the_delta(url, home):
    """It bears a time before the earlier export, which has not seen it."""
    tenant = f"tenant-{next(COUNT)}"
    load(url, tenant, [state("a", "new")])
    engine = connect(url)
    with engine.begin() as connection:
        replace_objects(connection, [rows_of(tenant, parse_object(state("a", "error")), loaded_ms=0)])
        found, _ = exported(url, plan_of(home, tenant, {}))
    engine.dispose()
    plan = replace(plan_of(home, tenant, {}), base=Base(found.as_of, ZONE, found.seen))
    _, content = exported(url, plan)
    assert [(row["Before"], row["After"]) for row in rows_of_table(content.changes)] == [("new", "error")]
