"""The steps end to end: objects in a database, out as verified files that say what the objects say."""

import io
import itertools
import json
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from contract.objects import parse_object
from database.engine import connect
from database.loader import load_objects
from database.migrate import upgrade
from files.spool import attempt_folder
from files.store import open_store, stream
from formats.formulas import restored_text
from tasks.demo_objects import demo_objects
from tasks.extract import extract
from tasks.plan import ExportPlan
from tasks.publish import publish
from tasks.render import render
from tasks.transform import transform
from tasks.validate import plan_export
from tests.examples import examples
from tests.tasks.checks import check_tables, rows_of_table
from tests.tasks.objects import TYPES, raw_objects

NOW = datetime(2026, 3, 4, tzinfo=UTC)
JOBS = itertools.count()
ASKED: list[dict[str, Any]] = [
    {},
    {"contexts": [{"locale": "de-DE"}]},
    {
        "contexts": [{"locale": "en-US", "source": "internal"}],
        "fields": {"attributes": ["validationError", "itemState", "address"]},
    },
    {"sort": {"properties": [{"hub": "_DESC", "sortType": "_STRING"}]}},
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database without objects."""
    made = f"sqlite:///{tmp_path_factory.mktemp('database') / 'objects.db'}"
    upgrade(made, "objects")
    return made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def _load(url: str, raw: list[dict[str, Any]]) -> str:
    """Load objects for a new tenant; its name."""
    tenant = f"tenant-{next(JOBS)}"
    engine = connect(url)
    try:
        report = load_objects(engine, tenant, ((str(place), item) for place, item in enumerate(raw)))
    finally:
        engine.dispose()
    assert report.refused == []
    return tenant


def _plan(
    home: Path, tenant: str, asked: dict[str, Any], format: str, types: tuple[str, ...] = ("connectorstate",)
) -> ExportPlan:
    job_id = f"job-{next(JOBS)}"
    query: dict[str, Any] = {"filters": {"typesCriterion": list(types)}}
    if "contexts" in asked:
        query["contexts"] = asked["contexts"]
    params = {"query": query, "rsconnect": {"profilecontexts": [{"format": format}]}}
    params |= {"fields": asked["fields"]} if "fields" in asked else {}
    if "sort" in asked:
        params["options"] = {"maxRecords": 1000}
        params["sort"] = asked["sort"]
    folder = attempt_folder(home / "spool", job_id, 1)
    return plan_export({"params": params}, tenant=tenant, job_id=job_id, max_records=1000, now=NOW, folder=folder)


@examples(25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw_objects(), st.sampled_from(ASKED))
def test_tables_of_stored_objects_say_what_the_objects_say(url: str, home: Path, raw: list[Any], asked: dict[str, Any]):
    """From the database through the spool to the tables, in the order of the database."""
    tenant = _load(url, raw)
    plan = _plan(home, tenant, asked, "Excel", ("connectorstate", *TYPES[2:]))
    extracted = extract(plan, database_url=url, on_progress=lambda _done: None)
    content = transform(plan, extracted, zone=ZoneInfo("UTC"))
    rows = {table.type: rows_of_table(table) for table in content.tables}
    if content.errors:
        rows[""] = rows_of_table(content.errors)
    order = pd.read_feather(extracted.objects)[["type", "id"]].itertuples(index=False, name=None)
    stored = {(item.type, item.id): item for item in map(parse_object, raw)}
    objects = [stored[key] for key in order]
    assert len(objects) == len(stored)
    check_tables(content, rows, objects, plan.request)


@pytest.fixture(scope="module")
def many(url: str) -> tuple[str, list[dict[str, Any]]]:
    """Six hundred plain objects of one type, loaded in a random order."""
    rng = random.Random(3)
    raw = [
        {
            "id": f"{number:05}",
            "type": "connectorstate",
            "properties": {"channelid": f"shop-{number % 7}", "entityid": f"-{number}", "retryCount": number},
            "data": {"attributes": {"itemState": {"values": [{"value": "new", "locale": "en-US", "source": "internal"}]}}},
        }
        for number in range(600)
    ]
    rng.shuffle(raw)
    return _load(url, raw), sorted(raw, key=lambda item: item["id"])


@pytest.mark.parametrize("format", ["Excel", "CSV", "PARQUET", "JSON"])
def test_every_format_holds_the_stored_objects(url: str, home: Path, many: tuple[str, list[dict[str, Any]]], format: str):
    """Verified, published, and read back from the store by a reader that knows nothing of us."""
    tenant, raw = many
    plan = _plan(home, tenant, {}, format)
    extracted = extract(plan, database_url=url, on_progress=lambda _done: None)
    content = transform(plan, extracted, zone=ZoneInfo("UTC"))
    rendered = render(plan, content)
    file = publish(plan, content, rendered, results=str(home / "results"), retention_days=7)
    data = io.BytesIO(b"".join(stream(open_store(str(home / "results")), file.key)))
    assert file.bytes == len(data.getvalue())
    if format == "JSON":
        assert json.load(data) == {
            "dataObjectOperationResponse": {"status": "success", "dataObjects": raw, "totalRecords": len(raw)}
        }
        return
    expected = [
        (
            item["id"],
            item["properties"]["channelid"],
            item["properties"]["entityid"],
            str(item["properties"]["retryCount"]),
            "new",
        )
        for item in raw
    ]
    assert _read(data, format) == expected


def _read(data: io.BytesIO, format: str) -> list[tuple[str, ...]]:
    if format == "Excel":
        frame = pd.read_excel(data, sheet_name="Connector State", header=1, dtype=str, engine="calamine")
        return list(frame[["ID", "Channel Id", "Entity Id", "Retry Count", "Item State"]].itertuples(index=False, name=None))
    names = ["ID", "channelid", "entityid", "properties.retryCount", "itemState"]
    if format == "PARQUET":
        return list(pd.read_parquet(data)[names].itertuples(index=False, name=None))
    frame = pd.read_csv(data, dtype=str)
    return [tuple(map(restored_text, row)) for row in frame[names].itertuples(index=False, name=None)]


def test_an_export_does_not_spend_a_third_of_a_second_on_importing_pandas(url: str, home: Path) -> None:
    """pyarrow imports pandas, where it is installed, at many of its doors."""
    tenant = _load(url, [raw for _, raw in demo_objects(200)] + [{"id": "x", "type": "other"}])
    script = f"""
import sys
from pathlib import Path
from zoneinfo import ZoneInfo
from flows.pipeline import Place, run_export

class Quiet:
    def progress(self, step, done): pass
    def describe(self, **facts): pass

place = Place({url!r}, "", Path({str(home)!r}) / "spool", str(Path({str(home)!r}) / "results"), 1000, 1, ZoneInfo("UTC"))
body = {{"params": {{"query": {{"filters": {{"typesCriterion": ["connectorstate", "other"]}}}}}}}}
outcome = run_export(body, tenant={tenant!r}, job_id="light", place=place, reporter=Quiet())
print(outcome.extracted.exported, "pandas" in sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["201", "False"]
