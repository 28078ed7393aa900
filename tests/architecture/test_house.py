"""The folder tree shows the architecture, and keeps doing so."""

import importlib.metadata
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ROOMS = PROJECT["tool"]["setuptools"]["packages"]


def test_arrows_between_the_rooms_go_one_way():
    """import-linter holds the contracts of pyproject.toml."""
    done = subprocess.run([Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_installed_distribution_owns_the_name_of_a_room():
    """The rooms have short names, which is safe only as long as nobody else brings them."""
    owners = importlib.metadata.packages_distributions()
    assert {room: owners[room] for room in ROOMS if set(owners.get(room, ())) - {"statesheet"}} == {}


def test_every_room_says_what_it_is_for():
    """A reader finds the room by its name and learns its job from its first line."""
    silent = [room for room in ROOMS if not (ROOT / room / "__init__.py").read_text().startswith('"""')]
    assert silent == []


def test_every_test_folder_is_a_package():
    """Folders with __init__.py let two rooms have tests of the same name."""
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_the_lock_file_holds_hashes_and_names_no_index():
    """What is installed is what was locked, from whichever index a machine has."""
    lock = (ROOT / "requirements.lock").read_text()
    pins = [line for line in lock.splitlines() if line and line[0].isalnum()]
    assert pins
    assert all("==" in pin and pin.endswith("\\") for pin in pins)
    assert "--index-url" not in lock
    assert "://" not in "".join(line for line in lock.splitlines() if not line.strip().startswith("#"))


def test_every_dependency_is_pinned_in_the_lock_file():
    """pyproject and the lock file do not drift apart."""
    lock = (ROOT / "requirements.lock").read_text().lower()
    wanted = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["dev"]
    names = [item.split(";")[0].split("[")[0].split(">")[0].split("<")[0].split("=")[0].strip().lower() for item in wanted]
    assert [name for name in names if f"\n{name}==" not in f"\n{lock}"] == []
