"""The columns that a workbook's hidden list says it was exported with, and which of them its headers are, now that a person has
had the file."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from contract.filters import fold
from contract.objects import CONNECTOR_STATE


class BadHeader(ValueError):
    """A header that no row can be read by; its text says why."""


@dataclass(frozen=True, slots=True)
class Header:
    """A label in row 2, at `position` (from 0), and its group: what stands in row 1 above it (`own_group`), else above the
    nearest column before it."""

    position: int
    group: str
    own_group: str
    label: str


@dataclass(frozen=True, slots=True)
class ModelColumn:
    """A column as it was exported; `name` is as in flat files."""

    position: int
    group: str
    label: str
    name: str


@dataclass(frozen=True)
class Model:
    """The columns of one sheet as they were exported, in order; none where no list is in the file. `type` is that of the
    sheet's objects."""

    type: str = CONNECTOR_STATE
    columns: list[ModelColumn] = field(default_factory=list)

    def known(self, headers: Iterable[Header]) -> dict[int, ModelColumn]:
        """The exported columns by the positions of the headers that they have now; raises BadHeader where that is not clear."""
        exported, found = defaultdict(list), defaultdict(list)
        for column in self.columns:
            exported[fold(column.label.strip())].append(column)
        for header in headers:
            found[fold(header.label)].append(header)
        known: dict[int, ModelColumn] = {}
        for label, same in found.items():
            known |= _matched(exported[label], same)
        return known

    def resemblance(self, labels: Iterable[str]) -> int:
        """How much the labels of a sheet are like those of the export: one that is there counts for it, a missing one
        against."""
        there = set(map(fold, labels))
        return sum(1 if fold(column.label.strip()) in there else -1 for column in self.columns)


def _matched(columns: Sequence[ModelColumn], headers: Sequence[Header]) -> Mapping[int, ModelColumn]:
    """Which of the columns with one label each of the headers with that label is."""
    if len(columns) == 1:
        return {_nearest(columns[0], headers).position: columns[0]}
    if not columns:
        return {}
    by_position = {column.position: column for column in columns}
    if by_position.keys() == {header.position for header in headers}:
        return by_position
    known: dict[int, ModelColumn] = {}
    for group in {fold(column.group) for column in columns} | {fold(header.group) for header in headers}:
        exported = [column for column in columns if fold(column.group) == group]
        found = [header for header in headers if fold(header.group) == group]
        if len(exported) != len(found):
            raise BadHeader(
                f"several columns of the export have the header {headers[0].label!r}, and which is which is not clear"
            )
        known |= {header.position: column for header, column in zip(found, exported, strict=True)}
    return known


def _nearest(column: ModelColumn, headers: Sequence[Header]) -> Header:
    """Where a column is now: a person may have put another one with its header beside it."""
    at_home = (header for header in headers if header.position == column.position)
    in_group = (header for header in headers if fold(header.group) == fold(column.group))
    return next(at_home, None) or next(in_group, None) or headers[0]
