"""The file that says where a stack runs, as other commands find it."""

import os

import pytest

from runtime.addresses import FILE, Addresses, read_addresses, write_addresses


def test_the_addresses_of_a_running_stack_are_found(tmp_path):
    write_addresses(tmp_path, Addresses("http://127.0.0.1:1", "http://127.0.0.1:2/api", os.getpid()))
    assert read_addresses(tmp_path) == Addresses("http://127.0.0.1:1", "http://127.0.0.1:2/api", os.getpid())


@pytest.mark.parametrize("kept", [b"", b"\0" * 90, b"{", b"[]", b"{}", b"7", b'{"api": "http://127.0.0.1:1"}'])
def test_a_file_that_lost_what_was_in_it_tells_of_no_stack(tmp_path, kept):
    (tmp_path / FILE).write_bytes(kept)
    assert read_addresses(tmp_path) is None


def test_a_file_that_may_not_be_read_is_no_stopped_stack(monkeypatch, tmp_path):
    def refused(_):
        raise PermissionError

    write_addresses(tmp_path, Addresses("http://127.0.0.1:1", "http://127.0.0.1:2/api", os.getpid()))
    monkeypatch.setattr("pathlib.Path.read_text", refused)
    with pytest.raises(PermissionError):
        read_addresses(tmp_path)
