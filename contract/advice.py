"""What a person should do about an error or a warning: what the pages and the command line show below its text."""

from collections.abc import Iterable

from contract.errors import ERRORS, InvalidRequest, StatesheetError
from contract.warnings import WARNINGS


def advice_on(code: str) -> str:
    """The sentence that belongs to the code of an error or a warning; empty for a code that is none of ours.

    What it names (a setting, a command, a member of a body) stands in backticks.
    """
    if code in ERRORS:
        return ERRORS[code].advice
    return WARNINGS[code].advice if code in WARNINGS else ""


def advice_on_all(codes: Iterable[str]) -> tuple[str, ...]:
    """The sentences that belong to `codes`, in their order, each once."""
    return tuple(filter(None, dict.fromkeys(map(advice_on, codes))))


def advice_of(error: StatesheetError) -> tuple[str, ...]:
    """What to do about an error; of a request with mistakes, what to do about each kind of them."""
    errors = error.mistakes if isinstance(error, InvalidRequest) else (error,)
    return tuple(filter(None, dict.fromkeys(one.advice for one in errors)))
