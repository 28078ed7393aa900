"""Stores with objects to be exported, edited and sent back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tasks.edited_books import Shop
from tests.tasks.send_back.stocks import some_objects


@pytest.fixture
def stock(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    """Makes stores: by default in an SQLite database of the test's own."""
    made: list[Shop] = []

    def make(raw: list[Any], url: str = f"sqlite:///{tmp_path / 'objects.db'}", zone: str = "UTC") -> Shop:
        made.append(Shop.stocked(url, tmp_path, raw, zone))
        return made[-1]

    yield make
    for shop in made:
        shop.engine.dispose()


@pytest.fixture
def shop(stock: Callable[..., Shop]) -> Shop:
    return stock(some_objects())


@pytest.fixture
def any_shop(stock: Callable[..., Shop], database_url: str) -> Shop:
    """The same, on each kind of database."""
    return stock(some_objects(), database_url)
