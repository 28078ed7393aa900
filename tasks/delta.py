"""The objects that a delta has: those whose rows differ between an earlier moment and now.

What an object was like is known as its document, and what a document looks like in the file is known to the steps of an export.
So the documents before and after are loaded into small databases of their own, both are exported by those very steps, and the
rows are compared: filters, contexts, groups and validation errors mean in a delta what they mean everywhere. It is done for
some objects at a time, so that memory stays flat; the whole store is never read.
"""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl
import pyarrow as pa
from sqlalchemy import Engine

from config.profiles import DEFAULT_PROFILE
from contract.errors import VerificationFailed
from contract.warnings import CHANGES_SINCE, JobWarning, warning
from database.candidates import read_candidates
from database.engine import connect
from database.job_rows import to_milliseconds
from database.loader import load_objects
from database.tables import objects_metadata
from files.spool import space_for
from formats import FORMATS
from formats.fields import EXACT_TEXT
from formats.headers import ID, TYPE
from formats.ipc import frame_of
from formats.tables import Content
from tasks.differences import ADDED, CHANGED, CHANGES, REMOVED, Key, differences, keys_of, with_objects
from tasks.documents import choose
from tasks.extract import extract_all
from tasks.plan import Base, ExportPlan, Extracted
from tasks.transform import transform

AT_ONCE = 2_048
"""Objects that are compared at a time."""


@dataclass(frozen=True)
class _Comparison:
    """What the objects looked at so far amount to: how many of each kind."""

    plan: ExportPlan
    base: Base
    kinds: Counter[str] = field(default_factory=Counter)

    def look(self, batch: pa.RecordBatch, kept: Engine) -> pa.RecordBatch:
        """The changes of some candidates; those that were added or changed are stored in `kept`."""
        folder = self.plan.folder / "compared"
        before, after = (self._shown(folder / side, _documents(batch, side)) for side in ("before", "after"))
        found = differences(before, after, self.base.zone)
        if FORMATS[self.plan.profile.format].whole_objects:
            found = with_objects(found, self._altered(batch, keys_of(before) & keys_of(after)))
        shutil.rmtree(folder)
        kinds = found.unique([TYPE, ID])
        self.kinds.update(kinds["Change"].to_list())
        there = set(kinds.filter(pl.col("Change") != REMOVED).select(TYPE, ID).iter_rows())
        _load(kept, self.plan.tenant, (pair for pair in _documents(batch, "after") if pair[0] in there))
        history = frame_of(batch.select(["type", "id", "changed_by", "at_ms"]))
        listed = found.join(history, left_on=[TYPE, ID], right_on=["type", "id"], how="left", maintain_order="left")
        return _as_changes(listed)

    def _altered(self, batch: pa.RecordBatch, both: set[Key]) -> Iterator[tuple[Key, str | None]]:
        """The objects, of those found `both` before and now, which whole objects show differently, with their names."""
        before, after = (dict(_documents(batch, side)) for side in ("before", "after"))
        for key in both:
            was, is_now = (choose(json.loads(side[key]), self.plan.request) for side in (before, after))
            if json.dumps(was) != json.dumps(is_now):  # 1 and 1.0 are equal, and not the same in a file
                yield key, is_now.get("name")

    def _shown(self, folder: Path, documents: Iterable[tuple[tuple[str, str], str]]) -> Content:
        """The tables that an export of these documents alone would have."""
        folder.mkdir(parents=True)
        url, engine = _new_store(folder / "objects.db")
        _load(engine, self.plan.tenant, documents)
        engine.dispose()
        request = replace(self.plan.request, sort=(), offset=0, max_records=None)
        plan = ExportPlan("", self.plan.tenant, request, {}, DEFAULT_PROFILE, "cells", None, folder)
        return transform(plan, extract_all(plan, database_url=url, on_progress=lambda _done: None), zone=self.base.zone)


def extract_delta(plan: ExportPlan, base: Base, *, database_url: str, on_progress: Callable[[int], None]) -> Extracted:
    """The objects that were added or changed since `base`, and the list of changes; `on_progress` gets the number compared.

    The request's limits count for the objects and not for the list. Raises DatabaseUnavailable and DiskFull.
    """
    request = plan.request
    comparison = _Comparison(plan, base)
    with space_for("the changes of the export"):
        shutil.rmtree(plan.folder / "compared", ignore_errors=True)
        url, kept = _new_store(plan.folder / "changed.db")
        instant = to_milliseconds(base.as_of)
        reading = read_candidates(database_url, plan.tenant, request, seen=base.seen, instant=instant, at_once=AT_ONCE)
        path, done, listed = plan.folder / "changes.arrow", 0, 0
        with reading as candidates, pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, CHANGES) as file:
            for batch in candidates.batches:
                changes = comparison.look(batch, kept)
                file.write_batch(changes)
                listed += changes.num_rows
                done += batch.num_rows
                on_progress(done)
        kept.dispose()
        found = extract_all(plan, database_url=url, on_progress=lambda _done: None)
    told = _told(base, comparison.kinds)
    return replace(found, as_of=candidates.as_of, seen=candidates.seen, changes=path, listed=listed, warnings=(told,))


def _told(base: Base, kinds: Counter[str]) -> JobWarning:
    job = f" (job {base.job_id})" if base.job_id else ""
    # In UTC as the job's own times are written, which is also what `since` of a request takes.
    moment = base.as_of.astimezone(base.zone).isoformat(timespec="seconds").replace("+00:00", "Z")
    return warning(CHANGES_SINCE, moment=moment, job=job, added=kinds[ADDED], changed=kinds[CHANGED], removed=kinds[REMOVED])


def _new_store(path: Path) -> tuple[str, Engine]:
    """An empty store of objects in a file of its own."""
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        name.unlink(missing_ok=True)
    url = f"sqlite:///{path}"
    engine = connect(url)
    objects_metadata.create_all(engine)
    return url, engine


def _documents(batch: pa.RecordBatch, side: str) -> Iterator[tuple[tuple[str, str], str]]:
    keys = zip(batch["type"].to_pylist(), batch["id"].to_pylist(), strict=True)
    return ((key, text) for key, text in zip(keys, batch[side].to_pylist(), strict=True) if text is not None)


def _load(engine: Engine, tenant: str, documents: Iterable[tuple[tuple[str, str], str]]) -> None:
    report = load_objects(engine, tenant, ((identifier, json.loads(text)) for (_, identifier), text in documents))
    if report.refused:
        raise VerificationFailed(detail=f"{report.refused[0].place} was stored and cannot be read: {report.refused[0].reason}")


def _as_changes(listed: pl.DataFrame) -> pa.RecordBatch:
    columns = [pl.col(name) for name in CHANGES.names[:7]]
    history = [pl.col("changed_by").alias("Changed by"), pl.col("at_ms").alias("When")]
    empty = pl.lit(None, pl.String).alias("When" + EXACT_TEXT)
    table = listed.select(*columns, *history, empty).to_arrow().cast(CHANGES)
    return pa.record_batch([column.combine_chunks() for column in table.columns], schema=CHANGES)
