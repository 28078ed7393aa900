"""Comparing a finished file with the reference, cell by cell."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from config.catalogue import BY_KEY, label_of
from contract.filters import fold, parse_instant
from contract.kinds import Kind
from formats.headers import named_by
from tests.generative import readers
from tests.generative.reference import FIRST_MS, LAST_MS, Expected, Key, Table

SYSTEM = ("Action", "Type", "ID", "Name")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_EXCEL_MS = parse_instant("1900-03-01") or 0
_NUMBER = re.compile(r"-(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")

Check = Callable[[Path, Expected, ZoneInfo], None]


def instant_of(key: Key, text: str | None) -> int | None:
    """The milliseconds that the cell of a date is, None where it stays a text."""
    known = BY_KEY.get(key)
    if text is None or known is None or known.kind is not Kind.INSTANT:
        return None
    instant = parse_instant(text)
    return instant if instant is not None and FIRST_MS <= instant <= LAST_MS else None


def check_json(path: Path, expected: Expected, _zone: ZoneInfo) -> None:
    """The documents, in order."""
    answer = readers.read_objects(path.read_bytes())
    assert answer["totalRecords"] == len(expected.documents)
    for found, wanted in zip(answer["dataObjects"], expected.documents, strict=True):
        _same(found, wanted, wanted["id"])
        assert list(found) == list(wanted)


def check_csv(path: Path, expected: Expected, _zone: ZoneInfo) -> None:
    """The header and every cell of each file."""
    files = readers.read_files(path, "csv")
    for data, (type_name, table) in zip(files, expected.tables.items(), strict=True):
        header, *rows = readers.read_csv(data)
        keys = _check_names([_plain(name) or "" for name in header], table)
        for row, item, texts in zip(rows, table.objects, table.rows, strict=True):
            found = [_plain(cell) for cell in row]
            _same(found[: len(SYSTEM)], [None, type_name, item["id"], item.get("name")], (type_name, item["id"]))
            for key, cell in zip(keys, found[len(SYSTEM) :], strict=True):
                instant = instant_of(key, texts.get(key))
                if instant is None:
                    _same(cell, texts.get(key), (type_name, item["id"], key))
                else:
                    _same(_from_iso(cell or ""), instant, (type_name, item["id"], key, cell))


def _plain(cell: str | None) -> str | None:
    """A cell without the apostrophe that keeps a spreadsheet from running it; what it would run must have one."""
    if cell is None:
        return None
    bare = cell.lstrip("'")
    assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r") or _NUMBER.fullmatch(cell), cell
    return cell[1:] if cell[:1] == "'" and bare[:1] in ("=", "+", "-", "@", "\t", "\r") and bare else cell


def _from_iso(text: str) -> int:
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1)


def check_parquet(path: Path, expected: Expected, _zone: ZoneInfo) -> None:
    """The names and every cell of each file."""
    files = readers.read_files(path, "parquet")
    for data, (type_name, table) in zip(files, expected.tables.items(), strict=True):
        names, rows = readers.read_parquet(data)
        exact = {name for key, name in _flat(names, table).items() if f"{name}#text" in names and _is_instant(key)}
        keys = _check_names([name for name in names if name.removesuffix("#text") not in exact or name in exact], table)
        flat = _flat(names, table)
        for row, item, texts in zip(rows, table.objects, table.rows, strict=True):
            _same([row[name] for name in SYSTEM], [None, type_name, item["id"], item.get("name")], (type_name, item["id"]))
            for key in keys:
                text, name = texts.get(key), flat[key]
                instant = instant_of(key, text)
                if _is_instant(key):
                    _same(row[name], instant, (type_name, item["id"], key))
                    _same(row.get(f"{name}#text"), None if instant is not None else text, (type_name, item["id"], key))
                else:
                    _same(row[name], text, (type_name, item["id"], key))


def _is_instant(key: Key) -> bool:
    return key in BY_KEY and BY_KEY[key].kind is Kind.INSTANT


def _flat(names: list[str], table: Table) -> dict[Key, str]:
    meant = {(area, fold(name)): flat for flat in names for area, name in [named_by(flat)]}
    return {key: meant[key] for key in table.columns}


def _check_names(names: list[str], table: Table) -> list[Key]:
    """The names of a flat file say which columns they are, no two the same; the keys of the columns in their order."""
    _same(names[: len(SYSTEM)], list(SYSTEM), "system columns")
    assert len(set(map(fold, names))) == len(names)
    _same([named_by(name) for name in names[len(SYSTEM) :]], [(key[0], name) for key, name in table.columns.items()], "columns")
    return list(table.columns)


def check_excel(path: Path, expected: Expected, zone: ZoneInfo) -> None:
    """The headers, every cell of the sheets of objects, the errors with the rows they lead to, and the list of names."""
    sheets = readers.read_workbook(path)
    model = _model(sheets["Model"])
    assert list(dict.fromkeys(type_name for type_name, _ in model)) == list(expected.tables)
    for (type_name, sheet_name), columns in model.items():
        _check_sheet(sheets[sheet_name], columns, type_name, expected.tables[type_name], zone)
    _check_errors(sheets.get("Validation Errors"), expected)


def _model(sheet: readers.Sheet) -> dict[tuple[str, str], dict[str, tuple[str, str, str]]]:
    """Letters, label, name and group of the columns of each sheet, by type and sheet; empty cells are empty texts."""
    found: dict[tuple[str, str], dict[str, tuple[str, str, str]]] = {}
    for number, row in sorted(sheet.rows.items()):
        if number > 1 and "A" in row:
            title, letters, label, name, group, _, type_name = (str(row.get(column, "")) for column in "ABCDEFG")
            found.setdefault((type_name, title), {})[letters] = (label, name, group)
    return found


def _check_sheet(
    sheet: readers.Sheet, columns: Mapping[str, tuple[str, str, str]], type_name: str, table: Table, zone: ZoneInfo
) -> None:
    letters = [column for column, (_, name, _) in columns.items() if name != "#fingerprint"]
    labels = {column: sheet.rows[2].get(column, "") for column in letters}
    _same(list(labels.values()), [columns[column][0] for column in letters], (sheet.name, "labels"))
    names = [columns[column][1] for column in letters]
    keys = _check_names(names, table)
    own = dict(zip(keys, letters[len(SYSTEM) :], strict=True))
    for key, column in own.items():
        _same(columns[column][0], label_of(table.columns[key], key[0]), (sheet.name, key, "label"))
    assert set(sheet.rows) == {1, 2, *range(3, 3 + len(table.rows))}
    for number, (item, texts) in enumerate(zip(table.objects, table.rows, strict=True), start=3):
        row = sheet.rows[number]
        place = (sheet.name, item["id"])
        system = [row.get(column) for column in letters[: len(SYSTEM)]]
        _same(system, [None, type_name, item["id"], _cut(item.get("name"))], place)
        for key, column in own.items():
            _check_cell(row.get(column), key, texts.get(key), zone, (*place, key))


def _check_cell(cell: str | float | None, key: Key, text: str | None, zone: ZoneInfo, place: object) -> None:
    instant = instant_of(key, text)
    if instant is None:
        _same(cell, _cut(text), place)
        return
    wall = _wall_clock(instant, zone)
    if wall is None:
        assert isinstance(cell, str), (place, cell)
        _same(parse_instant(cell), instant, (place, cell))
    else:
        assert isinstance(cell, float), (place, cell)
        _same(round((cell - 25569) * 86_400_000), wall, (place, cell))


def _wall_clock(instant: int, zone: ZoneInfo) -> int | None:
    """What a clock in `zone` shows, as milliseconds since 1970; None where spreadsheets have no such date."""
    try:
        local = (_EPOCH + timedelta(milliseconds=instant)).astimezone(zone).replace(tzinfo=UTC)
    except OverflowError:
        return None
    wall = (local - _EPOCH) // timedelta(milliseconds=1)
    return wall if wall >= _FIRST_EXCEL_MS else None


def _cut(text: str | None) -> str | None:
    """A text as a cell of a spreadsheet holds it."""
    if text is None or len(text.encode("utf-16-le")) <= 2 * 32_767:
        return text
    mark = " … [cut at 32,767 characters]"
    return text.encode("utf-16-le")[: 2 * (32_767 - len(mark))].decode("utf-16-le", "ignore") + mark


def _check_errors(sheet: readers.Sheet | None, expected: Expected) -> None:
    if sheet is None:
        assert expected.errors == []
        return
    header = sheet.rows[1]
    assert list(header.values())[:3] == ["Type", "ID", "Row"]
    rows = [tuple(sheet.rows[number].get(column) for column in header) for number in range(2, max(sheet.rows) + 1)]
    _same(rows, [(kind, own, float(row + 3), *map(_cut, parts)) for kind, own, row, *parts in expected.errors], "errors")


def _same(found: Any, expected: Any, place: object) -> None:
    if found != expected:
        shown = f"{place}\n  found    {found!r:.3000}\n  expected {expected!r:.3000}"
        raise AssertionError(shown)


CHECKS: dict[str, Check] = {"Excel": check_excel, "CSV": check_csv, "JSON": check_json, "PARQUET": check_parquet}
"""By the format's name in a request."""
