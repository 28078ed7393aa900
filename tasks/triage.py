"""What needs a look first: which errors are frequent, and how long states have stood. Gathered while the tables are made."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from config.catalogue import ERROR_PARTS, label_of
from formats.ipc import frame_of, read_batches, to_numpy
from formats.tables import Ages, FrequentError, Tally, Triage
from tasks.details import Name

AGED: tuple[Name, ...] = (("attribute", "channelstate"), ("attribute", "validationstate"))
"""The states whose age is told."""

CHANNEL, OBJECT = "#channel", "#object"
"""Beside the columns of the table of errors: the channel of each error's object, and a number of the object."""

_SOURCE, _TARGET, _TEXT = ERROR_PARTS[1:]
_FREQUENT = 10
_MOST_VALUES = 1_000
"""Of channels, attributes and states. More are no categories, and are not told of."""
_KEPT = 200_000
"""Rows of counts after which equal texts are brought together."""
_DAY_MS = 86_400_000
_AGE_LIMITS = (1, 8, 31, 91)
"""Whole days at which the next of `formats.tables.AGES` begins; the last of those is of states without a date."""
_NO_AGES = (0,) * (len(_AGE_LIMITS) + 2)


class ErrorCounts:
    """Counts of the validation errors. Each different text is held as a number, never as text: 32 bytes each."""

    def __init__(self) -> None:
        self._by_channel: Counter[str] = Counter()
        self._by_attribute: Counter[str] = Counter()
        self._texts: list[pl.DataFrame] = []
        self._rows = 0
        self._objects = 0

    def add(self, errors: pa.Table) -> None:
        """Count some rows of the table of errors; those of one object come together."""
        if not errors.num_rows:
            return
        frame = frame_of(errors.select([CHANNEL, OBJECT, _SOURCE, _TARGET, _TEXT]))
        _count(self._by_channel, frame[CHANNEL])
        about = pl.when(pl.col(_TARGET) != "").then(_TARGET).otherwise(_SOURCE)
        _count(self._by_attribute, frame.select(about.alias(_TARGET))[_TARGET])
        self._objects += frame[OBJECT].n_unique()
        numbered = frame.select(OBJECT, hash=pl.col(_TEXT).hash(), row=pl.int_range(pl.len()) + self._rows, text=_TEXT)
        counts = numbered.filter(pl.col("text").is_not_null()).group_by("hash")
        self._texts.append(
            counts.agg(pl.len().cast(pl.Int64).alias("times"), pl.col(OBJECT).n_unique().cast(pl.Int64), pl.col("row").min())
        )
        self._rows += frame.height

    def merge(self, later: "ErrorCounts") -> None:
        """Add the counts of the rows that follow."""
        _add(self._by_channel, later._by_channel)
        _add(self._by_attribute, later._by_attribute)
        self._objects += later._objects
        self._texts += [part.with_columns(pl.col("row") + self._rows) for part in later._texts]
        self._rows += later._rows
        if len(self._texts) > 1 and sum(part.height for part in self._texts) > max(_KEPT, 2 * self._texts[0].height):
            self._texts = [self._brought_together()]

    def counted(self, table: Path) -> tuple[tuple[Tally, ...], tuple[FrequentError, ...], int]:
        """The errors by channel and by attribute, the most frequent texts, and how many objects have errors.

        `table` holds all the rows that were counted, in that order: the texts are read from there.
        """
        if not self._texts:
            return (), (), 0
        kinds = (("Channel Id", self._by_channel), (label_of(_TARGET, "attribute"), self._by_attribute))
        tallies = tuple(
            Tally(label, tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))))
            for label, counts in kinds
            if 0 < len(counts) <= _MOST_VALUES
        )
        found = self._brought_together().sort(["times", "row"], descending=[True, False]).head(_FREQUENT)
        texts = _texts_at(table, sorted(found["row"]))
        frequent = tuple(
            FrequentError(texts[row], times, objects, row)
            for times, objects, row in found.select("times", OBJECT, "row").iter_rows()
        )
        return tallies, frequent, self._objects

    def _brought_together(self) -> pl.DataFrame:
        return pl.concat(self._texts).group_by("hash").agg(pl.col("times", OBJECT).sum(), pl.col("row").min())


class StateAges:
    """Counts of objects by state and by how long, at `as_of`, they have been in it."""

    def __init__(self, as_of: datetime) -> None:
        self._as_of_ms = round(as_of.timestamp() * 1000)
        self._counts: dict[Name, dict[str, list[int]]] = {name: {} for name in AGED}
        self._labels: dict[Name, str] = {}

    def add(self, name: Name, label: str, states: pa.Array, dates: pa.Array | None) -> None:
        """Count the states of some objects; `dates` are instants in milliseconds, None where the table has no such column.

        A null counts as no date, an instant in the future as today's.
        """
        counts = self._counts.get(name)
        if counts is None or dates is None or states.null_count == len(states):
            return
        self._labels[name] = label
        since = pl.Series("since", dates, dtype=pl.Int64)
        days = ((self._as_of_ms - since.fill_null(0)) // _DAY_MS).clip(0).to_numpy()
        ages = np.searchsorted(_AGE_LIMITS, days, side="right")
        ages[since.is_null().to_numpy()] = len(_AGE_LIMITS) + 1
        coded = states.dictionary_encode(null_encoding="encode")
        places = to_numpy(coded.indices) * len(_NO_AGES) + ages
        times = np.bincount(places, minlength=len(coded.dictionary) * len(_NO_AGES)).reshape(-1, len(_NO_AGES))
        self._add(name, dict(zip(coded.dictionary.to_pylist(), times.tolist(), strict=True)))

    def merge(self, other: "StateAges") -> None:
        """Add the counts of another one of the same time."""
        self._labels |= other._labels
        for name in list(self._counts):
            if name in other._counts:
                self._add(name, other._counts[name])
            else:
                del self._counts[name]

    def _add(self, name: Name, by_state: Mapping[Any, Sequence[int]]) -> None:
        counts = self._counts[name]
        for state, ages in by_state.items():
            if state is not None:
                counts[state] = [mine + theirs for mine, theirs in zip(counts.get(state, _NO_AGES), ages, strict=True)]
        if len(counts) > _MOST_VALUES:
            del self._counts[name]

    def counted(self) -> tuple[Ages, ...]:
        """The ages of each name that had states: the most frequent state first, equal ones in alphabetical order."""
        return tuple(Ages(self._labels[name], _in_order(counts)) for name, counts in self._counts.items() if counts)


def _in_order(counts: dict[str, list[int]]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    by_frequency = sorted(counts.items(), key=lambda item: (-sum(item[1]), item[0]))
    return tuple((state, tuple(ages)) for state, ages in by_frequency)


def triage(errors: ErrorCounts, ages: StateAges, table: Path) -> Triage:
    """What was gathered over a whole export; `table`: see `ErrorCounts.counted`."""
    tallies, frequent, objects = errors.counted(table)
    return Triage(tallies, frequent, objects, ages.counted())


def _count(counts: Counter[str], texts: pl.Series) -> None:
    """Count texts; nothing is the empty text."""
    _add(counts, dict(texts.fill_null("").value_counts().iter_rows()))


def _add(counts: Counter[str], others: Mapping[str, int]) -> None:
    """Add counts, as long as they are of categories."""
    if len(counts) <= _MOST_VALUES:
        counts.update(others)


def _texts_at(table: Path, rows: list[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    first = 0
    for batch in read_batches(table):
        for row in rows:
            if first <= row < first + batch.num_rows:
                found[row] = batch[_TEXT][row - first].as_py()
        first += batch.num_rows
        if len(found) == len(rows):
            break
    return found
