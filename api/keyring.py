"""Credentials as the requests look them up: remembered for a moment, so that checking every call costs little."""

import time
from dataclasses import dataclass, field

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from database import credentials
from database.credentials import Credential

REMEMBERED_SECONDS = 2.0
"""How long a credential that was revoked may still open something, and how long the first one may be overlooked."""


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

    async def by_id(self, identifier: str) -> Credential | None:
        """The credential of an id, unless it is revoked: for an id that was signed by us. Raises DatabaseUnavailable."""
        return self._remembered(identifier) or self._remember(
            identifier, await run_in_threadpool(credentials.by_id, self.jobs, identifier)
        )

    def _remembered(self, key: str) -> Credential | None:
        until, found = self._found.get(key, (0.0, None))
        return found if until > time.monotonic() else None

    def _remember(self, key: str, found: Credential | None) -> Credential | None:
        if found is None:
            self._found.pop(key, None)
        else:
            self._found[key] = (time.monotonic() + REMEMBERED_SECONDS, found)
        return found
