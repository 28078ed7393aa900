"""Exports that are edited and come back: a store, its workbook, and what other programs make of that."""

import io
import itertools
import json
import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
from sqlalchemy import Engine, select

from contract.edits import EditReport
from database.engine import connect
from database.loader import load_objects
from database.tables import document, objects_metadata
from files.spool import attempt_folder
from formats.headers import named_by
from tasks.compare_book import Store
from tasks.extract import extract
from tasks.render import render
from tasks.send_back import send_back
from tasks.transform import transform
from tasks.validate import plan_export

_NUMBERS = itertools.count()
_BLANK = re.compile(rb"<t>(\s+)</t>")
Documents = dict[tuple[str, str], str]


@dataclass
class Shop:
    """A store of one tenant."""

    url: str
    engine: Engine
    tenant: str
    folder: Path
    zone: str = "UTC"

    @classmethod
    def stocked(cls, url: str, folder: Path, raw: Iterable[Any], zone: str = "UTC") -> "Shop":
        """A new tenant with these objects, in the database at `url`."""
        engine = connect(url)
        objects_metadata.create_all(engine)
        shop = cls(url, engine, f"tenant-{next(_NUMBERS)}", folder, zone)
        shop.load(raw)
        return shop

    def load(self, raw: Iterable[Any]) -> None:
        report = load_objects(self.engine, self.tenant, ((str(place), item) for place, item in enumerate(raw)))
        assert report.refused == []

    def export(self, types: tuple[str, ...] = ("connectorstate",), **asked: Any) -> Path:
        """The workbook of these types; `asked` are `contexts` and `fields` of the request."""
        job_id = f"job-{next(_NUMBERS)}"
        query: dict[str, Any] = {"filters": {"typesCriterion": list(types)}}
        if "contexts" in asked:
            query["contexts"] = asked["contexts"]
        params = {"query": query, "fields": asked.get("fields", {"attributes": ["_ALL"], "properties": ["_ALL"]})}
        folder = attempt_folder(self.folder, job_id, 1)
        body = {"params": params}
        now = datetime(2026, 3, 4, tzinfo=UTC)
        plan = plan_export(body, tenant=self.tenant, job_id=job_id, max_records=10_000, now=now, folder=folder)
        extracted = extract(plan, database_url=self.url, on_progress=lambda _done: None)
        return render(plan, transform(plan, extracted, zone=ZoneInfo(self.zone))).path

    def send_back(self, path: Path, **options: Any) -> EditReport:
        return send_back(path, store=Store(self.url, self.engine, self.tenant), **options)

    def documents(self) -> Documents:
        with self.engine.connect() as connection:
            rows = connection.execute(select(document).where(document.c.tenant == self.tenant))
            return {(row.type, row.id): row.document for row in rows}

    def document(self, identifier: str, type_name: str = "connectorstate") -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.documents()[type_name, identifier])
        return found


def edit_cells(path: Path, cells: Mapping[tuple[str, str], object], sheet: str = "Connector State") -> Path:
    """A copy that another program saved, with new values by id and header; None empties a cell."""
    book = opened(path)
    page = book[sheet]
    columns = {cell.value: cell.column for cell in page[2]}
    rows = {page.cell(number, columns["ID"]).value: number for number in range(3, page.max_row + 1)}
    for (identifier, label), value in cells.items():
        page.cell(rows[identifier], columns[label]).value = value  # type: ignore[assignment]
    return save(book, path)


def move_column(page: Any, label: str, to: int) -> None:
    """Move the column under a header, with what stands above it in row 1, to the position `to` (from 1), as a person does."""
    for merged in list(page.merged_cells.ranges):
        page.unmerge_cells(str(merged))
    columns = [[cell.value for cell in column] for column in page.iter_cols()]
    moved = columns.pop(next(number for number, column in enumerate(columns) if column[1] == label))
    columns.insert(to - 1, moved)
    for number, column in enumerate(columns, 1):
        for row, content in enumerate(column, 1):
            page.cell(row, number).value = content


def opened(path: Path) -> Any:
    """The workbook by openpyxl, which says aloud that it leaves out the look of some cells."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*extension is not supported", UserWarning)
        return openpyxl.load_workbook(path)


def save(book: Any, path: Path) -> Path:
    """A copy that says of blank texts that they are to be kept, as Excel does and openpyxl does not."""
    written = io.BytesIO()
    book.save(written)
    copy = path.with_name(f"edited-{next(_NUMBERS)}.xlsx")
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            text = source.read(part)
            if part.filename.startswith("xl/worksheets/"):
                text = _BLANK.sub(rb'<t xml:space="preserve">\1</t>', text)
            target.writestr(part.filename, text)
    return copy


def names_of_columns(path: Path) -> dict[str, dict[str, tuple[str, str]]]:
    """By sheet, the area and the name behind each column's letter."""
    model = opened(path)["Model"].iter_rows(min_row=2, values_only=True)
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for sheet, letters, _, name, group, *_ in model:
        if sheet and group != "System Fields":
            found.setdefault(str(sheet), {})[str(letters)] = named_by(str(name))
    return found
