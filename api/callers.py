"""Who asks: known from the moment that a request is let in until its answer, wherever it is worked on."""

from contextvars import ContextVar
from dataclasses import dataclass

from fastapi import Request

from database.credentials import Credential

USER_HEADER = "x-rdp-userId"
_LONGEST_NAME = 256


@dataclass(frozen=True)
class Caller:
    """`credential`: None where none was needed. `user`: who the client says it acts for, unchecked. `address`: where from."""

    credential: Credential | None = None
    user: str | None = None
    address: str = ""


_NOBODY = Caller()
_CURRENT: ContextVar[Caller] = ContextVar("caller", default=_NOBODY)


def current() -> Caller:
    """Who asks for what is being worked on."""
    return _CURRENT.get()


def enter(caller: Caller) -> None:
    """From here on to the end of the request it is `caller` who asks."""
    _CURRENT.set(caller)


def caller_of(request: Request, credential: Credential | None = None) -> Caller:
    """What a request says of who asks."""
    # A proxy that is trusted says the address in a header, and so may anybody on this machine.
    address = one_line(request.client.host) if request.client else None
    return Caller(credential, user_name(request.headers.get(USER_HEADER)), address or "")


def user_name(header: str | None) -> str | None:
    """A name from a header, None where it says nothing. HTTP gives headers as Latin-1; clients mean UTF-8."""
    return one_line(header.encode("latin-1", "replace").decode("utf-8", "replace")) if header else None


def one_line(name: str) -> str | None:
    """A name in one line of characters that any table holds and any terminal shows; None where nothing is left."""
    return "".join(character for character in name if character.isprintable()).strip()[:_LONGEST_NAME] or None
