"""The `statesheet` command as a user runs it: mostly in this process, for a start of its own takes a second each time."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from cli.main import main


def command(*words: str | Path, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`statesheet WORDS`, run to its end in this process. An error that the command lets through is raised."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    line = ["statesheet", *map(str, words)]
    with (
        mock.patch.dict(os.environ, {"STATESHEET_HOME": str(home)} | environment),
        mock.patch.object(sys, "argv", line),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = _exit_code()
    return subprocess.CompletedProcess(line, code, _said(out), _said(err))


def _exit_code() -> int:
    try:
        main()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        raise
    return 0


def _said(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def command_of_its_own(*words: str | Path, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`statesheet WORDS`, run to its end as a process: for what only a process has, such as its terminal and its encoding."""
    line = [sys.executable, "-m", "cli.main", *map(str, words)]
    known = os.environ | {"STATESHEET_HOME": str(home)} | environment
    return subprocess.run(line, capture_output=True, text=True, env=known, timeout=120, check=False)
