"""How Python itself is set in processes whose work is exports; the sooner, the better."""

import gc
import os
import sys

_OBJECTS_A_COLLECTION = 1_000_000
"""Modules are hundreds of thousands of objects that stay. To look through them for garbage again and again while they are
imported takes a third of a second of a command; a process that serves collects more often."""

_SWITCH_SECONDS = 0.0003
"""How long a thread that comes back from a library into Python waits for one that is in Python: by default 5 ms, which leaves
processors idle where libraries do most of the work."""


def suit_exports() -> None:
    """Set the interpreter of this process; forks inherit it."""
    gc.set_threshold(_OBJECTS_A_COLLECTION)
    sys.setswitchinterval(_SWITCH_SECONDS)
    # numpy comes with a library of matrices, which starts threads that wait for work by spinning. There is none here.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
