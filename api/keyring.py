"""Credentials as the requests look them up: remembered for a moment, so that checking every call costs little."""

import time
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from database import credentials
from database.credentials import Credential

REMEMBERED_SECONDS = 2.0
"""How long a credential that was revoked may still open something, as may a session that another process ended; and how long
the first credential may be overlooked."""
_MOST_REMEMBERED = 1_000
"""From so many on those whose moment is over are forgotten: each sign-in is a session of its own."""


@dataclass(frozen=True)
class Session:
    """One sign-in: its own id, which nobody can guess, and that of its credential."""

    id: str
    credential: str


@dataclass
class Keyring:
    """Finds credentials. Only those that were found are remembered, so guesses fill no memory."""

    jobs: Engine
    _found: dict[str, tuple[float, Credential]] = field(default_factory=dict)
    _were_made: bool = False
    _looked: float = -REMEMBERED_SECONDS

    async def any_made(self) -> bool:
        """Whether credentials were made, so that every tenant needs one. Raises DatabaseUnavailable."""
        if not self._were_made and time.monotonic() - self._looked >= REMEMBERED_SECONDS:
            self._were_made = await run_in_threadpool(credentials.any_made, self.jobs)
            self._looked = time.monotonic()
        return self._were_made

    async def by_secret(self, secret: str) -> Credential | None:
        """The credential that a secret belongs to, unless it is revoked. Raises DatabaseUnavailable."""
        digest = credentials.digest(secret)
        return self._remembered(digest) or self._remember(
            digest, await run_in_threadpool(credentials.by_secret_digest, self.jobs, digest)
        )

    async def by_session(self, session: Session) -> Credential | None:
        """The credential of a session, unless it is revoked or the session was ended. Raises DatabaseUnavailable."""
        return self._remembered(session.id) or self._remember(
            session.id, await run_in_threadpool(credentials.by_session, self.jobs, session.credential, session.id)
        )

    async def end(self, session: Session, until: datetime) -> None:
        """Ends a session whose cookie is over at `until`. Raises DatabaseUnavailable."""
        await run_in_threadpool(credentials.end_session, self.jobs, session.id, until)
        self._found.pop(session.id, None)

    def _remembered(self, key: str) -> Credential | None:
        until, found = self._found.get(key, (0.0, None))
        return found if until > time.monotonic() else None

    def _remember(self, key: str, found: Credential | None) -> Credential | None:
        if found is None:
            self._found.pop(key, None)
        else:
            if len(self._found) >= _MOST_REMEMBERED:
                self._found = {key: pair for key, pair in self._found.items() if pair[0] > time.monotonic()}
            self._found[key] = (time.monotonic() + REMEMBERED_SECONDS, found)
        return found
