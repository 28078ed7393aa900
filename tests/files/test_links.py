"""A download link opens one file of one tenant, for a while."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import BadLink
from files.links import sign, verify
from files.secrets import signing_key
from tests.examples import examples

SECRET = b"k" * 32


@examples()
@given(st.text(), st.text())
def test_a_token_gives_back_what_it_was_signed_for(tenant: str, job_id: str):
    """Any tenant, any id; nothing in the token needs quoting in a URL."""
    token = sign(SECRET, tenant, job_id)
    assert verify(SECRET, token, 60) == (tenant, job_id)
    assert all(character.isalnum() or character in "-_." for character in token)


@examples()
@given(st.integers(0, 200), st.sampled_from("abcXYZ019-_.~"), st.sampled_from(["replaced", "cut", "longer"]))
def test_a_changed_token_opens_nothing(number: int, other: str, how: str):
    """One character more, less or other, and it is refused."""
    token = sign(SECRET, "acme", "4f1c")
    # The last character of base64 carries unused bits: another one may stand for the same signature.
    place = number % (len(token) - 1)
    changed = {"replaced": token[:place] + other + token[place + 1 :], "cut": token[:place], "longer": token + other}[how]
    if changed != token:
        with pytest.raises(BadLink):
            verify(SECRET, changed, 60)


def test_a_token_of_another_key_opens_nothing():
    """Each home folder has a key of its own."""
    with pytest.raises(BadLink):
        verify(b"o" * 32, sign(SECRET, "acme", "4f1c"), 60)


def test_a_token_expires(monkeypatch: pytest.MonkeyPatch):
    """What was valid at 60 seconds is refused at 62."""
    import time

    signed_at = time.time()
    token = sign(SECRET, "acme", "4f1c")
    monkeypatch.setattr(time, "time", lambda: signed_at + 62)
    assert verify(SECRET, token, 120) == ("acme", "4f1c")
    with pytest.raises(BadLink):
        verify(SECRET, token, 60)


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path):
    """Processes that start at once get the same key, and leave no other file."""
    home = tmp_path / "home"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: signing_key(home), range(16)))
    assert len(keys) == 1
    assert len(keys.pop()) == 32
    assert [path.name for path in home.iterdir()] == ["signing.key"]
    assert stat.S_IMODE((home / "signing.key").stat().st_mode) == 0o600
