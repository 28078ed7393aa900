"""The pages say what is there: commands, targets and links."""

import re
from pathlib import Path

import pytest

from tests.spec.commands import leaves, unknown_words

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
TEXT = {page: page.read_text() for page in PAGES}
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def shell_lines(text):
    """The lines of the page's `sh` blocks."""
    return [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_project_leads_somewhere(page):
    targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", TEXT[page])
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_that_a_page_names_exists(page):
    named = re.findall(r"(?:`|^)make ([a-z]+)", TEXT[page], re.MULTILINE)
    assert [target for target in named if target not in TARGETS] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_subcommand_and_option_that_a_page_names_exists(page):
    for line in shell_lines(TEXT[page]):
        words = line.split("#")[0].split()
        if words and words[0].endswith("statesheet"):
            assert unknown_words(" ".join(words)) == [], line


def test_every_subcommand_is_documented():
    everything = "\n".join(TEXT.values())
    assert [name for name in leaves() if f"statesheet {name}" not in everything] == []


def test_make_help_names_every_target_that_a_user_calls():
    helped = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"setup", "demo", "test", "serve", "bench", "lint", "help"} <= helped
