"""Edits of documents: what a cell says is found where it stands, and everything around it survives."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.document_edit import CannotEdit, DocumentEdit, split_changed
from contract.filters import Context, fold
from contract.json_types import like
from contract.objects import NESTING, Value, parse_object
from tests.examples import examples
from tests.tasks.objects import raw_objects
from tests.tasks.reference import cells_of, is_in

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


Values = list[tuple[str, str | None, str | None]]
"""Text, locale and source of each."""
Held = dict[str, dict[int | None, Values]]
"""All values of a document by name and entry of the group; None: outside of any."""


@examples(100)
@given(
    raw_objects(),
    st.sampled_from(CONTEXTS),
    st.integers(0, 20),
    st.integers(0, 3),
    st.sampled_from(["new", "first", "more", ""]),
)
def test_one_part_of_a_cell_changes_and_every_other_value_stays(
    raw: list[Any], contexts: tuple[Context, ...], column: int, place: int, text: str
) -> None:
    """A value is changed, gets another one before all (`first`) or behind it (`more`), or goes; in a group, all that an entry
    says under the name is changed or goes."""
    for item in raw:
        names = sorted(name for area, name in cells_of(parse_object(item), contexts) if area == "attribute")
        if not names or len({fold(name) for name in item["data"]["attributes"]}) < len(item["data"]["attributes"]):
            continue
        name = names[column % len(names)]
        held, edit = _held(item), DocumentEdit(json.dumps(item), contexts)
        change = _change_entry if NESTING in name else _change_value
        try:
            edit.set_attribute(name.upper(), change(held, name, place, text, contexts))
        except CannotEdit:
            assert None in _entries(held, name, contexts)
        else:
            assert _in_order(_held(edit.finish())) == _in_order(held)


def _change_value(held: Held, name: str, place: int, text: str, contexts: tuple[Context, ...]) -> str | None:
    """Change a value in `held`; the new text of the cell. Values are told apart by their texts, so all of them must differ."""
    values = held[name][None]
    shown = [number for number, value in enumerate(values) if _is_in(value, contexts)]
    if len({values[number][0] for number in shown}) == len(shown):
        place = shown[0 if text == "first" else place % len(shown)]
        old, changed = values[place], [(text, *values[place][1:])] if text else []
        values[place : place + 1] = {"first": [*changed, old], "more": [old, *changed]}.get(text, changed)
    return (
        "||".join(value[0] for value in values if _is_in(value, contexts)) if any(_is_in(v, contexts) for v in values) else None
    )


def _change_entry(held: Held, name: str, place: int, text: str, contexts: tuple[Context, ...]) -> str:
    """Change what an entry says in `held`; the new text of the cell."""
    entries = _entries(held, name, contexts)
    chosen = entries[place % len(entries)]
    shown = {entry: [value for value in held[name].get(entry, []) if _is_in(value, contexts)] for entry in entries}
    parts = {entry: "||".join(value[0] for value in values) for entry, values in shown.items()}
    if parts[chosen] != text:
        others = [value for value in held[name].get(chosen, []) if value not in shown[chosen]]
        context = shown[chosen][0][1:] if shown[chosen] else ("de-DE" if contexts == CONTEXTS[1] else "en-US", "internal")
        held[name][chosen] = others + ([(text, *context)] if text else [])
    return "||".join((parts | {chosen: text}).values())


def _entries(held: Held, name: str, contexts: tuple[Context, ...]) -> list[int | None]:
    """The entries of the group of `name` that the cells show; values outside of any come first."""
    group = name.partition(NESTING)[0] + NESTING
    inside = (by_entry for key, by_entry in held.items() if key.startswith(group))
    found = {entry for by_entry in inside for entry, values in by_entry.items() if any(_is_in(v, contexts) for v in values)}
    return sorted(found, key=lambda entry: -1 if entry is None else entry)


def _is_in(value: tuple[str, str | None, str | None], contexts: tuple[Context, ...]) -> bool:
    return is_in(Value(*value), contexts)


def _held(document: dict[str, Any]) -> Held:
    held: Held = {}
    for name, named in parse_object(document).attributes.items():
        for value in named.values:
            held.setdefault(name, {}).setdefault(value.entry, []).append((value.text, value.locale, value.source))
    return held


def _in_order(held: Held) -> list[Any]:
    """As it can be compared: entries that hold nothing do not count, and within an entry no order does."""
    places = {name: [entry for entry in _entries(held, name, ()) if entry is not None] for name in held if NESTING in name}
    return sorted(
        (name, -1 if entry is None else places[name].index(entry), sorted(values, key=repr) if NESTING in name else values)
        for name, by_entry in held.items()
        for entry, values in by_entry.items()
        if values
    )


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
    edit.set_attribute("errors>>sno", "3")
    [made] = edit.finish()["data"]["attributes"]["errors"]["group"]
    assert made["sno"]["values"] == [{"value": "3"}]


def test_the_entries_of_a_long_group_stand_in_their_order() -> None:
    group: list[dict[str, Any]] = [{} for _ in range(20)]
    for number in (17, 8, 1):
        group[number] = {"sno": {"values": [{"value": f"n{number}"}]}}
    edit = DocumentEdit(json.dumps({"id": "1", "type": "t", "data": {"attributes": {"errors": {"group": group}}}}))
    assert edit.shown("attribute", "errors>>sno") == "n1||n8||n17"


def test_a_name_that_no_entry_has_may_be_said_of_the_first_ones_alone() -> None:
    """In its own group, whatever other groups there are."""
    entries = [{"sno": {"values": [{"value": text}]}} for text in "ab"]
    attributes = {"others": {"group": [{}, {}]}, "ERRORS": {"values": []}, "errors": {"group": entries}}
    edit = DocumentEdit(json.dumps({"id": "1", "type": "t", "data": {"attributes": attributes}}))
    edit.set_attribute("errors>>hint", "see there")
    made = edit.finish()["data"]["attributes"]
    assert [sorted(entry) for entry in made.pop("errors")["group"]] == [["hint", "sno"], ["sno"]]
    assert made == {"others": {"group": [{}, {}]}, "ERRORS": {"values": []}}


def test_what_an_edit_empties_is_gone_and_what_was_empty_stays() -> None:
    def entry(**more: Any) -> dict[str, Any]:
        return {"id": 7, "sno": {"values": [{"value": "1"}]}, **more}

    empty = {"bare": {}, "hollow": {"values": [], "group": []}}
    attributes = {"all": {"group": [entry()]}, "errors": {"group": [entry(), entry(note={})]}, **empty}
    edit = DocumentEdit(json.dumps({"id": "1", "type": "t", "data": {"attributes": attributes}}))
    edit.set_attribute("all>>sno", None)
    edit.set_attribute("errors>>sno", None)
    assert edit.finish()["data"]["attributes"] == {"errors": {"group": [{"id": 7, "note": {}}]}, **empty}


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


def test_further_parts_are_entries_after_those_of_every_spelling() -> None:
    """Where the group is spelled in two ways, the cell says afterwards what was written into it."""
    entry = {"error": {"values": [{"value": "a"}]}}
    attributes = {"validationError": {"group": [entry]}, "other": {}, "ValidationError": {"group": [entry]}}
    edit = DocumentEdit(json.dumps({"id": "1", "type": "t", "data": {"attributes": attributes}}))
    edit.set_attribute("validationError>>error", "a||b||c||d")
    made = DocumentEdit(json.dumps(edit.finish()))
    assert made.shown("attribute", "validationError>>error") == "a||b||c||d"
    held = made.document["data"]["attributes"]
    assert [len(held[name]["group"]) for name in ("validationError", "ValidationError")] == [1, 3]
