"""What real clients send is read as they mean it."""

from dataclasses import replace

import pytest

from contract.filters import EVERYTHING, AllOf, AnyOf, Context, Criterion, Exact, Keywords, Not, ValueType, Words
from contract.request import ExportRequest, ProfileChoice, SortKey
from contract.warnings import BLANKS_COUNT, NO_EFFECT
from tests.contract.bodies import (
    documented_body,
    ids_body,
    page_client_body,
    parse,
    task_list_body,
    with_filters,
    with_params,
)

PLAIN = ExportRequest(types=("connectorstate",), filter=EVERYTHING)


def test_the_documented_request() -> None:
    assert parse(documented_body()) == ExportRequest(
        types=("connectorstate",),
        filter=AllOf(
            (
                Criterion("property", "channelid", (Exact(("rs-demo-shop",)),)),
                Criterion("property", "entitytype", (Exact(("product", "sku")),)),
            )
        ),
        max_records=10000,
        profile=ProfileChoice(
            contexts=(
                {
                    "app": "Connect",
                    "service": "CONNECTOR_STATE_EXPORT",
                    "channel": "JOB",
                    "format": "Excel",
                    "source": "internal",
                    "role": "admin",
                    "user": "system",
                    "subtype": "User",
                    "order": "10",
                },
            )
        ),
        file_name="SpringListings",
        client_state={"notificationInfo": {"userId": "ann@plum.example_user"}},
    )


def test_the_request_of_a_browser_client() -> None:
    request = parse(page_client_body())
    contexts = (Context(locale="en-US", source="internal"),)
    assert request.filter == AllOf(
        (
            Criterion("attribute", "title", (Words((("jam*",), ("jelly*",)), every=False, whole=True),), contexts),
            Keywords(("plum*", "jam*"), every=True),
        )
    )
    assert request.contexts == contexts
    assert request.include_validation_data
    assert request.max_records is None
    assert [(warning.code, "relationships" in warning.message) for warning in request.warnings] == [(NO_EFFECT, True)]


def test_the_request_for_a_list_of_tasks() -> None:
    request = parse(task_list_body())
    assert isinstance(request.filter, AllOf)
    assert len(request.filter.parts) == 7
    assert request.filter.parts[-1] == Not(Criterion("attribute", "status", (Exact(("Processing",)),)))
    assert request.sort == (
        SortKey("createddate", True, ValueType.INSTANT),
        SortKey("tasktype", False, area="attribute"),
    )
    assert (request.attributes, request.properties, request.warnings) == (None, None, ())


def test_the_request_by_ids() -> None:
    assert parse(ids_body()) == replace(
        PLAIN,
        ids=("state-7", "state-1", "state-2"),
        attributes=("itemState",),
        properties=("channelid",),
        max_records=10,
        profile=ProfileChoice(names=("downloadDataJSONJob",)),
    )


def test_types_may_be_left_out_where_ids_say_what_is_wanted() -> None:
    assert parse({"params": {"query": {"id": "a"}}}) == ExportRequest(types=(), ids=("a",))
    assert parse({"params": {"query": {"ids": ["a", 7, "a"], "filters": {"typesCriterion": []}}}}).ids == ("a", "7")
    assert parse({"params": {"query": {"id": 5.0, "ids": [5, 7.0, 2.5, "7.0"]}}}).ids == ("5", "7", "2.5", "7.0")


def test_types_compare_without_case_and_count_once() -> None:
    assert parse(with_filters(typesCriterion=["SKU", "sku", "ConnectorState"])).types == ("sku", "connectorstate")


def test_an_object_can_be_chosen_by_its_name() -> None:
    body = with_filters()
    body["params"]["query"]["name"] = "Plum jam"
    assert parse(body).filter == AllOf((Criterion("property", "name", (Exact(("Plum jam",)),)), AllOf()))


def test_names_of_the_contract_compare_without_case() -> None:
    body = {"PARAMS": {"Query": {"FILTERS": {"typescriterion": ["a"]}}, "OPTIONS": {"maxrecords": 3}}, "filename": "x"}
    request = parse(body)
    assert (request.types, request.max_records, request.file_name) == (("a",), 3, "x")


def test_null_is_as_good_as_absent_outside_criteria() -> None:
    body = with_params(options=None, fields={"attributes": None}, sort={"properties": None}, rsconnect=None)
    body["params"]["query"] |= {"ids": None, "valueContexts": None}
    body["params"]["query"]["filters"] |= {"propertiesCriterion": None, "keywordsCriterion": None, "nonContextual": None}
    assert parse(body | {"fileName": None, "clientState": None, "timeout": None}) == PLAIN


def test_extra_keys_are_accepted() -> None:
    body = with_params(options={"includeRequest": True}, trace=[{"a": 1}], rsconnect={"extra": {"deep": []}})
    request = parse(body | {"timeout": 600000, "requestId": "r-1"})
    assert replace(request, warnings=()) == PLAIN
    assert [warning.message.split(" ")[0] for warning in request.warnings] == [
        "params.options.includeRequest",
        "params.rsconnect.extra",
        "params.trace",
    ]


@pytest.mark.parametrize(
    ("more", "meant"),
    [
        ({"params": {"options": {"maxRecord": 5}}}, ("params.options.maxRecord", "maxRecords")),
        ({"params": {"options": {"MAXRECORD": 5}}}, ("params.options.MAXRECORD", "maxRecords")),
        ({"params": {"options": {"skipIfEmtpy": True}}}, ("params.options.skipIfEmtpy", "skipIfEmpty")),
        ({"params": {"options": {"sinse": "last"}}}, ("params.options.sinse", "since")),
        ({"params": {"option": {"maxRecords": 5}}}, ("params.option", "options")),
        ({"params": {"sinse": "last"}}, ("params.sinse", "since")),
        ({"params": {"rsconnect": {"profile": "x"}}}, ("params.rsconnect.profile", "profiles")),
        ({"params": {"fields": {"attribute": ["a"]}}}, ("params.fields.attribute", "attributes")),
        ({"filesName": "x"}, ("filesName", "fileName")),
        ({"params": {"options": {"color": "red"}}}, ("params.options.color", None)),
        ({"o" * 1_000: 1}, ("o" * 80 + "…", None)),
    ],
)
def test_a_name_that_is_not_known_is_named_with_the_one_that_was_meant(more: dict, meant: tuple[str, str | None]) -> None:
    body = with_filters()
    body["params"] |= more.pop("params", {})
    [warning] = parse(body | more).warnings
    path, near = meant
    assert (warning.code, warning.message.startswith(f"{path} has no effect: ")) == (NO_EFFECT, True)
    assert warning.message.endswith(f"; did you mean {near}?") if near else "did you mean" not in warning.message


def test_what_documented_clients_write_for_other_services_is_not_named() -> None:
    body = with_params(connectorstate={"attributes": {"itemState": "new"}}, searchQueries=[{"serviceName": "s"}])
    body |= {"dataObject": {"id": "1"}, "binaryStreamObject": {"id": "1"}, "returnRequest": False, "tenantId": "plum"}
    assert parse(body | {"timeout": 600000, "requestId": "r-1", "serviceName": "s", "domain": "d"}) == PLAIN


def test_a_name_without_effect_may_come_in_two_spellings() -> None:
    request = parse(with_params(trace=1, Trace=2))
    assert [warning.message.split(" ")[0] for warning in request.warnings] == ["params.trace", "params.Trace"]


def test_of_very_many_names_that_are_not_known_some_are_named_and_the_others_counted() -> None:
    messages = [warning.message for warning in parse(with_params(**{f"x{number}": 1 for number in range(50_000)})).warnings]
    assert len(messages) == 101
    assert messages[-1] == "What else params holds, 49,900 more members, has no effect: it is not known here"


@pytest.mark.parametrize("count", [25, "25", 25.0, " 25 ", "2.5e1"])
def test_counts_are_numbers_or_numeric_texts(count: object) -> None:
    assert parse(with_params(options={"maxRecords": count, "from": count})) == replace(PLAIN, max_records=25, offset=25)


@pytest.mark.parametrize(("written", "meant"), [(True, True), ("true", True), ("True", True), ("false", False), (False, False)])
def test_booleans_may_be_texts(written: object, meant: bool) -> None:
    body = with_params(options={"skipIfEmpty": written}, rsconnect={"includeValidationData": written})
    request = parse(body)
    assert (request.skip_if_empty, request.include_validation_data) == (meant, meant)


def test_total_records_means_max_records() -> None:
    assert parse(with_params(options={"totalRecords": 7})).max_records == 7
    assert parse(with_params(options={"totalRecords": 7, "maxRecords": "7"})).max_records == 7


def test_the_ceiling_itself_may_be_asked_for() -> None:
    assert parse(with_params(options={"maxRecords": 5_000_000})).max_records == 5_000_000


@pytest.mark.parametrize(
    ("fields", "attributes", "properties"),
    [
        ({}, None, None),
        ({"attributes": ["_ALL"], "properties": "_all"}, None, None),
        ({"attributes": ["itemState", "_ALL"]}, None, None),
        ({"attributes": ["b", "a", "B"], "properties": ["ReqId"]}, ("b", "a"), ("ReqId",)),
        ({"attributes": "itemState", "properties": []}, ("itemState",), ()),
    ],
)
def test_columns_come_as_they_were_asked_for(fields: dict, attributes: object, properties: object) -> None:
    request = parse(with_params(fields=fields))
    assert (request.attributes, request.properties) == (attributes, properties)


def test_sort_keys_keep_their_order_and_the_first_of_a_name_counts() -> None:
    sort = {
        "attributes": [{"itemState": "_DES", "reqId": "asc"}],
        "properties": [{"createdDate": "_ASC", "sortType": "datetime"}, {"CREATEDDATE": "_DESC"}],
    }
    assert parse(with_params(sort=sort)).sort == (
        SortKey("itemstate", True, area="attribute"),
        SortKey("reqid", False, area="attribute"),
        SortKey("createddate", False, ValueType.INSTANT),
    )


def test_a_profile_may_be_named_bare_and_its_context_may_stand_alone() -> None:
    rsconnect = {"profiles": "downloadDataDSV", "profileContexts": {"Format": "CSV", "order": 10, "role": None, "user": ""}}
    assert parse(with_params(rsconnect=rsconnect)).profile == ProfileChoice(
        ("downloadDataDSV",), ({"format": "CSV", "order": "10"},)
    )


def test_contexts_are_told_apart_by_locale_and_source_and_the_rest_is_named() -> None:
    body = with_filters()
    body["params"]["query"] |= {
        "contexts": [{"country": "DE"}, {"country": "FR", "locale": "fr-FR"}],
        "valueContexts": [{"source": "internal"}, {"source": "internal"}],
    }
    request = parse(body)
    assert request.contexts == (Context(locale="fr-FR"), Context(source="internal"))
    assert [warning.message.split(" ")[0] for warning in request.warnings] == [
        "params.query.contexts[0].country",
        "params.query.contexts[1].country",
    ]


@pytest.mark.parametrize("context", [{"locale": "_ALL"}, {"locale": "_ALL", "source": "_all"}, {"locale": "", "source": ""}])
def test_a_context_of_everything_is_no_restriction(context: dict) -> None:
    body = with_filters()
    body["params"]["query"]["valueContexts"] = [context, {"locale": "de-DE"}]
    assert parse(body).contexts == ()


def test_what_has_no_effect_is_named_once_in_the_warnings() -> None:
    body = with_params(options={"to": 49}, fields={"relationships": ["_ALL"], "relatedEntityAttributes": []})
    body["params"]["query"] |= {"domain": "thing", "locales": []}
    body["params"]["query"]["filters"] |= {
        "nonContexual": "true",
        "status": True,
        "live": "false",
        "relationshipsCriterion": None,
    }
    warnings = parse(body).warnings
    assert {warning.code for warning in warnings} == {NO_EFFECT}
    assert sorted(warning.message.split(" ")[0] for warning in warnings) == [
        "params.fields.relationships",
        "params.options.to",
        "params.query.domain",
        "params.query.filters.live",
        "params.query.filters.nonContexual",
        "params.query.filters.status",
    ]


def test_of_two_profiles_the_one_that_makes_no_file_is_named_in_the_warnings() -> None:
    [warning] = parse(with_params(rsconnect={"profiles": ["downloadDataDSV", "downloadDataJSONJob"]})).warnings
    assert (warning.code, warning.message.split(" ")[0]) == (NO_EFFECT, "params.rsconnect.profiles[1]")


def test_criteria_of_attributes_can_be_ored() -> None:
    new, done = ({name: {"exact": "x"}} for name in ("introState", "publishState"))
    channel = {"channelid": {"exact": "c"}}
    request = parse(
        with_filters(attributesCriterion=[new, done], propertiesCriterion=[channel], isAttributesCriterionOR="true")
    )
    same = Exact(("x",))
    assert request.filter == AllOf(
        (
            Criterion("property", "channelid", (Exact(("c",)),)),
            AnyOf((Criterion("attribute", "introstate", (same,)), Criterion("attribute", "publishstate", (same,)))),
        )
    )


def test_the_singular_of_a_criteria_list_means_the_same() -> None:
    assert (
        parse(with_filters(attributeCriterion=[{"a": {"exact": 1}}])).filter
        == parse(with_filters(attributesCriterion=[{"a": {"exact": 1}}])).filter
    )


def test_an_id_with_blanks_at_its_ends_is_another_id_and_is_named() -> None:
    request = parse({"params": {"query": {"id": " a", "ids": ["b\n", "c d", "e"]}}})
    assert request.ids == (" a", "b\n", "c d", "e")
    assert [(warning.code, warning.message.partition(":")[0]) for warning in request.warnings] == [
        (BLANKS_COUNT, "params.query.id"),
        (BLANKS_COUNT, "params.query.ids[0]"),
    ]
