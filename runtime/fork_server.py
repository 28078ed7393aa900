"""Imported by the fork server, first of all, and by nothing else: what is done once there, each run's process inherits.

It ties the fork server's life to the worker's, and the runs' lives to the fork server's. Without that a fork server whose
worker was killed takes up to a second to end, while its runs go on that a new worker would think lost.
"""

import os

from config import interpreter, logs
from config.settings import load_settings
from runtime.export_process import prefect_settings
from runtime.parts import PARENT, die_with_parent, tie_to_parent

die_with_parent(int(os.environ[PARENT]))
# At once: the process of a run reads what it is to do before it asks whose child it is, and may be held up in that.
os.register_at_fork(after_in_child=tie_to_parent)
interpreter.suit_exports()

ID = os.getpid()
"""The fork server's own process, which every run's process is to be the child of."""

# Prefect takes a tenth of a second to read its settings.
prefect_settings()
SETTINGS = load_settings()
"""Those of the worker, whose environment this process has."""
logs.set_up("runs", level=SETTINGS.log_level, style=SETTINGS.log_format)
