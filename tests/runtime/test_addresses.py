"""The file that says where a stack runs, as other commands find it."""

import json
import os
import shutil
from dataclasses import asdict

import pytest

from runtime.addresses import FILE, Addresses, read_addresses, write_addresses

HERE = Addresses("http://127.0.0.1:1", "http://127.0.0.1:2/api", os.getpid())


def test_the_addresses_of_a_running_stack_are_found(tmp_path):
    write_addresses(tmp_path, HERE)
    assert read_addresses(tmp_path) == HERE


def test_a_copy_of_a_home_does_not_lead_to_the_stack_of_the_original(tmp_path):
    home, copy = tmp_path / "home", tmp_path / "copy"
    home.mkdir()
    write_addresses(home, HERE)
    shutil.copytree(home, copy)
    assert (read_addresses(home), read_addresses(copy)) == (HERE, None)


def test_a_home_that_was_moved_or_has_another_name_leads_to_the_stack_that_runs_there(tmp_path):
    home, moved, other_name = tmp_path / "home", tmp_path / "moved", tmp_path / "other name"
    home.mkdir()
    write_addresses(home, HERE)
    home.rename(moved)
    other_name.symlink_to(moved)
    assert (read_addresses(moved), read_addresses(other_name)) == (HERE, HERE)


def test_the_file_of_an_earlier_version_that_does_not_say_its_home_is_believed(tmp_path):
    (tmp_path / FILE).write_text(json.dumps(asdict(HERE)))
    assert read_addresses(tmp_path) == HERE


@pytest.mark.parametrize("kept", [b"", b"\0" * 90, b"{", b"[]", b"{}", b"7", b'{"api": "http://127.0.0.1:1"}'])
def test_a_file_that_lost_what_was_in_it_tells_of_no_stack(tmp_path, kept):
    (tmp_path / FILE).write_bytes(kept)
    assert read_addresses(tmp_path) is None


def test_a_file_that_may_not_be_read_is_no_stopped_stack(monkeypatch, tmp_path):
    def refused(_):
        raise PermissionError

    write_addresses(tmp_path, HERE)
    monkeypatch.setattr("pathlib.Path.read_text", refused)
    with pytest.raises(PermissionError):
        read_addresses(tmp_path)
