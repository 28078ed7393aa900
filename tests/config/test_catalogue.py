"""The words for columns and sheets."""

import pytest

from config.catalogue import BY_KEY, COLUMNS, label_of, title_of_type


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("tenantId", "Tenant Id"),
        ("id", "ID"),
        ("retryCount", "Retry Count"),
        ("syndicationChannelId", "Syndication Channel Id"),
        ("listingURLText", "Listing URL Text"),
        ("validationError>>sourceAttribute", "Validation Error>>Source Attribute"),
        ("größe", "Größe"),
        ("_", "_"),
    ],
)
def test_a_label_is_made_as_the_template_makes_it(name, label):
    assert label_of(name, "attribute") == label


def test_a_label_of_the_catalogue_is_found_without_case():
    assert label_of("ENTITYID", "property") == "Entity Id"


@pytest.mark.parametrize(
    ("type_name", "title"),
    [("connectorstate", "Connector State"), ("ConnectorState", "Connector State"), ("sku", "Sku"), ("myType", "My Type")],
)
def test_a_sheet_is_called_by_its_type_in_title_case(type_name, title):
    assert title_of_type(type_name) == title


def test_no_two_columns_share_a_key():
    assert len(BY_KEY) == len(COLUMNS) == len({column.key for column in COLUMNS})
