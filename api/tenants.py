"""Which tenants there are: those with objects, and those that the settings file names."""

import time
from dataclasses import dataclass, field

from sqlalchemy import Engine

from database.reader import require_tenant

_REMEMBERED_SECONDS = 30.0


@dataclass
class Tenants:
    """Looks tenants up, and remembers for a moment those that it found; one that is not there is looked for each time,
    so that it is there as soon as its first objects are."""

    objects: Engine
    named: frozenset[str]
    _found: dict[str, float] = field(default_factory=dict)

    def require(self, tenant: str) -> None:
        """Raises UnknownTenant where there is no such tenant, and DatabaseUnavailable."""
        if tenant in self.named or self._found.get(tenant, 0) > time.monotonic():
            return
        require_tenant(self.objects, tenant, self.named)
        self._found[tenant] = time.monotonic() + _REMEMBERED_SECONDS
