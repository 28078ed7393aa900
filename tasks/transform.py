"""From the spool of objects to tables: columns chosen, ordered, typed and named, a table a type, batch by batch.

Two passes, and never more than a batch in memory. The first (`tasks.survey`) learns which names there are, since a file's
columns must be known before its first row; the second (`tasks.assemble`) makes the rows.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from config.catalogue import ERROR_PARTS, label_of, title_of_type
from contract.errors import VerificationFailed
from contract.kinds import Kind
from contract.objects import CONNECTOR_STATE, in_default_context
from contract.well_known import VALIDATION_ERROR
from contract.words import in_words
from files.spool import space_for
from formats import FORMATS
from formats.fields import EXACT_TEXT, FINGERPRINT
from formats.headers import GROUPS, ID, TYPE
from formats.ipc import read_batches
from formats.tables import Content, DataTable, Receipt, TableColumn
from tasks.assemble import Assembly, Counts
from tasks.columns import Layout, lay_out, wants_errors
from tasks.differences import place_changes, since_in_words
from tasks.documents import choose_documents
from tasks.errors import by_row, sort_by_row
from tasks.plan import ExportPlan, Extracted
from tasks.survey import Survey, survey
from tasks.triage import triage

_ARROW_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.INSTANT: pa.int64(),
}
_ERRORS_FILE = "table-errors.arrow"
_ERROR_COLUMNS = (
    TableColumn(TYPE, TYPE, GROUPS[None]),
    TableColumn(ID, ID, GROUPS[None]),
    TableColumn("row", "Row", GROUPS[None], Kind.INTEGER),
    *(TableColumn(part, label_of(part, "attribute"), GROUPS["attribute"]) for part in ERROR_PARTS),
)


def transform(plan: ExportPlan, extracted: Extracted, *, zone: ZoneInfo) -> Content:
    """What the format of the plan gets to write: tables in the plan's folder, or documents for formats of whole objects.

    Raises DiskFull, and VerificationFailed where the spool does not hold what was extracted.
    """
    content = Content(
        receipt=_receipt(plan, extracted, zone),
        include_validation_data=plan.request.include_validation_data,
        bom=plan.profile.bom,
    )
    with space_for("the tables of the export"):
        if FORMATS[plan.profile.format].whole_objects:
            documents = choose_documents(extracted.objects, plan.folder, plan.request)
            return replace(content, documents=documents, changes=_changes((), plan, extracted))
        tables = _with_tables(content, plan, extracted)
    # A hundred megabytes that Arrow keeps for batches to come. The workbook's are made by Polars, from memory of its own.
    pa.default_memory_pool().release_unused()
    return tables


def _receipt(plan: ExportPlan, extracted: Extracted, zone: ZoneInfo) -> Receipt:
    return Receipt(
        tenant=plan.tenant,
        job_id=plan.job_id,
        file_name=f"{plan.file_name}.{FORMATS[plan.profile.format].extension}",
        words=in_words(plan.request),
        as_of=extracted.as_of,
        zone=zone,
        matched=extracted.matched,
        exported=extracted.exported,
        request=plan.body,
        version=version("statesheet"),
        contexts=plan.request.contexts,
        since="" if plan.base is None else since_in_words(plan.base),
    )


def _with_tables(content: Content, plan: ExportPlan, extracted: Extracted) -> Content:
    found = survey(extracted.objects, plan.folder, plan.request.contexts)
    if found.rows.total() != extracted.exported:
        raise VerificationFailed(detail=f"{extracted.exported} objects were extracted, the spool holds {found.rows.total()}")
    entries = _entries(plan, extracted, found)
    types = list(dict.fromkeys((*plan.request.types, *found.rows))) or [CONNECTOR_STATE]
    layouts = [lay_out(type_name, plan.request, found) for type_name in types]
    plain = in_default_context(plan.request.contexts)
    assembly = Assembly(layouts, found, entries, extracted.as_of, values_in_context=plain)
    counts = Counts.none(extracted.as_of)
    tables, errors = _write(assembly, counts, layouts, extracted.objects, plan.folder)
    looked_at = triage(counts.errors, counts.ages, plan.folder / _ERRORS_FILE)
    receipt = replace(content.receipt, tallies=counts.tallies.counted(), triage=looked_at)
    return replace(content, receipt=receipt, tables=tables, errors=errors, changes=_changes(tables, plan, extracted))


def _changes(tables: tuple[DataTable, ...], plan: ExportPlan, extracted: Extracted) -> DataTable | None:
    return None if extracted.changes is None else place_changes(extracted.changes, tables, plan.folder)


def _entries(plan: ExportPlan, extracted: Extracted, found: Survey) -> Path | None:
    """All validation errors that are asked for in the order of the objects; None where there are none."""
    if not wants_errors(plan.request):
        return None
    files = [found.entries] if found.entries else []
    if extracted.errors and in_default_context(plan.request.contexts):
        for batch in read_batches(extracted.errors):
            found.with_errors.update(pc.unique(batch["type"]).to_pylist())
        files.append(by_row(extracted.objects, extracted.errors, plan.folder))
    return sort_by_row(files, plan.folder / "errors-merged.arrow") if len(files) > 1 else next(iter(files), None)


@dataclass
class _Sink:
    """An open table."""

    table: DataTable
    schema: pa.Schema
    file: pa.ipc.RecordBatchFileWriter
    rows: int = 0

    def write(self, arrays: Sequence[pa.Array], rows: int) -> None:
        self.file.write_batch(pa.record_batch(arrays, schema=self.schema))
        self.rows += rows

    def closed(self) -> DataTable:
        return replace(self.table, rows=self.rows)


def _write(
    assembly: Assembly, counts: Counts, layouts: Sequence[Layout], objects: Path, folder: Path
) -> tuple[tuple[DataTable, ...], DataTable | None]:
    with ExitStack() as opened:
        sinks = {
            layout.type: _open(
                opened, layout.type, title_of_type(layout.type), layout.described, folder / f"table-{number}.arrow"
            )
            for number, layout in enumerate(layouts)
        }
        errors = _open(opened, VALIDATION_ERROR, "Validation Errors", _ERROR_COLUMNS, folder / _ERRORS_FILE)
        for batch in assembly.batches(objects):
            counts.merge(batch.counts)
            for piece in batch.pieces:
                sinks[piece.layout.type].write(piece.arrays, piece.rows)
            for found in batch.errors.to_batches():
                errors.write(found.columns, found.num_rows)
    return tuple(sink.closed() for sink in sinks.values()), errors.closed() if errors.rows else None


def _open(opened: ExitStack, type_name: str, title: str, columns: tuple[TableColumn, ...], path: Path) -> _Sink:
    fields = []
    for column in columns:
        fields.append(pa.field(column.name, _ARROW_TYPES[column.kind]))
        if column.kind is Kind.INSTANT:
            fields.append(pa.field(column.name + EXACT_TEXT, pa.string()))
    fingerprints = type_name != VALIDATION_ERROR
    if fingerprints:
        fields.append(pa.field(FINGERPRINT, pa.string()))
    schema = pa.schema(fields)
    file = opened.enter_context(pa.ipc.new_file(opened.enter_context(pa.OSFile(str(path), "wb")), schema))
    return _Sink(DataTable(type_name, title, columns, path, 0, fingerprints), schema, file)
