"""The command's frame."""

import pytest

from cli.main import app
from config.settings import load_settings
from contract.errors import FileMissing
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


def test_the_demo_goes_by_no_setting_of_the_environment(monkeypatch, tmp_path):
    places = []

    def stop_here(home, rows):
        places.append(load_settings(home=home))
        raise FileMissing(name="stop here")

    monkeypatch.setattr("cli.demo._load", stop_here)
    elsewhere = {"STATESHEET_DATABASE_URL": f"sqlite:///{tmp_path}/mine.db", "statesheet_webhooks": "http://a.example/"}
    command("demo", "--output", tmp_path / "demo.xlsx", home=tmp_path, **elsewhere)
    [settings] = places
    assert settings.home != tmp_path
    assert settings.objects_url == f"sqlite:///{settings.home}/objects.db"
    assert settings.webhooks == ()
