"""What the tables' making gathers for triage, beside a plain count over the objects."""

import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from contract.objects import StateObject, parse_object
from contract.request import ExportRequest
from formats.tables import AGES, Content, Tally
from tasks import triage as gathering
from tasks.tally import Tallies
from tasks.transform import transform
from tasks.triage import CHANNEL, OBJECT, ErrorCounts, StateAges
from tests.examples import examples
from tests.tasks.spools import AS_OF, plan, write_spool

TEXTS = st.sampled_from(["price is missing", "brand is unknown", "too long", "", " "])
ABOUT = st.sampled_from([("price", None), ("brand", "weight"), ("", "weight"), (None, "weight"), ("", None), (None, None)])
"""Target and source of an error."""
ENTRIES = st.lists(st.tuples(TEXTS, ABOUT), max_size=4)
DAYS = st.sampled_from([None, -3, 0, 0.9, 1, 7.9, 8, 30.9, 31, 90.9, 91, 4_000])
STATES = st.sampled_from(["errored", "completed", None])
OBJECTS = st.lists(st.tuples(st.sampled_from(["shop-one", "shop-two", None]), ENTRIES, STATES, DAYS), max_size=12)


def values(text: str) -> dict[str, Any]:
    return {"values": [{"value": text}]}


def state_object(number: int, channel: str | None, entries: Any, state: str | None, days: float | None) -> StateObject:
    attributes: dict[str, Any] = {}
    if entries:
        attributes["validationError"] = {
            "group": [
                {"error": values(text)}
                | ({"targetAttribute": values(target)} if target is not None else {})
                | ({"sourceAttribute": values(source)} if source is not None else {})
                for text, (target, source) in entries
            ]
        }
    if state is not None:
        attributes["validationState"] = values(state)
    if days is not None:
        attributes["validationStateDate"] = values((AS_OF - timedelta(days=days)).isoformat(timespec="milliseconds"))
    properties = {"channelid": channel} if channel else {}
    raw = {"id": f"{number:03}", "type": "connectorstate", "properties": properties, "data": {"attributes": attributes}}
    return parse_object(raw)


def exported(objects: list[StateObject], folder: Path) -> Content:
    return transform(plan(ExportRequest(("connectorstate",)), folder), write_spool(objects, folder), zone=ZoneInfo("UTC"))


def age(days: float | None) -> int:
    """The place in AGES, read plainly."""
    if days is None:
        return 5
    return 0 if days < 1 else 1 if days < 8 else 2 if days < 31 else 3 if days < 91 else 4


@examples(40, suppress_health_check=[HealthCheck.too_slow])
@given(OBJECTS, st.integers(1, 12))
def test_errors_states_and_ages_are_counted_as_by_hand_in_batches_of_any_size(drawn: Any, at_once: int) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as small:
        small.setattr("tasks.assemble._MOST_ROWS", at_once)
        content = exported([state_object(number, *one) for number, one in enumerate(drawn)], Path(name))
        found = content.receipt.triage
        rows = [] if content.errors is None else pl.read_ipc(content.errors.path).to_dicts()
    channels = Counter(channel or "" for channel, entries, _, _ in drawn for _ in entries)
    targets = Counter(target or source or "" for _, entries, _, _ in drawn for _, (target, source) in entries)
    counted = {tally.column: dict(tally.counts) for tally in found.tallies}
    assert counted == ({"Channel Id": dict(channels), "Target Attribute": dict(targets)} if channels else {})
    assert found.objects == sum(bool(entries) for _, entries, _, _ in drawn)
    texts = Counter(text for _, entries, _, _ in drawn for text, _ in entries)
    assert {error.text: error.times for error in found.frequent} == texts
    for error in found.frequent:
        assert error.objects == sum(error.text in [text for text, _ in entries] for _, entries, _, _ in drawn)
        assert error.row == next(place for place, row in enumerate(rows) if row["error"] == error.text)
    wanted: dict[str, list[int]] = {}
    for _, _, state, days in drawn:
        if state is not None:
            wanted.setdefault(state, [0] * len(AGES))[age(days)] += 1
    ages = {one.column: {state: list(counts) for state, counts in one.counts} for one in found.ages}
    assert ages == ({"Validation State": wanted} if wanted else {})
    states = Counter(state for _, _, state, _ in drawn if state is not None)
    named = Counter(channel for channel, _, _, _ in drawn if channel)
    tallies = {tally.column: dict(tally.counts) for tally in content.receipt.tallies}
    assert {column: tallies.get(column, {}) for column in ("Validation State", "Channel Id")} == {
        "Validation State": states,
        "Channel Id": named,
    }


@pytest.mark.parametrize(
    "beside",
    [{"locale": "en-US", "source": "internal"}, {"locale": "de-DE", "source": "shop"}],
    ids=["in a column", "in details"],
)
@pytest.mark.parametrize(
    ("date", "place"),
    [
        ("0001-01-01T00:00:00Z", 4),
        ("1850-01-01", 4),
        ("1899-12-31T23:59:59Z", 4),
        ("9999-12-31T23:59:59.999-1200", 0),
        ("soon", 5),
        ("", 5),
    ],
)
def test_dates_that_no_spreadsheet_has_are_as_old_as_they_are(
    tmp_path: Path, date: str, place: int, beside: dict[str, str]
) -> None:
    dated = {"validationState": values("errored"), "validationStateDate": {"values": [{"value": date, **beside}]}}
    item = parse_object({"id": "1", "type": "connectorstate", "data": {"attributes": dated}})
    (found,) = exported([item, state_object(2, None, [], "errored", 2)], tmp_path).receipt.triage.ages
    expected = [0] * len(AGES)
    expected[place] += 1
    expected[age(2)] += 1
    assert found.counts == (("errored", tuple(expected)),)


def test_the_most_frequent_stand_first_and_there_are_at_most_ten(tmp_path: Path) -> None:
    nothing = (None, None)
    objects = [state_object(number, "a", [(f"e{kind}", nothing) for kind in range(number)], None, None) for number in range(14)]
    found = exported(objects, tmp_path).receipt.triage.frequent
    assert [(error.text, error.times) for error in found] == [(f"e{kind}", 13 - kind) for kind in range(10)]


def test_a_request_without_errors_and_states_has_nothing_to_look_at(tmp_path: Path) -> None:
    request = ExportRequest(("connectorstate",), attributes=("itemState",), properties=())
    content = transform(
        plan(request, tmp_path),
        write_spool([state_object(1, "a", [("e", (None, None))], "errored", 3)], tmp_path),
        zone=ZoneInfo("UTC"),
    )
    assert content.receipt.triage.ages == ()
    assert content.receipt.triage.frequent == ()


def test_many_different_texts_are_brought_together_and_stay_exact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often counts are joined on the way: nothing is estimated."""
    monkeypatch.setattr(gathering, "_KEPT", 50)
    texts = [f"text {number % 97 if number % 3 else number}" for number in range(3_000)]
    table = pa.table(
        {
            CHANNEL: pa.array(["c"] * 3_000),
            OBJECT: pa.array(range(3_000)),
            "sourceAttribute": pa.nulls(3_000, pa.string()),
            "targetAttribute": pa.nulls(3_000, pa.string()),
            "error": pa.array(texts),
        }
    )
    with pa.ipc.new_file(str(tmp_path / "errors.arrow"), table.schema) as file:
        file.write_table(table, max_chunksize=100)
    counts = ErrorCounts()
    for start in range(0, 3_000, 100):
        some = ErrorCounts()
        some.add(table.slice(start, 100))
        counts.merge(some)
    _, frequent, objects = counts.counted(tmp_path / "errors.arrow")
    order = sorted(Counter(texts).items(), key=lambda item: (-item[1], texts.index(item[0])))
    assert [(error.text, error.times, error.row) for error in frequent] == [(t, n, texts.index(t)) for t, n in order[:10]]
    assert objects == 3_000


@pytest.mark.parametrize("parts", [(700, 700), (1_500, 1), (1, 1_500)])
def test_a_name_with_too_many_values_for_a_category_is_not_told_of(parts: tuple[int, int]) -> None:
    """Whether they are in one batch or come together from several."""
    tallies, ages = Tallies(), StateAges(AS_OF)
    first = 0
    for count in parts:
        states = pa.array([f"state {number}" for number in range(first, first + count)])
        some, old = Tallies(), StateAges(AS_OF)
        some.add(("property", "channelid"), "Channel Id", pa.array(["shop"] * count))
        some.add(("attribute", "channelstate"), "Channel State", states)
        old.add(("attribute", "channelstate"), "Channel State", states, pa.array([0] * count, pa.int64()))
        tallies.merge(some)
        ages.merge(old)
        first += count
    assert tallies.counted() == (Tally("Channel Id", (("shop", sum(parts)),)),)
    assert ages.counted() == ()
