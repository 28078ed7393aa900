"""Edits of documents: what a cell says is found where it stands, and everything around it survives."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.document_edit import CannotEdit, DocumentEdit, split_changed
from contract.filters import Context
from contract.json_types import like
from contract.objects import parse_object
from tests.examples import examples
from tests.tasks.objects import raw_objects
from tests.tasks.reference import cells_of

CONTEXTS = [(), (Context("de-DE", None),), (Context("en-US", "internal"), Context(None, "erp"))]


@examples(60)
@given(raw_objects(), st.sampled_from(CONTEXTS))
def test_a_document_shows_what_its_cells_show(raw: list[Any], contexts: tuple[Context, ...]) -> None:
    for item in raw:
        parsed = parse_object(item)
        edit = DocumentEdit(parsed.document, contexts)
        for (area, name), text in cells_of(parsed, contexts).items():
            assert edit.shown(area, name) == text  # type: ignore[arg-type]


@examples(60)
@given(raw_objects(), st.sampled_from(CONTEXTS))
def test_writing_every_cell_as_it_is_changes_nothing(raw: list[Any], contexts: tuple[Context, ...]) -> None:
    for item in raw:
        parsed = parse_object(item)
        edit = DocumentEdit(parsed.document, contexts)
        for (area, name), text in cells_of(parsed, contexts).items():
            if area == "attribute":
                edit.set_attribute(name, text)
            else:
                edit.set_property(name, text)
        assert edit.finish() == json.loads(parsed.document)


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        (["a", "b"], "a||b||c", ["a", "b", "c"]),
        (["a", "b", "c"], "a||c", ["a", "c"]),
        (["a", "b", "c"], "b||c", ["b", "c"]),
        (["a||b", "c"], "a||b||d", ["a||b", "d"]),
        (["c", "a||b"], "d||a||b", ["d", "a||b"]),
        (["a||b", "c"], "a||b", ["a||b"]),
        (["a||b"], "a||c", ["a", "c"]),
        (["", "b"], "x||b", ["x", "b"]),
        ([], "a||b", ["a", "b"]),
    ],
)
def test_only_what_was_changed_is_split(before: list[str], after: str, parts: list[str]) -> None:
    assert split_changed(before, after) == parts


@given(st.lists(st.sampled_from(["", "a", "b", "a||b", "||"]), min_size=1, max_size=4))
def test_parts_that_stand_as_before_join_to_the_same_cell(before: list[str]) -> None:
    assert "||".join(split_changed(before, "||".join(before))) == "||".join(before)


@pytest.mark.parametrize(
    ("old", "text", "made"),
    [
        (5, "6", 6),
        (5, "1.50", 1.5),
        (5, "007", "007"),
        (5, "six", "six"),
        (5, "12345678901234567890.123", "12345678901234567890.123"),
        (1.5, "1e3", 1000.0),
        (5, "1e999", "1e999"),
        (True, "FALSE", False),
        (True, "1", "1"),
        ("5", "6", "6"),
        ([1], "[1,2]", [1, 2]),
        ([1], '{"a":1}', '{"a":1}'),
        ({"a": 1}, "no", "no"),
    ],
)
def test_a_new_text_keeps_the_type_of_the_old_value(old: object, text: str, made: object) -> None:
    found = like(old, text)
    assert (found, type(found)) == (made, type(made))


def test_a_new_value_stands_in_a_context_that_the_cell_shows() -> None:
    edit = DocumentEdit('{"id":"1","type":"t"}', (Context("de-DE", None),))
    edit.set_attribute("note", "neu")
    assert edit.finish()["data"]["attributes"] == {
        "note": {"values": [{"source": "internal", "locale": "de-DE", "value": "neu"}]}
    }


def test_several_names_of_a_group_fill_the_same_new_entry() -> None:
    edit = DocumentEdit('{"id":"1","type":"t"}')
    edit.set_attribute("a>>x", "1||2")
    edit.set_attribute("a>>y>>z", "||deep")
    group = edit.finish()["data"]["attributes"]["a"]["group"]
    assert [sorted(entry) for entry in group] == [["x"], ["x", "y"]]
    assert group[1]["y"]["group"][0]["z"]["values"][0]["value"] == "deep"


def test_a_value_outside_the_entries_of_its_group_gets_no_company() -> None:
    edit = DocumentEdit('{"id":"1","type":"t","data":{"attributes":{"a>>x":{"values":[{"value":"1"}]}}}}')
    with pytest.raises(CannotEdit):
        edit.set_attribute("a>>y", "2")


def test_holders_with_more_in_them_stay_when_their_values_go() -> None:
    document = {"id": "1", "type": "t", "data": {"attributes": {"n": {"values": [{"value": "1"}], "more": 1}}}}
    edit = DocumentEdit(json.dumps(document))
    edit.set_attribute("n", None)
    assert edit.finish()["data"]["attributes"] == {"n": {"more": 1}}


def test_two_values_of_one_entry_make_one_segment() -> None:
    entry = {"sno": {"values": [{"value": "1"}, {"value": "2"}]}}
    edit = DocumentEdit(json.dumps({"id": "1", "type": "t", "data": {"attributes": {"errors": {"group": [entry]}}}}))
    assert edit.shown("attribute", "errors>>sno") == "1||2"


def test_an_edit_finds_the_entry_of_a_group_in_its_spelling() -> None:
    def group(*texts: str) -> dict[str, Any]:
        return {"group": [{"error": {"values": [{"value": text}]}} for text in texts]}

    attributes = {"validationError": group("a"), "ValidationError": group("b", "c")}
    edit = DocumentEdit(json.dumps({"id": "1", "type": "t", "data": {"attributes": attributes}}))
    assert edit.shown("attribute", "validationError>>error") == "a||b||c"
    edit.set_attribute("validationError>>error", "a||b||d")
    edit.set_attribute("validationError>>sno", "1||2||3")
    made = edit.finish()["data"]["attributes"]
    assert [entry["sno"]["values"][0]["value"] for entry in made["validationError"]["group"]] == ["1"]
    told = [
        (entry["error"]["values"][0]["value"], entry["sno"]["values"][0]["value"]) for entry in made["ValidationError"]["group"]
    ]
    assert told == [("b", "2"), ("d", "3")]
