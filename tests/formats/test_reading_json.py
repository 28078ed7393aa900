"""JSON in every wrapping is read as the same objects, wherever the blocks of the stream end."""

import base64
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.changes import Unreadable
from contract.errors import FileMissing, NoDataInFile, UnreadableFile
from formats.reading import json_stream, read_objects
from tests.examples import examples

json_values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=6,
)
stored_objects = st.builds(
    lambda identifier, more: {"id": identifier, "type": "connectorstate", "x": more}, st.text(max_size=6), json_values
)

Wrap = Callable[[list[Any], int | None], str]


def _created(found: list[Any], indent: int | None) -> str:
    blob = base64.b64encode(json.dumps(found).encode()).decode()
    return json.dumps({"returnRequest": False, "dataObject": {"id": "c", "data": {"blob": blob}}}, indent=indent)


WRAPPINGS: dict[str, Wrap] = {
    "array": lambda found, indent: json.dumps(found, indent=indent),
    "array in plain characters": lambda found, indent: json.dumps(found, indent=indent, ensure_ascii=False),
    "lines": lambda found, _: "".join(json.dumps(item) + "\n" for item in found),
    "lines with blank ones": lambda found, _: "\n \n" + "\r\n\n".join(json.dumps(item) for item in found),
    "lines of answers": lambda found, _: "\n".join(json.dumps({"dataObjects": [item]}) for item in found),
    "objects one after the other": lambda found, indent: "\n".join(json.dumps(item, indent=indent) for item in found),
    "answer": lambda found, indent: json.dumps(
        {"dataObjectOperationResponse": {"status": "success", "dataObjects": found, "totalRecords": len(found)}}, indent=indent
    ),
    "objects of an answer": lambda found, indent: json.dumps({"dataObjects": found}, indent=indent),
    "response": lambda found, indent: json.dumps({"response": {"status": "ok", "dataObjects": found}}, indent=indent),
    "body of a create call": _created,
    "several bodies": lambda found, indent: (
        json.dumps([]) + "\n".join(json.dumps({"dataObject": item}, indent=indent) for item in found)
    ),
}


@examples(400)
@given(
    found=st.lists(stored_objects, min_size=1, max_size=4),
    wrapping=st.sampled_from(sorted(WRAPPINGS)),
    indent=st.sampled_from([None, 0, 1]),
    block=st.sampled_from([1, 2, 3, 7, 64, 1 << 20]),
)
def test_every_wrapping_gives_the_same_objects(found: list[Any], wrapping: str, indent: int | None, block: int) -> None:
    """For any objects and any size of block."""
    text = WRAPPINGS[wrapping](found, indent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "BLOCK", block)
        read = [item for _, item in json_stream.read_json(io.StringIO(text, newline="\n"))]
    assert read == found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("wrapping", ["array in plain characters", "lines"])
def test_a_file_may_be_zipped_and_in_any_unicode_encoding(tmp_path: Path, encoding: str, zipped: bool, wrapping: str) -> None:
    """Such as saved answers have on Windows; the name of the file says nothing."""
    found = [{"id": "Größe 寿司", "type": "t"}, {"id": "2", "type": "t"}]
    content = WRAPPINGS[wrapping](found, None).encode(encoding)
    (path := tmp_path / "saved").write_bytes(gzip.compress(content) if zipped else content)
    assert [item for _, item in read_objects(path)] == found


def read_text(folder: Path, text: str | bytes, name: str = "objects.json") -> list[tuple[str, object]]:
    (path := folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_objects(path))


def test_places_are_those_that_an_editor_shows(tmp_path: Path) -> None:
    one = '{"id": "1"}'
    assert [place for place, _ in read_text(tmp_path, f"[{one},{one}]")] == ["object 1", "object 2"]
    assert [place for place, _ in read_text(tmp_path, f"\n{one}\n\n{one}\n")] == ["line 2", "line 4"]
    assert [place for place, _ in read_text(tmp_path, f'{one}\n{{"dataObjects":[{one},{one}]}}')] == [
        "line 1",
        "line 2, object 1",
        "line 2, object 2",
    ]


def test_a_broken_line_does_not_hold_up_the_others(tmp_path: Path) -> None:
    """Not even the first one."""
    read = read_text(
        tmp_path, '{"id": oops}\n{"id": "2"}\n{"id": "3"\n[1, 2]\n{"id": "' + "\\u00" + '"}\n{"id": 1' + "0" * 5000 + "}\n"
    )
    assert [place for place, item in read if isinstance(item, Unreadable)] == ["line 1", "line 3", "line 5", "line 6"]
    assert [item for _, item in read if not isinstance(item, Unreadable)] == [{"id": "2"}, 1, 2]


def test_bytes_that_are_no_text_break_only_their_own_object(tmp_path: Path) -> None:
    read = read_text(tmp_path, b'[{"id": "\xff"}, {"id": "2"}]')
    assert [item for _, item in read] == [{"id": "\udcff"}, {"id": "2"}]


@pytest.mark.parametrize("broken", [b"\x00\xdc", b"\x00\xd8"])
def test_the_same_is_so_in_utf_16(tmp_path: Path, broken: bytes) -> None:
    text = '[{"id": "'.encode("utf-16-le") + broken + '"}, {"id": "2"}]'.encode("utf-16-le")
    read = read_text(tmp_path, b"\xff\xfe" + text)
    assert [item for _, item in read][1:] == [{"id": "2"}]
    assert set(read[0][1]["id"]) == {"\udcff"}


def test_a_text_in_utf_16_that_ends_within_a_character_is_read_to_there(tmp_path: Path) -> None:
    *read, (_, end) = read_text(tmp_path, '[{"id": "1"}, {"id": "2"}'.encode("utf-16") + b"]")
    assert [item for _, item in read] == [{"id": "1"}, {"id": "2"}]
    assert isinstance(end, Unreadable)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"id": "1"}, {"id": oops}, {"id": "3"}]', "not JSON: Expecting value; nothing after it was read"),
        ('[{"id": "1"}, {"id": "2"', "not JSON: Expecting ',' delimiter; nothing after it was read"),
        ('[{"id": "1"} {"id": "2"}]', "not JSON: expected ], got '{'; nothing after it was read"),
        ('[{"id": "1"}, ' + "[" * 100_000, "nested too deep; nothing after it was read"),
        (
            '[{"id": "1"}, {"id": ' + "1" * 5_000 + "}]",
            "a whole number of more than 4,300 digits; nothing after it was read",
        ),
        ('[{"id": "1"}', "not JSON: expected ], but the file ends; nothing after it was read"),
    ],
)
def test_what_stood_before_a_broken_place_in_an_array_is_kept(tmp_path: Path, text: str, reason: str) -> None:
    assert read_text(tmp_path, text) == [("object 1", {"id": "1"}), ("object 2", Unreadable(reason))]


@pytest.mark.parametrize(
    "text",
    [
        "hello", "<html></html>", "[oops]", '{"dataObject": {"data": {"blob": "%%%"}}}', "{", "[", '{"response": {"response"',
        "\0\0\0\0", b"\x89PNG\r\n\x1a\n", '{"a" 1}', "{1: 2}",
        '{"response":' * 5_000,
    ],
)  # fmt: skip
def test_a_file_with_nothing_readable_is_an_error(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"objects\.json cannot be read"):
        read_text(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "", " \n\t\n", "[]", "[\n]\n", '{"dataObjects": []}', "\ufeff",
        '{"dataObjectOperationResponse": {"status": "error", "statusDetail": {"code": "X"}}}',
    ],
)  # fmt: skip
def test_a_file_without_objects_says_so(tmp_path: Path, text: str) -> None:
    with pytest.raises(NoDataInFile):
        read_text(tmp_path, text)
    with pytest.raises(NoDataInFile):
        read_text(tmp_path, gzip.compress(text.encode()), "objects.json.gz")


def test_a_missing_file_and_a_folder_are_errors_for_people(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        list(read_objects(tmp_path / "none.json"))
    with pytest.raises(UnreadableFile, match="folder"):
        list(read_objects(tmp_path))
