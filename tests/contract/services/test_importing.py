"""Files that are sent in, as clients of the platform send them."""

import base64
import json
from typing import Any

import pytest

from contract.errors import InvalidRequest, NoDataInFile, NotServed
from contract.imports import Apply, ImportRecord, ImportReport, ImportRequest, read_import
from contract.services.importing import file_name, read_upload


def sent(content: bytes = b"PK and more", **properties: Any) -> dict[str, Any]:
    blob = base64.encodebytes(content).decode()
    return {"dataObject": {"id": "1", "name": "upload", "properties": properties, "data": {"blob": blob}}}


def test_a_workbook_in_base64_is_a_file_with_an_ending_that_readers_go_by() -> None:
    upload = read_upload(sent(service="ENTITY_IMPORT", format="GENERIC_OBJECT_EXCEL", userId="ann", fileId=""))
    assert (upload.name, upload.content, upload.user, upload.apply) == ("upload.xlsx", b"PK and more", "ann", Apply.ALL)


def test_names_of_properties_are_read_without_case() -> None:
    assert read_upload(sent(FILENAME="My states.XLSX", Apply="partial")).name == "My states.XLSX"


@pytest.mark.parametrize(
    ("name", "content", "format", "made"),
    [
        ("a/b/c.xlsx", b"PK", "", "c.xlsx"),
        ("C:\\new\\states.xlsm", b"PK", "", "states.xlsm"),
        ("states", b"[]", "GENERIC_OBJECT_JSON", "states.json"),
        ("states", b"id,type", "DSV", "states.csv"),
        ("v1.2 of it", b"PK", "", "v1.2 of it.xlsx"),
        ("states.json", b"PK", "", "states.xlsx"),
        ("objects.json.gz", b"\x1f\x8b", "", "objects.json.gz"),
        ("..", b"[]", "", "...json"),
        ("a\x00b\n.csv", b"x", "", "a_b_.csv"),
        ("n" * 500 + ".csv", b"x", "", "n" * 150 + ".csv"),
    ],
)
def test_a_file_is_called_by_the_last_part_of_its_name(name: str, content: bytes, format: str, made: str) -> None:
    assert file_name(name, content, format) == made


def test_objects_may_stand_in_the_body_as_they_are() -> None:
    one = {"id": "1", "type": "connectorstate", "data": {"attributes": {}}}
    for body in ({"dataObjects": [one]}, {"dataObject": one}):
        assert json.loads(read_upload(body).content or b"") == [one]


def test_a_file_that_is_kept_already_is_named_by_its_id() -> None:
    upload = read_upload({"dataObject": {"properties": {"fileId": "f1"}, "data": {}}})
    assert (upload.content, upload.file_id) == (None, "f1")


def test_an_id_that_says_nothing_may_stand_beside_a_file() -> None:
    for unsaid in ("", None):
        assert read_upload(sent(fileId=unsaid)).content == b"PK and more"


@pytest.mark.parametrize("body", [sent(b""), sent(b" \n"), {"dataObjects": []}])
def test_an_empty_file_has_the_documented_code(body: Any) -> None:
    with pytest.raises(NoDataInFile, match="No data in file"):
        read_upload(body)


@pytest.mark.parametrize("body", [{"params": {"query": {"ids": ["1"]}}}, sent(service="MODEL_IMPORT")])
def test_what_is_no_import_of_objects_is_not_served(body: Any) -> None:
    with pytest.raises(NotServed):
        read_upload(body)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ([], ""),
        ({}, "dataObject"),
        ({"dataObject": "x"}, "dataObject"),
        ({"dataObject": {"data": {}}}, "dataObject.data.blob"),
        ({"dataObject": {"data": {"blob": "***"}}}, "dataObject.data.blob"),
        ({"dataObject": {"data": {"blob": 7}}}, "dataObject.data.blob"),
        ({"dataObjects": [{}], **sent()}, "dataObjects"),
        ({"dataObjects": "x"}, "dataObjects"),
        ({"dataObject": {"data": {"blob": "UEs=", "attributes": {"a": {}}}}}, "dataObject.data"),
        ({"dataObject": {"properties": {"FILEID": 7}}}, "dataObject.properties.fileId"),
        ({"dataObject": {"properties": {"fileId": ["f1"]}, "data": {"blob": None}}}, "dataObject.properties.fileId"),
        ({"dataObject": {"properties": {"fileId": None}}}, "dataObject.data.blob"),
        (sent(fileId="f1"), "dataObject.properties.fileId"),
        (sent(FileID=7), "dataObject.properties.fileId"),
        (sent(apply="some"), "dataObject.properties.apply"),
        (sent(apply=["all"]), "dataObject.properties.apply"),
    ],
)
def test_a_mistake_is_named_with_its_place(body: Any, path: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_upload(body)
    assert [mistake.path for mistake in caught.value.mistakes] == [path]


def test_the_request_of_an_import_comes_back_from_the_job() -> None:
    wish = ImportRequest("f1", "states.xlsx", Apply.PARTIAL, "ann")
    assert read_import(wish.body()) == wish


@pytest.mark.parametrize("body", [None, [], {}, {"upload": 1, "fileName": "x"}, {"upload": "1", "fileName": "x", "apply": "?"}])
def test_a_run_that_began_elsewhere_is_told_what_is_missing(body: Any) -> None:
    with pytest.raises(InvalidRequest):
        read_import(body)


def test_a_report_comes_back_from_its_file() -> None:
    report = ImportReport("states.xlsx", Apply.ALL, edited=True, rows=2, refused=1)
    report.tell_change(ImportRecord("Sheet, row 3", "t", "1", "Item State", None, "new"))
    report.refusals.append(ImportRecord("Sheet, row 4", reason="no", conflict=True))
    assert ImportReport.from_json(report.to_json()) == report
    assert (report.counts["rows"], report.counts["edited"], report.taken) == (2, 1, 1)
