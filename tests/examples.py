"""How many examples a property test tries: a share of them by default, and all of them in `make hunt`."""

import os
from typing import Any

from hypothesis import settings

HUNTING = os.environ.get("TESTS_HUNT") == "1"

_SHARE = 0.4
_LEAST = 5


def examples(number: int = 100, **more: Any) -> settings:
    """The settings of a test that tries `number` examples in a hunt. None has a deadline: a machine may be busy."""
    tried = number if HUNTING else max(_LEAST, round(number * _SHARE))
    return settings(max_examples=tried, deadline=None, **more)
