"""Every warning about a request: its code and its text. The docs page of codes is generated from `WARNINGS`."""

from contract.jobs import JobWarning

NO_EFFECT = "SSH2001"
COMPARED_AS_TEXT = "SSH2002"

WARNINGS: dict[str, str] = {
    NO_EFFECT: "{path} has no effect: {reason}",
    COMPARED_AS_TEXT: "{path} is compared as text; say type {type} to compare it as {meaning}",
}


def warning(code: str, **facts: object) -> JobWarning:
    """The warning `code` with its text filled in."""
    return JobWarning(code, WARNINGS[code].format(**facts))
