"""A mistake in the request that a form makes is told at the field that it comes from."""

import pytest

from api.pages.export_form import BETWEEN, ExportForm
from api.pages.form_places import Place, by_field, place_of
from contract.errors import WrongShape

FILTERS = "params.query.filters"
STATE = f"{FILTERS}.attributesCriterion[0]"
FORM = ExportForm(states={"itemState": ("new",), "my state": ("old",)})


def mistake(path: str) -> WrongShape:
    return WrongShape(path=path, expected="text", got="nothing")


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (f"{FILTERS}.typesCriterion[0]", Place("type", "Type")),
        (f"{FILTERS}.propertiesCriterion[0].entitytype.exacts[0]", Place("entity_type", "Entity types")),
        (f"{STATE}.validationError.hasvalue", Place("errors_only", "Errors")),
        (f"{STATE}.itemState.exacts[0]", Place("state.itemState", "Item State")),
        (f"{STATE}.channelState.exacts[0]", None),
        (f"{STATE}.my state.exacts[0]", None),
        ("params.options.since", Place("only_changes", "Changes")),
        ("params.options.skipIfEmpty", Place("skip_if_empty", "No file when nothing matches")),
        ("form", None),
        ("", None),
    ],
)
def test_a_mistake_has_its_field_or_none(path: str, place: Place | None) -> None:
    assert place_of(mistake(path), FORM) == place
    assert by_field([mistake(path)], FORM).keys() == ({place.id} if place else set())


@pytest.mark.parametrize(("period", "id"), [(BETWEEN, "since"), ("now-1d", "period")])
def test_a_lower_bound_is_a_day_or_how_far_back(period: str, id: str) -> None:
    found = place_of(mistake(f"{FILTERS}.propertiesCriterion[0].createdDate.gte"), ExportForm(period=period))
    assert found is not None
    assert found.id == id
