"""The files of imports are kept for their tenant, as long as results are."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from contract.errors import FileMissing
from database import import_files
from database.engine import connect
from database.import_files import ImportFile

CONTENT = bytes(range(256)) * 10


@pytest.fixture
def kept(database_url: str) -> Iterator[Engine]:
    engine = connect(database_url)
    import_files.keep(engine, "plum", "f1", ImportFile("states.xlsx", CONTENT))
    yield engine
    engine.dispose()


def test_a_file_comes_back_as_it_was(kept: Engine) -> None:
    assert import_files.fetch(kept, "plum", "f1") == ImportFile("states.xlsx", CONTENT)


def test_a_file_takes_the_place_of_the_one_before(kept: Engine) -> None:
    import_files.keep(kept, "plum", "f1", ImportFile("other.csv", b""))
    assert import_files.fetch(kept, "plum", "f1") == ImportFile("other.csv", b"")


@pytest.mark.parametrize(("tenant", "file_id"), [("other", "f1"), ("plum", "f2")])
def test_what_is_another_tenants_or_nobodys_is_not_found(kept: Engine, tenant: str, file_id: str) -> None:
    with pytest.raises(FileMissing, match=r"states\.xlsx"):
        import_files.fetch(kept, tenant, file_id, name="states.xlsx")
    assert not import_files.discard(kept, tenant, file_id)


def test_a_file_is_discarded_once(kept: Engine) -> None:
    assert import_files.discard(kept, "plum", "f1")
    assert not import_files.discard(kept, "plum", "f1")


def test_only_what_is_older_is_removed(kept: Engine) -> None:
    now = datetime.now(UTC)
    assert import_files.remove_older(kept, now - timedelta(hours=1)) == 0
    assert import_files.remove_older(kept, now + timedelta(hours=1)) == 1
