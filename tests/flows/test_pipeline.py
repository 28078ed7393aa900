"""The steps of one export as a plain function, on a real store of objects."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas
import pytest

from config.settings import Settings
from contract.errors import ExportCancelled, InvalidRequest, UnknownTenant
from contract.jobs import Step
from database.engine import connect
from database.loader import load_objects
from database.migrate import upgrade
from flows.pipeline import Place, Steps, run_export
from formats import FORMATS

COUNT = 7


class Notes:
    """Keeps what was reported; cancels at a step where that is wanted."""

    def __init__(self, cancel_at=None):
        self.steps = []
        self.facts = {}
        self.cancel_at = cancel_at

    def progress(self, step, records_done):
        if step is self.cancel_at:
            raise ExportCancelled
        if not self.steps or self.steps[-1] is not step:
            self.steps.append(step)

    def describe(self, **facts):
        self.facts |= facts


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    upgrade(settings.objects_url, "objects")
    engine = connect(settings.objects_url)
    objects = [
        {"id": f"state-{number}", "type": "connectorstate", "properties": {"channelid": "one"}, "data": {"attributes": {}}}
        for number in range(COUNT)
    ]
    load_objects(engine, "acme", [(one["id"], one) for one in objects])
    engine.dispose()
    return Place.of(settings)


def body(**more):
    return {"params": {"query": {"filters": {"typesCriterion": ["connectorstate"]}}}, "fileName": "States"} | more


def for_nobody(**more):
    asked = body(**more)
    asked["params"]["query"]["filters"]["propertiesCriterion"] = [{"channelid": {"exact": "none"}}]
    return asked


def test_the_steps_go_in_order_and_the_facts_become_known(place):
    notes = Notes()
    outcome = run_export(body(), tenant="acme", job_id="job-1", place=place, reporter=notes)
    assert notes.steps == [Step.VALIDATE, Step.EXTRACT, Step.TRANSFORM, Step.RENDER, Step.PUBLISH]
    assert notes.facts["file_name"] == "States"
    assert notes.facts["format"] == "excel"
    assert (notes.facts["matched"], notes.facts["total"]) == (COUNT, COUNT)
    sheet = pandas.read_excel(
        f"{place.results}/{outcome.file.key}", sheet_name="Connector State", header=1, dtype=str, engine="calamine"
    )
    assert list(sheet["ID"]) == [f"state-{number}" for number in range(COUNT)]


@pytest.mark.parametrize("format", FORMATS)
def test_attributes_named_like_the_fields_of_single_steps_are_attributes_like_others(place, format):
    names = ["#row", "#id", "#read ID", "#fingerprint", "#place", "#", "x#text", "row"]
    attributes = {name: {"values": [{"value": f"of {name}"}]} for name in names}
    engine = connect(place.objects_url)
    load_objects(engine, "odd", [("one", {"id": "one", "type": "oddity", "data": {"attributes": attributes}})])
    engine.dispose()
    asked = {"query": {"filters": {"typesCriterion": ["oddity"]}}, "fields": {"attributes": ["_ALL"]}}
    asked["rsconnect"] = {"profilecontexts": [{"format": format}]}
    outcome = run_export({"params": asked}, tenant="odd", job_id=f"odd-{format}", place=place, reporter=Notes())
    made = f"{place.results}/{outcome.file.key}"
    if format == "excel":
        frame = pandas.read_excel(made, sheet_name="Oddity", header=1, dtype=str, engine="calamine")
    elif format == "csv":
        frame = pandas.read_csv(made, dtype=str)
    elif format == "parquet":
        frame = pandas.read_parquet(made)
    else:
        frame = pandas.DataFrame(
            [{"ID": "one"} | {name: f"of {name}" for name in names if f"of {name}" in Path(made).read_text()}]
        )
    assert [f"of {name}" for name in names if f"of {name}" in frame.to_numpy().tolist()[0]] == [f"of {name}" for name in names]


def test_when_nothing_matches_an_empty_file_is_made(place):
    outcome = run_export(for_nobody(), tenant="acme", job_id="job-2", place=place, reporter=Notes())
    assert outcome.extracted.matched == 0
    assert outcome.file is not None


def test_a_request_may_want_no_empty_file(place):
    asked = for_nobody()
    asked["params"]["options"] = {"skipIfEmpty": True}
    outcome = run_export(asked, tenant="acme", job_id="job-3", place=place, reporter=Notes())
    assert outcome.file is None


@pytest.mark.parametrize("wrong", [None, "text", [], {}, {"params": {"query": {"filters": {"typesCriterion": 5}}}}])
def test_a_wrong_request_names_its_mistakes(place, wrong):
    with pytest.raises(InvalidRequest) as raised:
        run_export(wrong, tenant="acme", job_id="job-4", place=place, reporter=Notes())
    assert raised.value.mistakes


@pytest.mark.parametrize("tenant", ["nobody", "", 5, None])
def test_an_unknown_tenant_is_refused(place, tenant):
    with pytest.raises(UnknownTenant):
        run_export(body(), tenant=tenant, job_id="job-5", place=place, reporter=Notes())


def test_a_tenant_of_the_settings_exists_before_it_has_objects(place):
    known = replace(place, tenants=frozenset({"new"}))
    assert run_export(body(), tenant="new", job_id="job-6", place=known, reporter=Notes()).extracted.matched == 0


@pytest.mark.parametrize("step", Step)
def test_a_cancelled_export_stops_at_its_next_step(place, step):
    if step in (Step.NOTIFY, Step.COMPARE):  # no step of run_export
        return
    done = []

    def noted(name):
        def do(*given, **named):
            done.append(name)
            return getattr(Steps(), name)(*given, **named)

        return do

    watched = {name: noted(name) for name in ("validate", "extract", "transform", "render", "publish")}
    with pytest.raises(ExportCancelled):
        run_export(
            body(), tenant="acme", job_id=f"job-{step}", place=place, reporter=Notes(cancel_at=step), steps=Steps(**watched)
        )
    assert done == list(watched)[: list(Step).index(step)]


def test_the_libraries_of_tables_are_imported_while_objects_are_read(place):
    script = f"""
import json, sys
from dataclasses import replace
from pathlib import Path
from config.settings import Settings
from flows.pipeline import Place, Steps, run_export
from formats import FORMATS
LATER = {{"tasks.transform", "tasks.publish", "formats.excel.workbook", "formats.excel.verify", "polars"}}
class Silent:
    def progress(self, step, records_done): pass
    def describe(self, **facts): pass
def transform(plan, extracted, *, zone):
    print(json.dumps(sorted(LATER - set(sys.modules))))
    sys.exit()
print(json.dumps(sorted(LATER & set(sys.modules))))
place = Place.of(Settings(home={str(place.spool.parent)!r}))
steps = replace(Steps(), transform=transform)
run_export({body()!r}, tenant="acme", job_id="imports", place=place, reporter=Silent(), steps=steps)
"""
    ended = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    there_before, missing_after = map(json.loads, ended.stdout.splitlines())
    assert (there_before, missing_after) == ([], [])
