"""Spools become tables whose cells are exactly those of the objects."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.catalogue import BY_KEY, COLUMNS, ERROR_PARTS
from config.profiles import resolve_profile
from contract.errors import DiskFull, VerificationFailed
from contract.filters import Context, fold
from contract.objects import StateObject, parse_object
from contract.request import ExportRequest, ProfileChoice
from formats.headers import SYSTEM, named_by
from formats.tables import Content
from tasks.transform import transform
from tests.examples import examples
from tests.tasks.checks import check_tables, rows_of_table
from tests.tasks.objects import ATTRIBUTES, GROUPS, PROPERTIES, raw_objects
from tests.tasks.reference import names_of
from tests.tasks.spools import plan, write_spool

UTC = ZoneInfo("UTC")
CONTEXTS = st.sampled_from([
    (), (Context("en-us", "internal"),), (Context("de-DE"),), (Context(None, "ERP"), Context("de-de", "internal")),
])  # fmt: skip
WANTED_PROPERTIES = st.none() | st.lists(st.sampled_from([*PROPERTIES, "HUB", "nowhere"]), unique_by=fold, max_size=4).map(
    tuple
)
WANTED_ATTRIBUTES = st.none() | st.lists(
    st.sampled_from([*ATTRIBUTES, *GROUPS, "ITEMSTATE", "validationError>>error", "address>>severity", "channelid", "nowhere"]),
    max_size=5,
).map(tuple)


def tables_of(
    objects: list[StateObject], request: ExportRequest, rows_a_batch: int = 3
) -> tuple[Content, dict[str, list[Any]]]:
    """The content of an export and its tables' rows: by type, and those of the errors under `""`."""
    with tempfile.TemporaryDirectory() as folder:
        extracted = write_spool(objects, Path(folder), rows_a_batch=rows_a_batch)
        content = transform(plan(request, Path(folder)), extracted, zone=UTC)
        rows = {table.type: rows_of_table(table) for table in content.tables}
        if content.errors:
            rows[""] = rows_of_table(content.errors)
        return content, rows


@examples(150)
@given(raw_objects(), CONTEXTS, WANTED_PROPERTIES, WANTED_ATTRIBUTES, st.integers(1, 9))
def test_every_cell_says_what_its_object_says(
    raw: list[Any], contexts: Any, properties: Any, attributes: Any, rows_a_batch: int
):
    """Any objects, contexts, choice of columns and batches: the slow reference gives the same cells, errors and order."""
    objects = [parse_object(item) for item in raw]
    asked = ExportRequest(("connectorstate",), contexts=contexts, properties=properties, attributes=attributes)
    check_tables(*tables_of(objects, asked, rows_a_batch), objects, asked)


@examples(60)
@given(raw_objects(), CONTEXTS)
def test_nothing_that_an_object_says_is_without_a_column(raw: list[Any], contexts: Any):
    """All fields asked for: each name with a value has exactly one column, spelled as it came first, under its own header."""
    objects = [parse_object(item) for item in raw]
    content, _ = tables_of(objects, ExportRequest(("connectorstate",), contexts=contexts))
    for table in content.tables:
        spelled: dict[tuple[str, str], str] = {}
        for item in objects:
            if item.type == table.type:
                spelled = names_of(item, contexts) | spelled
        columns = [named_by(column.name) for column in table.columns[len(SYSTEM) :]]
        keys = [(area, fold(name)) for area, name in columns]
        assert len(set(keys)) == len(keys)
        assert len({fold(column.name) for column in table.columns}) == len(table.columns)
        assert set(spelled) <= set(keys)
        for (area, name), column in zip(columns, table.columns[len(SYSTEM) :], strict=True):
            assert column.group == {"property": "Properties", "attribute": "Attributes"}[area]
            if (
                (area, fold(name)) in spelled
                and (area, fold(name)) not in BY_KEY
                and not fold(name).startswith("validationerror")
            ):
                assert name == spelled[area, fold(name)]
        if table.type != "connectorstate":
            assert set(keys) <= set(spelled) | {("attribute", f"validationerror>>{fold(part)}") for part in ERROR_PARTS}
        groups = [column.group for column in table.columns]
        assert groups == sorted(groups, key=["System Fields", "Properties", "Attributes"].index)


def _object(identifier: str, attributes: dict[str, Any] | None = None, **properties: Any) -> StateObject:
    data = {
        name: value if isinstance(value, dict) else {"values": _values(value)} for name, value in (attributes or {}).items()
    }
    return parse_object({"id": identifier, "type": "connectorstate", "properties": properties, "data": {"attributes": data}})


def _values(*texts: str) -> list[dict[str, str]]:
    return [{"value": text, "locale": "en-US", "source": "internal"} for text in texts]


def _error(**parts: str) -> dict[str, Any]:
    return {name: {"values": _values(text)} for name, text in parts.items()}


def test_an_empty_result_has_all_columns_of_the_catalogue():
    """A sheet without rows still shows what could stand in it."""
    content, rows = tables_of([], ExportRequest(("connectorstate", "scheduledrequestobject")))
    state, other = content.tables
    errors = [f"validationError>>{part}" for part in ERROR_PARTS]
    assert [column.name for column in state.columns] == [*SYSTEM, *(known.name for known in COLUMNS), *errors]
    assert [column.label for column in state.columns[:8]] == [
        "Action",
        "Type",
        "ID",
        "Name",
        "Hub",
        "Self",
        "Tenant Id",
        "Entity Id",
    ]
    assert (other.title, [column.name for column in other.columns]) == ("Scheduled Request Object", list(SYSTEM))
    assert rows == {"connectorstate": [], "scheduledrequestobject": []}
    assert content.errors is None


@pytest.mark.parametrize(
    ("contexts", "names"),
    [((), ["hub", "itemState", "colour"]), ((Context("de-DE"),), ["hub", "colour"])],
    ids=["any", "other"],
)
def test_a_type_beside_connector_states_has_the_columns_that_its_own_objects_fill(contexts: Any, names: list[str]):
    """In any context properties count, and errors where an object of the type has one, wherever they lie."""
    german = {"locale": "de-DE", "source": "internal"}
    attributes = {"itemState": {"values": _values("new")}, "colour": {"values": [{"value": "rot", **german}]}}
    group = {"group": [{"error": {"values": [{"value": "falsch", **german}]}}]}
    raw = [
        {"id": "1", "type": "batch_run", "properties": {"hub": "north"}, "data": {"attributes": attributes}},
        {"id": "2", "type": "batch_stop", "data": {"attributes": {"validationError": group}}},
    ]
    asked = ExportRequest(("batch_run", "batch_stop"), contexts=contexts)
    content, _ = tables_of([parse_object(item) for item in raw], asked)
    found = {table.type: [column.name for column in table.columns[len(SYSTEM) :]] for table in content.tables}
    assert found == {"batch_run": names, "batch_stop": [f"validationError>>{part}" for part in ERROR_PARTS]}


def test_wanted_columns_stand_in_the_order_asked_for():
    """Names without case; one that no object has is an empty column; a name asked for twice is one column."""
    item = _object("1", {"itemState": "new", "colour": "red"}, hub="north", shelf="7")
    asked = ExportRequest(
        ("connectorstate",), properties=("SHELF", "nowhere", "Hub", "hub"), attributes=("COLOUR", "itemstate", "missing")
    )
    content, rows = tables_of([item], asked)
    names = [column.name for column in content.tables[0].columns[4:]]
    assert names == ["properties.shelf", "properties.nowhere", "hub", "colour", "itemState", "missing"]
    assert list(rows["connectorstate"][0].values())[4:-1] == ["7", None, "north", "red", "new", None]


def test_a_wanted_group_stands_for_all_its_names():
    """`address` gives each nested name that some object has; `validationError` always its four parts."""
    item = _object("1", {"address": {"group": [_error(street="Elm"), _error(town="Ulm")]}})
    content, rows = tables_of(
        [item], ExportRequest(("connectorstate",), properties=(), attributes=("address", "validationerror"))
    )
    names = [column.name for column in content.tables[0].columns[4:]]
    assert names == ["address>>street", "address>>town", *(f"validationError>>{part}" for part in ERROR_PARTS)]
    assert [rows["connectorstate"][0][name] for name in names[:2]] == ["Elm||", "||Ulm"]


def test_a_wanted_part_of_the_errors_is_there_beside_what_is_nested_in_it():
    """The part is a column of its own; the names below it do not take its place."""
    nested = {"error": {"values": _values("bad"), "group": [{"hint": {"values": _values("look")}}]}}
    item = _object("1", {"validationError": {"group": [nested]}})
    asked = ExportRequest(("connectorstate",), properties=(), attributes=("validationError>>error",))
    content, rows = tables_of([item], asked)
    names = [column.name for column in content.tables[0].columns[4:]]
    assert names == ["validationError>>error", "validationError>>error>>hint"]
    assert [rows["connectorstate"][0][name] for name in names] == ["bad", "look"]


def test_a_wanted_attribute_that_is_a_property_shows_the_property():
    """As in filters: the property of that name, where no attribute has it."""
    content, rows = tables_of(
        [_object("1", None, channelid="shop")], ExportRequest(("connectorstate",), properties=(), attributes=("channelId",))
    )
    assert [(column.name, column.group) for column in content.tables[0].columns[4:]] == [("channelid", "Properties")]
    assert rows["connectorstate"][0]["channelid"] == "shop"


def test_the_segments_of_validation_errors_stand_side_by_side():
    """An absent part is an empty segment; each error is a row of its own, with the row of its object."""
    errors = {
        "validationError": {"group": [_error(sno="1", error="msrp is missing"), _error(sno="2", sourceAttribute="price")]}
    }
    content, rows = tables_of([_object("a"), _object("b", errors)], ExportRequest(("connectorstate",)))
    row = rows["connectorstate"][1]
    assert [row[f"validationError>>{part}"] for part in ERROR_PARTS] == ["1||2", "||price", None, "msrp is missing||"]
    assert [tuple(error.values()) for error in rows[""]] == [
        ("connectorstate", "b", 1, "1", None, None, "msrp is missing"),
        ("connectorstate", "b", 1, "2", "price", None, None),
    ]
    assert content.errors is not None
    assert [column.label for column in content.errors.columns] == [
        "Type",
        "ID",
        "Row",
        "Sno",
        "Source Attribute",
        "Target Attribute",
        "Error",
    ]


@pytest.mark.parametrize("rows_a_batch", [1, 2, 5])
def test_errors_follow_their_objects_in_any_order(rows_a_batch: int):
    """They arrive by id; the objects here run the other way."""
    objects = [_object(str(n), {"validationError": {"group": [_error(error=f"wrong {n}")]}}) for n in range(5, 0, -1)]
    asked = ExportRequest(("connectorstate",))
    content, rows = tables_of(objects, asked, rows_a_batch)
    check_tables(content, rows, objects, asked)
    assert [row["error"] for row in rows[""]] == ["wrong 5", "wrong 4", "wrong 3", "wrong 2", "wrong 1"]


def test_errors_of_both_places_stand_in_the_order_of_their_objects():
    """Most have rows of their own; those of a group that says more lie in the details."""
    plain = {"validationError": {"group": [_error(error="plain")]}}
    more = {"validationError": {"group": [_error(error="more", hint="look")]}}
    objects = [_object("d", more), _object("c", plain), _object("b"), _object("a", more)]
    _, rows = tables_of(objects, ExportRequest(("connectorstate",)))
    assert [(row["ID"], row["row"], row["error"]) for row in rows[""]] == [
        ("d", 0, "more"),
        ("c", 1, "plain"),
        ("a", 3, "more"),
    ]
    cells = [row["validationError>>error"] for row in rows["connectorstate"]]
    assert cells == ["more", "plain", None, "more"]


def test_a_request_of_no_type_that_matches_nothing_has_the_table_of_connector_states():
    content, _ = tables_of([], ExportRequest(()))
    assert [table.type for table in content.tables] == ["connectorstate"]


def test_a_many_valued_date_is_the_text_of_its_values():
    """One value in another context is a date still."""
    many = {"itemStateDate": {"values": _values("2020-01-01", "2020-01-02")}}
    other = {"itemStateDate": {"values": [{"value": "2020-01-01", "locale": "de-DE"}]}}
    _, rows = tables_of([_object("a", many), _object("b", other)], ExportRequest(("connectorstate",)))
    assert [(row["itemStateDate"], row["itemStateDate#text"]) for row in rows["connectorstate"]] == [
        (None, "2020-01-01||2020-01-02"),
        (1_577_836_800_000, None),
    ]


@pytest.mark.parametrize("text", ["1850-01-01", "9999-12-31T23:59:59.999-1200", "soon"])
@pytest.mark.parametrize("locale", ["en-US", "de-DE"], ids=["in a column", "in details"])
def test_a_date_that_no_spreadsheet_has_is_its_exact_text(text: str, locale: str):
    """Wherever it lies; the date that can be shown, beside it in the same batch, is one."""
    dates = [{"values": [{"value": value, "locale": locale, "source": "internal"}]} for value in (text, "1970-01-02")]
    objects = [_object(str(number), {"itemStateDate": date}) for number, date in enumerate(dates)]
    _, rows = tables_of(objects, ExportRequest(("connectorstate",)))
    assert [(row["itemStateDate"], row["itemStateDate#text"]) for row in rows["connectorstate"]] == [
        (None, text),
        (86_400_000, None),
    ]


def test_an_object_with_many_values_of_a_name_takes_none_from_the_objects_with_one():
    """The one value lies in a column of the spool and the many in the details; a batch has rows of both."""
    objects = [_object("a", {"itemState": "new"}), _object("b", {"itemState": {"values": _values("new", "old")}})]
    _, rows = tables_of(objects, ExportRequest(("connectorstate",)))
    assert [row["itemState"] for row in rows["connectorstate"]] == ["new", "new||old"]


def test_states_and_channels_are_counted_over_all_rows():
    """Most frequent first; what no object says is not counted."""
    objects = [_object(str(n), {"itemState": "new" if n % 3 else "error"}, channelid=f"shop-{n % 2}") for n in range(7)]
    content, _ = tables_of(objects, ExportRequest(("connectorstate",)))
    assert [(tally.column, tally.counts) for tally in content.receipt.tallies] == [
        ("Channel Id", (("shop-0", 4), ("shop-1", 3))),
        ("Item State", (("new", 4), ("error", 3))),
    ]


def test_a_name_with_a_thousand_values_is_no_category():
    """Counting stays small whatever the data."""
    objects = [_object(str(n), channelid=f"shop-{n}", entitytype="sku") for n in range(1_001)]
    content, _ = tables_of(objects, ExportRequest(("connectorstate",)), rows_a_batch=100)
    assert [(tally.column, tally.counts) for tally in content.receipt.tallies] == [("Entity Type", (("sku", 1_001),))]


def test_very_wide_tables_are_made_in_smaller_batches(tmp_path: Path):
    """Ten thousand names: no batch holds more than about two million cells."""
    wide = _object("wide", {f"name{number}": str(number) for number in range(10_000)})
    content = transform(
        plan(ExportRequest(("connectorstate",)), tmp_path),
        write_spool([wide, *(_object(f"n{n}") for n in range(200))], tmp_path, rows_a_batch=201),
        zone=UTC,
    )
    with pa.ipc.open_file(str(content.tables[0].path)) as file:
        assert [file.get_batch(number).num_rows for number in range(file.num_record_batches)] == [199, 2]
        assert file.get_batch(0)["name9999"].to_pylist()[:2] == ["9999", None]


def test_the_receipt_says_what_was_asked_and_what_came(tmp_path: Path):
    """More matched than was exported is there to be told."""
    request = ExportRequest(("connectorstate",), include_validation_data=True)
    body = {"params": {"query": {}}}
    content = transform(
        plan(request, tmp_path, body=body), write_spool([_object("a")], tmp_path), zone=ZoneInfo("Europe/Berlin")
    )
    receipt = content.receipt
    assert (receipt.matched, receipt.exported, receipt.request, receipt.zone.key) == (2, 1, body, "Europe/Berlin")
    assert (receipt.file_name, receipt.tenant, receipt.job_id) == ("Entity Data.xlsx", "acme", "4f1c")
    assert content.include_validation_data
    assert content.bom


def test_a_spool_that_lost_rows_is_found_out(tmp_path: Path):
    """What was extracted and what lies there must agree."""
    extracted = replace(write_spool([_object("a")], tmp_path), exported=2)
    with pytest.raises(VerificationFailed, match="2 objects were extracted, the spool holds 1"):
        transform(plan(ExportRequest(("connectorstate",)), tmp_path), extracted, zone=UTC)


def test_an_error_of_an_object_that_was_not_read_is_found_out(tmp_path: Path):
    """No error is shown at another object's row."""
    errors = {"validationError": {"group": [_error(sno="1")]}}
    (tmp_path / "other").mkdir()
    other = write_spool([_object("b", errors)], tmp_path / "other")
    extracted = write_spool([_object("a")], tmp_path)
    with pytest.raises(VerificationFailed, match="belongs to no object"):
        transform(plan(ExportRequest(("connectorstate",)), tmp_path), replace(extracted, errors=other.errors), zone=UTC)


def test_a_full_disk_is_told_as_such(tmp_path: Path):
    """/dev/full answers every write as a full disk does."""
    extracted = write_spool([_object("a")], tmp_path)
    (tmp_path / "table-0.arrow").symlink_to("/dev/full")
    with pytest.raises(DiskFull):
        transform(plan(ExportRequest(("connectorstate",)), tmp_path), extracted, zone=UTC)


@pytest.mark.parametrize(("choice", "bom"), [({}, True), ({"subtype": "System"}, False)], ids=["for people", "for systems"])
def test_a_file_begins_with_a_byte_order_mark_where_its_profile_says_so(tmp_path: Path, choice: dict[str, str], bom: bool):
    profile = resolve_profile(ProfileChoice(contexts=({"format": "CSV", **choice},)))
    chosen = replace(plan(ExportRequest(("connectorstate",)), tmp_path), profile=profile)
    assert transform(chosen, write_spool([_object("a")], tmp_path), zone=UTC).bom is bom
