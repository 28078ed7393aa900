"""`statesheet export`, run as a user runs it."""

import hashlib
import json

import openpyxl
import pytest

from tasks.demo_objects import demo_objects
from tests.command_line import command, command_of_its_own

OBJECTS = 60


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    (folder / "objects.json").write_text(json.dumps([one for _, one in demo_objects(OBJECTS)]))
    loaded = command("load", folder / "objects.json", "--tenant", "acme", home=folder)
    assert loaded.returncode == 0, loaded.stderr
    return folder


def export(home, body, output, *more, by=command):
    request = home / "request.json"
    request.write_text(body if isinstance(body, str) else json.dumps(body))
    return by("export", request, "--tenant", "acme", "--output", output, *more, home=home)


def everything(**options):
    return {"params": {"query": {"filters": {"typesCriterion": ["connectorstate"]}}, "options": options}}


def test_it_makes_the_file_and_says_how_many_objects_are_in_it(home, tmp_path):
    output = tmp_path / "states.xlsx"
    done = export(home, everything(), output, by=command_of_its_own)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{OBJECTS} objects in {output}\n"
    assert openpyxl.load_workbook(output)["Connector State"].max_row == OBJECTS + 2


def test_as_json_it_gives_the_facts_of_the_file(home, tmp_path):
    output = tmp_path / "states.xlsx"
    facts = json.loads(export(home, everything(maxRecords=5), output, "--json").stdout)
    assert (facts["savedTo"], facts["matchedRecords"], facts["totalRecords"]) == (str(output), OBJECTS, 5)
    assert facts["file"] == {"bytes": output.stat().st_size, "sha256": hashlib.sha256(output.read_bytes()).hexdigest()}


def test_it_says_when_more_match_than_were_exported(home, tmp_path):
    assert f"5 objects of {OBJECTS} that match" in export(home, everything(maxRecords=5), tmp_path / "few.xlsx").stdout


@pytest.mark.parametrize(("name", "said"), [("states.xlsx", True), ("states.CSV", False), ("states", False), ("s.data", False)])
def test_a_name_that_ends_otherwise_than_what_the_request_has_made_is_told_of(home, tmp_path, name, said):
    body = everything()
    body["params"]["rsconnect"] = {"profilecontexts": [{"format": "CSV"}]}
    done = export(home, body, tmp_path / name)
    assert (done.returncode, (tmp_path / name).exists()) == (0, True)
    assert (f"{name} holds what files in .csv hold" in done.stderr) == said


def test_it_leaves_nothing_but_the_file(home, tmp_path):
    export(home, everything(), tmp_path / "states.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["states.xlsx"]
    assert not (home / "spool").exists()


def test_a_request_with_mistakes_is_refused_with_each_of_them_and_the_old_file_stays(home, tmp_path):
    (tmp_path / "states.xlsx").write_text("old")
    body = everything(maxRecords=-1) | {"fileName": "a/b"}
    done = export(home, body, tmp_path / "states.xlsx")
    assert done.returncode == 1
    assert "params.options.maxRecords" in done.stderr
    assert "fileName" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "states.xlsx").read_text() == "old"


@pytest.mark.parametrize("body", ["", "{", "[1, 2]"])
def test_a_file_that_is_no_request_is_refused(home, tmp_path, body):
    done = export(home, body, tmp_path / "states.xlsx")
    assert done.returncode == 1
    assert "Error SSH4000" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_tenant_without_objects_is_refused_with_a_next_step(home, tmp_path):
    request = home / "other.json"
    request.write_text(json.dumps(everything()))
    done = command("export", request, "--tenant", "nobody", "--output", tmp_path / "x.xlsx", home=home)
    assert done.returncode == 1
    assert "statesheet load" in done.stderr


def test_a_request_that_is_not_there_is_named(home, tmp_path):
    done = command("export", home / "missing.json", "--tenant", "acme", "--output", tmp_path / "x.xlsx", home=home)
    assert (done.returncode, "missing.json" in done.stderr) == (1, True)


def test_a_wrong_word_is_a_matter_of_usage(home):
    assert command("export", "--nonsense", home=home).returncode == 2
