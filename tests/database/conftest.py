"""Databases that a module's tests share: each set of objects gets a tenant of its own, so that nothing need be removed."""

import itertools
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from database.engine import connect
from database.loader import load_objects
from tests.conftest import new_postgresql_database


@dataclass
class Stores:
    """One database of each kind, with the tables of objects."""

    urls: dict[str, str]
    engines: dict[str, Engine]
    tenants: Iterator[int] = field(default_factory=itertools.count)

    def load(self, raw_objects: Iterable[Any]) -> str:
        """Load the same objects into both; the name of the new tenant."""
        tenant = f"tenant-{next(self.tenants)}"
        objects = [(str(number), raw) for number, raw in enumerate(raw_objects)]
        for engine in self.engines.values():
            assert load_objects(engine, tenant, objects).refused == []
        return tenant


@pytest.fixture(scope="session")
def stores(postgresql_url: str, tables_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    with new_postgresql_database(postgresql_url) as on_postgresql:
        path = tmp_path_factory.mktemp("stores") / "objects.db"
        shutil.copyfile(tables_file, path)
        urls = {"sqlite": f"sqlite:///{path}", "postgresql": on_postgresql}
        engines = {name: connect(url) for name, url in urls.items()}
        yield Stores(urls, engines)
        for engine in engines.values():
            engine.dispose()
