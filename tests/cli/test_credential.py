"""`statesheet credential` and `statesheet audit`, and what `serve` refuses without credentials."""

import json
import stat

import pytest
from typer.testing import CliRunner

from cli.main import app
from contract.errors import BadSetting, UnknownCredential


def command(*words, home):
    """The command in this process; an error that `main` would show is its `exception`."""
    return CliRunner().invoke(app, words, env={"STATESHEET_HOME": str(home)})


def created(home, *words):
    done = command("credential", "create", *words, "--json", home=home)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout), done


def test_a_secret_is_printed_once_and_never_again(tmp_path):
    made, done = created(tmp_path, "--tenant", "plum", "--name", "nightly")
    assert (made["tenant"], made["name"], made["revokedDate"]) == ("plum", "nightly", None)
    assert "first credential" in done.stderr
    again, done = created(tmp_path, "--operator")
    assert again["tenant"] is None
    assert "first credential" not in done.stderr
    listed = command("credential", "list", "--json", home=tmp_path).stdout
    assert [one["clientId"] for one in json.loads(listed)] == [made["clientId"], again["clientId"]]
    shown = command("credential", "list", home=tmp_path).stdout
    told = command("audit", "--json", home=tmp_path).stdout
    for text in (listed, shown, told):
        assert made["clientId"] in text
        assert made["secret"] not in text
    assert all(made["secret"].encode() not in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_people_see_both_parts_and_that_they_must_keep_them(tmp_path):
    done = command("credential", "create", "--tenant", "plum", home=tmp_path)
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["client id", "secret"]
    assert "cannot be shown again" in done.stderr


@pytest.mark.parametrize(
    "words",
    [(), ("--tenant", "plum", "--operator"), ("--tenant", "../plum"), ("--tenant", "plum", "--name", "a\x1b[2Jb")],
)
def test_a_credential_for_nobody_or_for_two_is_not_made(tmp_path, words):
    done = command("credential", "create", *words, home=tmp_path)
    assert done.exit_code == 2
    assert json.loads(command("credential", "list", "--json", home=tmp_path).stdout) == []


def test_a_revoked_credential_is_shown_as_such_and_an_unknown_one_is_an_error(tmp_path):
    made, _ = created(tmp_path, "--tenant", "plum")
    assert command("credential", "revoke", made["clientId"], home=tmp_path).exit_code == 0
    [listed] = json.loads(command("credential", "list", "--json", home=tmp_path).stdout)
    assert listed["revokedDate"]
    done = command("credential", "revoke", "nobody", home=tmp_path)
    assert (done.exit_code, type(done.exception)) == (1, UnknownCredential)
    actions = [json.loads(line)["action"] for line in command("audit", "--json", home=tmp_path).stdout.splitlines()]
    assert actions == ["credential created", "credential revoked"]


def test_the_audit_can_be_cut_by_tenant_and_time(tmp_path):
    for tenant in ("plum", "quince"):
        created(tmp_path, "--tenant", tenant)
    of_plum = command("audit", "--tenant", "plum", "--since", "now-1h", "--json", home=tmp_path).stdout
    assert [json.loads(line)["tenant"] for line in of_plum.splitlines()] == ["plum"]
    assert command("audit", "--since", "2999-01-01", "--json", home=tmp_path).stdout == ""
    done = command("audit", "--since", "yesterday", home=tmp_path)
    assert (done.exit_code, "now-1d" in done.stderr) == (2, True)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "sheets.example"])
def test_without_credentials_nothing_is_served_beyond_this_machine(tmp_path, host):
    done = command("serve", "--host", host, home=tmp_path)
    assert (done.exit_code, type(done.exception)) == (1, BadSetting)
    assert "statesheet credential create --tenant" in str(done.exception)
