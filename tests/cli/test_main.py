"""The command's frame."""

import pytest

from cli.main import app
from tests.command_line import command, command_of_its_own


def test_help_names_every_subcommand_with_a_line_each(tmp_path):
    shown = command_of_its_own("--help", home=tmp_path).stdout
    for name in ("serve", "load", "export", "explain", "jobs", "get", "cancel", "schedule", "demo"):
        assert name in shown


@pytest.mark.parametrize("name", ["serve", "load", "export", "explain", "jobs", "get", "cancel", "demo"])
def test_help_of_a_subcommand_explains_its_options(tmp_path, name):
    done = command(name, "--help", home=tmp_path)
    assert done.returncode == 0
    assert "--help" in done.stdout


def test_shells_can_complete_it():
    assert {"--install-completion", "--show-completion"} <= {
        option for parameter in __import__("typer").main.get_command(app).params for option in parameter.opts
    }


def test_a_wrong_setting_is_an_error_for_people(tmp_path):
    done = command("serve", home=tmp_path, STATESHEET_PORT="many")
    assert done.returncode == 1
    assert "STATESHEET_PORT" in done.stderr
    assert "Traceback" not in done.stderr
