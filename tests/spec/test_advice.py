"""What people are told to do about errors and warnings can be done: it names what is there."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api import documentation
from api.app import create_app
from config.settings import Settings
from config.settings_file import SETTINGS_FILE
from contract.advice import advice_of, advice_on
from contract.errors import ERRORS, BadOperand, InvalidRequest, OutOfRange, StatesheetError, UnknownJob
from contract.filters import parse_instant
from contract.relative_dates import relative_instant
from contract.warnings import WARNINGS
from tests.spec.commands import leaves, options_of, unknown_words, variables

ROOT = Path(__file__).parents[2]
ADVICE = {code: one.advice for code, one in (ERRORS | WARNINGS).items()}
SETTINGS = {f"STATESHEET_{name.upper()}" for name in Settings.model_fields} | variables()
OPTIONS = {option for command in leaves().values() for option in options_of(command)}
HEADERS = {"Idempotency-Key", "Retry-After", "Host", "Content-Length", "Transfer-Encoding"}


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """Every address that is served."""
    app = create_app(Settings(home=tmp_path_factory.mktemp("home")), prefect_api_url="http://127.0.0.1:9/api")
    return {*app.openapi()["paths"], *(route.path for route in documentation.router.routes)}


@pytest.fixture(scope="module")
def members():
    """The names that the readers and writers of the wire spell."""
    tables = {"errors.py", "warnings.py"}
    sources = [path.read_text() for path in (ROOT / "contract").rglob("*.py") if path.name not in tables]
    return set(re.findall(r'"([A-Za-z_]+)"', "\n".join(sources)))


@pytest.mark.parametrize("code", ADVICE)
def test_every_error_and_warning_says_what_to_do_in_a_sentence_or_two(code):
    said = ADVICE[code]
    assert re.fullmatch(r"[A-Z].{20,219}\.", said), said
    assert said.count("`") % 2 == 0
    assert advice_on(code) == said


@pytest.mark.parametrize("code", ADVICE)
def test_it_names_only_what_is_there(code, addresses, members):
    unknown = [span for span in re.findall(r"`([^`]+)`", ADVICE[code]) if not is_there(span, addresses, members)]
    assert unknown == []


@pytest.mark.parametrize("code", ADVICE)
def test_what_could_be_a_setting_or_a_command_stands_in_backticks(code):
    outside = re.sub(r"`[^`]+`", "", ADVICE[code])
    assert re.findall(r"STATESHEET_\w+|statesheet \w+|--\w+", outside) == []


def is_there(span, addresses, members):
    if span.startswith("STATESHEET_"):
        return span in SETTINGS
    if span.startswith("statesheet "):
        return unknown_words(span) == []
    if span.startswith("--"):
        return span in OPTIONS
    if "/" in span:
        return span in addresses or f"/{{tenant}}/api/{span}" in addresses
    if span[0].isdigit() or span.startswith("now"):
        return (parse_instant(span) or relative_instant(span, datetime.now(UTC))) is not None
    return span == SETTINGS_FILE or span in HEADERS or set(span.split(".")) <= members


def test_a_request_with_mistakes_is_advised_on_by_kind_of_mistake():
    mistakes = [
        OutOfRange(value=0, allowed="1 to 9"),
        BadOperand(value="x", expected="a date"),
        OutOfRange(value=0, allowed="1"),
    ]
    assert advice_of(InvalidRequest(mistakes)) == (OutOfRange.advice, BadOperand.advice)
    assert advice_of(UnknownJob(job="1")) == (UnknownJob.advice,)


def test_a_code_of_somebody_else_has_no_advice():
    assert advice_on("XYZ1") == ""


def test_an_error_without_advice_cannot_be_written():
    with pytest.raises(TypeError, match="what to do"):
        type("Silent", (StatesheetError,), {"code": "SSH9999"})
    assert "SSH9999" not in ERRORS
