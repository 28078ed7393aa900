"""docs/command-line.md is what the parser of the command takes."""

import re

import pytest

from tests.spec.command_line_page import PAGE, command_line_page
from tests.spec.commands import leaves, options_of, variables


def test_the_page_is_made_from_the_parser():
    """After a change: `python -m tests.spec.command_line_page`."""
    assert PAGE.read_text() == command_line_page()


@pytest.mark.parametrize("name", leaves())
def test_every_option_of_a_command_stands_in_its_section_and_no_other(name):
    [section] = re.findall(rf"^### statesheet {name}$(.*?)(?=^### |\Z)", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    assert set(re.findall(r"^\| `(--?[a-z-]+)`", section, re.MULTILINE)) == options_of(leaves()[name])


@pytest.mark.parametrize("name", leaves())
def test_every_option_and_argument_says_what_it_is_for(name):
    unsaid = [one.name for one in leaves()[name].params if not re.fullmatch(r"[A-Z].*\.", one.help or "")]
    assert unsaid == []


def test_every_variable_that_stands_for_an_option_is_named():
    assert {name for name in variables() if name not in PAGE.read_text()} == set()
