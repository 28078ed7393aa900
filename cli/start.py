"""The way into the `statesheet` command. It imports nothing large, so that Ctrl-C finds somebody to answer it at any moment."""

import sys

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""


def main() -> None:
    """Run the command line (`cli.main.main`); exit 130 where Ctrl-C comes before it is there."""
    try:
        from cli.main import main as run
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(INTERRUPTED)
    run()
