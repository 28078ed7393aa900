"""Credentials are told once, kept as digests, and stay revoked."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from contract.errors import UnknownCredential
from database import credentials
from database.engine import connect
from database.tables import ended_session


@pytest.fixture
def engine(database_url):
    made = connect(database_url)
    yield made
    made.dispose()


def found(engine, secret):
    return credentials.by_secret_digest(engine, credentials.digest(secret))


def test_a_credential_is_found_by_its_secret_and_by_a_session(engine):
    made = credentials.create(engine, "plum", "nightly")
    assert (made.credential.tenant, made.credential.name, made.credential.revoked) == ("plum", "nightly", None)
    assert found(engine, made.secret) == credentials.by_session(engine, made.credential.id, "one") == made.credential


def test_a_session_that_was_ended_finds_nothing_and_is_kept_for_as_long_as_its_cookie(engine):
    made, now = credentials.create(engine, "plum").credential, datetime.now(UTC)
    for session, until in (("old", now - timedelta(seconds=1)), ("one", now + timedelta(hours=1)), ("one", now)):
        credentials.end_session(engine, session, until + timedelta(minutes=1) if session == "one" else until)
    with engine.connect() as connection:
        assert list(connection.scalars(select(ended_session.c.id))) == ["one"]
    assert credentials.by_session(engine, made.id, "one") is None
    assert credentials.by_session(engine, made.id, "two") == made


def test_a_secret_has_256_random_bits_and_no_two_are_alike(engine):
    made = [credentials.create(engine, None) for _ in range(20)]
    assert all(re.fullmatch(r"sss_[A-Za-z0-9_-]{43}", one.secret) for one in made)
    assert len({one.secret for one in made}) == len({one.credential.id for one in made}) == 20


def test_the_secret_is_nowhere_in_the_database_and_not_in_the_text_of_the_object(engine):
    made = credentials.create(engine, "plum")
    with engine.connect() as connection:
        rows = str(connection.execute(text("SELECT * FROM credential")).all())
    assert made.credential.id in rows
    assert made.secret not in rows + repr(made) + str(made)


def test_a_wrong_secret_and_a_wrong_id_find_nothing(engine):
    made = credentials.create(engine, "plum")
    for wrong in ("", made.secret[:-1], made.secret + "x", made.secret.swapcase(), made.credential.id, "sss_\x00é"):
        assert found(engine, wrong) is None
    assert credentials.by_session(engine, made.secret, "one") is None


def test_a_revoked_credential_opens_nothing_and_stays_in_the_list(engine):
    made, other = credentials.create(engine, "plum"), credentials.create(engine, "quince")
    revoked = credentials.revoke(engine, made.credential.id)
    assert revoked.revoked is not None
    assert credentials.revoke(engine, made.credential.id) == revoked
    assert found(engine, made.secret) is None
    assert credentials.by_session(engine, made.credential.id, "one") is None
    assert found(engine, other.secret) == other.credential
    assert credentials.every(engine) == [revoked, other.credential]
    assert credentials.every(engine, "plum") == [revoked]
    with pytest.raises(UnknownCredential, match="'nobody'"):
        credentials.revoke(engine, "nobody")


def test_that_credentials_were_made_stays_true_when_all_are_revoked(engine):
    assert not credentials.any_made(engine)
    credentials.revoke(engine, credentials.create(engine, "plum").credential.id)
    assert credentials.any_made(engine)
