"""The zip package: read by the standard library, small and past 4 GB."""

import os
import random
import subprocess
import zipfile
from pathlib import Path
from shutil import which

import pytest

from formats.excel.deflate import BOUNDARY, deflate
from formats.excel.package import Package

PARTS = {"a.xml": b"<a/>", "folder/b.xml": random.Random(5).randbytes(300_000), "empty.xml": b""}


def write_parts(path: Path, limit: int = 0xFFFFFFFF) -> Path:
    with Package(path, zip64_limit=limit) as package:
        for name, content in PARTS.items():
            pieces = [content[start : start + 70_000] for start in range(0, len(content), 70_000)] or [b""]
            package.stream(name, (deflate([piece[:10], piece[10:]]) for piece in pieces))
    return path


@pytest.mark.parametrize("limit", [0xFFFFFFFF, 1_000, 0], ids=["plain", "zip64 for large parts", "zip64 for all"])
def test_joined_pieces_read_back_whole(tmp_path: Path, limit: int) -> None:
    with zipfile.ZipFile(write_parts(tmp_path / "p.zip", limit)) as package:
        assert package.testzip() is None
        assert {name: package.read(name) for name in package.namelist()} == PARTS


@pytest.mark.skipif(which("unzip") is None and "TESTS_REQUIRE_ALL" not in os.environ, reason="unzip is not here")
@pytest.mark.parametrize("limit", [0xFFFFFFFF, 1_000])
def test_another_reader_finds_no_fault(tmp_path: Path, limit: int) -> None:
    said = subprocess.run(
        ["unzip", "-tq", str(write_parts(tmp_path / "p.zip", limit))], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout + said.stderr


def test_zip64_fields_stand_only_where_they_are_needed(tmp_path: Path) -> None:
    with zipfile.ZipFile(write_parts(tmp_path / "small.zip")) as package:
        assert {part.extract_version for part in package.infolist()} == {20}
    with zipfile.ZipFile(write_parts(tmp_path / "large.zip", 1_000)) as package:
        versions = {part.filename: part.extract_version for part in package.infolist()}
    assert versions == {"a.xml": 20, "folder/b.xml": 45, "empty.xml": 45}


def test_a_piece_ends_at_a_boundary_that_can_be_found() -> None:
    assert deflate([b"abc" * 100]).data.endswith(BOUNDARY)
    assert deflate([b""]).data.endswith(BOUNDARY)
