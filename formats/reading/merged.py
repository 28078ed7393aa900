"""Merged cells: all but the first of them are empty in the file, whatever a person sees there."""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush

from formats.reading.cells import Row, is_empty

Range = tuple[tuple[int, int], tuple[int, int]]
"""The first and the last cell of merged ones, each its row and column from 0, as the reading library has them."""

_NONE: frozenset[int] = frozenset()


def with_covered(rows: Iterable[tuple[int, Row]], merged: Iterable[Range]) -> Iterator[tuple[int, Row, frozenset[int]]]:
    """The numbered rows (from 1, rising), each with the positions of its cells that another one, which is not empty, covers."""
    waiting = sorted(merged, reverse=True)
    reaching: list[tuple[int, Range]] = []
    for number, cells in rows:
        row = number - 1
        while waiting and waiting[-1][0][0] <= row:
            found = waiting.pop()
            (top, left), (bottom, _) = found
            if top < row or (left < len(cells) and not is_empty(cells[left])):
                heappush(reaching, (bottom, found))
        while reaching and reaching[0][0] < row:
            heappop(reaching)
        yield number, cells, _covered(row, (found for _, found in reaching)) if reaching else _NONE


def _covered(row: int, ranges: Iterable[Range]) -> frozenset[int]:
    return frozenset(column for first, last in ranges for column in range(first[1], last[1] + 1) if (row, column) != first)
