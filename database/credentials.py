"""Credentials: who may call, for one tenant each, or for operating the service and no tenant.

Only the SHA-256 of a secret is kept. That is enough here, and a slow hash would buy nothing: a secret is 256 random bits that
this module made, not a password that a person chose, so there is nothing to guess from its hash; and it is cheap, so that
every call can be checked (NIST SP 800-63B, 5.1.2.2, draws the line for look-up secrets at 112 bits).

A revoked credential stays as a row. So "credentials were made" stays true, and a service never opens itself again.
"""

import hashlib
import hmac
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, RowMapping, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from contract.errors import UnknownCredential
from database.engine import reading, unavailable
from database.job_rows import from_milliseconds, now_ms, to_milliseconds
from database.tables import credential, ended_session

_SECRET_BYTES = 32
_ID_BYTES = 9
_ROW = credential.c


@dataclass(frozen=True)
class Credential:
    """What may be known of a credential. `tenant` is None for one that operates the service and may see no tenant."""

    id: str
    tenant: str | None
    name: str
    created: datetime
    revoked: datetime | None = None


@dataclass(frozen=True)
class NewCredential:
    """A credential with its secret, which is known at this moment only."""

    credential: Credential
    secret: str

    def __repr__(self) -> str:
        return f"NewCredential({self.credential!r}, secret=...)"


def create(engine: Engine, tenant: str | None, name: str = "") -> NewCredential:
    """A new credential of a tenant (None: of the operator). Raises DatabaseUnavailable."""
    identifier, secret = f"ssc_{secrets.token_hex(_ID_BYTES)}", f"sss_{secrets.token_urlsafe(_SECRET_BYTES)}"
    created = now_ms()
    row = {"id": identifier, "secret_sha256": digest(secret), "tenant": tenant, "name": name, "created_ms": created}
    with unavailable(), engine.begin() as connection:
        connection.execute(insert(credential).values(row))
    return NewCredential(Credential(identifier, tenant, name, from_milliseconds(created)), secret)


def every(engine: Engine, tenant: str | None = None) -> list[Credential]:
    """All credentials (or those of a tenant), revoked ones too, in the order they were made. Raises DatabaseUnavailable."""
    query = select(credential).order_by(_ROW.created_ms, _ROW.id)
    if tenant is not None:
        query = query.where(_ROW.tenant == tenant)
    with unavailable(), reading(engine) as connection:
        return [_read(row) for row in connection.execute(query).mappings()]


def revoke(engine: Engine, identifier: str) -> Credential:
    """The credential, which opens nothing from now on; once more is no mistake. Raises UnknownCredential."""
    ended = func.coalesce(_ROW.revoked_ms, now_ms())
    change = update(credential).where(_ROW.id == identifier).values(revoked_ms=ended).returning(credential)
    with unavailable(), engine.begin() as connection:
        row = connection.execute(change).mappings().one_or_none()
    if row is None:
        raise UnknownCredential(credential=identifier[:100])
    return _read(row)


def any_made(engine: Engine) -> bool:
    """Whether a credential was ever made, revoked or not. Raises DatabaseUnavailable."""
    with unavailable(), reading(engine) as connection:
        return connection.execute(select(_ROW.id).limit(1)).first() is not None


def by_secret_digest(engine: Engine, wanted: str) -> Credential | None:
    """The credential whose secret has a digest, None where there is none or it is revoked. Raises DatabaseUnavailable.

    The look-up itself takes a time that depends on the digest, which tells nobody anything of the secret.
    """
    with unavailable(), reading(engine) as connection:
        row = connection.execute(select(credential).where(_ROW.secret_sha256 == wanted)).mappings().one_or_none()
    if row is None or not hmac.compare_digest(row["secret_sha256"], wanted):
        return None
    return _unless_revoked(row)


def by_session(engine: Engine, identifier: str, session: str) -> Credential | None:
    """The credential of that id, None where it is not there or revoked, or the session ended. Raises DatabaseUnavailable."""
    going_on = ~exists().where(ended_session.c.id == session)
    with unavailable(), reading(engine) as connection:
        row = connection.execute(select(credential).where(_ROW.id == identifier, going_on)).mappings().one_or_none()
    return None if row is None else _unless_revoked(row)


def end_session(engine: Engine, session: str, until: datetime) -> None:
    """Notes that a session was signed out of; kept until `until`, when its cookie is over. Once more is no mistake.

    Raises DatabaseUnavailable.
    """
    kept = {"id": session, "until_ms": to_milliseconds(until)}
    # A session that was ended before has its row; this one's cookie is over no later.
    with suppress(IntegrityError), unavailable(), engine.begin() as connection:
        connection.execute(delete(ended_session).where(ended_session.c.until_ms < now_ms()))
        connection.execute(insert(ended_session).values(kept))


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _unless_revoked(row: RowMapping) -> Credential | None:
    return _read(row) if row["revoked_ms"] is None else None


def _read(row: RowMapping) -> Credential:
    revoked = row["revoked_ms"]
    return Credential(
        id=row["id"],
        tenant=row["tenant"],
        name=row["name"],
        created=from_milliseconds(row["created_ms"]),
        revoked=None if revoked is None else from_milliseconds(revoked),
    )
