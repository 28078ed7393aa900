"""Results lie in a store under a key each: whole, or not at all."""

import asyncio
import errno
import os
import stat
import threading
import time
import uuid
from pathlib import Path

import pytest

from contract.errors import DiskFull, FileMissing, StoreUnavailable
from files.store import (
    ResultStore,
    delete,
    delete_all,
    exists,
    files_in_folder,
    job_of,
    key_of,
    open_store,
    publish,
    remove_empty_folders,
    remove_from_folder,
    stream,
    stream_async,
)

CONTENT = bytes(range(256)) * 20_000


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ResultStore:
    """A folder, and an object store (obstore's own, in memory)."""
    return open_store(str(tmp_path / "results") if request.param == "folder" else "memory://")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return made(tmp_path)


def made(folder: Path) -> Path:
    path = folder / "render.xlsx"
    path.write_bytes(CONTENT)
    return path


def test_what_was_published_comes_back_in_pieces(store: ResultStore, file: Path):
    """Any kind of store gives the bytes that were put in."""
    key = key_of("acme", "4f1c", 1, "Entity Data.xlsx")
    publish(store, file, key)
    assert b"".join(stream(store, key)) == CONTENT


def test_a_folder_may_lie_anywhere_under_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for _ in range(2):
        assert open_store("~/deep/results").folder == tmp_path / "deep" / "results"
    assert (tmp_path / "deep" / "results").is_dir()


def test_a_folder_that_is_made_for_results_is_its_owners_alone(tmp_path: Path):
    """Others on the machine may not look into it."""
    open_store(str(tmp_path / "results"))
    assert stat.filemode((tmp_path / "results").stat().st_mode) == "drwx------"


def test_a_large_file_is_never_held_whole(tmp_path: Path, file: Path):
    """Five megabytes come in several pieces."""
    store = open_store(str(tmp_path / "results"))
    publish(store, file, "k/file")
    assert max(map(len, stream(store, "k/file"))) < 2_000_000


def test_an_event_loop_gets_the_same_pieces(store: ResultStore, file: Path):
    """The API streams without a thread."""
    publish(store, file, "k/file")

    async def read() -> bytes:
        return b"".join([piece async for piece in await stream_async(store, "k/file")])

    assert asyncio.run(read()) == CONTENT


def test_a_file_that_is_gone_is_told_before_the_first_piece(store: ResultStore, file: Path):
    """An answer can still say 404 then."""
    publish(store, file, "k/file")
    assert exists(store, "k/file")
    delete(store, "k/file")
    delete(store, "k/file")
    assert not exists(store, "k/file")
    with pytest.raises(FileMissing, match="File not found: file"):
        stream(store, "k/file")
    with pytest.raises(FileMissing):
        asyncio.run(stream_async(store, "k/file"))  # type: ignore[arg-type]  # it is a coroutine


def test_hostile_names_stay_in_their_tenants_folder(tmp_path: Path):
    """Tenant, job and file name are segments, whatever they hold."""
    store = open_store(str(tmp_path / "results"))
    for name in ("../../x.xlsx", "..", "a/b#1", "ü" * 100, "x" * 250):
        key = key_of("..", "4f1c", 1, name)
        publish(store, made(tmp_path), key)
        assert b"".join(stream(store, key)) == CONTENT
    there = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(there) == 5
    assert {path.parent for path in there} == {tmp_path / "results" / "%2E%2E" / "4f1c" / "1"}


def test_a_reader_sees_a_whole_file_or_the_one_before(tmp_path: Path):
    """Publishing over a file replaces it at once."""
    store = open_store(str(tmp_path / "results"))
    contents = [bytes([number]) * 3_000_000 for number in (1, 2)]
    paths = [tmp_path / str(number) for number in (1, 2)]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    publish(store, paths[0], "k")
    stop = threading.Event()

    def replace() -> None:
        while not stop.is_set():
            for path, content in zip(paths, contents, strict=True):
                path.write_bytes(content)
                publish(store, path, "k")

    writer = threading.Thread(target=replace)
    writer.start()
    try:
        seen = {b"".join(stream(store, "k")) for _ in range(30)}
    finally:
        stop.set()
        writer.join()
    assert seen <= set(contents)


def test_a_folder_takes_the_file_itself_and_another_file_system_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: Path
):
    """The copy is as whole as the file: obstore makes it beside its place first."""
    store = open_store(str(tmp_path / "results"))
    for key in ("acme/4f1c/1/own", "acme/4f1c/1/beside"):
        number = made(tmp_path).stat().st_ino
        publish(store, file, key)
        assert (tmp_path / "results" / key).stat().st_ino == number
        assert not file.exists()

    def elsewhere(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(Path, "replace", elsewhere)
    publish(store, made(tmp_path), "k/copy")
    assert (tmp_path / "results/k/copy").read_bytes() == CONTENT
    assert file.exists()


def test_a_store_that_cannot_be_made_says_so(tmp_path: Path):
    """The text names the cause, and a retry may help."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match=r"cannot be reached: .*Not a directory") as caught:
        open_store(str(tmp_path / "file" / "results"))
    assert caught.value.retryable


def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: Path):
    """obstore gives no error number: its text is what tells."""
    import obstore
    from obstore.exceptions import GenericError

    def full(*given: object) -> None:
        raise GenericError("Generic LocalFileSystem error: Unable to copy data to file: No space left on device (os error 28)")

    monkeypatch.setattr(obstore, "put", full)
    monkeypatch.setattr("files.store._moved", lambda *_: False)
    with pytest.raises(DiskFull, match="the result"):
        publish(open_store(str(tmp_path / "results")), file, "k")


def test_no_attempt_writes_over_anothers_file(store: ResultStore, tmp_path: Path):
    """The row says which attempt's file is the result; all of a job's go together."""
    keys = [key_of("acme", "4f1c", attempt, "Report.xlsx") for attempt in (1, 2)]
    other = key_of("acme", "4f1d", 1, "Report.xlsx")
    for key in (*keys, other):
        publish(store, made(tmp_path), key)
    assert len({*keys, other}) == 3
    assert {job_of(key) for key in keys} == {"4f1c"}
    delete_all(store, "acme", "4f1c")
    delete_all(store, "acme", "4f1c")
    assert [exists(store, key) for key in (*keys, other)] == [False, False, True]


def test_what_a_killed_process_left_half_written_is_found_and_removed(tmp_path: Path, file: Path):
    """The store itself does not show it: it has no key that could be asked for."""
    store = open_store(str(tmp_path / "results"))
    publish(store, file, "acme/4f1c/1/Report.xlsx")
    (tmp_path / "results/acme/4f1c/1/Report.xlsx#1").write_bytes(b"half")
    assert files_in_folder(store) == {"acme/4f1c/1/Report.xlsx", "acme/4f1c/1/Report.xlsx#1"}
    remove_from_folder(store, "acme/4f1c/1/Report.xlsx#1")
    assert files_in_folder(store) == {"acme/4f1c/1/Report.xlsx"}
    remove_from_folder(store, "acme/4f1c/1/Report.xlsx#1")  # as somebody else may have done first
    assert files_in_folder(open_store("memory://")) == set()


def folders(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_dir()}


def test_a_job_whose_files_are_removed_leaves_no_folder_behind(tmp_path: Path):
    """Of its attempts, and of itself; those of other jobs and of the tenant stay."""
    store = open_store(str(tmp_path / "results"))
    for key in ("acme/one/1/f", "acme/one/2/f", "acme/two/1/f", "acme/three/f", "acme/four/1/f", "acme/four/1/f#1"):
        publish(store, made(tmp_path), key)
    delete_all(store, "acme", "one")
    delete_all(store, "acme", "three")
    delete(store, "acme/two/1/f")
    delete(store, "acme/four/1/f")
    assert folders(tmp_path / "results") == {"acme", "acme/four", "acme/four/1"}
    remove_from_folder(store, "acme/four/1/f#1")
    assert folders(tmp_path / "results") == {"acme"}


@pytest.mark.parametrize("key", ["alone", "k/file"])
def test_removing_a_file_that_lies_higher_leaves_the_store_and_the_tenant(tmp_path: Path, key: str):
    """There is nothing of an attempt or a job around it."""
    store = open_store(str(tmp_path / "results"))
    publish(store, made(tmp_path), key)
    before = folders(tmp_path)
    delete(store, key)
    assert folders(tmp_path) == before


def test_folders_that_are_empty_for_a_while_are_removed_once_and_others_are_left_alone(tmp_path: Path):
    """Old ones of jobs and attempts go, from within; what was made a moment ago, is in use, or is nobody's of ours stays."""
    root = tmp_path / "results"
    store = open_store(str(root))
    old, older, young, used = (str(uuid.uuid4()) for _ in range(4))
    for name in (f"acme/{old}/1", f"acme/{old}/2", f"acme/{older}", f"acme/{young}/1", "acme/another/1", f"acme/{used}/x"):
        (root / name).mkdir(parents=True)
    publish(store, made(tmp_path), f"acme/{used}/1/f")
    (root / "README").touch()

    def age(*spared: str) -> None:
        for name in sorted(folders(root), reverse=True):
            if not any(one in name for one in spared):
                os.utime(root / name, (time.time() - 3600,) * 2)

    age(young)
    assert remove_empty_folders(store) == 3
    age(young)
    assert remove_empty_folders(store) == 1
    assert remove_empty_folders(store) == 0
    left = {"acme", "acme/another", "acme/another/1", f"acme/{young}", f"acme/{young}/1"}
    assert folders(root) == left | {f"acme/{used}", f"acme/{used}/1", f"acme/{used}/x"}
    assert remove_empty_folders(open_store("memory://")) == 0


def test_a_file_is_published_while_the_folders_that_it_goes_to_are_cleared_away(tmp_path: Path):
    """A late attempt withdraws its file at that moment, again and again."""
    store = open_store(str(tmp_path / "results"))
    (tmp_path / "other").mkdir()
    stop = threading.Event()

    def withdraw() -> None:
        while not stop.is_set():
            publish(store, made(tmp_path / "other"), "acme/job/1/f")
            delete(store, "acme/job/1/f")

    other = threading.Thread(target=withdraw)
    other.start()
    try:
        for _ in range(150):
            publish(store, made(tmp_path), "acme/job/2/f")
            assert exists(store, "acme/job/2/f")
            delete(store, "acme/job/2/f")
    finally:
        stop.set()
        other.join()


@pytest.mark.parametrize(("times", "moves"), [(2, True), (3, False)])
def test_a_folder_that_is_cleared_away_before_the_file_comes_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: Path, times: int, moves: bool
):
    """The file itself goes there all the same; after some tries the store makes its own copy."""
    store, number, replace = open_store(str(tmp_path / "results")), file.stat().st_ino, Path.replace
    left = iter(range(times))

    def after_clearing(path: Path, target: Path) -> Path:
        if next(left, None) is not None:
            target.parent.rmdir()
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", after_clearing)
    publish(store, file, "acme/job/1/f")
    assert (tmp_path / "results/acme/job/1/f").read_bytes() == CONTENT
    assert ((tmp_path / "results/acme/job/1/f").stat().st_ino == number) is moves
