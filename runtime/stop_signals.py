"""What tells a stack to stop."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stopped_by_signals(stopping: threading.Event) -> Iterator[None]:
    """SIGTERM, Ctrl-C and a terminal that is closed set `stopping`; what they did before comes back at the end.

    Where closed terminals are to be ignored, as `nohup` has it, they still are.
    """

    def note(_: int, __: FrameType | None) -> None:
        stopping.set()

    wanted = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        wanted.append(signal.SIGHUP)
    before = {number: signal.signal(number, note) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
