"""The validation errors of a spool, brought into the order of its objects, so that both can be read side by side.

They arrive in the order of type, id and entry, the objects in the order that was asked for. What joins them is held as a
number of 8 bytes an object, never as text.
"""

from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from config.catalogue import ERROR_PARTS
from contract.errors import VerificationFailed
from contract.filters import fold
from formats.ipc import frame_of, numbers_of, read_batches
from tasks.survey import ENTRIES

_SEEDS = (0, 1, 2)
_KEY = ("type", "id")


def by_row(objects: Path, errors: Path, folder: Path) -> Path:
    """The errors spool `errors` with the fields of `ENTRIES`: each with its object's row in `objects`, in their order.

    Raises VerificationFailed where an error belongs to no object of the spool.
    """
    numbers = _RowNumbers(objects)
    arranged = folder / "errors-by-row.arrow"
    in_order, last = True, -1
    with pa.ipc.new_file(str(arranged), ENTRIES) as file:
        for batch in read_batches(errors):
            rows = numbers.of(batch)
            if not len(rows):
                continue
            in_order = in_order and last <= rows[0] and bool((rows[1:] >= rows[:-1]).all())
            last = int(rows[-1])
            parts = [batch[fold(part)].cast(pa.string()) for part in ERROR_PARTS]
            file.write_batch(pa.record_batch([numbers_of(rows), batch["entry"].cast(pa.int64()), *parts], schema=ENTRIES))
    return arranged if in_order else sort_by_row([arranged], folder / "errors-sorted.arrow")


def sort_by_row(files: list[Path], into: Path) -> Path:
    """All rows of `files`, which have the fields of `ENTRIES`, in the order of row and entry."""
    frames = [pl.scan_ipc(file) for file in files]
    frame = pl.concat(frames).sort("row", "entry").collect()
    with pa.ipc.new_file(str(into), ENTRIES) as file:
        for piece in frame.iter_slices(16_384):
            file.write_table(piece.to_arrow().cast(ENTRIES))
    return into


class _RowNumbers:
    """The row of each object by a hash of its type and id. The hash is exact here: one under which two objects of the spool
    meet is not used, and every error is of an object of the spool."""

    def __init__(self, objects: Path) -> None:
        for seed in _SEEDS:
            self._seed = seed
            hashes = np.concatenate([np.empty(0, np.uint64), *map(self._hashes, read_batches(objects, fields=_KEY))])
            self._order = np.argsort(hashes, kind="stable")
            self._hashes_in_order = hashes[self._order]
            if bool((self._hashes_in_order[1:] != self._hashes_in_order[:-1]).all()):
                return
        raise VerificationFailed(detail="an object was read twice")

    def of(self, batch: pa.RecordBatch) -> np.ndarray:
        """The rows of the objects that the errors in `batch` belong to."""
        hashes = self._hashes(batch)
        places = np.searchsorted(self._hashes_in_order, hashes)
        if len(places) and (places.max() >= len(self._order) or bool((self._hashes_in_order[places] != hashes).any())):
            raise VerificationFailed(detail="a validation error belongs to no object that was read")
        return self._order[places]

    def _hashes(self, batch: pa.RecordBatch) -> np.ndarray:
        return frame_of(batch.select(list(_KEY))).hash_rows(seed=self._seed).to_numpy()
