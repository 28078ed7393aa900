"""`python -m tests.fuzz SECONDS [TARGET...]`: each target for so long, in a process of its own.

An input that breaks one is kept in `.fuzz/`, and so is what the fuzzer has learned.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

_FOLDER = Path(__file__).parents[2] / ".fuzz"
_MOST_MEGABYTES = 1_500
"""Most memory of a process."""
_LONGEST_SECONDS = 10
"""Longest that one input may take."""
_LONGEST_INPUT = 65_536
_ALONE = "--alone"


def hunt(name: str, seconds: int) -> None:
    """Fuzz one target; ends the process, with an error where something was found. To be called first of all: what is imported
    before is not watched."""
    import atheris

    with atheris.instrument_imports(include=["contract", "formats"]):
        from tests.fuzz.targets import TARGETS

    target = TARGETS[name]
    corpus = _FOLDER / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    words = _FOLDER / f"{name}.words"
    words.write_text("".join(f"{_quoted(word)}\n" for word in target.words))
    bounds = [f"-timeout={_LONGEST_SECONDS}", f"-rss_limit_mb={_MOST_MEGABYTES}", f"-max_len={_LONGEST_INPUT}"]
    # Many seeds are the same to the code that is watched, and differ in which part of them is to be changed.
    bounds += ["-keep_seed=1", "-len_control=0"]
    kept = [f"-artifact_prefix={_FOLDER / name}-", f"-dict={words}", "-print_final_stats=1", "-verbosity=1"]
    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", *bounds, *kept, str(corpus)], target.run)
    atheris.Fuzz()


def _quoted(word: str) -> str:
    """A word as libFuzzer's dictionaries write it."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main(seconds: int, names: list[str]) -> int:
    """Every target in turn, or those of these names; how many broke. Raises SystemExit where there is no fuzzer."""
    if find_spec("atheris") is None:
        raise SystemExit("atheris is not installed: it has no wheel for this machine (see pyproject.toml)")
    broken = 0
    for name in names or ("request", "text", "packed", "workbook"):
        print(f"== {name}", flush=True)
        command = [sys.executable, "-m", "tests.fuzz", _ALONE, str(seconds), name]
        broken += subprocess.run(command, check=False).returncode != 0
    return broken


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[0] == _ALONE:
        hunt(words[2], int(words[1]))
    else:
        sys.exit(main(int(words[0]), words[1:]))
