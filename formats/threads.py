"""Work on items in threads, given back in the order of the items, with few under way: memory stays flat."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

Made = TypeVar("Made")

_MOST = 4


def thread_count() -> int:
    """As many threads as there are processors for them, within reason."""
    return min(_MOST, max(2, os.cpu_count() or 2))


def in_order(pool: ThreadPoolExecutor, make: Callable[..., Made], items: Iterable[tuple[Any, ...]]) -> Iterator[Made]:
    """What `make` makes of the arguments in each item."""
    under_way: deque[Future[Made]] = deque()
    try:
        for item in items:
            under_way.append(pool.submit(make, *item))
            if len(under_way) > thread_count():
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        for future in under_way:
            future.cancel()
