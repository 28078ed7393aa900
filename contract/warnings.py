"""Every warning about a job: its code and its text. The docs page of codes is generated from `WARNINGS`."""

from contract.jobs import JobWarning

NO_EFFECT = "SSH2001"
COMPARED_AS_TEXT = "SSH2002"
NO_EARLIER_EXPORT = "SSH2003"
CHANGES_SINCE = "SSH2004"
COUNTED_WHOLE = "SSH2005"
CELLS_CUT = "SSH2102"
COLUMNS_LEFT_OUT = "SSH2103"
PARTLY_TAKEN = "SSH2201"

WARNINGS: dict[str, str] = {
    NO_EFFECT: "{path} has no effect: {reason}",
    COMPARED_AS_TEXT: "{path} is compared as text; say type {type} to compare it as {meaning}",
    NO_EARLIER_EXPORT: "There is no earlier completed export of the same request: this is a full export",
    CHANGES_SINCE: "Only what changed since {moment}{job}: {added:,} added, {changed:,} changed, {removed:,} removed",
    COUNTED_WHOLE: "The counts and estimates are of all objects that match; how many of them changed is found when it runs",
    CELLS_CUT: "A cell holds {limit:,} characters; cut on sheet {sheet!r}: {cells}",
    COLUMNS_LEFT_OUT: "A sheet holds {limit:,} columns; left out of sheet {sheet!r}: {columns}",
    PARTLY_TAKEN: "{refused} of {rows} rows or objects were refused, the others are written; the report says why of each",
}


def warning(code: str, **facts: object) -> JobWarning:
    """The warning `code` with its text filled in."""
    return JobWarning(code, WARNINGS[code].format(**facts))
