"""The form of the Prefect UI: what a person chooses becomes the documented request that says the same."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from config.profiles import resolve_profile
from contract.filters import AllOf, Compare, Criterion, Exact, HasValue
from flows.ad_hoc import EntityType, FileFormat, ItemState, ad_hoc_export, raw_request
from tasks.validate import check_request

NOW = datetime(2024, 5, 31, tzinfo=UTC)
CHANNELS = st.lists(st.text("abc-", min_size=1, max_size=5), max_size=3, unique=True)
FORMATS = {"Excel": "excel", "CSV": "csv", "JSON": "json", "PARQUET": "parquet"}


def read(body):
    return check_request(body, max_records=1000, now=NOW)


def criteria(tree):
    """The criteria that all must hold."""
    return [found for part in tree.parts for found in criteria(part)] if isinstance(tree, AllOf) else [tree]


@given(
    channels=CHANNELS,
    entity_types=st.lists(st.sampled_from(EntityType), unique=True),
    item_states=st.lists(st.sampled_from(ItemState), unique=True),
    changed_since=st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    errors_only=st.booleans(),
    format=st.sampled_from(FileFormat),
)
def test_every_choice_is_one_criterion(channels, entity_types, item_states, changed_since, errors_only, format):
    request = read(raw_request(channels, entity_types, item_states, changed_since, errors_only, "Mine", format))
    said = {}
    for criterion in criteria(request.filter):
        assert isinstance(criterion, Criterion)
        [said[criterion.area, criterion.name]] = criterion.tests
    wanted = {}
    if channels:
        wanted["property", "channelid"] = Exact(tuple(channels))
    if entity_types:
        wanted["property", "entitytype"] = Exact(tuple(entity_types))
    if item_states:
        wanted["attribute", "itemstate"] = Exact(tuple(item_states))
    if errors_only:
        wanted["attribute", "validationerror"] = HasValue(True)
    since = said.pop(("property", "modifieddate"), None)
    assert said == wanted
    if changed_since is None:
        assert since is None
    else:
        assert isinstance(since, Compare)
        assert since.operator == "gte"
        assert since.operand == int(changed_since.timestamp() * 1000 // 1)
    assert request.types == ("connectorstate",)
    assert request.file_name == "Mine"
    assert resolve_profile(request.profile).format == FORMATS[format]


def test_what_the_form_offers_when_nothing_is_chosen_exports_everything():
    defaults = {name: field.get("default") for name, field in ad_hoc_export.parameters.properties.items() if name != "tenant"}
    request = read(raw_request(**defaults))
    assert request.filter == AllOf() or criteria(request.filter) == []
    assert request.file_name == "Ad-hoc export"


def test_the_form_has_titles_and_says_what_each_field_is_for():
    fields = ad_hoc_export.parameters.properties
    assert [field["title"] for field in fields.values()] == [
        "Tenant",
        "Channels",
        "Entity types",
        "Item states",
        "Changed since",
        "Errors only",
        "File name",
        "Format",
    ]
    assert all(field["description"].endswith((".", ":")) for field in fields.values())
    assert ad_hoc_export.parameters.required == ["tenant"]
