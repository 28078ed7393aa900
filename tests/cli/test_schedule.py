"""What `statesheet schedule create` refuses before it asks the stack for anything."""

import json
import os

import pytest
from typer.testing import CliRunner

from cli.main import app
from config.settings import load_settings
from contract.errors import InvalidRequest, PrefectUnavailable, UnknownTenant
from database.migrate import upgrade
from runtime.addresses import Addresses, write_addresses
from tests.command_line import command

NOBODY = "http://127.0.0.1:9"
JOB = "11111111-2222-3333-4444-555555555555"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The home of a stack that nobody answers for; it has an object of plum."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "a.json").write_text('[{"id": "1", "type": "t"}]')
    assert command("load", folder / "a.json", "--tenant", "plum", home=folder).returncode == 0
    upgrade(load_settings(home=folder).jobs_url, "jobs")
    write_addresses(folder, Addresses(NOBODY, f"{NOBODY}/api", os.getpid()))
    return folder


@pytest.mark.parametrize(
    ("tenant", "params", "error"),
    [
        ("pear", {}, UnknownTenant),
        ("plum", {"since": JOB}, InvalidRequest),
        ("plum", {"query": {}}, InvalidRequest),
        ("plum", {}, PrefectUnavailable),
    ],
)
def test_what_a_download_would_be_refused_for_makes_no_schedule(home, tmp_path, tenant, params, error):
    request = tmp_path / "request.json"
    request.write_text(json.dumps({"params": {"query": {"filters": {"typesCriterion": ["t"]}}} | params}))
    words = ("schedule", "create", "--tenant", tenant, "--request", str(request), "--cron", "0 6 * * *")
    done = CliRunner().invoke(app, words, env={"STATESHEET_HOME": str(home)})
    assert type(done.exception) is error
