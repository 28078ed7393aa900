"""docs/errors.md is what the tables of errors and warnings say."""

import json
import re
import string
from datetime import UTC, datetime

import pytest

from contract.envelope import failed
from contract.errors import ERRORS, InvalidRequest
from contract.request import parse_request
from contract.warnings import WARNINGS
from tests.spec.errors_page import PAGE, errors_page


def test_the_page_is_made_from_the_tables():
    """After a change: `python -m tests.spec.errors_page`."""
    assert PAGE.read_text() == errors_page()


def test_the_sample_answer_is_what_the_service_says():
    with pytest.raises(InvalidRequest) as caught:
        parse_request({}, max_records=1, now=datetime.now(UTC))
    sample = re.search(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert json.loads(sample[1]) == failed(caught.value)


@pytest.mark.parametrize(("code", "text"), [(code, one.text) for code, one in (ERRORS | WARNINGS).items()])
def test_every_text_names_its_facts_and_begins_as_a_sentence(code, text):
    facts = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    assert all(name.isidentifier() for name in facts)
    assert re.match(r"[A-Z{]", text), code


def test_codes_are_documented_ones_or_our_own_and_belong_to_one_thing():
    assert all(re.fullmatch(r"RSC\d{4}|SSH[24567]\d{3}", code) for code in (*ERRORS, *WARNINGS))
    assert not set(ERRORS) & set(WARNINGS)
