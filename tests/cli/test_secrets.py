"""The command line says what went wrong, and no secret with it."""

import json

import pytest

from tests.command_line import command, command_of_its_own

SECRET = "5esame"
REQUEST = {"params": {"query": {"filters": {"typesCriterion": ["connectorstate"]}}}}


@pytest.mark.parametrize(
    ("url", "code"),
    [
        (f"postgresql://ann:{SECRET}@127.0.0.1:1/x", "SSH5031"),
        (f"postgresql:///x?host=127.0.0.1&port=1&password={SECRET}", "SSH5031"),
        (f"postgresql://ann:a@{SECRET}@127.0.0.1:1/x", "SSH4115"),
        (f"postgresql://ann:{SECRET}@127.0.0.1:port/x", "SSH4115"),
    ],
)
def test_a_database_that_cannot_be_reached_is_told_without_its_password(tmp_path, url, code):
    (tmp_path / "request.json").write_text(json.dumps(REQUEST))
    words = ("export", tmp_path / "request.json", "--tenant", "acme", "--output", tmp_path / "x.xlsx")
    done = command(*words, home=tmp_path, STATESHEET_DATABASE_URL=url)
    assert done.returncode == 1
    assert code in done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_a_service_that_cannot_be_reached_is_told_without_what_its_address_holds(tmp_path):
    done = command_of_its_own("jobs", "--tenant", "acme", "--url", f"http://ann:{SECRET}@127.0.0.1:1/", home=tmp_path)
    assert done.returncode == 1
    assert "http://127.0.0.1:1 cannot be reached" in done.stderr
    assert SECRET not in done.stdout + done.stderr
    done = command(
        "jobs", "--tenant", "acme", "--url", "http://127.0.0.1:1/", home=tmp_path, STATESHEET_CREDENTIAL=f"ssc_1:{SECRET}"
    )
    assert SECRET not in done.stdout + done.stderr
