"""`statesheet load`, as a person runs it."""

import json
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from cli.load import load
from contract.errors import BadSetting

app = Typer()
app.command()(load)
GOOD = '{"id": "1", "type": "t"}\n'


def run(home: Path, *words: str) -> tuple[int, str, str]:
    """The exit code, and what was written to standard output and standard error."""
    done = CliRunner().invoke(app, [*words, "--home", str(home)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def test_a_file_without_faults_exits_with_0_and_says_how_many(tmp_path: Path) -> None:
    (path := tmp_path / "a.jsonl").write_text(GOOD + '{"id": "2", "type": "t"}\n')
    assert run(tmp_path / "home", str(path), "--tenant", "acme") == (0, f"{path}: 2 loaded\n", "")
    assert (tmp_path / "home" / "objects.db").exists()


def test_what_was_refused_is_listed_and_written_to_a_file(tmp_path: Path) -> None:
    """The first 20 for people, all of them for a program; the exit code is 1."""
    (path := tmp_path / "a.jsonl").write_text(GOOD + "oops\n" * 23)
    refused = tmp_path / "refused.jsonl"
    code, said, listed = run(tmp_path, str(path), "--tenant", "acme", "--refused", str(refused))
    assert (code, said) == (1, f"{path}: 1 loaded, 23 refused\n")
    assert listed.splitlines()[0] == "  a.jsonl, line 2: not JSON: Expecting value"
    assert listed.splitlines()[19:] == ["  a.jsonl, line 21: not JSON: Expecting value", "  and 3 more"]
    lines = [json.loads(line) for line in refused.read_text().splitlines()]
    assert [line["place"] for line in lines] == [f"line {number}" for number in range(2, 25)]
    assert lines[0] == {"file": str(path), "place": "line 2", "reason": "not JSON: Expecting value"}


def test_as_json_it_gives_the_counts_and_all_that_was_refused(tmp_path: Path) -> None:
    (path := tmp_path / "a.jsonl").write_text(GOOD + "oops\n" * 23)
    code, said, listed = run(tmp_path, str(path), "--tenant", "acme", "--json")
    [facts] = json.loads(said)
    assert (code, listed, facts["file"], facts["loaded"], facts["deleted"]) == (1, "", str(path), 1, 0)
    assert facts["refused"][0] == {"place": "line 2", "reason": "not JSON: Expecting value"}
    assert len(facts["refused"]) == 23


def test_a_file_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    (good := tmp_path / "good.json").write_text(GOOD)
    (bad := tmp_path / "bad.json").write_text("hello")
    code, said, complaints = run(tmp_path, str(bad), str(tmp_path / "none.json"), str(good), "--tenant", "acme")
    assert (code, said) == (1, f"{good}: 1 loaded\n")
    assert "bad.json cannot be read" in complaints
    assert f"File not found: {tmp_path / 'none.json'}" in complaints


def test_of_a_file_that_is_not_there_nothing_else_is_said_for_a_dry_run(tmp_path: Path) -> None:
    code, _, complaint = run(tmp_path, str(tmp_path / "none.xlsx"), "--tenant", "acme", "--dry-run")
    assert code == 1
    assert f"File not found: {tmp_path / 'none.xlsx'}" in complaint
    assert "exported workbook" not in complaint


def test_a_tenant_name_that_cannot_stand_in_an_address_is_refused(tmp_path: Path) -> None:
    (path := tmp_path / "good.json").write_text(GOOD)
    code, _, complaint = run(tmp_path, str(path), "--tenant", "../acme")
    assert code == 2
    assert "--tenant" in complaint


def test_a_wrong_setting_is_an_error_for_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATESHEET_TIMEZONE", "Mars/Olympus")
    with pytest.raises(BadSetting, match="STATESHEET_TIMEZONE"):
        run(tmp_path, "x.json", "--tenant", "acme")
