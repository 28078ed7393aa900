"""A delta is the difference of two full exports, whatever happened in between."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.changes import Deletion
from contract.filters import fold
from database.engine import connect
from database.loader import load_objects
from database.migrate import upgrade
from files.spool import job_folder
from formats.headers import SYSTEM
from formats.tables import EXACT_TEXT, Content
from tasks.extract import extract
from tasks.plan import Base, ExportPlan
from tasks.publish import publish
from tasks.render import render
from tasks.transform import transform
from tasks.validate import plan_export
from tests.conftest import new_postgresql_database
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
        upgrade(made, "objects")
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
        {"params": params}, tenant=tenant, job_id=job, max_records=10**6, now=NOW, folder=job_folder(home / "spool", job)
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
            plain = {name: cell for name, cell in row.items() if cell is not None and not name.startswith("#")}
            rows[table.type, row["ID"]] = {name: cell for name, cell in plain.items() if name not in SYSTEM or name == "Name"}
    return rows


def expected(before: Shown, after: Shown, content: Content, labels: dict[tuple[str, str], str]) -> set[tuple[str, ...]]:
    found = {("added", *key, "") for key in after.keys() - before.keys()}
    found |= {("removed", *key, "") for key in before.keys() - after.keys()}
    for key in before.keys() & after.keys():
        names = before[key].keys() | after[key].keys()
        differing = {name.removesuffix(EXACT_TEXT) for name in names if before[key].get(name) != after[key].get(name)}
        found |= {("changed", *key, labels[key[0], name]) for name in differing}
    return found


def labels_of(*contents: Content) -> dict[tuple[str, str], str]:
    return {(t.type, c.name): c.label for content in contents for t in content.tables for c in t.columns}


DELETIONS = st.lists(
    st.builds(Deletion, st.sampled_from(TYPES), st.sampled_from([f"id{number}" for number in range(12)])), max_size=3
)
WRITES = st.builds(lambda objects, gone: [*objects, *gone], raw_objects(), DELETIONS)


@settings(max_examples=40, deadline=None)
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
    wanted = expected(shown(before), shown(after), content, labels_of(before, after))
    assert sorted((r["Change"], r["Type"], r["ID"], r["Column"] or "") for r in rows) == sorted(wanted)
    keys = {(fold(kind_type), identifier) for kind, kind_type, identifier, _ in wanted if kind != "removed"}
    assert shown(content) == {key: cells for key, cells in shown(after).items() if key in keys}
    assert delta.matched == len(keys)
