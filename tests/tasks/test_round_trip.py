"""Any objects, exported and sent back: nothing changes but what a person changed, whichever program saved the workbook."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel

from config.catalogue import BY_KEY
from contract.filters import fold
from contract.kinds import Kind
from contract.objects import NESTING, parse_object
from contract.request import parse_request
from tests.database.object_strategies import TYPES, raw_objects
from tests.examples import examples
from tests.tasks.edited_books import Shop, names_of_columns, opened, save
from tests.tasks.objects import raw_objects as documented_objects
from tests.tasks.reference import cells_of

Name = tuple[str, str]

ASKED: list[dict[str, Any]] = [
    {},
    {"contexts": [{"locale": "de-DE"}]},
    {"fields": {"attributes": ["itemState", "validationError"]}},
]
NO_CHARACTERS = "\ufffe\uffff"
"""python-calamine gives them as their escapes, so an id with them is not the same id."""

objects = st.lists(raw_objects, max_size=5, unique_by=lambda item: (fold(item["type"]), item["id"])).filter(
    lambda items: not any(character in item["id"] for item in items for character in NO_CHARACTERS)
)
settled = examples(15, suppress_health_check=[HealthCheck.function_scoped_fixture])
hunting = settings(max_examples=1_000, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('store') / 'objects.db'}"


@settled
@given(objects, st.sampled_from(ASKED), st.sampled_from(["UTC", "Europe/Berlin"]), st.booleans())
def test_a_workbook_that_nobody_edited_changes_nothing(
    url: str, tmp_path: Path, raw: list[Any], asked: dict[str, Any], zone: str, saved_again: bool
) -> None:
    """Not a byte of any document; also where another program has saved it again."""
    assume(not saved_again or not any("\r" in item["id"] for item in raw))  # another program makes it "\n": another id
    shop = Shop.stocked(url, tmp_path, raw, zone)
    path = shop.export(TYPES, **asked)
    sent = save(opened(path), path) if saved_again else path
    before = shop.documents()
    report = shop.send_back(sent)
    assert (report.unchanged, report.refused, report.cells) == (len(raw), [], 0)
    assert shop.documents() == before
    assert _rows(shop.export(TYPES, **asked)) == _rows(path)


def _rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The cells of the sheets of objects and errors."""
    return {sheet.title: list(sheet.values) for sheet in opened(path) if sheet.title not in ("Help", "Summary", "Model")}


VALUES = st.sampled_from(
    [
        None,
        "new",
        "a||b",
        "x||",
        "7",
        "=1+1",
        " x ",
        "\xfc\n2",
        "true",
        "2020-01-02",
        "soon",
        5,
        1.5,
        datetime(2024, 5, 6, 7, 8),
    ]
)
EDITS = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), VALUES), min_size=1, max_size=3)
CONTEXTS = st.sampled_from([[], [{"locale": "de-DE"}], [{"locale": "en-US", "source": "internal"}]])


@settled
@given(documented_objects(), EDITS, CONTEXTS)
def test_edited_cells_arrive_and_nothing_else_changes(
    url: str, tmp_path: Path, raw: list[Any], edits: list[tuple[int, int, object]], contexts: list[dict[str, str]]
) -> None:
    _check_edits(Shop.stocked(url, tmp_path, raw), edits, contexts)


@pytest.mark.slow
@hunting
@given(documented_objects(), EDITS, CONTEXTS)
def test_a_long_hunt_for_edits_that_go_wrong(
    url: str, tmp_path: Path, raw: list[Any], edits: list[tuple[int, int, object]], contexts: list[dict[str, str]]
) -> None:
    _check_edits(Shop.stocked(url, tmp_path, raw), edits, contexts)


def _check_edits(shop: Shop, edits: list[tuple[int, int, object]], contexts: list[dict[str, str]]) -> None:
    """Edit cells by row, column and value; see that they arrive, and that beside them every document stays as it was: of an
    edited object all but the properties, attributes and groups of the edited cells. All or nothing."""
    path = shop.export(contexts=contexts)
    book = opened(path)
    page = book["Connector State"]
    assume(page.max_row > 2)
    names = names_of_columns(path)["Connector State"]
    touched: dict[tuple[str, str], dict[Name, object]] = {}
    for row, column, value in edits:
        letters = list(names)[column % len(names)]
        cell = page.cell(3 + row % (page.max_row - 2), column_index_from_string(letters))
        cell.value = value
        cell.data_type = "s" if isinstance(value, str) else cell.data_type  # not a formula
        touched.setdefault(("connectorstate", page.cell(cell.row, 3).value), {})[names[letters]] = value
    before = shop.documents()
    report = shop.send_back(save(book, path))
    after = shop.documents()
    assert after.keys() == before.keys()
    if report.refused:
        assert after == before
        return
    for key, document in before.items():
        if key in touched:
            assert _without(after[key], touched[key]) == _without(document, touched[key])
            _check_cells(before[key], after[key], touched[key], contexts)
        else:
            assert after[key] == document


def _without(document: str, names: Any) -> Any:
    """The document without these properties, and without the outermost attributes of these names."""
    made = json.loads(document)
    properties = {fold(name) for area, name in names if area == "property"}
    outer = {fold(name.partition(NESTING)[0]) for area, name in names if area == "attribute"}
    attributes = (made.pop("data", None) or {}).get("attributes") or {}
    made["properties"] = {name: value for name, value in (made.get("properties") or {}).items() if fold(name) not in properties}
    return made, {name: value for name, value in attributes.items() if fold(name.partition(NESTING)[0]) not in outer}


def _check_cells(before: str, after: str, edited: dict[Name, object], contexts: list[dict[str, str]]) -> None:
    """The edited cells of one object show what was written; other names in edited groups show what they did."""
    body = {"params": {"query": {"filters": {"typesCriterion": ["connectorstate"]}, "contexts": contexts}}}
    picked = parse_request(body, max_records=1, now=datetime(2026, 1, 1)).contexts
    was, is_now = (cells_of(parse_object(json.loads(document)), picked) for document in (before, after))
    written = {(area, fold(name)): value for (area, name), value in edited.items()}
    for name, value in written.items():
        text = _shown(name, value)
        found = is_now.get(name)
        if NESTING in name[1]:
            assert _parts(found) == _parts(text)
        elif text != "":
            assert found == text, name
    for name in (was.keys() | is_now.keys()) - written.keys():
        assert _parts(is_now.get(name)) == _parts(was.get(name)), name


def _shown(name: Name, value: object) -> str | None:
    """The text of a cell that says `value`."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds") + "+0000"
    known = BY_KEY.get(name)  # type: ignore[call-overload]
    if known is not None and known.kind is Kind.INSTANT:
        if value == "2020-01-02":
            return "2020-01-02T00:00:00.000+0000"
        if isinstance(value, int | float):  # in a column of dates a number is one, as Excel counts
            return _shown(name, from_excel(value))
    return None if value is None else str(value)


def _parts(text: str | None) -> list[str]:
    """The values in a cell of a group: an entry that has lost its last value has no segment any more."""
    return [part for part in (text or "").split("||") if part]
