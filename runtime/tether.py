"""Imported by the fork server, first of all, and by nothing else: ties its life, and so its children's, to the worker's.

Without it a fork server whose worker was killed takes up to a second to end, while its runs go on that a new worker would
think lost.
"""

from runtime.parts import die_with_parent

die_with_parent()
