"""Objects of the documented shapes, with everything in them that may turn up."""

from typing import Any

from hypothesis import strategies as st

from contract.filters import fold

LOCALES = ["en-US", "EN-us", "de-DE", None]
SOURCES = ["internal", "erp", None]
TYPES = ["connectorstate", "ConnectorState", "connectormessageactivity", "batch_run"]
PROPERTIES = [
    "hub",
    "channelid",
    "entitytype",
    "createdDate",
    "retryCount",
    "RetryCount",
    "itemState",
    "properties.x",
    "Name",
    "ID",
]
ATTRIBUTES = [
    "itemState",
    "ItemState",
    "itemStateDate",
    "channelState",
    "hub",
    "note",
    "Note",
    "priority",
    "type",
    "a>>b",
    "x#text",
    "text",
    "#row",
    "#id",
]
GROUPS = ["validationError", "ValidationError", "address", "a"]
MEMBERS = ["sno", "sourceAttribute", "targetAttribute", "error", "Error", "severity", "b"]
TEXTS = [
    "new", "completed", "", " ", "a||b", "007", "12", "-3.5", "=1+1", "2019-12-17T21:06:46.521-0600", "1850-01-01T00:00:00Z",
    "2019-12-17", "9999-12-31T23:59:59.999-1200", "soon", 'say "hi", all', "line\r\nbreak", "ünï\U0001f600",
]  # fmt: skip

texts = st.sampled_from(TEXTS)
scalars = texts | st.integers(-5, 5) | st.booleans() | st.none()


@st.composite
def values(draw: st.DrawFn) -> dict[str, Any]:
    """One value in a context, the default one more often than not."""
    made: dict[str, Any] = {"value": draw(scalars)}
    plain = draw(st.booleans())
    locale = "en-US" if plain else draw(st.sampled_from(LOCALES))
    source = "internal" if plain else draw(st.sampled_from(SOURCES))
    return made | {key: part for key, part in (("locale", locale), ("source", source)) if part is not None}


holders = st.fixed_dictionaries({"values": st.lists(values(), max_size=2)})
plain_values = st.builds(lambda text: {"values": [{"value": text, "locale": "en-US", "source": "internal"}]}, texts)
plain_entries = st.dictionaries(st.sampled_from(MEMBERS[:4]), plain_values, max_size=4)
entries = st.dictionaries(st.sampled_from(MEMBERS), holders, max_size=3) | plain_entries
groups = st.fixed_dictionaries({"group": st.lists(plain_entries, max_size=3) | st.lists(entries, max_size=3)})


@st.composite
def raw_objects(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Some raw objects with different ids, in an order of their own."""
    ids = draw(st.lists(st.sampled_from([f"id{number}" for number in range(12)] + ["007", "=id"]), max_size=9))
    made: dict[tuple[str, str], dict[str, Any]] = {}
    for identifier in ids:
        item: dict[str, Any] = {"id": identifier, "type": draw(st.sampled_from(TYPES))}
        if draw(st.booleans()):
            item["name"] = draw(texts)
        # A property in two spellings is refused; another object may spell it in another way.
        names = draw(st.lists(st.sampled_from(PROPERTIES), unique_by=fold, max_size=4))
        item["properties"] = {name: draw(scalars) for name in names}
        attributes: dict[str, Any] = draw(st.dictionaries(st.sampled_from(ATTRIBUTES), holders | plain_values, max_size=4))
        attributes |= draw(st.dictionaries(st.sampled_from(GROUPS), groups, max_size=2))
        item["data"] = {"attributes": attributes}
        made[item["type"].lower(), identifier] = item
    return list(made.values())
