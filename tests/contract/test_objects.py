"""From the JSON that arrives to an object."""

from typing import Any

import pytest

from contract.errors import InvalidObject
from contract.objects import parse_object


def with_properties(**properties: Any) -> dict[str, Any]:
    return {"id": "1", "type": "note", "properties": properties}


def test_a_property_in_two_spellings_is_refused_where_it_stands() -> None:
    with pytest.raises(InvalidObject, match="there twice, as 'Note' and 'note'") as caught:
        parse_object(with_properties(Note="x", other="z", note="x"))
    assert caught.value.path == "properties.note"


def test_a_spelling_without_a_value_is_none() -> None:
    item = parse_object(with_properties(Note=None, note="y"))
    assert [value.text for value in item.properties["note"].values] == ["y"]


def test_an_object_that_is_stored_so_is_still_read() -> None:
    item = parse_object(with_properties(Note="x", note="y"), stored=True)
    assert [value.text for value in item.properties["note"].values] == ["x"]


@pytest.mark.parametrize("name", ["channelid", "entityId", "entitytype", "submissionid"])
@pytest.mark.parametrize(
    ("value", "got"), [(["a", "b"], "a list"), (["a"], "a list"), ([], "a list"), ({"id": "a"}, "an object")]
)
def test_what_says_what_a_state_is_of_is_one_text(name: str, value: object, got: str) -> None:
    """As JSON text a list was one odd channel, which no request would name."""
    with pytest.raises(InvalidObject, match=f"in one text; got {got}") as caught:
        parse_object(with_properties(**{name: value}))
    assert caught.value.path == f"properties.{name}"
    assert parse_object(with_properties(**{name: value}), stored=True).properties[name.lower()]
    assert parse_object(with_properties(**{name: 7, "tags": value})).properties["tags"]


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ({"Properties": {"channelid": "a"}}, "Properties"),
        ({"DATA": {}}, "DATA"),
        ({"data": {"Attributes": {}}}, "data.Attributes"),
        ({"data": {"attributes": {"a": {"Values": [{"value": "x"}]}}}}, "data.attributes.a.Values"),
        ({"data": {"attributes": {"a": {"Group": []}}}}, "data.attributes.a.Group"),
        ({"data": {"attributes": {"a": {"values": [], "Group": [{}]}}}}, "data.attributes.a.Group"),
        ({"data": {"attributes": {"a": {"values": [{"Value": "x"}]}}}}, "data.attributes.a.values[0].Value"),
        ({"data": {"attributes": {"a": {"values": [{"value": "x", "Locale": "de"}]}}}}, "data.attributes.a.values[0].Locale"),
        (
            {"data": {"attributes": {"a": {"group": [{}, {"error": {"Values": [{"value": "x"}]}}]}}}},
            "data.attributes.a.group[1].error.Values",
        ),
        ({"properties": None, "Properties": {"channelid": "a"}}, "Properties"),
        ({"Name": "x"}, "Name"),
    ],
)
def test_a_member_that_is_read_in_one_case_is_refused_in_another(raw: dict[str, Any], path: str) -> None:
    """Taken, the object would be there without what the member says."""
    item = {"id": "1", "type": "note", **raw}
    with pytest.raises(InvalidObject, match="the name of this member is written") as caught:
        parse_object(item)
    assert caught.value.path == path
    assert parse_object(item, stored=True).properties == {}
    assert parse_object({"id": "1", "type": "note", "Properties": None, "properties": {"a": 1}, "Data": 5, "data": {}})


def test_the_values_of_an_attribute_in_two_spellings_are_those_of_one() -> None:
    attributes = {"Tag": {"values": [{"value": "a"}]}, "tag": {"values": [{"value": "b"}]}}
    item = parse_object({"id": "1", "type": "note", "data": {"attributes": attributes}})
    assert [value.text for value in item.attributes["tag"].values] == ["a", "b"]


def test_the_entries_of_a_group_in_two_spellings_stay_apart() -> None:
    def group(*texts: str) -> dict[str, Any]:
        return {"group": [{"error": {"values": [{"value": text}]}} for text in texts]}

    attributes = {"validationError": group("a", "b"), "ValidationError": group("c")}
    item = parse_object({"id": "1", "type": "note", "data": {"attributes": attributes}})
    values = item.attributes["validationerror>>error"].values
    assert [(value.text, value.entry) for value in values] == [("a", 0), ("b", 1), ("c", 2)]
