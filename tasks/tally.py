"""How many objects say what: counted while the tables are made, for the Summary."""

from collections import Counter

import pyarrow as pa

from formats.tables import Tally
from tasks.details import Name

COUNTED: tuple[Name, ...] = (
    ("property", "channelid"),
    ("property", "entitytype"),
    ("attribute", "itemstate"),
    ("attribute", "channelstate"),
    ("attribute", "syndicationstate"),
    ("attribute", "validationstate"),
    ("attribute", "introstate"),
    ("attribute", "publishstate"),
)
"""The names whose values are counted: channels, entity types and states."""

_MOST_VALUES = 1_000
"""A name with more different values than this is no category, and is not counted."""


class Tallies:
    """Counts of values by name, over all tables of an export."""

    def __init__(self) -> None:
        self._counts: dict[Name, Counter[str]] = {name: Counter() for name in COUNTED}
        self._labels: dict[Name, str] = {}

    def add(self, name: Name, label: str, texts: pa.Array) -> None:
        """Count the texts of a column; those of a name that is not counted are passed over."""
        counts = self._counts.get(name)
        if counts is None or texts.null_count == len(texts):
            return
        self._labels[name] = label
        found = texts.drop_null().value_counts()
        counts.update(dict(zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True)))
        if len(counts) > _MOST_VALUES:
            del self._counts[name]

    def merge(self, other: "Tallies") -> None:
        """Add the counts of another one."""
        self._labels |= other._labels
        for name, counts in list(self._counts.items()):
            counts.update(other._counts.get(name, {}))
            if name not in other._counts or len(counts) > _MOST_VALUES:
                del self._counts[name]

    def counted(self) -> tuple[Tally, ...]:
        """A tally for each name that had values: most frequent first, equally frequent ones in alphabetical order."""
        return tuple(
            Tally(self._labels[name], tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))))
            for name, counts in self._counts.items()
            if counts
        )
