"""The way into the `statesheet` command. It imports nothing large, so that Ctrl-C finds somebody to answer it at any moment."""

import atexit
import gc
import sys

from config import interpreter

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""


def main() -> None:
    """Run the command line (`cli.main.main`); exit 130 where Ctrl-C comes before it is there."""
    interpreter.suit_exports()
    atexit.register(gc.freeze)  # the last look for garbage, through all modules, takes longer than to end without
    try:
        from cli.main import main as run
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(INTERRUPTED)
    run()
