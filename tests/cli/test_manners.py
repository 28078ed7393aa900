"""How the command behaves to the shell: exit codes, pipes, colours, Ctrl-C, and what goes to which output."""

import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from types import ModuleType

import pytest
from typer.testing import CliRunner

from cli import start
from cli.main import app
from contract.errors import StackUnavailable, UnusablePlace
from tests.command_line import command, command_of_its_own

JOB = "11111111-2222-3333-4444-555555555555"
REQUEST = {"params": {"query": {"filters": {"typesCriterion": ["t"]}}}}
COLOUR = "\x1b[3"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with one object, its file and a request for it."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "a.json").write_text('[{"id": "1", "type": "t"}]')
    (folder / "request.json").write_text(json.dumps(REQUEST))
    assert command("load", folder / "a.json", "--tenant", "plum", home=folder).returncode == 0
    return folder


def started(*words, home, **more):
    """The command, running; its outputs are pipes."""
    line = [sys.executable, "-c", "from cli.start import main; main()", *map(str, words)]
    known = os.environ | {"STATESHEET_HOME": str(home)}
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=known, **more)


@pytest.mark.parametrize(
    "words",
    [
        "nonsense",
        "jobs --nonsense",
        "load",
        "load a.json",
        "load a.json --tenant ../plum",
        "load a.json b.json --tenant plum --dry-run",
        "export request.json --tenant plum",
        "export request.json --tenant ../plum --output o.xlsx",
        "explain request.json --tenant ../plum",
        "jobs --tenant plum --status nonsense",
        "jobs --tenant plum --limit 0",
        "jobs --tenant plum --url nonsense",
        f"get {JOB}",
        f"cancel {JOB} --tenant plum --credential nonsense --url http://127.0.0.1:9",
        "schedule",
        "schedule create --tenant ../plum --request request.json --cron x",
        "schedule pause",
        "credential create",
        "credential create --tenant ../plum",
        "credential list --tenant ../plum",
        "audit --tenant ../plum",
        "audit --since nonsense",
        "demo --rows 0",
        "conform nonsense --tenant plum",
        "conform http://127.0.0.1:9 --tenant ../plum",
        "conform http://127.0.0.1:99999 --tenant plum",
        "conform http://127.0.0.1:9 --tenant plum --client-id alone",
        "conform http://127.0.0.1:9 --tenant plum --client-secret alone",
        "jobs --tenant plum --url http://[::1",
        "serve --port 65536",
    ],
)
def test_words_that_are_off_exit_with_2_and_do_nothing(tmp_path, words):
    done = CliRunner().invoke(app, words.split(), env={"STATESHEET_HOME": str(tmp_path / "home"), "STATESHEET_TENANT": ""})
    assert done.exit_code == 2, done.output
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("place", ["none/o.xlsx", "."])
def test_a_place_that_cannot_be_written_is_named_before_any_work(tmp_path, home, place):
    to = str(tmp_path / place)
    for words in (
        ("export", str(home / "request.json"), "--tenant", "plum", "--output", to),
        ("demo", "--output", to),
        ("load", str(home / "a.json"), "--tenant", "new", "--refused", to),
        ("load", str(home / "a.json"), "--tenant", "new", "--rejects", to),
    ):
        done = CliRunner().invoke(app, words, env={"STATESHEET_HOME": str(tmp_path / "home")})
        assert (done.exit_code, type(done.exception), done.output) == (1, UnusablePlace, ""), words
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_cannot_be_made_is_named_without_a_traceback(tmp_path):
    (tmp_path / "file").write_text("")
    for run, words in ((command, ("credential", "list")), (command_of_its_own, ("serve", "--port", "0"))):
        done = run(*words, home=tmp_path / "file" / "home")
        assert (done.returncode, done.stdout) == (1, "")
        assert f"{tmp_path / 'file' / 'home'} cannot be used: Not a directory" in done.stderr
        assert "Traceback" not in done.stderr


def test_an_output_without_space_is_said_without_a_traceback(tmp_path):
    with Path("/dev/full").open("w") as full:
        line = [sys.executable, "-m", "cli.main", "credential", "list", "--json"]
        done = subprocess.run(
            line,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"STATESHEET_HOME": str(tmp_path)},
            check=False,
        )
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("--help",), ("credential", "list", "--json"), ("credential", "create", "--tenant", "plum")])
def test_a_reader_that_goes_away_is_no_fault_to_speak_of(tmp_path, words):
    running = started(*words, home=tmp_path)
    running.stdout.close()
    said = running.stderr.read()
    running.stderr.close()
    assert (running.wait(60), "Error" in said, "Traceback" in said) == (1, False, False)


def test_colours_are_for_terminals_and_for_those_who_want_them(home):
    words = ("get", "nonsense", "--tenant", "plum", "--url", "http://127.0.0.1:9")
    plain = {"NO_COLOR": "", "FORCE_COLOR": "", "TERM": "xterm-256color"}
    assert COLOUR not in command_of_its_own(*words, home=home, **plain).stderr
    assert COLOUR[:-1] in command_of_its_own(*words, home=home, **plain | {"FORCE_COLOR": "1"}).stderr
    for asked in (words, ("--help",), ("jobs", "--nonsense")):
        done = command_of_its_own(*asked, home=home, **plain | {"FORCE_COLOR": "1", "NO_COLOR": "1"})
        assert COLOUR not in done.stdout + done.stderr


def test_json_stands_alone_on_standard_output_also_where_progress_is_shown(home, tmp_path):
    terminal = {"FORCE_COLOR": "1", "TERM": "xterm-256color"}
    loaded = command_of_its_own("load", home / "a.json", "--tenant", "quince", "--json", home=tmp_path, **terminal)
    assert json.loads(loaded.stdout)[0]["loaded"] == 1
    assert "objects" in loaded.stderr
    exported = command_of_its_own(
        "export",
        home / "request.json",
        "--tenant",
        "quince",
        "--output",
        tmp_path / "o.csv",
        "--json",
        home=tmp_path,
        **terminal,
    )
    assert json.loads(exported.stdout)["totalRecords"] == 1
    assert exported.stderr != ""


def test_a_terminal_of_few_characters_gets_escapes(home):
    (named := home / "\u00f8.json").write_text('[{"id": "1", "type": "t"}]')
    done = command_of_its_own("load", named, "--tenant", "damson", home=home, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\xf8.json: 1 loaded" in done.stdout


def test_where_there_is_nothing_to_show_it_is_said_beside_the_output(tmp_path):
    for words, said in ((("credential", "list"), "No credentials.\n"), (("audit",), "Nothing in the audit.\n")):
        done = CliRunner().invoke(app, words, env={"STATESHEET_HOME": str(tmp_path)})
        assert (done.exit_code, done.stdout, done.stderr) == (0, "", said)


def test_a_server_that_cannot_be_reached_has_no_cases_that_differ(tmp_path):
    done = CliRunner().invoke(app, ["conform", "http://127.0.0.1:9/", "--tenant", "plum"])
    assert (done.exit_code, type(done.exception), done.stdout) == (1, StackUnavailable, "")


def test_it_says_its_version():
    done = CliRunner().invoke(app, ["--version"])
    assert (done.exit_code, done.stdout.split()[0]) == (0, "statesheet")


@pytest.fixture
def silent_server():
    """An API that takes a call and does not answer before the test ends; `asked` is set by the call."""
    asked, over = Event(), Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.set()
            over.wait(60)

        def log_message(self, format, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    over.set()
    server.shutdown()
    server.server_close()


def test_ctrl_c_ends_with_130_and_a_word(tmp_path, silent_server):
    url, asked = silent_server
    running = started("get", JOB, "--tenant", "plum", "--wait", "--url", url, home=tmp_path)
    assert asked.wait(60)
    time.sleep(0.2)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (130, "", "Interrupted.\n")


def test_ctrl_c_before_the_command_is_there_ends_the_same_way(monkeypatch, capsys):
    class Slow(ModuleType):
        def __getattr__(self, name):
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "cli.main", Slow("cli.main"))
    with pytest.raises(SystemExit) as ended:
        start.main()
    assert (ended.value.code, capsys.readouterr().err) == (start.INTERRUPTED, "Interrupted.\n")


@pytest.mark.parametrize(
    "words",
    [
        ("load", "nothing.json", "--tenant", "plum"),
        ("load", "nothing.xlsx", "--tenant", "plum", "--dry-run"),
        ("explain", "nothing.json", "--tenant", "plum", "--url", "http://127.0.0.1:9"),
    ],
)
def test_of_a_file_that_is_not_there_only_what_helps_on_this_machine_is_said(monkeypatch, tmp_path, words):
    monkeypatch.chdir(tmp_path)
    said = command(*words, home=tmp_path / "home").stderr
    assert said.startswith("Error RSC7524: File not found: nothing.")
    assert "Check the name and the folder" in said
    assert "fileId" not in said
