"""The way into the `statesheet` command. It imports nothing large, so that Ctrl-C finds somebody to answer it at any moment."""

import atexit
import gc
import os
import sys

_OBJECTS_A_COLLECTION = 1_000_000
"""Modules are hundreds of thousands of objects that stay. To look through them for garbage again and again while they are
imported, and once more at the end, takes a third of a second of every command; a command that serves collects more often."""

_SWITCH_SECONDS = 0.0003
"""How long a thread that comes back from a library into Python waits for one that is in Python: by default 5 ms, which leaves
processors idle where libraries do most of the work."""

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""


def main() -> None:
    """Run the command line (`cli.main.main`); exit 130 where Ctrl-C comes before it is there."""
    gc.set_threshold(_OBJECTS_A_COLLECTION)
    sys.setswitchinterval(_SWITCH_SECONDS)
    # numpy comes with a library of matrices, which starts threads that wait for work by spinning. There is none here.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    atexit.register(gc.freeze)
    try:
        from cli.main import main as run
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(INTERRUPTED)
    run()
