"""Warnings of what may go wrong again each second: logged once in a while, or they would fill the disk."""

import time
from dataclasses import dataclass, field
from logging import Logger

_SAY_AGAIN_SECONDS = 60.0


@dataclass
class SparingLog:
    """A log, and when what was said in it."""

    log: Logger
    said: dict[str, float] = field(default_factory=dict)

    def warn(self, trouble: Exception) -> None:
        """Log a trouble, but one that was logged a moment ago."""
        text, now = f"{type(trouble).__name__}: {trouble}", time.monotonic()
        self.said = {said: when for said, when in self.said.items() if now - when < _SAY_AGAIN_SECONDS}
        if text not in self.said:
            self.said[text] = now
            self.log.warning("%s", text)
