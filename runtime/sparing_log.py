"""What may go wrong again each second: logged once in a while, or it would fill the disk."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_SAY_AGAIN_SECONDS = 60.0
_FORGET_SECONDS = 3600.0
"""After this long it is not told any more how often something was left out."""


@dataclass
class SparingLog:
    """A log, and when what was said in it."""

    log: logging.Logger
    said: dict[str, float] = field(default_factory=dict)

    def warn(self, trouble: Exception) -> None:
        """Log a trouble, but one that was logged a moment ago."""
        text, now = f"{type(trouble).__name__}: {trouble}", time.monotonic()
        self.said = {said: when for said, when in self.said.items() if now - when < _SAY_AGAIN_SECONDS}
        if text not in self.said:
            self.said[text] = now
            self.log.warning("%s", text)


@dataclass
class _Said:
    """When an error was last logged, and how many like it were left out since."""

    when: float
    left_out: int = 0


class RepeatedErrors(logging.Filter):
    """For a library that logs each error with all that led to it, as Prefect's server does ten times a second on a full disk:
    of the same error from the same logger it lets an entry through each minute, which says how many were left out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[tuple[str, str], _Said] = {}
        self._one_at_a_time = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the entry is logged."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return True
        # What comes behind the first line differs each time, such as the values of a statement.
        first_line = str(error).partition("\n")[0]
        with self._one_at_a_time:
            left_out = self._left_out((record.name, f"{type(error).__name__}: {first_line}"))
        if left_out:
            record.msg, record.args = f"{record.getMessage()} ({left_out} more with the same error were left out)", None
        return left_out is not None

    def _left_out(self, key: tuple[str, str]) -> int | None:
        """How many entries were left out since the last one; None where this one is left out too."""
        now = self._clock()
        self._said = {key: said for key, said in self._said.items() if now - said.when < _FORGET_SECONDS}
        before = self._said.get(key)
        if before is not None and now - before.when < _SAY_AGAIN_SECONDS:
            before.left_out += 1
            return None
        self._said[key] = _Said(now)
        return before.left_out if before else 0
