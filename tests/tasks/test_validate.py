"""A raw body becomes a plan that the later steps need nothing else than."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contract.errors import InvalidRequest, UnknownFormat, UnknownProfile
from tasks.plan import ExportPlan
from tasks.validate import check_request, plan_export

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def _body(file_name: str | None = None, types: tuple[str, ...] = ("connectorstate",), **params: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"params": {"query": {"filters": {"typesCriterion": list(types)}}, **params}}
    return body if file_name is None else {**body, "fileName": file_name}


def _plan(body: object, max_records: int = 1_000) -> ExportPlan:
    return plan_export(body, tenant="acme", job_id="4f1c", max_records=max_records, now=NOW, folder=Path("spool"))


def _format(name: str) -> dict[str, Any]:
    return {"profilecontexts": [{"format": name}]}


@pytest.mark.parametrize(
    ("asked", "format", "name"),
    [
        ("EntityData", "Excel", "EntityData"),
        ("EntityData.xlsx", "Excel", "EntityData"),
        ("EntityData.XLSX", "Excel", "EntityData"),
        ("EntityData.csv", "Excel", "EntityData.csv"),
        ("EntityData.csv", "DSV", "EntityData"),
        ("v1.2", "JSON", "v1.2"),
        (None, "Excel", "connectorstate-export"),
        ("", "Excel", "connectorstate-export"),
    ],
)
def test_the_file_has_the_name_asked_for_without_the_extension_that_it_will_get(asked: str | None, format: str, name: str):
    """Never `EntityData.xlsx.xlsx`; without a name, one that says what is in it."""
    assert _plan(_body(asked, rsconnect=_format(format))).file_name == name


@pytest.mark.parametrize("types", [("connectorstate", "sku"), ("../../etc/passwd",), ("a/b",), ("x" * 200,)])
def test_a_default_name_is_never_made_of_what_is_no_plain_type(types: tuple[str, ...]):
    """A type is the client's text."""
    assert _plan(_body(types=types)).file_name == "export"


def test_the_limit_is_the_requests_else_the_ceiling():
    """Without `maxRecords` everything up to the ceiling; above it is a mistake."""
    assert _plan(_body(options={"maxRecords": "10"})).limit == 10
    assert _plan(_body()).limit == 1_000
    with pytest.raises(InvalidRequest):
        _plan(_body(options={"maxRecords": 1_001}))


def test_the_profile_is_the_one_that_the_request_chooses():
    """By its context; the body stays whole beside it."""
    body = _body(rsconnect=_format("DSV"))
    plan = _plan(body)
    assert (plan.profile.format, plan.tenant, plan.job_id, plan.folder) == ("csv", "acme", "4f1c", Path("spool"))
    assert plan.body == body


def test_every_mistake_is_named_an_unknown_profile_and_format_too():
    """One answer tells all of them."""
    with pytest.raises(InvalidRequest) as wrong_format:
        check_request(_body(options={"maxRecords": "many"}, rsconnect=_format("WordPerfect")), max_records=9, now=NOW)
    assert {type(mistake) for mistake in wrong_format.value.mistakes} > {UnknownFormat}
    with pytest.raises(InvalidRequest) as wrong_profile:
        check_request(_body(rsconnect={"profiles": ["nobody's"]}), max_records=9, now=NOW)
    assert [type(mistake) for mistake in wrong_profile.value.mistakes] == [UnknownProfile]


@pytest.mark.parametrize("body", [None, [], "text", 7, {}])
def test_what_is_no_request_is_refused(body: object):
    """With our error, whatever it is."""
    with pytest.raises(InvalidRequest):
        _plan(body)
