"""An exported workbook that comes back: its sheets of objects, row by row, with the cells as they are."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from itertools import islice, pairwise
from pathlib import Path

from config.catalogue import BY_KEY, Area
from contract.errors import UnreadableFile
from contract.filters import fold
from contract.kinds import Kind
from formats.headers import NAME
from formats.reading.cells import NoValue, Row, cell_text
from formats.reading.columns import Column, is_template, template_columns
from formats.reading.merged import Range
from formats.reading.model import ExportFacts, read_facts, read_models
from formats.reading.model_columns import BadHeader, Model
from formats.reading.objects import MOST_BYTES
from formats.reading.sheets import NO_DATA, ROWS_ABOVE, Errors, read_errors
from formats.reading.source import Content, open_source
from formats.reading.workbook import Workbook, has_cells, open_workbook

FieldName = tuple[Area | None, str]
"""The area and the folded name of what a column holds; the area None for system fields."""

OWN_NAME: FieldName = (None, fold(NAME))

Header = tuple[Row, Row]
"""The groups and the labels above the data."""

_NO_HEADER = (
    f"the two header rows of the export are not one below the other in its first {ROWS_ABOVE + 2} rows; "
    "put them back, or give the sheet another name if it holds no objects"
)


@dataclass(frozen=True)
class Field:
    """A column whose cells say something of the objects: `name` as it is spelled, `label` as the header has it."""

    position: int
    key: FieldName
    name: str
    label: str

    @property
    def is_instant(self) -> bool:
        """Whether its cells are dates."""
        area, key = self.key
        return area is not None and (known := BY_KEY.get((area, key))) is not None and known.kind is Kind.INSTANT


@dataclass(frozen=True)
class EditedSheet:
    """A sheet of objects. `columns` are all that have a header, `fields` those of values, the object's own name among them;
    `header` are the two rows above the data, `rows` the others with their numbers; `system` says where system columns stand;
    `merged` are the merged cells."""

    title: str
    type: str
    header: Header
    columns: tuple[Column, ...]
    fields: tuple[Field, ...]
    rows: Iterator[tuple[int, Row]]
    system: Mapping[str, int]
    merged: tuple[Range, ...]

    def said(self, row: Row, name: str) -> str:
        """What the row says in the system column of that name; empty where it says nothing."""
        position = self.system.get(name)
        if position is None or isinstance(row[position], NoValue):
            return ""
        return cell_text(row[position], UTC) or ""


@dataclass(frozen=True)
class EditedBook:
    """An exported workbook. `errors` are the rows of its sheet of validation errors, None where it has none."""

    path: Path
    facts: ExportFacts
    errors: Errors | None
    _workbook: Workbook

    def sheets(self) -> Iterator[EditedSheet]:
        """Its sheets of objects in order, hidden ones too. A sheet without the two header rows of the export is passed over,
        where it is empty or was not exported under its name.

        Raises UnreadableFile, also where no sheet of objects is left.
        """
        models = read_models(self._workbook)
        named = {fold(title) for title in self._workbook.sheets}
        renamed = [model for title, model in models.items() if title not in named]
        found = False
        for title in self._workbook.sheets:
            if fold(title) in NO_DATA:
                continue
            model = models.get(fold(title))
            cells, merged = self._workbook.rows_and_merged(title)
            rows = enumerate(cells, start=1)
            # What a person has put above the header must not hide a sheet; any other sheet may hold what it likes further down.
            head = _template(rows, ROWS_ABOVE if model or renamed else 0)
            if head is not None:
                found = True
                meant = model or self._likest(title, head[1], renamed or list(models.values()))
                yield self._sheet(title, meant, head, rows, merged)
            elif model is not None and has_cells(self._workbook.rows(title)):
                raise self._unreadable(f"sheet {title}: {_NO_HEADER}")
        if models and not found:
            raise self._unreadable("no sheet with objects is left of those that were exported")

    def _likest(self, title: str, labels: Row, models: Sequence[Model]) -> Model:
        """What was exported as the sheet that is now called `title`: whatever its headers are most like."""
        if not models:
            return Model()
        likeness = [(model.resemblance(str(label or "").strip() for label in labels), model) for model in models]
        most = max(like for like, _ in likeness)
        likest = [model for like, model in likeness if like == most]
        if len({model.type for model in likest}) > 1:
            raise self._unreadable(f"sheet {title}: it is not clear which sheet of the export this was; give it its name again")
        return likest[0]

    def _sheet(
        self, title: str, model: Model, head: Header, rows: Iterator[tuple[int, Row]], merged: tuple[Range, ...]
    ) -> EditedSheet:
        try:
            columns = template_columns(head[0], head[1], model)
        except BadHeader as error:
            raise self._unreadable(f"sheet {title}: {error}") from error
        fields = [_field(column, head[1]) for column in columns if column.area is not None or column.name == NAME]
        system = {column.name: column.position for column in columns if column.area is None}
        return EditedSheet(title, model.type, head, columns, tuple(fields), rows, system, merged)

    def _unreadable(self, reason: str) -> UnreadableFile:
        return UnreadableFile(name=self.path.name, reason=reason)


def _template(rows: Iterator[tuple[int, Row]], most_above: int) -> Header | None:
    """The two header rows of the template, with at most so many rows above them; `rows` go on below them."""
    for (_, groups), (_, labels) in pairwise(islice(rows, most_above + 2)):
        if is_template([groups, labels]):
            return groups, labels
    return None


@contextmanager
def open_edited(path: Path) -> Iterator[EditedBook | None]:
    """The workbook at `path` as one that was exported and comes back; None where it is any other file.

    Raises FileMissing, NoDataInFile, UnreadableFile.
    """
    with open_source(path, most_bytes=MOST_BYTES, open_file=lambda path: path.open("rb")) as source:
        if source.content is not Content.WORKBOOK:
            yield None
            return
        with open_workbook(path, source.valueless) as workbook:
            facts = read_facts(workbook)
            if facts is None:
                yield None
                return
            yield EditedBook(path, facts, read_errors(workbook, strict=True), workbook)


def _field(column: Column, labels: Row) -> Field:
    return Field(column.position, (column.area, fold(column.name)), column.name, str(labels[column.position]).strip())
