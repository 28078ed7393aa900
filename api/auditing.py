"""What the API tells the audit: put on a list and written by a thread of its own, so that no answer waits or fails for it."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from api import callers
from contract.errors import StatesheetError
from database import audit
from database.audit import Action, Event

_log = logging.getLogger(__name__)

MOST_WAITING = 10_000
"""Events that may wait for the database; what comes on top is counted in the log and lost."""
_BATCH = 500
_PAUSES = (0.0, 0.5, 2.0, 5.0)
"""Seconds before each attempt to write a batch."""
_CLOSING_SECONDS = 5.0
_FORGET_EVERY = 3600.0

REFUSALS_A_MINUTE = 30
"""Refusals that are kept one by one; somebody who guesses all night shall not fill the table. The rest is kept as a number."""
_REFUSALS = frozenset({Action.REFUSED, Action.OVERSTEPPED})
_MINUTE = 60.0


@dataclass
class Recorder:
    """Takes events for the audit. `record` is quick and raises nothing; `close` writes what waits."""

    engine: Engine
    kept: timedelta
    clock: Callable[[], float] = time.monotonic
    _waiting: "queue.Queue[Event | None]" = field(default_factory=lambda: queue.Queue(MOST_WAITING))
    _thread: threading.Thread | None = None
    _lost: int = 0
    _minute: float = -_MINUTE
    _refused: int = 0

    def record(self, event: Event) -> None:
        """Have `event` written soon."""
        if event.action in _REFUSALS and not self._is_one_of_few():
            return
        self._put(event)

    def start(self) -> None:
        """Begin to write."""
        self._thread = threading.Thread(target=self._write_all, name="audit", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what waits, within some seconds, and end."""
        self._tell_of_refused()
        if self._thread is not None:
            with suppress(queue.Full):
                self._waiting.put(None, timeout=_CLOSING_SECONDS)
            self._thread.join(_CLOSING_SECONDS)

    def _put(self, event: Event) -> None:
        try:
            self._waiting.put_nowait(event)
        except queue.Full:
            self._lost += 1
            if self._lost % MOST_WAITING == 1:
                _log.error("The audit is not written as fast as it comes in: %d events are lost by now", self._lost)

    def _is_one_of_few(self) -> bool:
        now = self.clock()
        if now - self._minute >= _MINUTE:
            self._tell_of_refused()
            self._minute, self._refused = now, 0
        self._refused += 1
        return self._refused <= REFUSALS_A_MINUTE

    def _tell_of_refused(self) -> None:
        more, self._refused = self._refused - REFUSALS_A_MINUTE, 0
        if more > 0:
            self._put(Event(datetime.now(UTC), Action.REFUSED, detail=f"and {more:,} more within a minute"))

    def _write_all(self) -> None:
        forget_at = 0.0
        while batch := self._next_batch():
            self._write([event for event in batch if event is not None])
            if time.monotonic() >= forget_at:
                forget_at = time.monotonic() + _FORGET_EVERY
                self._attempt(lambda: audit.forget(self.engine, datetime.now(UTC) - self.kept))
            if batch[-1] is None:
                return

    def _next_batch(self) -> "list[Event | None]":
        """What waits, at least one; the last is None where that was all."""
        batch = [self._waiting.get()]
        while batch[-1] is not None and len(batch) < _BATCH:
            try:
                batch.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return batch

    def _write(self, events: Sequence[Event]) -> None:
        for pause in _PAUSES:
            time.sleep(pause)
            if self._attempt(lambda: audit.write(self.engine, events)):
                return
        _log.error("The audit could not be written: %s", [repr(event) for event in events])

    def _attempt(self, work: Callable[[], object]) -> bool:
        try:
            work()
        except StatesheetError as error:
            _log.warning("The audit waits: %r", str(error))
            return False
        except Exception:  # noqa: BLE001  # the thread must go on, whatever it was; the log has the cause
            _log.exception("The audit cannot be written")
            return False
        return True


def note(
    recorder: Recorder,
    action: Action,
    tenant: str | None,
    *,
    job: str | None = None,
    credential: str | None = None,
    user: str | None = None,
    detail: str = "",
) -> None:
    """Tell the audit what whoever asks now did; `credential` and `user` where the request itself does not say it."""
    caller = callers.current()
    if credential is None and caller.credential is not None:
        credential = caller.credential.id
    recorder.record(
        Event(
            at=datetime.now(UTC),
            action=action,
            tenant=tenant,
            credential=credential,
            client=user or caller.user,
            address=caller.address or None,
            job=job,
            detail=detail,
        )
    )
