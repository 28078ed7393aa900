"""Imported by the fork server, first of all, and by nothing else: what is done once there, each run's process inherits.

It ties the fork server's life, and so its children's, to the worker's. Without that a fork server whose worker was killed
takes up to a second to end, while its runs go on that a new worker would think lost.
"""

from runtime.export_process import prefect_settings
from runtime.parts import die_with_parent

die_with_parent()
# Prefect takes a tenth of a second to read its settings.
prefect_settings()
