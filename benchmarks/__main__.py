"""Run every comparison in turn: `python -m benchmarks` (`make bench`). Each runs alone too: `python -m benchmarks.render`."""

import subprocess
import sys

COMPARISONS = ("render", "extract", "export", "growth", "load", "latency", "throughput", "page")


def main() -> None:
    """Each in a process of its own, so that none is measured in another's wake."""
    for name in COMPARISONS:
        print(f"\n## {name}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)


if __name__ == "__main__":
    main()
